"""Transactions as a type of record that can be imported: fields, findings, derived values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Integer,
    Table,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
)

from tierline.accounts.creating import created_by
from tierline.accounts.events import tell_changed
from tierline.accounts.models import KINDS as ACCOUNT_KINDS
from tierline.accounts.words import KIND_NAMES as ACCOUNT_KIND_NAMES
from tierline.db import db
from tierline.db.scope import current_tenant_id
from tierline.imports.mappings import ImportMap
from tierline.imports.registry import (
    Chunk,
    Derivation,
    Finding,
    ImportField,
    Outcome,
    TypedRow,
)
from tierline.ledger.events import tell_traded
from tierline.ledger.merging import merge_chunk
from tierline.ledger.models import KINDS, LedgerTransaction
from tierline.ledger.permissions import IMPORT
from tierline.ledger.words import KIND_NAMES
from tierline.tenancy.queries import current_tenant

PREFIX = "cancellation_prefix"
LARGEST = 10**15  # of an amount, in the currency's unit

FIELDS = (
    ImportField(
        "account", _l("Account number"), required=True, length=100,
        synonyms=("customer id", "customer", "account", "customer number", "客户编号", "客户编码"),
    ),
    ImportField("account_name", _l("Account name"), synonyms=("customer name", "客户名称")),
    ImportField(
        "account_kind", _l("Account kind"), "choice", choices=ACCOUNT_KINDS,
        choice_titles=ACCOUNT_KIND_NAMES,
        synonyms=("customer kind", "客户类型"),
    ),
    ImportField("account_region", _l("Account region"), synonyms=("country", "region", "地区")),
    ImportField("account_industry", _l("Account industry"), synonyms=("industry", "行业")),
    ImportField(
        "kind", _l("Kind of transaction"), "choice", choices=KINDS,
        choice_titles=KIND_NAMES,
        synonyms=("document type", "type", "单据类型"),
    ),
    ImportField(
        "number", _l("Number"), length=100,
        synonyms=("invoice number", "invoice no", "order number", "document number", "单据编号"),
    ),
    ImportField(
        "line_no", _l("Line number"), "integer", minimum=1,
        synonyms=("line", "line no", "position", "行号"),
    ),
    ImportField(
        "date", _l("Date"), "date", required=True,
        synonyms=("invoice date", "order date", "document date", "日期", "单据日期"),
    ),
    ImportField("due_on", _l("Due date"), "date", synonyms=("due date", "到期日")),
    ImportField("paid_on", _l("Paid date"), "date", synonyms=("paid date", "付款日", "收款日期")),
    ImportField("currency", _l("Currency"), length=3, synonyms=("币种",)),
    ImportField(
        "product", _l("Product"), length=200,
        synonyms=("stock code", "sku", "product code", "item", "产品", "产品编码"),
    ),
    ImportField("description", _l("Description"), length=1000, synonyms=("产品名称", "描述")),
    ImportField("quantity", _l("Quantity"), "decimal", synonyms=("qty", "number of cds", "数量")),
    ImportField("unit_price", _l("Unit price"), "decimal", synonyms=("price", "单价")),
    ImportField(
        "amount", _l("Amount"), "decimal",
        synonyms=("revenue", "total", "dollar value", "line total", "金额"),
    ),
    ImportField("cost", _l("Cost"), "decimal", synonyms=("line cost", "成本")),
)  # fmt: skip


class Transactions:
    """The record type `transactions`: one row is one line of a transaction."""

    key = "transactions"
    title = _l("Transactions")
    permission = IMPORT

    def fields(self) -> Sequence[ImportField]:
        """Return the fields of a line and of its transaction."""
        return FIELDS

    def options(self) -> Mapping[str, str]:
        """Return what marks a cancellation by its number."""
        return {PREFIX: _("Numbers of cancellations begin with")}

    def findings(self, mapping: ImportMap) -> Sequence[Finding]:
        """Return what may be found in a line, by what the mapping fills."""
        mapped = mapping.sources
        found = [
            Finding("duplicate", _l("The row repeats another exactly"), ("keep", "reject")),
            Finding("too_large_amount", _l("The amount is too large")),
        ]
        if PREFIX in mapping.options:
            title = _l("The transaction is a cancellation")
            found.append(Finding("cancellation", title, ("return", "reject", "keep")))
        if "unit_price" in mapped:
            title = _l("The price is zero or less")
            found.append(Finding("non_positive_price", title, ("reject", "keep")))
        else:
            found.append(Finding("zero_amount", _l("The amount is zero"), ("keep", "reject")))
        if {"unit_price", "amount"} & set(mapped):
            found.append(Finding("missing_amount", _l("There is neither amount nor price")))
        if "number" in mapped:
            found.append(Finding("missing_number", _l("Number is missing")))
            title = _l("Other rows of the transaction name another account")
            found.append(Finding("other_account", title))
        if _from_file(mapping, "currency"):
            found.append(Finding("unknown_currency", _l("The currency is no three-letter code")))
        if {"number", "currency"} <= set(mapped) and _from_file(mapping, "currency"):
            title = _l("Other rows of the transaction are in another currency")
            found.append(Finding("other_currency", title))
        if "line_no" in mapped:
            found.append(Finding("repeated_line", _l("The line number stands there twice")))
        return found

    def key_fields(self, mapping: ImportMap) -> Sequence[str]:
        """Return what tells transactions apart; without numbers, the account and the day."""
        return ("kind", "number") if "number" in mapping.sources else ("account", "date")

    def uniform_fields(self, mapping: ImportMap) -> Sequence[str]:
        """Return what a transaction has only one of, where its number holds its rows together."""
        if "number" not in mapping.sources:
            return ()
        return ("account", "currency") if _from_file(mapping, "currency") else ("account",)

    def sources(self) -> Mapping[str, str]:
        """Return what is counted in the file."""
        return {"transactions": "number", "accounts": "account"}

    def extra_columns(self) -> Sequence[Column[Any]]:
        """Return the line's place, and its amounts in hundredths."""
        return (
            Column("place", Integer),
            Column("value", BigInteger),
            Column("value_cost", BigInteger),
        )

    def derive(self, mapping: ImportMap) -> Sequence[Derivation]:
        """Return the steps: kind and amount, then their sign, then hundredths."""
        return (partial(_derive_kind, mapping), _derive_sign, partial(_derive_place, mapping))

    def examine(self, row: TypedRow, mapping: ImportMap) -> dict[str, ColumnElement[bool]]:
        """Return the condition of each finding; those that can't be are left out by the caller."""
        fields = row.fields
        conditions: dict[str, ColumnElement[bool]] = {
            "duplicate": row.copy_no > 1,
            "too_large_amount": func.abs(fields["amount"]) >= LARGEST,
            "non_positive_price": fields["unit_price"] <= 0,
            "zero_amount": fields["amount"] == 0,
            "missing_amount": fields["amount"].is_(None),
            "missing_number": fields["number"].is_(None),
            "unknown_currency": fields["currency"].regexp_match("^[A-Z]{3}$").is_(False),
        }
        if PREFIX in mapping.options:
            conditions["cancellation"] = _cancelled(fields, mapping)
        if "line_no" in mapping.sources:
            copies = func.row_number().over(
                partition_by=[row.first_row, fields["line_no"]], order_by=row.row_no
            )
            conditions["repeated_line"] = and_(fields["line_no"].is_not(None), copies > 1)
        known = {finding.key for finding in self.findings(mapping)}
        return {key: condition for key, condition in conditions.items() if key in known}

    def merge(self, chunk: Chunk) -> Outcome:
        """Merge a chunk's lines into the ledger."""
        return merge_chunk(chunk)

    def finish(self, import_id: Any, mapping: ImportMap, rows: Table) -> None:
        """Tell which accounts' trade the import changed, and which it created without any."""
        tenant_id = current_tenant_id()
        touched = select(LedgerTransaction.account_id).where(
            LedgerTransaction.tenant_id == tenant_id, LedgerTransaction.import_id == import_id
        )
        traded = set(db.session.scalars(touched.distinct()))
        tell_changed(sorted(set(created_by(tenant_id, import_id)) - traded))
        tell_traded(sorted(traded))


