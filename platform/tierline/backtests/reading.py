"""What a backtest found, read month by month: structure, movement, who was lost, workload."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tierline.backtests.contenders import Contender
from tierline.metrics.units import SCALES
from tierline.packs.contributions import Tier
from tierline.plugins.queries import playbooks
from tierline.statistics import Rate
from tierline.tiering.effects import contacts_a_month

Money = Decimal


@dataclass(frozen=True)
class TierMonth:
    """A tier in a month. Opening + entered - left = closing, in number and, with what those who
    stay bought more or less, in value: purchases of the year up to the month's end.

    The first end has no month before it: its opening, entered, left are None.
    """

    tier: str | None
    closing: int
    sales: Money  # of the month
    profit: Money
    value_closing: Money
    opening: int | None
    entered: int | None
    left: int | None
    value_opening: Money | None
    value_entered: Money | None
    value_left: Money | None
    value_change: Money | None
    lost: Rate | None  # bought nothing in the year after; None: that year is not over


@dataclass(frozen=True)
class Named:
    """An account that enters or leaves the top tier."""

    account: str
    name: str


@dataclass(frozen=True)
class Month:
    """An end of a month: each tier, and who is in none; the top tier's accounts by name."""

    end: datetime.date
    tiers: tuple[TierMonth, ...]  # from best to least
    without: TierMonth
    moves: tuple[Mapping[str, Any], ...]
    entered_top: tuple[Named, ...]
    left_top: tuple[Named, ...]

    @property
    def sales(self) -> Money:
        """Return what all accounts of the group bought in the month."""
        return sum((each.sales for each in (*self.tiers, self.without)), Money(0))


@dataclass(frozen=True)
class Course:
    """A contender over the months."""

    contender: Contender
    tiers: tuple[Tier, ...]
    months: tuple[Month, ...]
    has_cadence: bool

    def workload(self, month: Month) -> float:
        """Return how many contacts a month the cadences of the tiers would have caused."""
        counts = {each.tier: each.closing for each in month.tiers if each.tier}
        return contacts_a_month(self.contender.scheme_id, counts)


def read_courses(contenders: Sequence[Contender], result: Mapping[str, Any]) -> list[Course]:
    """Return the courses of a result's contenders."""
    return [
        _course(contender, steps)
        for contender, steps in zip(contenders, result["contenders"], strict=True)
    ]


def _course(contender: Contender, steps: Sequence[Mapping[str, Any]]) -> Course:
    tiers = contender.scheme.tiers
    months = tuple(
        _month(step, [tier.id for tier in tiers], place) for place, step in enumerate(steps)
    )
    scheme_id = contender.scheme_id
    has_cadence = any(each.scheme == scheme_id and each.cadences for each in playbooks())
    return Course(contender, tiers, months, has_cadence)


def _month(step: Mapping[str, Any], tiers: Sequence[str], place: int) -> Month:
    moves, lost = step["moves"], step["lost"]
    found = [_tier(tier, moves, lost, is_first=not place) for tier in [*tiers, None]]
    return Month(
        end=datetime.date.fromisoformat(step["end"]),
        tiers=tuple(found[:-1]),
        without=found[-1],
        moves=tuple(moves) if place else (),
        entered_top=tuple(Named(**each) for each in step.get("entered", ())),
        left_top=tuple(Named(**each) for each in step.get("left", ())),
    )


def _tier(
    tier: str | None,
    moves: Sequence[Mapping[str, Any]],
    lost: Mapping[str, Any] | None,
    *,
    is_first: bool,
) -> TierMonth:
    here = [move for move in moves if move["tier"] == tier]
    there = [] if is_first else [move for move in moves if move["previous"] == tier]
    came = [move for move in here if move["previous"] != tier]
    went = [move for move in there if move["tier"] != tier]
    stay = [move for move in there if move["tier"] == tier]
    rate = None if lost is None or tier is None else Rate(**lost.get(tier, {"count": 0, "n": 0}))
    return TierMonth(
        tier=tier,
        closing=_count(here),
        sales=_sum(here, "sales"),
        profit=_sum(here, "profit"),
        value_closing=_sum(here, "value"),
        opening=None if is_first else _count(there),
        entered=None if is_first else _count(came),
        left=None if is_first else _count(went),
        value_opening=None if is_first else _sum(there, "value_before"),
        value_entered=None if is_first else _sum(came, "value"),
        value_left=None if is_first else _sum(went, "value_before"),
        value_change=None if is_first else _sum(stay, "value") - _sum(stay, "value_before"),
        lost=rate,
    )


def _count(moves: Sequence[Mapping[str, Any]]) -> int:
    return sum(move["accounts"] for move in moves)


def _sum(moves: Sequence[Mapping[str, Any]], name: str) -> Money:
    return Money(sum(move[name] for move in moves)) / SCALES["money"]


LINE = (
    "scheme",
    "rule",
    "end",
    "tier",
    *("opening", "entered", "left", "closing"),
    *("value_opening", "value_entered", "value_left", "value_change", "value_closing"),
    *("sales", "profit", "lost", "lost_of"),
)


def lines(courses: Sequence[Course]) -> Iterator[dict[str, Any]]:
    """Yield a row for each contender, month and tier, as exports and the API have it."""
    for course in courses:
        for month in course.months:
            for each in (*month.tiers, month.without):
                yield {
                    "scheme": course.contender.scheme_id,
                    "rule": course.contender.which,
                    "end": month.end,
                    **{name: getattr(each, name) for name in LINE[3:-2]},
                    "lost": each.lost.count if each.lost else None,
                    "lost_of": each.lost.n if each.lost else None,
                }
