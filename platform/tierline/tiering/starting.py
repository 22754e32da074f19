"""Starting a run in the background, and finding the one that goes on."""

from __future__ import annotations

import datetime

from flask_babel import gettext as _

from tierline.errors import Invalid
from tierline.jobs.models import Job
from tierline.jobs.queries import open_jobs
from tierline.jobs.service import enqueue
from tierline.metrics.service import today
from tierline.plugins.queries import get_scheme

KIND = "tiering.run"


def start_run(scheme_id: str, as_of: datetime.date | None = None) -> Job:
    """Start a run of a scheme as a job; returns the one that is open already, where there is one.

    Raises NotFound for an unknown scheme, Invalid for a date to come.
    """
    scheme = get_scheme(scheme_id)
    if as_of is not None and as_of > today():
        raise Invalid(_("The date is still to come."), fields={"as_of": [_("is still to come")]})
    going_on = find_open_job(scheme_id)
    if going_on is not None:
        return going_on
    arguments = {"scheme": scheme_id, "as_of": str(as_of) if as_of else None}
    return enqueue(KIND, arguments, title=scheme.title)


def find_open_job(scheme_id: str) -> Job | None:
    """Return the job that runs the scheme, or waits to."""
    jobs = open_jobs(KIND)
    return next((job for job in jobs if job.arguments.get("scheme") == scheme_id), None)
