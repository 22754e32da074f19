"""Accounts in the API, with their contacts, groups and timelines."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from tierline.accounts import contact_service, listing, queries, service
from tierline.accounts.models import Contact, TimelineEntry
from tierline.accounts.panels import added_filters
from tierline.accounts.permissions import ARCHIVE, CREATE, NOTE, READ, UPDATE
from tierline.accounts.schemas import (
    AccountChange,
    AccountPage,
    AccountQuery,
    AccountSchema,
    ArchiveQuery,
    ContactChange,
    ContactPage,
    ContactQuery,
    ContactSchema,
    EntryPage,
    EntryQuery,
    EntrySchema,
    GroupsSchema,
    NewAccount,
    NewContact,
    NoteRequest,
)
from tierline.api import ApiBlueprint, check_version, page_of, set_version
from tierline.db.paging import keyset_page

api = ApiBlueprint("accounts", __name__, description="Accounts, contacts, groups, timelines")

ETAG = {"ETag": {"description": "the record's version", "schema": {"type": "string"}}}
IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "schema": {"type": "string"},
    "description": "the ETag that the change is based on",
}

Versioned = tuple[Any, dict[str, str]]
View = Callable[..., Any]


def based_on_a_version(view: View) -> View:
    """Describe that the request must say which version its change is based on."""
    described: View = api.doc(parameters=[IF_MATCH])(view)
    return described


@api.get("/accounts", permission=READ)
@api.arguments(AccountQuery, location="query")
@api.response(200, AccountPage)
def list_accounts(query: dict[str, Any]) -> dict[str, Any]:
    """List accounts: searched, filtered, in order."""
    cursor, limit, sort = query.pop("cursor", None), query.pop("limit"), query.pop("sort")
    added = dict(each.split("=", 1) for each in query.pop("filter"))
    wanted = listing.AccountFilter(**query, added=added)
    return page_of(listing.list_accounts(wanted, sort, cursor, limit, filters=added_filters()))


@api.post("/accounts", permission=CREATE)
@api.arguments(NewAccount)
@api.response(201, AccountSchema, headers=ETAG)
def create_account(values: dict[str, Any]) -> Versioned:
    """Create an account."""
    groups, reason = dict.fromkeys(values.pop("groups")), values.pop("reason")
    return _shown(service.create_account(values, groups, reason=reason).id)


@api.get("/accounts/<uuid:account_id>", permission=READ)
@api.response(200, AccountSchema, headers=ETAG)
def show_account(account_id: uuid.UUID) -> Versioned:
    """Show one account."""
    return _shown(account_id)


@api.patch("/accounts/<uuid:account_id>", permission=UPDATE)
@api.arguments(AccountChange)
@api.response(200, AccountSchema, headers=ETAG)
@based_on_a_version
def change_account(changes: dict[str, Any], account_id: uuid.UUID) -> Versioned:
    """Change some properties of an account."""
    reason, version = changes.pop("reason"), _based_on(account_id)
    service.update_account(account_id, changes, version=version, reason=reason)
    return _shown(account_id)


@api.delete("/accounts/<uuid:account_id>", permission=ARCHIVE)
@api.arguments(ArchiveQuery, location="query")
@api.response(200, AccountSchema, headers=ETAG)
@based_on_a_version
def archive_account(query: dict[str, Any], account_id: uuid.UUID) -> Versioned:
    """Archive an account: it leaves the lists, what is known of it stays."""
    service.archive_account(account_id, version=_based_on(account_id), reason=query["reason"])
    return _shown(account_id)


@api.post("/accounts/<uuid:account_id>/restore", permission=ARCHIVE)
@api.response(200, AccountSchema, headers=ETAG)
def restore_account(account_id: uuid.UUID) -> Versioned:
    """Bring an archived account back."""
    service.restore_account(account_id)
    return _shown(account_id)


def _shown(account_id: uuid.UUID) -> Versioned:
    row = listing.get_row(account_id)
    return row, set_version(row)


def _based_on(account_id: uuid.UUID) -> int:
    """Return the version that the request names as the one it is based on, if it is current."""
    account = queries.get_account(account_id)
    check_version(account)
    return account.version


@api.get("/accounts/<uuid:account_id>/groups", permission=READ)
@api.response(200, GroupsSchema)
def show_groups(account_id: uuid.UUID) -> dict[str, Any]:
    """Show the stakeholder groups that an account is in."""
    return _groups(queries.get_account(account_id).id)


@api.put("/accounts/<uuid:account_id>/groups", permission=UPDATE)
@api.arguments(GroupsSchema)
@api.response(200, GroupsSchema)
@based_on_a_version
def set_groups(wanted: dict[str, Any], account_id: uuid.UUID) -> dict[str, Any]:
    """Put an account into exactly these groups; If-Match names the account's version."""
    groups = {each["key"]: each["party_kind"] or None for each in wanted["items"]}
    service.update_account(account_id, {}, groups, version=_based_on(account_id))
    return _groups(account_id)


