"""Asking before people are contacted, and keeping what was done.

Whoever contacts people, a survey, a campaign or a person, asks here first: `decide` says who may be
contacted and why not, `reserve` says so and keeps the places. Reservations lock the accounts they
fill, in the order of their ids, so that no two of them can fill the same place.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Collection, Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, insert, select, update

from tierline.access.decision import get_subject, require
from tierline.accounts.models import Account, Contact
from tierline.audit.service import record
from tierline.contacting import queries
from tierline.contacting.deciding import Decision, countries, decide_each
from tierline.contacting.models import (
    CHANNELS,
    COUNTED,
    KINDS,
    ContactException,
    ContactMade,
    ContactRules,
    ContactStop,
    counter_of,
)
from tierline.contacting.permissions import CONTACT, EXCEPT, READ, RULE
from tierline.db import db
from tierline.errors import Conflict, Invalid, NotFound
from tierline.tenancy.queries import current_tenant

LONGEST_REASON = 1000
LONGEST_EXCEPTION = datetime.timedelta(days=92)
RANGES = {
    "relationship_days": (0, 730),
    "transactional_days": (0, 730),
    "any_days": (0, 365),
    "account_least": (1, 1000),
    "account_percent": (0, 100),
}
"""The least and most of each number of the rules."""


def decide(
    contact_ids: Collection[uuid.UUID],
    kind: str,
    at: datetime.datetime,
    group: str = "customer",
) -> list[Decision]:
    """Return for each contact whether it may be contacted at a time, by the order of their ids.

    `group` is the stakeholder group in whose name it is contacted. Raises NotFound for an unknown
    contact, Invalid for an unknown kind.
    """
    require(READ)
    _check_words(kind=(kind, KINDS))
    _check_time(at)
    return _decide(contact_ids, kind, at, counter_of(group))


def _decide(
    contact_ids: Collection[uuid.UUID], kind: str, at: datetime.datetime, counter: str
) -> list[Decision]:
    limits = queries.limits()
    standings = queries.standings(contact_ids, at, counter, limits)
    return decide_each(limits, standings, kind, at)


def reserve(
    contact_ids: Collection[uuid.UUID],
    kind: str,
    channel: str,
    at: datetime.datetime,
    purpose: str,
    group: str = "customer",
) -> list[Decision]:
    """Decide, and keep a place for each contact that may be contacted; raises as `decide` does."""
    subject = require(CONTACT)
    _check_words(kind=(kind, KINDS), channel=(channel, CHANNELS))
    _check_text("purpose", purpose)
    _check_time(at)
    _lock_accounts(contact_ids)
    decisions = _decide(contact_ids, kind, at, counter_of(group))
    alike = {
        "tenant_id": current_tenant().id,
        "kind": kind,
        "channel": channel,
        "state": "reserved",
        "counter": counter_of(group),
        "at": at,
        "purpose": purpose.strip(),
        "by": subject.name,
    }
    rows = [
        {**alike, "contact_id": decision.contact_id, "exception_id": decision.exception_id}
        for decision in decisions
        if decision.allowed
    ]
    if rows:
        db.session.execute(insert(ContactMade), rows)
    noted = {"kind": kind, "purpose": purpose, "asked": len(decisions), "allowed": len(rows)}
    record("contacting.reserve", None, noted)
    return decisions


def _lock_accounts(contact_ids: Collection[uuid.UUID]) -> None:
    """Lock the accounts of contacts, in the order of their ids, until the transaction ends."""
    of_contacts = select(Contact.account_id).where(Contact.id.in_(list(contact_ids)))
    locked = select(Account.id).where(Account.id.in_(of_contacts)).order_by(Account.id)
    db.session.execute(locked.with_for_update(key_share=True)).all()


def release(contact_ids: Collection[uuid.UUID], kind: str, purpose: str) -> int:
    """Give back what is reserved for contacts, of a kind and for a purpose; return how much."""
    require(CONTACT)
    released = db.session.scalars(
        update(ContactMade)
        .where(
            ContactMade.contact_id.in_(list(contact_ids)),
            _is_reserved(kind, purpose),
        )
        .values(state="released")
        .returning(ContactMade.id)
    ).all()
    if released:
        noted = {"kind": kind, "purpose": purpose, "released": len(released)}
        record("contacting.release", None, noted)
    return len(released)


def note_contact(
    contact_id: uuid.UUID,
    kind: str,
    channel: str,
    purpose: str,
    at: datetime.datetime | None = None,
    group: str = "customer",
) -> ContactMade:
    """Keep a contact that happened, within the limits or not; at None it was just now.

    What was reserved for the contact, of this kind and for this purpose, is thereby carried out.
    Raises NotFound, Invalid naming each wrong field.
    """
    subject = require(CONTACT)
    _check_words(kind=(kind, KINDS), channel=(channel, CHANNELS))
    _check_text("purpose", purpose)
    now = datetime.datetime.now(datetime.UTC)
    if at is not None and at > now:
        what = _("must not lie ahead")
        raise Invalid(_("What happened can’t lie ahead."), fields={"at": [what]})
    if at is not None:
        _check_time(at)
    contact = _contact(contact_id)
    made = _reserved(contact.id, kind, purpose)
    if made is None:
        made = ContactMade(
            contact_id=contact.id,
            kind=kind,
            counter=counter_of(group),
            purpose=purpose.strip(),
        )
        db.session.add(made)
    made.state, made.channel, made.at, made.by = "made", channel, at or now, subject.name
    db.session.flush()
    record("contacting.note", made, {"contact": contact.name, "kind": kind, "channel": channel})
    return made


def _reserved(contact_id: uuid.UUID, kind: str, purpose: str) -> ContactMade | None:
    """Return the earliest place that is kept for a contact, locked."""
    chosen = select(ContactMade).where(
        ContactMade.contact_id == contact_id, _is_reserved(kind, purpose)
    )
    return db.session.scalars(
        chosen.order_by(ContactMade.at, ContactMade.id).limit(1).with_for_update()
    ).one_or_none()


def _is_reserved(kind: str, purpose: str) -> ColumnElement[bool]:
    return and_(
        ContactMade.kind == kind,
        ContactMade.purpose == purpose.strip(),
        ContactMade.state == "reserved",
    )


def stop(contact_id: uuid.UUID, reason: str) -> ContactStop:
    """Put a contact on the list of those who are not to be contacted.

    What is reserved for the contact is released; the account is locked, so that no reservation
    passes by. Raises NotFound, Invalid without a reason, Conflict where it is on the list.
    """
    subject = require(CONTACT)
    _check_text("reason", reason)
    contact = _contact(contact_id)
    _lock_accounts([contact.id])
    if queries.is_stopped(contact.id):
        raise Conflict(_("%(name)s is on the list already.", name=contact.name))
    made = ContactStop(contact_id=contact.id, reason=reason.strip(), entered_by=subject.name)
    db.session.add(made)
    kept = (ContactMade.contact_id == contact.id) & (ContactMade.state == "reserved")
    db.session.execute(update(ContactMade).where(kept).values(state="released"))
    db.session.flush()
    record("contacting.stop", made, {"contact": contact.name, "reason": made.reason})
    return made


def end_stop(stop_id: uuid.UUID) -> ContactStop:
    """Take a contact off the list; raises NotFound, Conflict where that was done already."""
    require(EXCEPT)
    found = db.session.scalars(
        select(ContactStop).where(ContactStop.id == stop_id).with_for_update()
    ).one_or_none()
    if found is None:
        raise NotFound(_("There is no such entry in the list."))
    if found.ended_at is not None:
        raise Conflict(_("This is over already."))
    found.ended_at = datetime.datetime.now(datetime.UTC)
    found.ended_by = get_subject().name
    db.session.flush()
    record("contacting.end_stop", found, {"reason": found.reason})
    return found


def grant(
    contact_id: uuid.UUID, kind: str, reason: str, ends_on: datetime.date
) -> ContactException:
    """Let a contact be contacted up to a day (the first without it), whatever the limits say.

    Those who are not to be contacted stay so. Raises NotFound, Invalid naming each wrong field.
    """
    subject = require(EXCEPT)
    _check_words(kind=(kind, COUNTED))
    _check_text("reason", reason)
    today = datetime.datetime.now(queries.limits().zone).date()
    if not today < ends_on <= today + LONGEST_EXCEPTION:
        what = _("must lie after today and at most three months ahead")
        raise Invalid(_("The exception can’t be granted."), fields={"ends_on": [what]})
    contact = _contact(contact_id)
    made = ContactException(
        contact_id=contact.id,
        kind=kind,
        reason=reason.strip(),
        granted_by=subject.name,
        ends_on=ends_on,
    )
    db.session.add(made)
    db.session.flush()
    noted = {"contact": contact.name, "kind": kind, "until": str(ends_on), "reason": made.reason}
    record("contacting.grant", made, noted)
    return made


def set_rules(given: Mapping[str, Any]) -> ContactRules:
    """Set the company's rules: what is left out stays as it is. Raises Invalid by field."""
    require(RULE)
    _check_rules(given)
    found = queries.find_rules()
    if found is None:
        found = ContactRules(**queries.rules_in_force())
        db.session.add(found)
    for key, value in given.items():
        setattr(found, key, value)
    found.updated_at = datetime.datetime.now(datetime.UTC)
    db.session.flush()
    record("contacting.rules", found, {key: str(value) for key, value in given.items()})
    return found