def _from_file(mapping: ImportMap, name: str) -> bool:
    source = mapping.sources.get(name)
    return source is not None and source.constant is None


def _cancelled(fields: Mapping[str, ColumnElement[Any]], mapping: ImportMap) -> ColumnElement[bool]:
    prefix = mapping.options[PREFIX]
    return func.coalesce(func.left(fields["number"], len(prefix)) == prefix, False)


def _derive_kind(mapping: ImportMap, row: TypedRow) -> dict[str, ColumnElement[Any]]:
    fields = row.fields
    kind: ColumnElement[str] = func.coalesce(fields["kind"], literal("invoice", Text()))
    if PREFIX in mapping.options and mapping.treatments.get("cancellation", "return") == "return":
        kind = case((_cancelled(fields, mapping), literal("return", Text())), else_=kind)
    quantity = func.coalesce(fields["quantity"], 1)
    return {
        "kind": kind,
        "currency": func.upper(func.coalesce(fields["currency"], current_tenant().currency)),
        "product": func.coalesce(fields["product"], ""),
        "description": func.coalesce(fields["description"], ""),
        "quantity": quantity,
        "amount": func.coalesce(fields["amount"], quantity * fields["unit_price"]),
    }


def _derive_sign(row: TypedRow) -> dict[str, ColumnElement[Any]]:
    """Give returned goods and money a minus, whatever sign the file has."""
    back = row.fields["kind"] == "return"
    return {
        name: case((back, -func.abs(row.fields[name])), else_=row.fields[name])
        for name in ("quantity", "amount", "cost")
    }


def _derive_place(mapping: ImportMap, row: TypedRow) -> dict[str, ColumnElement[Any]]:
    """Return the amounts in hundredths, and the line's number: as given, or by its place."""
    place = row.row_no - row.first_row + 1 if "number" in mapping.sources else literal(1)
    values: dict[str, ColumnElement[Any]] = {
        "value": _hundredths(row.fields["amount"]),
        "value_cost": _hundredths(row.fields["cost"]),
        "place": row.fields["line_no"] if "line_no" in mapping.sources else place,
    }
    if "number" not in mapping.sources:
        values["number"] = _generated_number(row)
    return values


def _hundredths(value: ColumnElement[Any]) -> ColumnElement[int]:
    fits = func.abs(value) < LARGEST
    return case((fits, cast(func.round(value * 100), BigInteger())))


def _generated_number(row: TypedRow) -> ColumnElement[str]:
    """Return account, day and the row's place among those of the account's day."""
    place = func.row_number().over(partition_by=[row.first_row], order_by=row.row_no)
    known = and_(row.fields["account"].is_not(None), row.fields["date"].is_not(None))
    day = func.to_char(row.fields["date"], "YYYYMMDD")
    number = func.concat(row.fields["account"], "/", day, "/", place)
    return case((or_(known), number))
