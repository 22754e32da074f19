"""Running one job: claim it, work in steps, commit each step with its progress, finish.

Every step is one transaction that holds the work and the job's new position together, and each
checks the claim. So a worker that dies loses nothing, one that was thought dead can do no harm
(its next checkpoint finds the claim taken), and running a job twice changes nothing.
"""

from __future__ import annotations

import datetime
import threading
import traceback
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from flask import Flask, current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import func, or_, update

from tierline.access.decision import acting_as, require
from tierline.audit.service import record
from tierline.db import db, tenant_scope
from tierline.errors import TierlineError
from tierline.jobs.models import Job
from tierline.jobs.registry import get_kind
from tierline.jobs.service import subject_of
from tierline.tenancy.queries import current_tenant
from tierline.web.language import babel_name

log = structlog.get_logger()

BEAT_SECONDS = 4
STALE_SECONDS = 15
MAX_ATTEMPTS = 20


class ClaimLost(Exception):
    """Another worker holds the job now; this one must stop without a trace."""


class Cancelled(Exception):
    """Somebody asked the job to stop; raised at its next checkpoint."""


class Running:
    """The job as its handler sees it."""

    def __init__(self, job: Job) -> None:
        self.id = job.id
        self.tenant_id = job.tenant_id
        self.attempt = job.attempt
        self.arguments: dict[str, Any] = dict(job.arguments)
        self.position: dict[str, Any] = dict(job.position)
        self.done = job.done
        self.total = job.total

    def checkpoint(
        self,
        *,
        done: int | None = None,
        total: int | None = None,
        message: str | None = None,
        position: dict[str, Any] | None = None,
    ) -> None:
        """Commit the work since the last checkpoint together with the progress that it made.

        Raises ClaimLost or Cancelled, with the work since the last checkpoint undone.
        """
        self.done = self.done if done is None else done
        self.total = self.total if total is None else total
        self.position = self.position if position is None else position
        values: dict[str, Any] = {
            "done": self.done,
            "total": self.total,
            "position": self.position,
            "beat_at": func.now(),
        }
        if message is not None:
            values["message"] = message
        if self._update(**values):
            db.session.rollback()
            raise Cancelled
        db.session.commit()

    def report(self, done: int, total: int | None = None) -> None:
        """Show progress of work that is committed at its end only.

        Raises ClaimLost or Cancelled, with the work undone.
        """
        application = current_app._get_current_object()  # type: ignore[attr-defined]
        with application.app_context(), tenant_scope(self.tenant_id):
            values = {"done": done, "total": total or self.total, "beat_at": func.now()}
            cancel = self._update(**values)
            db.session.commit()
        if cancel:
            db.session.rollback()
            raise Cancelled

    def _update(self, **values: Any) -> bool:
        """Write to the job's row while the claim holds; returns whether it is to be cancelled."""
        statement = (
            update(Job)
            .where(Job.id == self.id, Job.attempt == self.attempt, Job.state == "running")
            .values(**values)
            .returning(Job.cancel_requested)
            .execution_options(synchronize_session=False)
        )
        cancel = db.session.execute(statement).scalar_one_or_none()
        if cancel is None:
            db.session.rollback()
            raise ClaimLost
        return cancel

    def finish(self, state: str, **values: Any) -> None:
        """Commit the last step together with the job's end."""
        self._update(state=state, finished_at=func.now(), beat_at=func.now(), **values)
        db.session.commit()


def run_job(app: Flask, tenant_id: int, job_id: uuid.UUID) -> str:
    """Run the job if it is there to be claimed; return what became of it.

    "unclaimed": it is over, or another worker holds it. Safe to call any number of times.
    """
    with app.app_context(), tenant_scope(tenant_id), force_locale(_language()):
        job = _claim(job_id)
        if job is None:
            return "unclaimed"
        running = Running(job)
        subject = subject_of(job.actor, tenant_id)
        with acting_as(subject), _heart(app, running):
            return _work(running, job.kind)


def _language() -> str:
    """Return the language of what the job writes: its company's."""
    return babel_name(current_tenant().locale)


def _claim(job_id: uuid.UUID) -> Job | None:
    stale = func.now() - datetime.timedelta(seconds=STALE_SECONDS)
    free = or_(Job.state == "queued", (Job.state == "running") & (Job.beat_at < stale))
    statement = (
        update(Job)
        .where(Job.id == job_id, free)
        .values(
            state="running",
            attempt=Job.attempt + 1,
            beat_at=func.now(),
            started_at=func.coalesce(Job.started_at, func.now()),
        )
        .returning(Job)
    )
    job = db.session.scalars(statement).one_or_none()
    if job is not None and job.attempt > MAX_ATTEMPTS:
        job.state, job.error = "failed", _never_ended()
        db.session.commit()
        return None
    if job is not None:
        db.session.expunge(job)
    db.session.commit()
    return job


def _never_ended() -> str:
    return str(_("The job was begun %(number)s times and never ended.", number=MAX_ATTEMPTS))


def _work(running: Running, key: str) -> str:
    try:
        kind = get_kind(key)
        require(kind.permission)
        result = kind.handler(running)
        record("jobs.finish", None, {"job": str(running.id), "kind": key})
        running.finish("done", result=result, done=running.total or running.done)
    except ClaimLost:
        return "unclaimed"
    except Cancelled:
        running.finish("cancelled")
        return "cancelled"
    except Exception as error:  # noqa: BLE001 - whatever a handler raises must end in its job's row
        db.session.rollback()
        return _fail(running, key, error)
    return "done"


def _fail(running: Running, key: str, error: Exception) -> str:
    log.error("job.failed", job=str(running.id), kind=key, trace=traceback.format_exc())
    known = isinstance(error, TierlineError)
    found = f"{type(error).__name__}: {error}"
    message = str(error) if known else _("An unexpected error: %(error)s", error=found)
    try:
        running.finish("failed", error=message[:2000])
    except ClaimLost:
        return "unclaimed"
    return "failed"


@contextmanager
def _heart(app: Flask, running: Running) -> Iterator[None]:
    """Beat in a thread of its own, so that one long statement does not look like a dead worker."""
    stop = threading.Event()

    def beat() -> None:
        while not stop.wait(BEAT_SECONDS):
            with app.app_context(), tenant_scope(running.tenant_id):
                db.session.execute(
                    update(Job)
                    .where(Job.id == running.id, Job.attempt == running.attempt)
                    .values(beat_at=func.now())
                )
                db.session.commit()

    thread = threading.Thread(target=beat, daemon=True, name=f"heart of {running.id}")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
