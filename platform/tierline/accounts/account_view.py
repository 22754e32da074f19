"""What the page of an account and its forms show."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from tierline.access.decision import get_subject
from tierline.accounts import forms, queries
from tierline.accounts.models import Account, Contact, TimelineEntry
from tierline.accounts.panels import shown_panels
from tierline.accounts.permissions import ARCHIVE, NOTE, UPDATE
from tierline.accounts.plugin_fields import shown_value
from tierline.accounts.timeline import told
from tierline.accounts.words import (
    KIND_NAMES,
    STAGE_NAMES,
    Vocabulary,
    group_titles,
    kind_choices,
    stage_choices,
)
from tierline.db.paging import keyset_page
from tierline.errors import Stale, TierlineError
from tierline.web.language import localized, moment

ENTRIES = 20

Form = MultiDict[str, str]


def view(
    account: Account,
    cursor: str | None,
    errors: Mapping[str, Any] | None = None,
    values: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return what the page of an account shows."""
    groups, subject = queries.groups_of(account.id), get_subject()
    titles, words = group_titles(), Vocabulary()
    found = keyset_page(queries.timeline(account.id), queries.NEWEST_ENTRY, cursor, ENTRIES)
    return {
        "account": account,
        "owner": queries.owner_name(account.owner_id),
        "kind": KIND_NAMES[account.kind],
        "stage": STAGE_NAMES[account.lifecycle_stage],
        "groups": [titles.get(key, key) for key in groups],
        "field_sets": [_facts(account, each) for each in forms.field_sets(groups)],
        "contacts": queries.contacts_of(account.id),
        "entries": found,
        "stories": [_story(entry, words) for entry in found.items],
        "top_panels": shown_panels(account, "top"),
        "main_panels": shown_panels(account, "main"),
        "side_panels": shown_panels(account, "side"),
        "may_update": subject.can(UPDATE, account),
        "may_archive": subject.can(ARCHIVE, account),
        "may_note": subject.can(NOTE, account),
        "errors": errors or {},
        "values": values or {},
    }


def _facts(account: Account, fields: forms.FieldSet) -> tuple[str, list[tuple[str, str]]]:
    """Return the title of a plugin and its fields' values that are known."""
    known = [field for field in fields.fields if account.fields.get(field.key) not in (None, "")]
    return fields.title, [
        (localized(field.title), shown_value(field, account.fields[field.key])) for field in known
    ]


def _story(entry: TimelineEntry, words: Vocabulary) -> dict[str, Any]:
    story = told(entry.kind, entry.data, entry.text, words)
    return {
        "icon": story.icon,
        "title": story.title,
        "text": Markup("<br>").join(story.text.splitlines()),
        "at": moment(entry.at),
        "at_iso": entry.at.isoformat(),
        "who": entry.actor,
    }


def new_form(group: str | None) -> dict[str, Any]:
    """Return the form of a new account, which its creator owns at first."""
    groups = forms.first_groups(group)
    owner = get_subject().membership_id
    values = {"kind": "enterprise", "lifecycle_stage": "active", "owner_id": str(owner or "")}
    return _form(None, values, groups)


def edit_form(account: Account) -> dict[str, Any]:
    """Return the form of an account as it is."""
    return _form(account, forms.account_values(account), queries.groups_of(account.id))


def filled_form(account: Account | None, form: Form, error: TierlineError) -> dict[str, Any]:
    """Return a form that was refused, with what was typed and what is wrong with it."""
    shown = _form(account, form, forms.read_groups(form))
    stale = isinstance(error, Stale) and account is not None
    return {
        **shown,
        "errors": {} if stale else error.fields or {"form": [error.message]},
        "labels": forms.error_labels(error.fields),
        "theirs": forms.theirs(account, form) if stale and account is not None else [],
        "stale": stale,
    }


def _form(
    account: Account | None, values: Mapping[str, str], groups: Mapping[str, str | None]
) -> dict[str, Any]:
    return {
        "account": account,
        "values": values,
        "kinds": kind_choices(),
        "stages": stage_choices(),
        "owners": queries.owner_choices(keep=account.owner_id if account else None),
        "groups": forms.group_choices(groups),
        "field_sets": forms.field_sets(groups),
        "errors": {},
        "labels": {},
        "theirs": [],
        "stale": False,
    }


def contact_form(
    account_id: uuid.UUID, contact_id: uuid.UUID | None, form: Form, error: TierlineError
) -> dict[str, Any]:
    """Return the form of a contact that was refused, with what was typed."""
    contact: Contact | None = None
    if contact_id is not None:
        contact = queries.get_contact(account_id, contact_id)
    return {
        "account": queries.get_account(account_id),
        "contact": contact,
        "values": form,
        "errors": error.fields or {"form": [error.message]},
    }
