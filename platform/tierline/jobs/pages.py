"""Background work on the screen: what runs, how far it is, what came of it."""

from __future__ import annotations

import uuid
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from tierline.db.paging import keyset_page
from tierline.jobs.permissions import READ, STEER
from tierline.jobs.queries import NEWEST, get_job, select_jobs
from tierline.jobs.service import cancel, retry
from tierline.jobs.words import told_result
from tierline.web import Pages, navigation_entry, page, see

pages = Pages("jobs", __name__)
navigation_entry("jobs", _l("Background work"), "jobs.list_jobs", "clock", 90, "settings")


@pages.get("/jobs", permission=READ)
def list_jobs() -> Any:
    """Show the jobs, newest first."""
    jobs = keyset_page(select_jobs(), NEWEST, request.args.get("cursor"))
    return page("jobs/list.html", jobs=jobs)


@pages.get("/jobs/<uuid:job_id>", permission=READ)
def show_job(job_id: uuid.UUID) -> Any:
    """Show one job; its progress alone when htmx asks."""
    polls = request.args.get("polls", 0, int)
    job = get_job(job_id)
    result = told_result(job.result or {})
    return page(
        "jobs/show.html", fragment="jobs/_progress.html", job=job, result=result, polls=polls
    )


@pages.post("/jobs/<uuid:job_id>/cancel", permission=STEER)
def cancel_job(job_id: uuid.UUID) -> Response:
    """Ask the job to stop."""
    return see("jobs.show_job", job_id=cancel(job_id).id)


@pages.post("/jobs/<uuid:job_id>/retry", permission=STEER)
def retry_job(job_id: uuid.UUID) -> Response:
    """Run the job again from where it stopped."""
    return see("jobs.show_job", job_id=retry(job_id).id)
