"""The contact governor on the screen: limits and lists, and the contacts of each account."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tierline.accounts.queries import get_account, get_contact
from tierline.contacting import queries, service, views, words
from tierline.contacting.models import COUNTED
from tierline.contacting.permissions import CONTACT, EXCEPT, READ, RULE
from tierline.errors import Invalid
from tierline.web import Pages, page, see
from tierline.web.navigation import navigation_entry

pages = Pages("contacting", __name__)
navigation_entry("contacting", _l("Contact limits"), "contacting.show_limits", "mail", 72)

NUMBERS = tuple(service.RANGES)
MOST_DIGITS = 9


@pages.get("/contacting", permission=READ)
def show_limits() -> Any:
    """Show the company's limits, whom not to contact, exceptions and the latest contacts."""
    return _limits(queries.rules_in_force(), {})


@pages.post("/contacting/rules", permission=RULE)
def set_limits() -> Any:
    """Set the company's limits."""
    given = dict(request.form)
    try:
        service.set_rules(_read_rules(given))
    except Invalid as invalid:
        return _limits(given, invalid.fields), 422
    return see("contacting.show_limits")


def _read_rules(given: Mapping[str, str]) -> dict[str, Any]:
    """Return the rules of the form; a number that is none is out of every range."""
    rules: dict[str, Any] = {key: _number(given.get(key, "")) for key in NUMBERS}
    for key in ("quiet_from", "quiet_to"):
        time = _time(given.get(key, ""))
        if time is None:
            what = _("must be a time like 21:00")
            raise Invalid(_("The limits can’t be set like this."), fields={key: [what]})
        rules[key] = time
    return {**rules, "working_days": "working_days" in given, "country": given.get("country", "")}


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) <= MOST_DIGITS else -1


def _time(text: str) -> datetime.time | None:
    try:
        return datetime.datetime.strptime(text[:5], "%H:%M").time()
    except ValueError:
        return None


def _limits(given: Mapping[str, Any], errors: Mapping[str, Any]) -> str:
    return page(
        "contacting/limits.html",
        given=given,
        errors=errors,
        stops=queries.stops(),
        exceptions=queries.exceptions(),
        made=queries.contacts_made(),
        countries=views.countries(),
        words=words,
    )


@pages.post("/contacting/stops/<uuid:stop_id>/end", permission=EXCEPT)
def end_stop(stop_id: uuid.UUID) -> Any:
    """Take a contact off the list of those who are not to be contacted."""
    service.end_stop(stop_id)
    return see("contacting.show_limits")


@pages.get("/accounts/<uuid:account_id>/contacting", permission=READ)
def show_account(account_id: uuid.UUID) -> Any:
    """Show which of an account's contacts may be contacted, and what was done."""
    return _account(account_id, {}, {})


@pages.post("/accounts/<uuid:account_id>/contacting/contacts", permission=CONTACT)
def note_contact(account_id: uuid.UUID) -> Any:
    """Keep a contact that happened just now."""

    def act(contact_id: uuid.UUID, form: Mapping[str, str]) -> None:
        kind, channel = form.get("kind", ""), form.get("channel", "")
        group = views.group_of(get_account(account_id))
        service.note_contact(contact_id, kind, channel, form.get("purpose", ""), group=group)

    return _acted(account_id, act)


@pages.post("/accounts/<uuid:account_id>/contacting/stops", permission=CONTACT)
def stop(account_id: uuid.UUID) -> Any:
    """Put a contact on the list of those who are not to be contacted."""
    return _acted(account_id, lambda contact, form: service.stop(contact, form.get("reason", "")))


@pages.post("/accounts/<uuid:account_id>/contacting/exceptions", permission=EXCEPT)
def grant(account_id: uuid.UUID) -> Any:
    """Let a contact be contacted up to a day, whatever the limits say."""

    def act(contact_id: uuid.UUID, form: Mapping[str, str]) -> None:
        try:
            ends_on = datetime.date.fromisoformat(form.get("ends_on", ""))
        except ValueError:
            ends_on = datetime.date.min
        service.grant(contact_id, form.get("kind", ""), form.get("reason", ""), ends_on)

    return _acted(account_id, act)


def _acted(account_id: uuid.UUID, act: Callable[[uuid.UUID, Mapping[str, str]], Any]) -> Any:
    """Do something with the contact that the form names, and show the account's contacts."""
    form = request.form
    try:
        act(get_contact(account_id, _uuid(form.get("contact_id", ""))).id, form)
    except Invalid as invalid:
        return _account(account_id, dict(form), invalid.fields), 422
    return see("contacting.show_account", account_id=account_id)


def _uuid(given: str) -> uuid.UUID:
    try:
        return uuid.UUID(given)
    except ValueError as error:
        what = _("is not one of the account’s contacts")
        raise Invalid(
            _("Choose a contact of this account."), fields={"contact_id": [what]}
        ) from error


def _account(account_id: uuid.UUID, given: Mapping[str, str], errors: Mapping[str, Any]) -> str:
    account = get_account(account_id)
    people = views.people(account)
    return page(
        "contacting/account.html",
        account=account,
        people=people,
        contacts=[(str(each.contact.id), each.contact.name) for each in people],
        made=queries.contacts_made(account.id),
        given=given,
        errors=errors,
        counted=[(kind, words.KINDS[kind]) for kind in COUNTED],
        words=words,
    )
