"""A scheme's tiers over time, from what is on record: opening + in - out = closing.

One pass over the history since the first day, and one over the store: what stood at the end of a
period is what stands now, less all that moved since.
"""

from __future__ import annotations

import calendar
import datetime
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import dropwhile, pairwise

from sqlalchemy import case, func, literal, select

from tierline.db import db
from tierline.db.scope import current_tenant_id
from tierline.metrics.models import STATE
from tierline.metrics.service import today
from tierline.statistics import Rate
from tierline.tiering.models import Assignment, Scheme
from tierline.tiering.queries import tier_name

MOST_MONTHS = 60


@dataclass(frozen=True)
class TierPeriod:
    """A tier from the day after one end to another; None for the accounts in no tier."""

    tier: str | None
    opening: int
    entered: int
    left: int
    closing: int

    @property
    def turnover(self) -> Rate:
        """Return which part of those who were in the tier at the opening left it."""
        return Rate(self.left, self.opening)


@dataclass(frozen=True)
class Period:
    """A month, each tier in it; `rose` and `fell` count who went from tier to tier."""

    end: datetime.date
    tiers: tuple[TierPeriod, ...]  # from best to least, those in none last
    rose: int
    fell: int

    @property
    def has_begun(self) -> bool:
        """Return whether an account was in a tier by its end."""
        return any(each.closing or each.entered for each in self.tiers if each.tier is not None)


def structure(scheme: Scheme, tiers: Sequence[str], months: int) -> list[Period]:
    """Return the last months up to today of a scheme that was run, the oldest first.

    Accounts that never had a tier are not counted among those in none; months before the first
    account had one are left out.
    """
    ends = _ends(today(), months)
    moves, closing = _moves(scheme, ends), _now(scheme)
    periods = []
    for start, end in reversed(list(pairwise(ends))):
        moved = moves.get(end, Counter())
        periods.append(_period(start, end, [*tiers, None], moved, closing))
        for (previous, tier), count in moved.items():
            closing[tier] -= count
            closing[previous] += count
    begun = list(dropwhile(lambda period: not period.has_begun, reversed(periods)))
    return begun or periods[:1]


def _ends(last: datetime.date, months: int) -> list[datetime.date]:
    """Return the ends of months before a day, and the day itself, the oldest first."""
    ends, year, month = [last], last.year, last.month
    for _month in range(months):
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
        ends.append(datetime.date(year, month, calendar.monthrange(year, month)[1]))
    return ends[::-1]


Moves = Counter[tuple[str | None, str | None]]


def _moves(scheme: Scheme, ends: Sequence[datetime.date]) -> Mapping[datetime.date, Moves]:
    """Return who went from where to where in each period, counted from its first day to its last.

    An account that came back within the period did not move in it.
    """
    period = case(*((Assignment.begins_on <= end, literal(end)) for end in ends[1:]))
    inside = [
        Assignment.scheme_number == scheme.number,
        Assignment.begins_on > ends[0],
    ]
    by_account, days = (Assignment.account_id, period), Assignment.begins_on
    first = func.first_value(Assignment.previous).over(partition_by=by_account, order_by=days)
    later = func.lead(literal(1)).over(partition_by=by_account, order_by=days)
    each = (
        select(
            period.label("end"),
            Assignment.tier.label("tier"),
            first.label("previous"),
            later.label("later"),
        )
        .where(*inside)
        .subquery("each")
    )
    counted = (
        select(each.c.end, each.c.previous, each.c.tier, func.count())
        .where(each.c.later.is_(None), each.c.previous.is_distinct_from(each.c.tier))
        .group_by(each.c.end, each.c.previous, each.c.tier)
    )
    found: dict[datetime.date, Moves] = {}
    for end, previous, tier, count in db.session.execute(counted):
        moves = found.setdefault(end, Counter())
        moves[tier_name(scheme, previous), tier_name(scheme, tier)] += count
    return found


def _now(scheme: Scheme) -> Counter[str | None]:
    """Return how many accounts are in each tier; in none those that once had one."""
    column = STATE.c[f"t{scheme.number}"]
    rows = db.session.execute(
        select(column, func.count())
        .where(STATE.c.tenant_id == current_tenant_id(), column.is_not(None))
        .group_by(column)
    )
    found: Counter[str | None] = Counter({tier_name(scheme, code): count for code, count in rows})
    found[None] = _once(scheme) - sum(found.values())
    return found


def _once(scheme: Scheme) -> int:
    ever = select(Assignment.account_id).where(Assignment.scheme_number == scheme.number).distinct()
    return db.session.scalar(select(func.count()).select_from(ever.subquery())) or 0


def _period(
    start: datetime.date,
    end: datetime.date,
    tiers: Sequence[str | None],
    moved: Moves,
    closing: Mapping[str | None, int],
) -> Period:
    places = {tier: place for place, tier in enumerate(tiers)}
    found = tuple(_tier(tier, moved, closing[tier]) for tier in tiers)
    between = [
        (places[tier] - places[previous], count)
        for (previous, tier), count in moved.items()
        if previous in places and tier in places and None not in (previous, tier)
    ]
    rose = sum(count for steps, count in between if steps < 0)
    return Period(end, found, rose, sum(count for steps, count in between if steps > 0))


def _tier(tier: str | None, moved: Moves, closing: int) -> TierPeriod:
    entered = sum(count for (_previous, to), count in moved.items() if to == tier)
    left = sum(count for (previous, _to), count in moved.items() if previous == tier)
    return TierPeriod(tier, closing - entered + left, entered, left, closing)


def lines(periods: Sequence[Period]) -> Iterator[dict[str, object]]:
    """Yield a row for each period and tier, as commands and the API have it."""
    for period in periods:
        for each in period.tiers:
            yield {"end": period.end, **vars(each), "turnover": each.turnover.to_document()}
