"""Writing accounts: one door for screen, API and whatever comes later."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from tierline.access.decision import require
from tierline.accounts.events import tell_changed
from tierline.accounts.models import CUSTOMER, Account, AccountGroup, Contact
from tierline.accounts.names import search_text, sort_key
from tierline.accounts.permissions import ARCHIVE, CREATE, UPDATE
from tierline.accounts.queries import get_account, get_contact, groups_of
from tierline.accounts.rules import Wrong, check_account, check_contact, check_fields
from tierline.accounts.timeline import add_entry
from tierline.accounts.words import group_titles
from tierline.audit.service import record
from tierline.db import db
from tierline.errors import Conflict, Stale
from tierline.identity.models import Membership
from tierline.identity.queries import in_force
from tierline.plugins.queries import fields as plugin_fields

REFUSED = "The account can't be saved."


def create_account(values: Mapping[str, Any]) -> Account:
    """Create an account; raises Invalid naming each wrong value, Conflict for a taken number.

    `values`: name, and optionally external_key, kind, lifecycle_stage, owner_id, industry, region,
    credit_code, fields {key: value}, groups [key] (customer where none is given).
    """
    require(CREATE)
    checked = _checked({"name": "", **values})
    keys = checked.pop("groups", None) or [CUSTOMER]
    account = Account(version=1, **checked)
    account.fields = checked.get("fields", {})
    _set_keys(account)
    _flush(account, new=True)
    _replace_groups(account.id, keys)
    add_entry(account.id, "accounts.created")
    record("accounts.create", account, {"name": account.name})
    tell_changed([account.id])
    return account


def update_account(
    account_id: uuid.UUID, values: Mapping[str, Any], version: int | None = None
) -> Account:
    """Change what `values` names of an account; field values are merged by key, "" removes one.

    Raises Stale when `version` is not the account's, Invalid, Conflict, Forbidden.
    """
    account = _locked(account_id, version)
    require(UPDATE, account)
    checked = _checked(values)
    keys = checked.pop("groups", None)
    if "fields" in values:
        checked["fields"] = {**_without(account.fields, values["fields"]), **checked["fields"]}
    changes = _assign(account, checked)
    if keys is not None:
        changes |= _change_groups(account.id, keys)
    if changes:
        _set_keys(account)
        _touch(account)
        add_entry(account.id, "accounts.updated", {"changed": sorted(changes)})
        record("accounts.update", account, changes)
        tell_changed([account.id])
    return account


def archive_account(account_id: uuid.UUID, version: int | None = None) -> Account:
    """Take an account out of the lists; its records stay."""
    return _set_archived(account_id, version, archived=True)


def restore_account(account_id: uuid.UUID, version: int | None = None) -> Account:
    """Put an archived account back into the lists."""
    return _set_archived(account_id, version, archived=False)


def _set_archived(account_id: uuid.UUID, version: int | None, *, archived: bool) -> Account:
    account = _locked(account_id, version)
    require(ARCHIVE, account)
    if (account.archived_at is not None) != archived:
        account.archived_at = datetime.datetime.now(datetime.UTC) if archived else None
        _touch(account)
        act = "archived" if archived else "restored"
        add_entry(account.id, f"accounts.{act}")
        record(f"accounts.{'archive' if archived else 'restore'}", account)
        tell_changed([account.id])
    return account


def add_note(account_id: uuid.UUID, text: str) -> None:
    """Write a note into an account's timeline."""
    account = get_account(account_id)
    require(UPDATE, account)
    wrong = Wrong()
    if not text.strip():
        wrong.add("text", _("must not be empty"))
    if len(text) > 5000:
        wrong.add("text", _("must have at most %(length)s characters", length=5000))
    wrong.refuse(_("The note can't be saved."))
    add_entry(account.id, "accounts.note", text=text.strip())
    record("accounts.note", account)


def create_contact(account_id: uuid.UUID, values: Mapping[str, Any]) -> Contact:
    """Add a contact to an account; raises Invalid naming each wrong value."""
    account = get_account(account_id)
    require(UPDATE, account)
    checked = _checked_contact({"name": "", **values})
    contact = Contact(account_id=account.id, version=1, **checked)
    contact.name_key = sort_key(contact.name)
    db.session.add(contact)
    db.session.flush()
    record("accounts.create_contact", contact, {"account": str(account.id)})
    return contact


