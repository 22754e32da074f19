"""Running a scheme over all accounts of a tenant: one statement, history written in it.

A job runs in steps of 100,000 accounts, each committed with its progress; a command runs in one
transaction. Both are the same steps. Runs of one scheme never overlap.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from tierline.access.decision import require
from tierline.audit.service import record
from tierline.db import db
from tierline.db.scope import current_tenant_id
from tierline.errors import Conflict, Invalid
from tierline.jobs.queries import find_job
from tierline.marking import N_
from tierline.metrics.models import STATE
from tierline.metrics.service import bring_up_to_date, lock_freshness, today
from tierline.metrics.source import Source
from tierline.rules.measuring import measure
from tierline.rules.scheme import read_scheme
from tierline.tiering.assigning import Moment, latest_day, lock, write, write_decided
from tierline.tiering.deciding import Deciding
from tierline.tiering.evaluation import confined, evaluation, evaluation_of, source_of
from tierline.tiering.models import Run, Scheme
from tierline.tiering.permissions import RUN
from tierline.tiering.queries import find_last_run
from tierline.tiering.results import Result, summarise
from tierline.tiering.reviews import schedule_reviews
from tierline.tiering.versions import get_version, use_scheme

BATCH = 100_000

Step = Callable[[uuid.UUID | None, int], None]
"""What is told when a step of a run is done: the last account's id (None: the end), how many."""


class RunGoesOn(Conflict):
    """A scheme is run once at a time."""

    code = "run_goes_on"
    title = N_("A run of this scheme goes on")


@dataclass(frozen=True)
class RunResult:
    """What a run found; `recorded` is False for a date before the last recorded run's."""

    as_of: datetime.date
    result: Result
    changed: int
    recorded: bool
    run_id: uuid.UUID

    def to_document(self) -> dict[str, Any]:
        """Return the result as commands and the API show it; money as exact decimals."""
        return {
            "as_of": self.as_of,
            "accounts": self.result.accounts,
            "tiers": [
                {
                    "tier": tier.tier,
                    "accounts": tier.accounts,
                    "sales": tier.sales,
                    "share": tier.share,
                }
                for tier in self.result.tiers
            ],
            "changed": self.changed,
            "recorded": self.recorded,
            "without_tier": self.result.without_tier,
        }


def run_now(scheme_id: str, as_of: datetime.date | None = None) -> RunResult:
    """Run a scheme over the tenant's accounts as of a date (today), in the caller's transaction.

    A date before that of the last recorded run is evaluated and reported, and not recorded.
    Raises NotFound for an unknown scheme, Invalid for a date to come, RunGoesOn.
    """
    run, source = begin_run(scheme_id, as_of)
    assign(run, source=source)
    return finish_run(run, source)


def begin_run(
    scheme_id: str, as_of: datetime.date | None = None, job_id: uuid.UUID | None = None
) -> tuple[Run, Source]:
    """Open a run: bring the metrics up to date, measure what the rule takes from all accounts.

    Returns the run, and the values that it looks at, which hold until the transaction ends.
    """
    subject = require(RUN)
    as_of = checked_date(as_of)
    scheme = use_scheme(scheme_id)
    if scheme.last_as_of is None:
        schedule_reviews()
    _check_no_other_run(scheme, job_id)
    bring_up_to_date()
    latest = latest_day(scheme)
    rules = read_scheme(get_version(scheme, scheme.version))
    source = source_of(as_of, rules)
    population = measure(rules, source, *confined(source))
    recorded = latest is None or as_of >= latest
    if recorded:
        found = evaluation(scheme, rules, population, source)
        population = Deciding.of(found, population, as_of).with_caps().population
    run = Run(
        scheme_number=scheme.number,
        version=scheme.version,
        as_of=as_of,
        state="running",
        started_by=subject.name,
        job_id=job_id,
        recorded=recorded,
        corrects=latest == as_of,
        population=population.to_document(),
        changed=0,
    )
    db.session.add(run)
    db.session.flush()
    scheme.active_run_id = run.id
    if run.recorded:
        scheme.last_as_of = as_of  # from now on there may be assignments of this date
    db.session.flush()
    return run, source


def checked_date(as_of: datetime.date | None) -> datetime.date:
    """Return the date, today where there is none; raises Invalid for a date to come."""
    now = today()
    if as_of is not None and as_of > now:
        what = _("is after today, %(today)s", today=now)
        message = _("The as-of date %(date)s %(problem)s.", date=as_of, problem=what)
        raise Invalid(message, fields={"as_of": [what]})
    return as_of or now


