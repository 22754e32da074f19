"""Reading jobs."""

from __future__ import annotations

import uuid

from flask_babel import gettext as _
from sqlalchemy import Select, select

from tierline.db import db
from tierline.db.paging import Sort
from tierline.errors import NotFound
from tierline.jobs.models import Job

NEWEST = Sort("newest", ((Job.created_at, True), (Job.id, True)))


def find_job(job_id: uuid.UUID) -> Job | None:
    """Return the tenant's job with this id, or None."""
    job: Job | None = db.session.get(Job, job_id)
    return job


def get_job(job_id: uuid.UUID) -> Job:
    """Return the tenant's job with this id; raises NotFound."""
    job = find_job(job_id)
    if job is None:
        raise NotFound(_("There is no such job."))
    return job


def select_jobs(state: str | None = None, kind: str | None = None) -> Select[Job]:
    """Return the statement of the tenant's jobs, to be paged."""
    statement = select(Job)
    if state:
        statement = statement.where(Job.state == state)
    if kind:
        statement = statement.where(Job.kind == kind)
    return statement


def open_jobs(kind: str | None = None) -> list[Job]:
    """Return the jobs that are queued or running, oldest first."""
    statement = select_jobs(kind=kind).where(Job.state.in_(("queued", "running")))
    return list(db.session.scalars(statement.order_by(Job.created_at)))
