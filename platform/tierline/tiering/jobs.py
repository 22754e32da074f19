"""The job that runs a scheme, in steps that are committed with their progress."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from tierline.db import db
from tierline.db.scope import current_tenant_id
from tierline.jobs.registry import job_kind
from tierline.jobs.running import ClaimLost, Running
from tierline.metrics.models import STATE
from tierline.tiering.models import Run
from tierline.tiering.permissions import RUN
from tierline.tiering.reviews import REVIEW, due_schemes
from tierline.tiering.service import assign, begin_run, fail_run, finish_run
from tierline.tiering.starting import start_run


@job_kind("tiering.run", _l("Run a tiering scheme"), permission=RUN)
def run(running: Running) -> dict[str, Any]:
    """Run the scheme that the arguments name: `scheme`, and `as_of` or today."""
    here = _resumed(running) or _begun(running)
    try:
        return _carry_out(running, here)
    except ClaimLost:
        raise
    except Exception:
        db.session.rollback()
        fail_run(uuid.UUID(running.position["run"]))
        db.session.commit()
        raise


@job_kind(REVIEW, _l("Run the tiering schemes whose time has come"), permission=RUN)
def review(running: Running) -> dict[str, Any]:
    """Start a run of each scheme that is due: in a new period, or where a tier by hand is over."""
    started = [start_run(scheme_id) for scheme_id in due_schemes()]
    return {"jobs": [str(job.id) for job in started]}


def _carry_out(running: Running, here: Run) -> dict[str, Any]:
    """Do the steps that are left, and sum the run up."""
    position = running.position
    start = uuid.UUID(position["after"]) if position.get("after") else None

    def step(last: uuid.UUID | None, accounts: int) -> None:
        if last is not None:
            position["after"] = str(last)
            running.checkpoint(done=running.done + accounts, position=position)

    assign(here, step, start)
    result = finish_run(here)
    return {"run": str(here.id), "as_of": str(result.as_of), "changed": result.changed}


def _begun(running: Running) -> Run:
    given = running.arguments.get("as_of")
    as_of = datetime.date.fromisoformat(given) if given else None
    here, _ = begin_run(running.arguments["scheme"], as_of, running.id)
    here_id = here.id
    total = db.session.scalar(
        select(func.count()).select_from(STATE).where(STATE.c.tenant_id == current_tenant_id())
    )
    running.checkpoint(done=0, total=total or 0, position={"run": str(here_id)})
    return db.session.get_one(Run, here_id)


def _resumed(running: Running) -> Run | None:
    """Return the run that an earlier attempt of this job began, where it can go on."""
    if "run" not in running.position:
        return None
    found = db.session.get(Run, uuid.UUID(running.position["run"]))
    return found if found is not None and found.state == "running" else None