def _check_no_other_run(scheme: Scheme, job_id: uuid.UUID | None) -> None:
    """Refuse where a run goes on; what a dead job left behind is closed as failed."""
    if scheme.active_run_id is None:
        return
    active = db.session.get(Run, scheme.active_run_id)
    job = find_job(active.job_id) if active is not None and active.job_id else None
    if job is not None and job.open and job.id != job_id:
        message = _("A run of this scheme goes on. Wait until it is done.")
        raise RunGoesOn(message, job=str(job.id))
    if active is not None:
        active.state = "failed"


def assign(
    run: Run,
    after: Step | None = None,
    start: uuid.UUID | None = None,
    source: Source | None = None,
) -> None:
    """Write the assignments that change, of account ids after `start`, and count them in the run.

    `after` is called when a step is done, with the last account's id and the number of accounts;
    without it, and for a past date, everything is one step. A run that is not recorded writes
    nothing.
    """
    if not run.recorded:
        return
    current = run.as_of == today()
    found = None
    for first, last, accounts in _ranges(start, BATCH if after and current else None):
        lock(run.scheme_number)
        db.session.refresh(run, ["corrects"])
        fresh = lock_freshness()
        if current and not fresh.is_true_for(run.as_of):
            bring_up_to_date()
            found = None
        found = found or evaluation_of(run, source)
        run.changed += write(Moment.of(run), found, first, last)
        db.session.flush()
        if after is not None:
            after(last, accounts)


def _ranges(
    start: uuid.UUID | None, size: int | None
) -> Iterator[tuple[uuid.UUID | None, uuid.UUID | None, int]]:
    """Yield ranges of account ids (after, up to), with the number of accounts in each."""
    first, last = start, None
    while size is not None:
        ids = select(STATE.c.account_id).where(STATE.c.tenant_id == current_tenant_id())
        if first is not None:
            ids = ids.where(STATE.c.account_id > first)
        last = db.session.scalar(ids.order_by(STATE.c.account_id).offset(size - 1).limit(1))
        if last is None:
            break
        yield first, last, size
        first = last
    yield first, None, 0


def settle(scheme_number: int, account_id: uuid.UUID) -> None:
    """Let an account's tier follow what people decided about it, from today.

    By the rule and the population of the last run; before a scheme's first run there is nothing to
    do, since that run will heed it.
    """
    scheme = lock(scheme_number)
    run = find_last_run(scheme)
    if run is None:
        return
    day = today()
    if not lock_freshness().is_true_for(day):
        bring_up_to_date()
    expect_corrections(scheme)
    moment = Moment(run.id, run.population, day, corrects=True)
    found = evaluation_of(run, source_of(day, read_scheme(get_version(scheme, run.version))))
    write_decided(moment, found, STATE.c.account_id == account_id)


def expect_corrections(scheme: Scheme) -> None:
    """Tell the run that goes on that there may be assignments of its day already."""
    if scheme.active_run_id is not None:
        active = db.session.get_one(Run, (scheme.tenant_id, scheme.active_run_id))
        active.corrects = True
        db.session.flush()


def fail_run(run_id: uuid.UUID) -> None:
    """Close a run that can't go on; what it wrote so far stays, as of its date."""
    run = db.session.get_one(Run, run_id)
    run.state, run.finished_at = "failed", datetime.datetime.now(datetime.UTC)
    scheme = db.session.get_one(Scheme, (run.tenant_id, run.scheme_number))
    if scheme.active_run_id == run.id:
        scheme.active_run_id = None
    db.session.flush()


def finish_run(run: Run, source: Source | None = None) -> RunResult:
    """Sum the run up by tier, and close it."""
    found = evaluation_of(run, source)
    if run.recorded and found.source.rows is STATE:
        found = found.with_tier(STATE.c[f"t{run.scheme_number}"])  # as just written
    result = summarise(found)
    run.result, run.state = result.to_document(), "done"
    run.finished_at = datetime.datetime.now(datetime.UTC)
    found.scheme.active_run_id = None
    noted = {"scheme": found.scheme.scheme_id, "as_of": str(run.as_of), "changed": run.changed}
    record("tiering.run", run, {**noted, "recorded": run.recorded})
    db.session.flush()
    return RunResult(run.as_of, result, run.changed, run.recorded, run.id)
