"""The cuts of bins: quantiles of the population, exact, with linear interpolation (R's type 7)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    cast,
    func,
    literal,
    select,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by

from tierline.db import db
from tierline.metrics.source import Source
from tierline.metrics.units import SCALES
from tierline.rules.population import AccountValues, Population
from tierline.rules.scheme import Bin


def measure_bins(
    bins: Sequence[Bin], source: Source, where: Sequence[ColumnElement[bool]]
) -> Population:
    """Return the bins' cuts over the source's accounts that meet the conditions."""
    columns: list[ColumnElement[Any]] = []
    for place, row in enumerate(bins):
        value = source.value(row.metric)
        ordered = func.array_agg(aggregate_order_by(value, value)).filter(value.is_not(None))
        columns += [func.count(value).label(f"n{place}"), ordered.label(f"sorted{place}")]
    statement: Select[Any] = select(*columns).where(*where)
    ranked = statement.subquery("ranked")
    picked: list[ColumnElement[Any]] = []
    for place, row in enumerate(bins):
        number = ranked.c[f"n{place}"]
        picked += [number, *_order_statistics(row, number, ranked.c[f"sorted{place}"])]
    found: Any = iter(db.session.execute(select(*picked)).one())
    cuts: dict[str, tuple[Fraction, ...]] = {}
    known: dict[str, int] = {}
    for row in bins:
        known[row.metric] = next(found)
        pairs = [(next(found), next(found)) for _ in range(row.quantiles - 1)]
        cuts[row.id] = tuple(_cuts(row, source, known[row.metric], pairs))
    return Population(cuts=cuts, known=known)


def _order_statistics(
    row: Bin, count: ColumnElement[int], ordered: ColumnElement[Any]
) -> list[ColumnElement[Any]]:
    """Return, for each cut, the values between which it lies."""
    found: list[ColumnElement[Any]] = []
    array: Any = type_coerce(ordered, ARRAY(BigInteger))
    for cut in range(1, row.quantiles):
        place = cast(func.div((count - 1) * literal(cut), literal(row.quantiles)), Integer)
        found += [array[place + 1], array[func.least(place + 2, cast(count, Integer))]]
    return found


def _cuts(
    row: Bin, source: Source, count: int, pairs: Sequence[tuple[int, int]]
) -> Iterator[Fraction]:
    """Yield a bin's cuts, interpolated between order statistics and moved by the offset."""
    offset = Fraction(str(row.offset)) * SCALES[source.units[row.metric]]
    for cut, (low, high) in enumerate(pairs if count else (), start=1):
        part = Fraction((count - 1) * cut % row.quantiles, row.quantiles)
        yield low + part * (high - low) + offset


def bins_of(bins: Sequence[Bin], source: Source, accounts: Sequence[AccountValues]) -> Population:
    """Return what `measure_bins` would, from the accounts at hand."""
    cuts, known = {}, {}
    for row in bins:
        values = _known(accounts, row.metric)
        known[row.metric] = len(values)
        pairs = [_neighbours(values, cut, row.quantiles) for cut in range(1, row.quantiles)]
        cuts[row.id] = tuple(_cuts(row, source, len(values), pairs))
    return Population(cuts=cuts, known=known)


def _known(accounts: Sequence[AccountValues], metric: str) -> list[int]:
    values = (account.metrics.get(metric) for account in accounts)
    return sorted(value for value in values if value is not None)


def _neighbours(values: Sequence[int], cut: int, quantiles: int) -> tuple[int, int]:
    if not values:
        return 0, 0
    place = (len(values) - 1) * cut // quantiles
    return values[place], values[min(place + 1, len(values) - 1)]