def _groups(account_id: uuid.UUID) -> dict[str, Any]:
    groups = queries.groups_of(account_id)
    return {"items": [{"key": key, "party_kind": kind} for key, kind in groups.items()]}


@api.get("/accounts/<uuid:account_id>/contacts", permission=READ)
@api.arguments(ContactQuery, location="query")
@api.response(200, ContactPage)
def list_contacts(query: dict[str, Any], account_id: uuid.UUID) -> dict[str, Any]:
    """List an account's contacts by name."""
    found = queries.contacts(queries.get_account(account_id).id)
    order = queries.BY_CONTACT_NAME
    return page_of(keyset_page(found, order, query.get("cursor"), query["limit"]))


@api.post("/accounts/<uuid:account_id>/contacts", permission=UPDATE)
@api.arguments(NewContact)
@api.response(201, ContactSchema, headers=ETAG)
def add_contact(values: dict[str, Any], account_id: uuid.UUID) -> Versioned:
    """Add a person at the account."""
    return _versioned(contact_service.add_contact(account_id, values))


@api.get("/accounts/<uuid:account_id>/contacts/<uuid:contact_id>", permission=READ)
@api.response(200, ContactSchema, headers=ETAG)
def show_contact(account_id: uuid.UUID, contact_id: uuid.UUID) -> Versioned:
    """Show one contact."""
    return _versioned(queries.get_contact(account_id, contact_id))


@api.patch("/accounts/<uuid:account_id>/contacts/<uuid:contact_id>", permission=UPDATE)
@api.arguments(ContactChange)
@api.response(200, ContactSchema, headers=ETAG)
@based_on_a_version
def change_contact(
    changes: dict[str, Any], account_id: uuid.UUID, contact_id: uuid.UUID
) -> Versioned:
    """Change some properties of a contact."""
    version = _contact_based_on(account_id, contact_id)
    changed = contact_service.update_contact(account_id, contact_id, changes, version=version)
    return _versioned(changed)


@api.delete("/accounts/<uuid:account_id>/contacts/<uuid:contact_id>", permission=UPDATE)
@api.response(204)
@based_on_a_version
def remove_contact(account_id: uuid.UUID, contact_id: uuid.UUID) -> None:
    """Remove a contact for good."""
    version = _contact_based_on(account_id, contact_id)
    contact_service.remove_contact(account_id, contact_id, version=version)


def _versioned(contact: Contact) -> Versioned:
    return contact, set_version(contact)


def _contact_based_on(account_id: uuid.UUID, contact_id: uuid.UUID) -> int:
    contact = queries.get_contact(account_id, contact_id)
    check_version(contact)
    return contact.version


@api.get("/accounts/<uuid:account_id>/timeline", permission=READ)
@api.arguments(EntryQuery, location="query")
@api.response(200, EntryPage)
def list_timeline(query: dict[str, Any], account_id: uuid.UUID) -> dict[str, Any]:
    """List what happened with an account, newest first."""
    found = queries.timeline(queries.get_account(account_id).id)
    order = queries.NEWEST_ENTRY
    return page_of(keyset_page(found, order, query.get("cursor"), query["limit"]))


@api.post("/accounts/<uuid:account_id>/timeline", permission=NOTE)
@api.arguments(NoteRequest)
@api.response(201, EntrySchema)
def add_note(note: dict[str, Any], account_id: uuid.UUID) -> TimelineEntry:
    """Write a note into an account's timeline."""
    return service.add_note(account_id, note["text"])
