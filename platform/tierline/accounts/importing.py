"""Accounts as a type of record that can be imported: fields, findings, derived values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Column, ColumnElement, Table, Text, and_, cast, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from tierline.accounts.merging import finish_import, merge_chunk
from tierline.accounts.models import KINDS, STAGES
from tierline.accounts.permissions import IMPORT
from tierline.accounts.words import FIELD_TITLES, KIND_NAMES, STAGE_NAMES, group_titles
from tierline.db.scope import current_tenant_id
from tierline.identity.models import AppUser, Membership
from tierline.identity.queries import in_force
from tierline.imports.mappings import ImportMap
from tierline.imports.registry import (
    Chunk,
    Derivation,
    FieldType,
    Finding,
    ImportField,
    Outcome,
    TypedRow,
)
from tierline.packs.contributions import Field
from tierline.plugins.queries import fields as plugin_fields
from tierline.web.language import localized

CONTACTS = 3
CONTACT_PARTS = {
    "name": (_l("Contact %(number)s: name"), ("contact name", "联系人")),
    "title": (_l("Contact %(number)s: title"), ("contact title", "职务")),
    "email": (_l("Contact %(number)s: e-mail"), ("contact email", "邮箱")),
    "phone": (_l("Contact %(number)s: phone"), ("contact phone", "电话")),
}
TYPES: Mapping[str, FieldType] = {
    "text": "text", "integer": "integer", "decimal": "decimal", "percent": "decimal",
    "money": "decimal", "date": "date", "boolean": "boolean", "choice": "choice",
}  # fmt: skip
# GB 32100-2015: 17 characters with these weights, and a check character, modulo 31.
CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CODE_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
FIELDS_AT_ONCE = 40  # PostgreSQL passes at most 100 arguments


class Accounts:
    """The record type `accounts`: one row is one account, known by its number."""

    key = "accounts"
    title = _l("Accounts")
    permission = IMPORT

    def fields(self) -> Sequence[ImportField]:
        """Return the account's own fields, its contacts', and those of the tenant's plugins."""
        return (*_own_fields(), *_contact_fields(), *map(_plugin_field, plugin_fields("account")))

    def options(self) -> Mapping[str, str]:
        """Return no options."""
        return {}

    def findings(self, mapping: ImportMap) -> Sequence[Finding]:
        """Return what may be found in a row, by what the mapping fills."""
        found = [Finding("repeated_key", _l("An earlier row has the same number"))]
        if "credit_code" in mapping.sources:
            title = _l("The unified social credit code is wrong")
            found.append(Finding("wrong_credit_code", title, ("reject", "keep")))
        if "groups" in mapping.sources:
            found.append(Finding("unknown_group", _l("There is no such group")))
        if "owner" in mapping.sources:
            found.append(Finding("unknown_owner", _l("The owner is no active member")))
        return found

    def key_fields(self, mapping: ImportMap) -> Sequence[str]:
        """Return what tells accounts apart."""
        return ("external_key",)

    def uniform_fields(self, mapping: ImportMap) -> Sequence[str]:
        """Return none: each row is an account of its own."""
        return ()

    def sources(self) -> Mapping[str, str]:
        """Return what is counted in the file."""
        return {"accounts": "external_key"}

    def extra_columns(self) -> Sequence[Column[Any]]:
        """Return the values of plugins' fields as one document."""
        return (Column("given_fields", JSONB),)

    def derive(self, mapping: ImportMap) -> Sequence[Derivation]:
        """Return the steps: the compact credit code, the document of plugins' fields."""
        keys = [field.key for field in plugin_fields("account") if field.key in mapping.sources]

        def derive(row: TypedRow) -> dict[str, ColumnElement[Any]]:
            code = func.upper(
                func.regexp_replace(row.fields["credit_code"], "[^0-9A-Za-z]", "", "g")
            )
            named = func.regexp_replace(func.lower(row.fields["groups"]), "\\s*[;,]\\s*", ";", "g")
            return {"groups": named, "credit_code": code, "given_fields": _document(row, keys)}

        return (derive,)

    def examine(self, row: TypedRow, mapping: ImportMap) -> dict[str, ColumnElement[bool]]:
        """Return the condition of each finding."""
        fields = row.fields
        copies = func.row_number().over(partition_by=[row.first_row], order_by=row.row_no)
        return {
            "repeated_key": and_(fields["external_key"].is_not(None), copies > 1),
            "wrong_credit_code": and_(
                fields["credit_code"].is_not(None), ~_valid_code(fields["credit_code"])
            ),
            "unknown_group": and_(fields["groups"].is_not(None), ~_known_group(fields["groups"])),
            "unknown_owner": and_(fields["owner"].is_not(None), ~_known_owner(fields["owner"])),
        }

    def merge(self, chunk: Chunk) -> Outcome:
        """Merge a chunk's accounts."""
        return merge_chunk(chunk)

    def finish(self, import_id: Any, mapping: ImportMap, rows: Table) -> None:
        """Tell which accounts the import created or changed."""
        finish_import(import_id)


