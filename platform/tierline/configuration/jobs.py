"""The job that makes a draft's plan in a company with many accounts."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from tierline.configuration.permissions import CHANGE
from tierline.configuration.planning import KIND, make_plan
from tierline.configuration.queries import get_revision
from tierline.jobs.registry import job_kind
from tierline.jobs.running import Running


@job_kind(KIND, _l("Work out what a change would do"), permission=CHANGE)
def plan(running: Running) -> dict[str, Any]:
    """Make the plan of the draft that the arguments name, unless it is none any more."""
    revision = get_revision(int(running.arguments["revision"]))
    if revision.state == "draft":
        make_plan(revision)
    return {"revision": revision.number}