def _check_rules(given: Mapping[str, Any]) -> None:
    problems: dict[str, list[str]] = {}
    for key, (least, most) in RANGES.items():
        if key in given and not least <= given[key] <= most:
            problems[key] = [_("must be from %(least)s to %(most)s", least=least, most=most)]
    if "country" in given and given["country"] not in ("", *countries()):
        problems["country"] = [_("is not a country whose holidays are known")]
    if problems:
        raise Invalid(_("The limits can’t be set like this."), fields=problems)


def _contact(contact_id: uuid.UUID) -> Contact:
    found = db.session.scalars(select(Contact).where(Contact.id == contact_id)).one_or_none()
    if found is None:
        raise NotFound(_("There is no such contact."))
    return found


def _check_words(**given: tuple[str, Collection[str]]) -> None:
    problems = {
        key: [_("must be one of %(known)s", known=", ".join(known))]
        for key, (word, known) in given.items()
        if word not in known
    }
    if problems:
        raise Invalid(_("This is no contact that limits know."), fields=problems)


def _check_time(at: datetime.datetime) -> None:
    if not 2000 <= at.year <= 2100:
        what = _("must lie between the years 2000 and 2100")
        raise Invalid(_("This is no time for a contact."), fields={"at": [what]})


def _check_text(key: str, text: str) -> None:
    if not text.strip():
        raise Invalid(_("Say why."), fields={key: [_("must not be empty")]})
    if len(text.strip()) > LONGEST_REASON:
        what = _("has more than %(most)s characters", most=LONGEST_REASON)
        raise Invalid(_("The text is too long."), fields={key: [what]})