def _own_fields() -> tuple[ImportField, ...]:
    title = FIELD_TITLES
    return (
        ImportField(
            "external_key", title["external_key"], required=True, length=100,
            synonyms=("customer number", "customer id", "account number", "code", "客户编号"),
        ),
        ImportField(
            "name", title["name"], required=True, length=300,
            synonyms=("customer name", "company", "account name", "客户名称", "公司名称", "名称"),
        ),
        ImportField(
            "kind", title["kind"], "choice", choices=KINDS, choice_titles=KIND_NAMES,
            synonyms=("type", "客户类型", "类型")
        ),
        ImportField(
            "lifecycle_stage", title["lifecycle_stage"], "choice", choices=STAGES,
            choice_titles=STAGE_NAMES,
            synonyms=("status", "阶段"),
        ),
        ImportField(
            "groups", title["groups"], synonyms=("group", "stakeholder group", "相关方群体"),
        ),
        ImportField("party_kind", _l("Kind within the group"), length=100),
        ImportField(
            "owner", _l("Owner's e-mail"), synonyms=("account manager", "负责人", "owner email")
        ),
        ImportField("industry", title["industry"], length=100, synonyms=("sector", "行业")),
        ImportField(
            "region", title["region"], length=100, synonyms=("country", "province", "地区", "省份")
        ),
        ImportField(
            "credit_code", title["credit_code"], length=30,
            synonyms=("uscc", "credit code", "统一社会信用代码", "信用代码"),
        ),
    )  # fmt: skip


def _contact_fields() -> list[ImportField]:
    return [
        ImportField(
            f"contact_{number}_{part}",
            title % {"number": number},
            length=200,
            synonyms=synonyms if number == 1 else (),
        )
        for number in range(1, CONTACTS + 1)
        for part, (title, synonyms) in CONTACT_PARTS.items()
    ]


def _plugin_field(field: Field) -> ImportField:
    title = localized(field.title)
    return ImportField(
        field.key,
        title,
        TYPES[field.type],
        choices=tuple(choice.key for choice in field.choices),
        choice_titles={choice.key: localized(choice.title) for choice in field.choices},
        synonyms=tuple(field.title.values()),
        length=1000,
        minimum=field.minimum,
        maximum=field.maximum,
    )


def _document(row: TypedRow, keys: Sequence[str]) -> ColumnElement[Any]:
    """Return the given values of plugins' fields as JSON, empty ones left out."""
    parts = []
    for start in range(0, len(keys), FIELDS_AT_ONCE):
        pairs: list[Any] = []
        for key in keys[start : start + FIELDS_AT_ONCE]:
            pairs += [literal(key, Text()), row.fields[key]]
        parts.append(func.jsonb_strip_nulls(func.jsonb_build_object(*pairs), type_=JSONB))
    if not parts:
        return cast(literal("{}", Text()), JSONB)
    return reduce(lambda left, right: left.op("||")(right), parts)


def _valid_code(code: ColumnElement[str]) -> ColumnElement[bool]:
    """Return whether a unified social credit code is right: its form and its check character."""
    places = [func.strpos(CODE_ALPHABET, func.substr(code, place, 1)) - 1 for place in range(1, 19)]
    total = sum(
        (place * weight for place, weight in zip(places, CODE_WEIGHTS, strict=False)), literal(0)
    )
    form = code.regexp_match(f"^[0-9]{{8}}[{CODE_ALPHABET}]{{10}}$")
    return and_(form, (total + places[17]) % 31 == 0)


def _known_group(named: ColumnElement[str]) -> ColumnElement[bool]:
    """Return whether every group of a list, separated by semicolons, is one of the tenant's."""
    known = cast(list(group_titles()), ARRAY(Text()))
    return func.string_to_array(named, ";").op("<@")(known)


def _known_owner(email: ColumnElement[str]) -> ColumnElement[bool]:
    members, users = Membership.__table__, AppUser.__table__.c
    return (
        select(members.c.id)
        .select_from(members)
        .join(AppUser.__table__, users.id == members.c.user_id)
        .where(
            members.c.tenant_id == current_tenant_id(),
            users.email == func.lower(email),
            or_(in_force()),
        )
        .exists()
    )
