"""Writing accounts: their properties, plugins' fields, groups, notes; archiving.

Every write holds the account against other writers, counts its version up, and says in the timeline
and in the audit chain what was changed, from what to what.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, insert
from sqlalchemy.exc import IntegrityError

from tierline.access.decision import get_subject, require
from tierline.access.permissions import Permission
from tierline.accounts import checking, queries
from tierline.accounts.events import tell_changed
from tierline.accounts.models import CUSTOMER, Account, AccountGroup, TimelineEntry
from tierline.accounts.names import search_text, sort_key
from tierline.accounts.permissions import ARCHIVE, CREATE, NOTE, UPDATE
from tierline.accounts.plugin_fields import clean_fields
from tierline.accounts.words import known_groups
from tierline.audit.service import record
from tierline.db import db
from tierline.errors import Conflict, Stale
from tierline.packs.problems import did_you_mean
from tierline.plugins.queries import fields

Groups = Mapping[str, str | None]
"""Stakeholder groups by key, with the kind of party within each, where it has kinds."""


class NumberTaken(Conflict):
    """An account's number is its own among the tenant's accounts, archived ones included."""

    code = "number_taken"


class Archived(Conflict):
    """An archived account is not changed before it is restored."""

    code = "archived"


def create_account(
    values: Mapping[str, Any], groups: Groups | None = None, *, reason: str = ""
) -> Account:
    """Create an account with these properties, a customer unless groups are given.

    `values` are those of `checking.ACCOUNT`, and `fields`: values of plugins' fields by key. Raises
    Invalid naming each wrong value, and NumberTaken.
    """
    require(CREATE)
    held: Groups = {CUSTOMER: None} if groups is None else groups
    cleaned = _clean({"name": None, **values}, held, {})
    account = Account(**{**cleaned, "fields": _given(cleaned.get("fields", {}))}, version=1)
    _index_names(account)
    with _number_of_its_own(account.external_key):
        db.session.add(account)
    _put_into(account, held)
    _tell(account, "accounts.created", {}, reason)
    record("accounts.create", account, {**cleaned, "groups": sorted(held)})
    tell_changed([account.id])
    return account


def update_account(
    account_id: uuid.UUID,
    changes: Mapping[str, Any],
    groups: Groups | None = None,
    *,
    version: int | None = None,
    reason: str = "",
) -> Account:
    """Change the properties given; those of `fields` one by one, None removes one.

    Where `groups` are given, the account is put into exactly these. `version` is the one that the
    changes are based on. Raises Invalid, NumberTaken, Archived and Stale.
    """
    account = _changeable(account_id, UPDATE, version)
    before = queries.groups_of(account_id)
    cleaned = _clean(changes, groups, before, account.owner_id)
    changed = _differences(account, cleaned)
    if groups is not None and groups != before:
        changed["groups"] = [sorted(before), sorted(groups)]
    if not changed:
        return account
    told = _in_words(changed)
    with _number_of_its_own(cleaned.get("external_key")):
        _apply(account, cleaned)
    if groups is not None:
        _put_into(account, groups)
    _tell(account, "accounts.updated", {"changes": told}, reason)
    record("accounts.update", account, changed)
    tell_changed([account.id])
    return account


def archive_account(
    account_id: uuid.UUID, *, version: int | None = None, reason: str = ""
) -> Account:
    """Take an account out of the lists; what is known of it stays. Raises Archived, Stale."""
    account = _changeable(account_id, ARCHIVE, version)
    account.archived_at = datetime.datetime.now(datetime.UTC)
    _count_up(account)
    _tell(account, "accounts.archived", {}, reason)
    record("accounts.archive", account)
    tell_changed([account.id])
    return account


def restore_account(account_id: uuid.UUID, *, reason: str = "") -> Account:
    """Bring an archived account back; raises Conflict where it is not archived."""
    account = queries.lock_account(account_id)
    require(ARCHIVE, account)
    if account.archived_at is None:
        raise Conflict(_("The account is not archived."))
    account.archived_at = None
    _count_up(account)
    _tell(account, "accounts.restored", {}, reason)
    record("accounts.restore", account)
    tell_changed([account.id])
    return account


def add_note(account_id: uuid.UUID, text: str) -> TimelineEntry:
    """Write a note into an account's timeline; raises Invalid for an empty or too long one."""
    account = queries.get_account(account_id)
    require(NOTE, account)
    note = checking.checked(checking.NOTE, {"text": text})["text"]
    entry = tell(account_id, "accounts.note", text=note)
    db.session.flush()
    record("accounts.note", entry, {"account_id": account_id})
    return entry


def tell(
    account_id: uuid.UUID, kind: str, data: Mapping[str, Any] | None = None, *, text: str = ""
) -> TimelineEntry:
    """Add an entry to an account's timeline; see `accounts.timeline` for its words."""
    entry = TimelineEntry(
        account_id=account_id,
        kind=kind,
        actor=get_subject().name,
        data=dict(data or {}),
        text=text,
    )
    db.session.add(entry)
    return entry


