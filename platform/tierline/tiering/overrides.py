"""Tiers set by hand: somebody asks, somebody decides, and it holds up to a day."""

from __future__ import annotations

import datetime
import uuid

from flask_babel import gettext as _
from sqlalchemy import select

from tierline.access.decision import Subject, decide, get_subject, require
from tierline.access.second_person import refuse_own
from tierline.audit.service import record
from tierline.db import db
from tierline.errors import Conflict, Invalid, NotFound
from tierline.metrics.queries import get_account
from tierline.metrics.service import today
from tierline.plugins.queries import get_scheme
from tierline.tenancy.queries import current_tenant
from tierline.tiering.assigning import lock
from tierline.tiering.models import Override
from tierline.tiering.permissions import ASK, DECIDE
from tierline.tiering.queries import is_in_group
from tierline.tiering.service import settle
from tierline.tiering.versions import codes_of, scheme_tiers, use_scheme

LONGEST = datetime.timedelta(days=366)
"""How long a tier may be set by hand at a time; then somebody must look again."""

LONGEST_REASON = 1000


def ask(
    scheme_id: str, account_id: uuid.UUID, tier: str, reason: str, ends_on: datetime.date
) -> Override:
    """Ask that an account be in a tier up to a day (the first without it), with a reason.

    Who may decide, too, has decided by asking, unless the company wants a second person. Raises
    NotFound, Invalid naming each wrong field, Conflict where something is asked already.
    """
    subject, scheme = require(ASK), use_scheme(scheme_id)
    account = get_account(account_id)
    _check(scheme_id, tier, reason, ends_on)
    if not is_in_group(account, get_scheme(scheme_id).group):
        message = _("%(name)s is not in the scheme’s stakeholder group.", name=account.name)
        raise Invalid(message, fields={"account": [_("gets no tier in this scheme")]})
    if find_open(scheme.number, account_id) is not None:
        raise Conflict(_("A tier is asked for already. Decide on that first, or withdraw it."))
    asked = Override(
        scheme_number=scheme.number,
        account_id=account_id,
        tier=codes_of(scheme)[tier],
        reason=reason.strip(),
        state="open",
        asked_by=subject.name,
        asked_by_id=subject.membership_id,
        ends_on=ends_on,
    )
    db.session.add(asked)
    db.session.flush()
    _record("ask", asked, scheme_id, tier=tier, until=str(ends_on), reason=asked.reason)
    if not current_tenant().second_person and decide(subject, DECIDE).allowed:
        _approve(asked, subject, scheme_id)
    return asked


def _check(scheme_id: str, tier: str, reason: str, ends_on: datetime.date) -> None:
    problems: dict[str, list[str]] = {}
    if tier not in scheme_tiers(get_scheme(scheme_id)):
        problems["tier"] = [_("is not one of the scheme’s tiers")]
    if not reason.strip():
        problems["reason"] = [_("must not be empty")]
    elif len(reason.strip()) > LONGEST_REASON:
        problems["reason"] = [_("has more than %(most)s characters", most=LONGEST_REASON)]
    if not today() < ends_on <= today() + LONGEST:
        what = _("must lie after today and at most a year ahead")
        problems["ends_on"] = [what]
    if problems:
        raise Invalid(_("The tier can’t be set by hand like this."), fields=problems)


def find_open(scheme_number: int, account_id: uuid.UUID) -> Override | None:
    """Return what is asked for an account and not decided."""
    return _find(scheme_number, account_id, "open")


def find_in_force(scheme_number: int, account_id: uuid.UUID) -> Override | None:
    """Return what was decided for an account and not let go of."""
    return _find(scheme_number, account_id, "approved")


def _find(scheme_number: int, account_id: uuid.UUID, state: str) -> Override | None:
    chosen = select(Override).where(
        Override.scheme_number == scheme_number,
        Override.account_id == account_id,
        Override.state == state,
        Override.released_on.is_(None),
    )
    return db.session.scalars(chosen).one_or_none()


def get_override(override_id: uuid.UUID) -> Override:
    """Return a tier set by hand, locked after its scheme; raises NotFound."""
    found: Override | None = db.session.get(Override, override_id)
    if found is None:
        raise NotFound(_("There is no such tier set by hand."))
    return found


def approve(override_id: uuid.UUID) -> Override:
    """Let a tier that was asked for hold from today.

    Raises NotFound, Conflict where it is decided or over already, OwnChange where the company wants
    a second person.
    """
    subject, asked, scheme_id = _to_decide(override_id)
    if asked.ends_on <= today():
        raise Conflict(_("Its time is over before it began. Ask anew, with a later day."))
    _approve(asked, subject, scheme_id)
    return asked


def reject(override_id: uuid.UUID, note: str) -> Override:
    """Reject a tier that was asked for; raises as `approve`, and Invalid without a reason."""
    subject, asked, scheme_id = _to_decide(override_id)
    if not note.strip():
        raise Invalid(_("Say why."), fields={"note": [_("must not be empty")]})
    _decided(asked, "rejected", subject, note)
    _record("reject", asked, scheme_id, note=asked.note or "")
    return asked


def withdraw(override_id: uuid.UUID, note: str = "") -> Override:
    """Take back a tier that was asked for or holds; the rule is heeded again from today.

    One's own question anybody may take back who may ask; else one must be able to decide.
    """
    asked, scheme_id = _locked(override_id)
    subject = get_subject()
    is_own_question = asked.state == "open" and asked.asked_by_id == subject.membership_id
    require(ASK if is_own_question else DECIDE)
    if asked.state not in ("open", "approved") or asked.released_on is not None:
        raise Conflict(_("This is over already."))
    if asked.state == "approved":
        asked.ends_on = today()
        db.session.flush()
        settle(asked.scheme_number, asked.account_id)
        db.session.refresh(asked)
        asked.released_on = asked.released_on or today()
    _decided(asked, "withdrawn", subject, note)
    _record("withdraw", asked, scheme_id, note=asked.note or "")
    return asked


def _to_decide(override_id: uuid.UUID) -> tuple[Subject, Override, str]:
    subject = require(DECIDE)
    asked, scheme_id = _locked(override_id)
    if asked.state != "open":
        raise Conflict(_("This is decided already."))
    if current_tenant().second_person:
        refuse_own(subject, asked.asked_by_id, asked.asked_by)
    return subject, asked, scheme_id


def _locked(override_id: uuid.UUID) -> tuple[Override, str]:
    """Return an override as it is once its scheme is locked, and the scheme's id."""
    asked = get_override(override_id)
    scheme = lock(asked.scheme_number)
    db.session.refresh(asked)
    return asked, scheme.scheme_id


def _approve(asked: Override, subject: Subject, scheme_id: str) -> None:
    before = find_in_force(asked.scheme_number, asked.account_id)
    if before is not None:
        before.ends_on = before.released_on = today()
        _decided(before, "withdrawn", subject, _("Another tier was set by hand"))
    asked.begins_on = today()
    _decided(asked, "approved", subject, "")
    settle(asked.scheme_number, asked.account_id)
    _record("approve", asked, scheme_id)


def _decided(asked: Override, state: str, subject: Subject, note: str) -> None:
    asked.state, asked.note = state, note.strip()[:LONGEST_REASON] or None
    asked.decided_by, asked.decided_at = subject.name, datetime.datetime.now(datetime.UTC)
    db.session.flush()


def _record(verb: str, asked: Override, scheme_id: str, **noted: str) -> None:
    record(f"tiering.override_{verb}", asked, {"scheme": scheme_id, **noted})
