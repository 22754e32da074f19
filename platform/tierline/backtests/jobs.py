"""The job that carries a backtest out: in one transaction, so that nothing half done is kept."""

from __future__ import annotations

import uuid
from typing import Any

from flask_babel import lazy_gettext as _l

from tierline.backtests.permissions import RUN
from tierline.backtests.queries import get_backtest
from tierline.backtests.service import KIND, carry_out
from tierline.jobs.registry import job_kind
from tierline.jobs.running import Running


@job_kind(KIND, _l("Run a backtest"), permission=RUN)
def run(running: Running) -> dict[str, Any]:
    """Carry out the backtest that the arguments name; a worker that dies leaves nothing of it."""
    backtest_id = uuid.UUID(running.arguments["backtest"])
    running.checkpoint(done=0, total=get_backtest(backtest_id).months + 1)
    return {"backtest": str(carry_out(backtest_id, running.report).id)}