def update_contact(
    contact_id: uuid.UUID, values: Mapping[str, Any], version: int | None = None
) -> Contact:
    """Change what `values` names of a contact; raises Stale, Invalid, Forbidden."""
    contact = get_contact(contact_id)
    db.session.refresh(contact, with_for_update=True)
    _check_version(contact, version)
    require(UPDATE, get_account(contact.account_id))
    changes = _assign(contact, _checked_contact(values))
    if changes:
        contact.name_key = sort_key(contact.name)
        _touch(contact)
        record("accounts.update_contact", contact, changes)
    return contact


def delete_contact(contact_id: uuid.UUID, version: int | None = None) -> None:
    """Remove a contact; raises Stale, Forbidden."""
    contact = get_contact(contact_id)
    _check_version(contact, version)
    require(UPDATE, get_account(contact.account_id))
    record("accounts.delete_contact", contact, {"account": str(contact.account_id)})
    db.session.flush()
    db.session.execute(delete(Contact).where(Contact.id == contact_id))


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    wrong = Wrong()
    checked = check_account(values, wrong)
    if "fields" in values:
        checked["fields"] = check_fields(values["fields"] or {}, plugin_fields("account"), wrong)
    if "owner_id" in values:
        checked["owner_id"] = values["owner_id"]
        if values["owner_id"] is not None and not _may_own(values["owner_id"]):
            wrong.add("owner_id", _("is not an active member"))
    if "groups" in values:
        checked["groups"] = sorted(set(values["groups"]))
        known = group_titles()
        for key in checked["groups"]:
            if key not in known:
                wrong.add("groups", _("there is no group %(key)s", key=key))
    wrong.refuse(_(REFUSED))
    return checked


def _checked_contact(values: Mapping[str, Any]) -> dict[str, Any]:
    wrong = Wrong()
    checked = check_contact(values, wrong)
    wrong.refuse(_("The contact can't be saved."))
    return checked


def _may_own(membership_id: uuid.UUID) -> bool:
    statement = select(Membership.id).where(Membership.id == membership_id, in_force())
    return db.session.scalar(statement) is not None


def _locked(account_id: uuid.UUID, version: int | None) -> Account:
    """Return the account with its row locked, so that no change is lost between read and write."""
    account = get_account(account_id)
    db.session.refresh(account, with_for_update=True)
    _check_version(account, version)
    return account


def _check_version(found: Account | Contact, version: int | None) -> None:
    if version is not None and version != found.version:
        raise Stale(
            _("Somebody changed this in between. Look at it again, then repeat your change."),
            version=found.version,
        )


def _without(fields: Mapping[str, Any], given: Mapping[str, Any] | None) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if key not in (given or {})}


def _assign(found: Account | Contact, checked: Mapping[str, Any]) -> dict[str, Any]:
    """Set the values that differ; return {name: [old, new]}, plugin fields each by its key."""
    changes: dict[str, Any] = {}
    for name, new in checked.items():
        old = getattr(found, name)
        if old == new:
            continue
        if name == "fields":
            for key in {**old, **new}:
                if old.get(key) != new.get(key):
                    changes[key] = [old.get(key), new.get(key)]
        else:
            changes[name] = [_plain(old), _plain(new)]
        setattr(found, name, new)
    return changes


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, uuid.UUID) else value


def _set_keys(account: Account) -> None:
    account.name_key = sort_key(account.name)
    account.search_text = search_text(account.name, account.external_key, account.credit_code)


def _touch(found: Account | Contact) -> None:
    found.version += 1
    found.updated_at = func.now()
    _flush(found, new=False)


def _flush(found: Account | Contact, *, new: bool) -> None:
    try:
        with db.session.begin_nested():
            if new:
                db.session.add(found)
            db.session.flush()
    except IntegrityError as error:
        if "uq_account_external_key" not in str(error.orig):
            raise
        raise Conflict(
            _("Another account has this number."), fields={"external_key": [_("is taken")]}
        ) from error


def _change_groups(account_id: uuid.UUID, keys: Iterable[str]) -> dict[str, Any]:
    old = [group.group_key for group in groups_of(account_id)]
    new = sorted(set(keys))
    if old == new:
        return {}
    _replace_groups(account_id, new)
    return {"groups": [old, new]}


def _replace_groups(account_id: uuid.UUID, keys: Iterable[str]) -> None:
    """Let the account be in exactly these groups; a kind of party in a group that stays is kept."""
    wanted = set(keys)
    present = {group.group_key for group in groups_of(account_id)}
    gone = present - wanted
    if gone:
        leaving = delete(AccountGroup).where(
            AccountGroup.account_id == account_id, AccountGroup.group_key.in_(gone)
        )
        db.session.execute(leaving)
    rows = [{"account_id": account_id, "group_key": key} for key in sorted(wanted - present)]
    if rows:
        db.session.execute(insert(AccountGroup), rows)
