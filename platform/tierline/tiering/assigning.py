"""Writing the tiers that change, and their history, for a range of accounts.

Who writes holds the lock of the store (`lock_freshness`), so that runs, overrides and accepted
proposals come one after the other.
"""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Uuid,
    case,
    cast,
    exists,
    func,
    literal,
    literal_column,
    not_,
    null,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from tierline.db import db
from tierline.db.scope import current_tenant_id
from tierline.metrics.models import STATE, AccountState
from tierline.rules.population import read_population
from tierline.tiering.deciding import BY_HAND, RELEASED, Deciding, decide, needs_decisions
from tierline.tiering.evaluation import Evaluation
from tierline.tiering.models import Assignment, Run, Scheme
from tierline.tiering.standing import write_standing


@dataclass(frozen=True)
class Moment:
    """What a change of tier rests on: a run's rule and population, and the day it begins on."""

    run_id: uuid.UUID
    population: dict[str, Any]
    as_of: datetime.date
    corrects: bool  # whether there may be assignments of this day already

    @classmethod
    def of(cls, run: Run) -> Moment:
        """Return a run's own day."""
        return cls(run.id, run.population, run.as_of, run.corrects)


def lock(scheme_number: int) -> Scheme:
    """Return a scheme, locked: before the store, so that nobody waits for another in a circle."""
    found = select(Scheme).where(Scheme.number == scheme_number).with_for_update()
    return db.session.scalars(found, execution_options={"populate_existing": True}).one()


def latest_day(scheme: Scheme) -> datetime.date | None:
    """Return the last day of which a run or a decision is on record."""
    begun = db.session.scalar(
        select(func.max(Assignment.begins_on)).where(Assignment.scheme_number == scheme.number)
    )
    return max(filter(None, (begun, scheme.last_as_of)), default=None)


def write(
    moment: Moment, found: Evaluation, first: uuid.UUID | None, last: uuid.UUID | None
) -> int:
    """Write what changes for the accounts whose ids lie after `first`, up to `last`.

    Returns how many change tier.
    """
    ids = [STATE.c.account_id > first] if first is not None else []
    ids += [STATE.c.account_id <= last] if last is not None else []
    latest = latest_day(found.scheme)
    if latest is not None and latest > moment.as_of:
        ids.append(_not_begun_after(found.scheme, moment.as_of))
    if needs_decisions(found.rules, found.scheme.number):
        return write_decided(moment, found, *ids)
    return _write_ruled(moment, found, *ids)


def _not_begun_after(scheme: Scheme, day: datetime.date) -> ColumnElement[bool]:
    """Return the condition that people decided nothing about an account since a day."""
    later = exists().where(
        Assignment.tenant_id == STATE.c.tenant_id,
        Assignment.scheme_number == scheme.number,
        Assignment.account_id == STATE.c.account_id,
        Assignment.begins_on > day,
    )
    return not_(later)


def write_decided(moment: Moment, found: Evaluation, *where: ColumnElement[bool]) -> int:
    """Write what decisions change for the accounts of the store that meet the conditions."""
    deciding = Deciding.of(found, read_population(moment.population), moment.as_of)
    table = decide(deciding, *where)
    column = f"t{found.scheme.number}"
    by_hand = table.c.reason.in_([BY_HAND, RELEASED])
    changed = (
        update(AccountState)
        .where(
            STATE.c.tenant_id == current_tenant_id(),
            STATE.c.account_id == table.c.account_id,
            STATE.c[column].is_distinct_from(table.c.tier),
            table.c.asks.is_(False),
        )
        .values({column: table.c.tier})
        .returning(
            *old_and_new(column),
            *(table.c[name] for name in ("score", "incomplete", "reason")),
            literal(moment.run_id).label("run_id"),
            case((by_hand, table.c.override_id)).label("decision_id"),
        )
        .execution_options(synchronize_session=False)
        .cte("changed")
    )
    written = write_history(found.scheme, changed, moment.as_of, corrects=moment.corrects)
    write_standing(found.scheme, table, moment.run_id, moment.as_of)
    return written


def _write_ruled(moment: Moment, found: Evaluation, *where: ColumnElement[bool]) -> int:
    """Write the tiers that the rule changes, and their history, in one statement."""
    column = f"t{found.scheme.number}"
    conditions = [STATE.c.tenant_id == current_tenant_id(), *found.joined, *where]
    if found.source.rows is not STATE:
        conditions.append(STATE.c.account_id == found.source.account_id)
    changed = (
        update(AccountState)
        .where(*conditions, STATE.c[column].is_distinct_from(found.compiled.tier))
        .values({column: found.compiled.tier})
        .returning(
            *old_and_new(column),
            found.compiled.score.label("score"),
            func.coalesce(found.compiled.incomplete, False).label("incomplete"),
            null().label("reason"),
            literal(moment.run_id).label("run_id"),
            cast(null(), Uuid).label("decision_id"),
        )
        .execution_options(synchronize_session=False)
        .cte("changed")
    )
    return write_history(found.scheme, changed, moment.as_of, corrects=moment.corrects)


def old_and_new(column: str) -> tuple[ColumnElement[Any], ...]:
    """Return what an update of the store says of each account: its id, new tier and old."""
    new: ColumnElement[int] = literal_column(f"new.{column}")
    old: ColumnElement[int] = literal_column(f"old.{column}")
    return STATE.c.account_id, new.label("tier"), old.label("previous")


def write_history(scheme: Scheme, changed: Any, as_of: datetime.date, *, corrects: bool) -> int:
    """Insert what changed into the history; what changes again on one day corrects that day."""
    given = {
        "tenant_id": literal(current_tenant_id()),
        "scheme_number": literal(scheme.number),
        "account_id": changed.c.account_id,
        "begins_on": literal(as_of),
        "tier": changed.c.tier,
        "previous": changed.c.previous,
        "score": changed.c.score,
        "incomplete": changed.c.incomplete,
        "reason": changed.c.reason,
        "run_id": changed.c.run_id,
        "decision_id": changed.c.decision_id,
    }
    written = insert(Assignment).from_select(list(given), select(*given.values()))
    if corrects:
        corrected = ("tier", "score", "incomplete", "reason", "run_id", "decision_id")
        written = written.on_conflict_do_update(
            index_elements=["tenant_id", "scheme_number", "begins_on", "account_id"],
            set_={name: written.excluded[name] for name in corrected},
        )
    counted = written.returning(literal(1).label("one")).cte("written")
    return db.session.scalar(select(func.count()).select_from(counted)) or 0
