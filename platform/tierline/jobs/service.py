"""Starting, cancelling and scheduling jobs, within the caller's transaction."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from croniter import croniter
from flask import has_request_context
from flask_babel import LazyString, force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from tierline.access.decision import Subject, get_subject, require
from tierline.access.permissions import Role
from tierline.audit.service import record
from tierline.db import db
from tierline.errors import Conflict, Invalid
from tierline.jobs.models import Job, Schedule
from tierline.jobs.queries import get_job
from tierline.jobs.registry import get_kind
from tierline.tenancy.queries import current_tenant
from tierline.web.language import babel_name, localized


def enqueue(kind: str, arguments: Mapping[str, Any], title: Mapping[str, str] | None = None) -> Job:
    """Record a job of this kind, to be delivered once the caller's transaction is committed.

    The acting subject needs the kind's permission, and the job runs with its rights. `title`, a
    text by language, is shown in place of the kind's.
    """
    registered = get_kind(kind)
    subject = require(registered.permission)
    job = Job(
        kind=kind,
        title=_shown_title(title or registered.title),
        arguments=dict(arguments),
        actor=actor_of(subject),
        state="queued",
        position={},
    )
    db.session.add(job)
    db.session.flush()
    record("jobs.start", job, {"kind": kind})
    return job


def _shown_title(title: str | LazyString | Mapping[str, str]) -> str:
    """Return a title in the reader's language, or the company's where nobody reads."""
    if has_request_context():
        return _told(title)
    with force_locale(babel_name(current_tenant().locale)):
        return _told(title)


def _told(title: str | LazyString | Mapping[str, str]) -> str:
    return localized(title) if isinstance(title, Mapping) else str(title)


def cancel(job_id: uuid.UUID) -> Job:
    """Ask a job to stop: at once when it has not begun, else at its next checkpoint."""
    job = get_job(job_id)
    require(get_kind(job.kind).permission)
    if not job.open:
        raise Conflict(_("The job is over already."), state=job.state)
    job.cancel_requested = True
    if job.state == "queued":
        job.state = "cancelled"
        job.finished_at = datetime.datetime.now(datetime.UTC)
    record("jobs.cancel", job)
    db.session.flush()
    return job


def retry(job_id: uuid.UUID) -> Job:
    """Run a failed or cancelled job again, from where it stopped."""
    job = get_job(job_id)
    require(get_kind(job.kind).permission)
    if job.state not in ("failed", "cancelled"):
        raise Conflict(_("Only a failed or cancelled job can be run again."), state=job.state)
    job.state, job.error, job.finished_at = "queued", None, None
    job.cancel_requested, job.sent_at = False, None
    job.actor = actor_of(get_subject())
    record("jobs.retry", job)
    db.session.flush()
    return job


def schedule(kind: str, cron: str, time_zone: str, arguments: Mapping[str, Any]) -> Schedule:
    """Let a kind of job run by a cron expression in the time zone given; one schedule a kind."""
    get_kind(kind)
    if not croniter.is_valid(cron):
        message = _("The schedule can't be read.")
        raise Invalid(message, fields={"cron": [_("is not a cron expression")]})
    planned = db.session.scalar(select(Schedule).where(Schedule.kind == kind))
    if planned is None:
        planned = Schedule(kind=kind)
        db.session.add(planned)
    planned.cron, planned.arguments = cron, dict(arguments)
    planned.next_at = next_time(cron, time_zone)
    db.session.flush()
    return planned


def next_time(
    cron: str, time_zone: str, after: datetime.datetime | None = None
) -> datetime.datetime:
    """Return when the cron expression is due next after `after` (now), in UTC."""
    start = (after or datetime.datetime.now(datetime.UTC)).astimezone(ZoneInfo(time_zone))
    due: datetime.datetime = croniter(cron, start).get_next(datetime.datetime)
    return due.astimezone(datetime.UTC)


def actor_of(subject: Subject) -> dict[str, Any]:
    """Return the subject as a job's row keeps it."""
    return {
        "name": subject.name,
        "role": subject.role.value,
        "membership_id": str(subject.membership_id) if subject.membership_id else None,
        "token_id": str(subject.token_id) if subject.token_id else None,
        "scopes": sorted(subject.scopes) if subject.scopes is not None else None,
    }


def subject_of(actor: Mapping[str, Any], tenant_id: int) -> Subject:
    """Return the subject that a job's row names."""
    return Subject(
        name=actor["name"],
        tenant_id=tenant_id,
        role=Role(actor["role"]),
        membership_id=uuid.UUID(actor["membership_id"]) if actor["membership_id"] else None,
        token_id=uuid.UUID(actor["token_id"]) if actor["token_id"] else None,
        scopes=frozenset(actor["scopes"]) if actor["scopes"] is not None else None,
    )