def _tell(account: Account, kind: str, data: Mapping[str, Any], reason: str) -> None:
    why = checking.checked(checking.REASON, {"reason": reason})["reason"]
    tell(account.id, kind, data, text=why)
    db.session.flush()


def _changeable(account_id: uuid.UUID, permission: Permission, version: int | None) -> Account:
    """Return the account, held against other writers, if it may and can be changed."""
    account = queries.lock_account(account_id)
    require(permission, account)
    if version is not None and version != account.version:
        raise Stale(_("Somebody changed the account in between."), version=account.version)
    if account.archived_at is not None:
        raise Archived(_("The account is archived. Restore it first."))
    return account


def _clean(
    values: Mapping[str, Any],
    groups: Groups | None,
    before: Groups,
    owner_before: uuid.UUID | None = None,
) -> dict[str, Any]:
    """Return the values cleaned; raises Invalid naming every wrong value and group."""
    problems = checking.Problems()
    given = {key: value for key, value in values.items() if key != "fields"}
    cleaned = problems.clean(checking.ACCOUNT, given)
    if "fields" in values:
        cleaned["fields"] = clean_fields(fields("account"), values["fields"], problems)
    owner = cleaned.get("owner_id")
    if owner not in (None, owner_before) and not queries.is_active_member(owner):
        problems.add("owner_id", _("is not an active member"))
    if groups is not None:
        _check_groups(groups, before, problems)
    problems.raise_any()
    return cleaned


def _check_groups(groups: Groups, before: Groups, problems: checking.Problems) -> None:
    """Note unknown groups and kinds; a group of a disabled plugin may stay where it was."""
    known = known_groups()
    if not groups:
        problems.add("groups", _("choose at least one"))
    for key, kind in groups.items():
        group = known.get(key)
        kinds = [name for name, _title in group.kinds] if group else []
        if key not in known and key not in before:
            problems.add("groups", _('"%(key)s" is not known', key=key) + did_you_mean(key, known))
        elif kind and kind not in kinds and before.get(key) != kind:
            problem = _('"%(kind)s" is no kind of "%(key)s"', kind=kind, key=key)
            problems.add("groups", problem + did_you_mean(kind, kinds))


def _put_into(account: Account, groups: Groups) -> None:
    """Put the account into exactly these groups."""
    mine = AccountGroup.account_id == account.id
    db.session.execute(delete(AccountGroup).where(mine))
    db.session.execute(
        insert(AccountGroup),
        [
            {
                "tenant_id": account.tenant_id,
                "account_id": account.id,
                "group_key": key,
                "party_kind": kind,
            }
            for key, kind in groups.items()
        ],
    )


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


def _differences(account: Account, cleaned: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return what changes, [old, new] by property or key of a field."""
    changed = {
        key: [getattr(account, key), value]
        for key, value in cleaned.items()
        if key != "fields" and getattr(account, key) != value
    }
    for key, value in cleaned.get("fields", {}).items():
        if not _same(account.fields.get(key), value):
            changed[key] = [account.fields.get(key), value]
    return changed


def _same(old: Any, new: Any) -> bool:
    """Return whether two values of a field are the same, as a number or as its text."""
    if old is None or new is None:
        return old is new
    try:
        return Decimal(str(old)) == Decimal(str(new))
    except InvalidOperation:
        return str(old) == str(new)


def _in_words(changed: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    """Return the changes as the timeline keeps them: an owner by name, whoever reads it later."""
    told = {key: pair for key, pair in changed.items() if key != "owner_id"}
    if "owner_id" in changed:
        told["owner"] = [queries.owner_name(owner) for owner in changed["owner_id"]]
    return told


def _apply(account: Account, cleaned: Mapping[str, Any]) -> None:
    for key, value in cleaned.items():
        if key != "fields":
            setattr(account, key, value)
    account.fields = _given({**account.fields, **cleaned.get("fields", {})})
    _index_names(account)
    _count_up(account)


def _count_up(account: Account) -> None:
    account.version += 1
    account.updated_at = datetime.datetime.now(datetime.UTC)


def _index_names(account: Account) -> None:
    account.name_key = sort_key(account.name)
    account.search_text = search_text(account.name, account.external_key, account.credit_code)


@contextmanager
def _number_of_its_own(key: str | None) -> Iterator[None]:
    """Write what stands in the block; raises NumberTaken where another account has the number."""
    try:
        with db.session.begin_nested():
            yield
    except IntegrityError as error:
        if "uq_account_external_key" not in str(error.orig):
            raise
        problem = _("is the number of another account")
        raise NumberTaken(
            _("There is an account with the number %(key)s already.", key=key),
            fields={"external_key": [problem]},
        ) from error
