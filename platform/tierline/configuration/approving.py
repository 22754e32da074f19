"""A second person's approval of a draft, and the day from which it holds.

What is approved is a plan: where the draft would no longer do what was approved, it goes back to be
approved anew. A draft that can't be carried out on its day goes back to its author.
"""

from __future__ import annotations

import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from tierline.access import second_person
from tierline.access.decision import Subject, get_subject, require
from tierline.audit.service import record
from tierline.configuration.models import Revision
from tierline.configuration.permissions import APPROVE, SETTLE
from tierline.configuration.planning import check_plan, plan, publish_planned
from tierline.configuration.queries import get_revision
from tierline.configuration.service import check_publishable, check_reason, check_state
from tierline.db import db
from tierline.errors import Invalid, TierlineError
from tierline.jobs.service import enqueue, schedule
from tierline.metrics.service import today
from tierline.tenancy.queries import current_tenant

PUBLISH_DUE = "configuration.publish_due"
TELL_AUTHOR = "configuration.tell_author"
AT_NIGHT = "2 0 * * *"  # in the tenant's time zone, after changes that end on that day


def require_second_person(needed: bool) -> bool:
    """Say whether changes need a second person; return whether that is new.

    Drafts that are approved already stay approved.
    """
    require(SETTLE)
    tenant = current_tenant()
    if tenant.second_person == needed:
        return False
    tenant.second_person = needed
    db.session.flush()
    record("configuration.settle", tenant, {"second_person": [not needed, needed]})
    return True


def is_own(revision: Revision, subject: Subject) -> bool:
    """Return whether a revision is the subject's own."""
    return second_person.is_own(subject, revision.author_id, revision.author)


def approve(number: int) -> Revision:
    """Approve what a submitted draft would do, as its plan says.

    Raises NotFound, OwnChange, Conflict where it is not submitted, and RevisionStale where the plan
    is missing or no longer true.
    """
    revision = _to_decide(number)
    check_plan(revision)
    _decide(revision, "approved", "")
    return revision


def reject(number: int, reason: str) -> Revision:
    """Reject a submitted draft; raises NotFound, OwnChange, Conflict, Invalid without a reason."""
    revision = _to_decide(number)
    check_reason(reason)
    _decide(revision, "rejected", reason)
    return revision


def _to_decide(number: int) -> Revision:
    subject, revision = require(APPROVE), get_revision(number, lock=True)
    check_state(revision, "submitted")
    second_person.refuse_own(subject, revision.author_id, revision.author)
    return revision


def _decide(revision: Revision, state: str, note: str) -> None:
    revision.state, revision.note = state, note.strip()[:1000] or None
    revision.decided_by = get_subject().name
    revision.decided_at = datetime.datetime.now(datetime.UTC)
    db.session.flush()
    verb = "approve" if state == "approved" else "reject"
    record(f"configuration.{verb}", revision, {"number": revision.number})


def publish_on(number: int, day: datetime.date) -> Revision:
    """Let a draft be published at the beginning of a later day, in the company's time zone.

    Raises as `publish_planned` does, and Invalid for a day that has come already.
    """
    revision = get_revision(number, lock=True)
    check_publishable(revision)
    check_plan(revision)
    if day <= today():
        message = _("%(day)s is no later day: publish it now.", day=day)
        raise Invalid(message, fields={"on": [_("must be after today")]})
    revision.state, revision.publish_on, revision.note = "scheduled", day, None
    schedule(PUBLISH_DUE, AT_NIGHT, current_tenant().time_zone, {})
    db.session.flush()
    record("configuration.schedule", revision, {"number": number, "on": str(day)})
    return revision


def refresh(number: int) -> Revision:
    """Make a draft's plan anew; one that was approved waits for approval of the new plan."""
    revision = get_revision(number, lock=True)
    if revision.state in ("approved", "scheduled") and revision.decided_by is not None:
        _take_back(revision, "submitted")
    elif revision.state == "scheduled":
        _take_back(revision, "draft")
    plan(revision)
    return revision


def _take_back(revision: Revision, state: str, note: str | None = None) -> None:
    revision.state, revision.note = state, note
    revision.decided_by = revision.decided_at = revision.publish_on = None
    db.session.flush()


def publish_due() -> dict[str, list[int]]:
    """Publish what is due by today; what can't be goes back to its author, who is told by mail."""
    due = select(Revision.number).where(
        Revision.state == "scheduled", Revision.publish_on <= today()
    )
    done: dict[str, list[int]] = {"published": [], "returned": []}
    for number in db.session.scalars(due.order_by(Revision.publish_on, Revision.number)).all():
        try:
            with db.session.begin_nested():
                publish_planned(number)
        except TierlineError as error:
            _return(number, error.message)
            done["returned"].append(number)
        else:
            done["published"].append(number)
    return done


def _return(number: int, why: str) -> None:
    revision = get_revision(number, lock=True)
    _take_back(revision, "draft", why)
    record("configuration.return", revision, {"number": number, "why": why})
    if revision.author_id is not None:
        enqueue(TELL_AUTHOR, {"revision": number})
