"""Reading accounts: one, their contacts, groups and timeline. The list is in `listing`."""

from __future__ import annotations

import uuid

from flask_babel import gettext as _
from sqlalchemy import Select, bindparam, select

from tierline.accounts.models import Account, AccountGroup, Contact, TimelineEntry
from tierline.db import db
from tierline.db.paging import Sort
from tierline.db.scope import current_tenant_id
from tierline.errors import NotFound
from tierline.identity.models import AppUser, Membership
from tierline.identity.queries import in_force

NEWEST_ENTRY = Sort("newest", ((TimelineEntry.at, True), (TimelineEntry.id, True)))
BY_CONTACT_NAME = Sort("name", ((Contact.name_key, False), (Contact.id, False)))


def find_account(account_id: uuid.UUID) -> Account | None:
    """Return the tenant's account with this id, archived ones too, or None."""
    account: Account | None = db.session.get(Account, account_id)
    return account


def get_account(account_id: uuid.UUID) -> Account:
    """Return the tenant's account with this id, archived ones too; raises NotFound."""
    account = find_account(account_id)
    if account is None:
        raise NotFound(_("There is no such account."))
    return account


def lock_account(account_id: uuid.UUID) -> Account:
    """Return an account as it is now, held against other writers; raises NotFound."""
    statement = select(Account).where(Account.id == account_id).with_for_update()
    account: Account | None = db.session.scalar(statement.execution_options(populate_existing=True))
    if account is None:
        raise NotFound(_("There is no such account."))
    return account


def find_by_external_key(key: str) -> Account | None:
    """Return the tenant's account with this number, archived ones too, or None."""
    account: Account | None = db.session.scalar(select(Account).where(Account.external_key == key))
    return account


def groups_of(account_id: uuid.UUID) -> dict[str, str | None]:
    """Return the kind of party of an account in each of its groups, by group key."""
    statement = (
        select(AccountGroup.group_key, AccountGroup.party_kind)
        .where(AccountGroup.account_id == account_id)
        .order_by(AccountGroup.group_key)
    )
    return {row.group_key: row.party_kind for row in db.session.execute(statement)}


def contacts(account_id: uuid.UUID) -> Select[Contact]:
    """Return the statement of an account's contacts, to be paged."""
    return select(Contact).where(Contact.account_id == account_id)


def contacts_of(account_id: uuid.UUID, limit: int = 100) -> list[Contact]:
    """Return an account's first contacts by name."""
    ordered = contacts(account_id).order_by(Contact.name_key, Contact.id)
    return list(db.session.scalars(ordered.limit(limit)))


def get_contact(account_id: uuid.UUID, contact_id: uuid.UUID, *, lock: bool = False) -> Contact:
    """Return a contact of the account, held against other writers on wish; raises NotFound."""
    statement = contacts(account_id).where(Contact.id == contact_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    contact: Contact | None = db.session.scalar(statement)
    if contact is None:
        raise NotFound(_("There is no such contact at this account."))
    return contact


def timeline(account_id: uuid.UUID) -> Select[TimelineEntry]:
    """Return the statement of what happened with an account, to be paged."""
    return select(TimelineEntry).where(TimelineEntry.account_id == account_id)


def owner_name(membership_id: uuid.UUID | None) -> str | None:
    """Return the name of a member, past ones too; None where nobody is meant."""
    if membership_id is None:
        return None
    membership = db.session.get(Membership, membership_id)
    return None if membership is None else membership.name


def is_active_member(membership_id: uuid.UUID) -> bool:
    """Return whether the membership lets its user in now."""
    statement = select(Membership.id).where(Membership.id == membership_id, in_force())
    return db.session.execute(statement).first() is not None


OWNERS = (
    select(Membership.id, AppUser.name, AppUser.email)
    .join(AppUser, AppUser.id == Membership.user_id)
    .where(
        Membership.tenant_id == bindparam("tenant_id"),
        in_force() | (Membership.id == bindparam("keep")),
    )
    .order_by(AppUser.name, AppUser.email)
    .limit(1000)
)


def owner_choices(keep: uuid.UUID | None = None) -> list[tuple[str, str]]:
    """Return who may own an account, (id, name) by name; `keep` is an owner who stays listed."""
    found = db.session.execute(OWNERS, {"tenant_id": current_tenant_id(), "keep": keep})
    return [(str(row.id), row.name or row.email) for row in found]
