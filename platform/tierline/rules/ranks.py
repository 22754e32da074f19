"""Where a rank scheme's tiers end: an account is in the tier in which its place lies.

Its place is the share of the known accounts that are better than it. So equal accounts have one
place and stay together, and where a border runs through them they are in the better tier.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, Numeric, func, literal, select

from tierline.db import db
from tierline.metrics.source import Source
from tierline.rules.population import AccountValues, Floor, Population
from tierline.rules.scheme import RankRule


def measure_ranks(
    rule: RankRule, source: Source, where: Sequence[ColumnElement[bool]]
) -> Population:
    """Return where the tiers end among the source's accounts that meet the conditions."""
    value = source.value(rule.metric)
    values = (
        select(value.label("value"), func.count().label("accounts"))
        .where(value.is_not(None), *where)
        .group_by(value)
        .subquery("amounts")
    )
    best_first = values.c.value if rule.better == "lower" else values.c.value.desc()
    before = func.sum(values.c.accounts).over(order_by=best_first) - values.c.accounts
    whole = func.sum(values.c.accounts).over()
    running = select(values.c.value, before.label("before"), whole.label("whole")).subquery()
    last = func.max if rule.better == "lower" else func.min
    columns: list[ColumnElement[Any]] = [func.max(running.c.whole)]
    for cut in rule.cuts[:-1]:
        inside = running.c.before * literal(100) < literal(cut.border, Numeric) * running.c.whole
        columns.append(last(running.c.value).filter(inside))
    known, *found = db.session.execute(select(*columns)).one()
    floors = tuple(None if value is None else Floor(value) for value in found)
    return Population(floors=floors, known={rule.metric: int(known or 0)})


def ranks_of(rule: RankRule, accounts: Sequence[AccountValues]) -> Population:
    """Return what `measure_ranks` would, from the accounts at hand."""
    given = (account.metrics.get(rule.metric) for account in accounts)
    ordered = sorted(
        (value for value in given if value is not None), reverse=rule.better == "higher"
    )
    places = {value: place for place, value in reversed(list(enumerate(ordered)))}
    floors: list[Floor | None] = []
    for cut in rule.cuts[:-1]:
        border = Fraction(cut.border or 0) * len(ordered)
        inside = [value for value in ordered if places[value] * 100 < border]
        floors.append(Floor(inside[-1]) if inside else None)
    return Population(floors=tuple(floors), known={rule.metric: len(ordered)})
