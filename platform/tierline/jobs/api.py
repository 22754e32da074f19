"""Background work in the API."""

from __future__ import annotations

import uuid
from typing import Any

from tierline.api import ApiBlueprint, page_of
from tierline.db.paging import keyset_page
from tierline.jobs.models import Job
from tierline.jobs.permissions import READ, STEER
from tierline.jobs.queries import NEWEST, get_job, select_jobs
from tierline.jobs.schemas import JobPage, JobQuery, JobSchema
from tierline.jobs.service import cancel, retry

api = ApiBlueprint("jobs", __name__, description="Background work")


@api.get("/jobs", permission=READ)
@api.arguments(JobQuery, location="query")
@api.response(200, JobPage)
def list_jobs(query: dict[str, Any]) -> dict[str, Any]:
    """List jobs, newest first."""
    statement = select_jobs(query.get("state"), query.get("kind"))
    return page_of(keyset_page(statement, NEWEST, query.get("cursor"), query["limit"]))


@api.get("/jobs/<uuid:job_id>", permission=READ)
@api.response(200, JobSchema)
def show_job(job_id: uuid.UUID) -> Job:
    """Show one job with its progress and result."""
    return get_job(job_id)


@api.post("/jobs/<uuid:job_id>/cancel", permission=STEER)
@api.response(200, JobSchema)
def cancel_job(job_id: uuid.UUID) -> Job:
    """Ask a job to stop at its next step."""
    return cancel(job_id)


@api.post("/jobs/<uuid:job_id>/retry", permission=STEER)
@api.response(200, JobSchema)
def retry_job(job_id: uuid.UUID) -> Job:
    """Run a failed or cancelled job again from where it stopped."""
    return retry(job_id)
