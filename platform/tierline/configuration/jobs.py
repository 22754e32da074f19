"""Jobs of the configuration: plans for companies with many accounts, and changes that expire."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tierline.configuration.changes import expiring
from tierline.configuration.permissions import CHANGE
from tierline.configuration.planning import KIND, make_plan
from tierline.configuration.queries import get_revision
from tierline.configuration.service import EXPIRE, apply_now
from tierline.jobs.registry import job_kind
from tierline.jobs.running import Running
from tierline.metrics.service import today
from tierline.plugins.queries import enablements


@job_kind(KIND, _l("Work out what a change would do"), permission=CHANGE)
def plan(running: Running) -> dict[str, Any]:
    """Make the plan of the draft that the arguments name, unless it is none any more."""
    revision = get_revision(int(running.arguments["revision"]))
    if revision.state == "draft":
        make_plan(revision)
    return {"revision": revision.number}


@job_kind(EXPIRE, _l("Take back changes that have expired"), permission=CHANGE)
def expire(running: Running) -> dict[str, Any]:
    """Take back what was changed up to today; fails where the rest would not hold together."""
    revisions = [
        apply_now(expiring(row.plugin, today()), _("Its time was over"), "platform")
        for row in enablements()
        if row.state != "disabled"
    ]
    return {"revisions": [revision.number for revision in revisions if revision is not None]}
