"""The nightly job that moves the windows of all metrics on by a day."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from tierline.jobs.registry import job_kind
from tierline.jobs.running import Running
from tierline.metrics.events import listen
from tierline.metrics.permissions import REFRESH
from tierline.metrics.service import NIGHTLY, refresh

listen()


@job_kind(NIGHTLY, _l("Compute metrics"), permission=REFRESH)
def run(running: Running) -> dict[str, Any]:
    """Compute every metric of every account again, as of today."""
    return {"as_of": str(refresh())}
