"""Writing the contacts of an account: whoever may change the account may change them."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from tierline.access.decision import require
from tierline.accounts import checking, queries
from tierline.accounts.events import tell_removing
from tierline.accounts.models import Account, Contact
from tierline.accounts.names import sort_key
from tierline.accounts.permissions import UPDATE
from tierline.accounts.service import Archived, tell
from tierline.audit.service import record
from tierline.db import db
from tierline.errors import Stale


def add_contact(account_id: uuid.UUID, values: Mapping[str, Any]) -> Contact:
    """Add a person at the account; raises Invalid naming each wrong value."""
    account = _changeable(account_id)
    cleaned = checking.checked(checking.CONTACT, {"name": None, **values})
    contact = Contact(account_id=account.id, **cleaned, name_key=sort_key(cleaned["name"]))
    db.session.add(contact)
    db.session.flush()
    tell(account.id, "accounts.contact_added", {"name": contact.name})
    record("accounts.add_contact", contact, {"account_id": account.id, **cleaned})
    return contact


def update_contact(
    account_id: uuid.UUID,
    contact_id: uuid.UUID,
    changes: Mapping[str, Any],
    *,
    version: int | None = None,
) -> Contact:
    """Change a contact's properties given; raises Invalid, or Stale for another version."""
    contact = _changeable_contact(account_id, contact_id, version)
    cleaned = checking.checked(checking.CONTACT, changes)
    changed = {
        key: [getattr(contact, key), value]
        for key, value in cleaned.items()
        if getattr(contact, key) != value
    }
    if not changed:
        return contact
    for key, value in cleaned.items():
        setattr(contact, key, value)
    contact.name_key = sort_key(contact.name)
    contact.version += 1
    contact.updated_at = datetime.datetime.now(datetime.UTC)
    tell(account_id, "accounts.contact_updated", {"name": contact.name, "changes": changed})
    record("accounts.update_contact", contact, changed)
    db.session.flush()
    return contact


def remove_contact(
    account_id: uuid.UUID, contact_id: uuid.UUID, *, version: int | None = None
) -> None:
    """Remove a contact for good; the timeline keeps that there was one.

    Raises Conflict where a higher layer has a reason against it.
    """
    contact = _changeable_contact(account_id, contact_id, version)
    tell_removing(contact)
    tell(account_id, "accounts.contact_removed", {"name": contact.name})
    record("accounts.remove_contact", contact, {"account_id": account_id})
    db.session.delete(contact)
    db.session.flush()


def _changeable(account_id: uuid.UUID) -> Account:
    account = queries.get_account(account_id)
    require(UPDATE, account)
    if account.archived_at is not None:
        raise Archived(_("The account is archived. Restore it first."))
    return account


def _changeable_contact(
    account_id: uuid.UUID, contact_id: uuid.UUID, version: int | None
) -> Contact:
    _changeable(account_id)
    contact = queries.get_contact(account_id, contact_id, lock=True)
    if version is not None and version != contact.version:
        raise Stale(_("Somebody changed the contact in between."), version=contact.version)
    return contact
