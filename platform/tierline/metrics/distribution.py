"""How a metric's current values lie over the accounts: quantiles, what is unknown, what is zero."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from tierline.db import db
from tierline.db.scope import current_tenant_id
from tierline.metrics import queries
from tierline.metrics.definitions import Definition, resting_under
from tierline.metrics.models import STATE
from tierline.metrics.service import today
from tierline.metrics.units import from_stored
from tierline.packs.contributions import Metric

PERCENTS = (0, 5, 25, 50, 75, 95, 100)
"""The least value, quantiles in percent of the known accounts (the nearest rank), the greatest."""


@dataclass(frozen=True)
class Distribution:
    """A metric's values as the store has them; no quantiles where none is known."""

    as_of: datetime.date | None  # None: nothing was computed yet
    refreshed_at: datetime.datetime | None
    known: int
    unknown: int
    zero: int
    quantiles: tuple[tuple[int, Decimal | None], ...]


def distribution(metric: Metric) -> Distribution:
    """Return how a metric's values lie over the accounts, in one statement."""
    fresh, columns = queries.find_freshness(), queries.slot_columns()
    if metric.id not in columns:
        return Distribution(None, None, 0, 0, 0, ())
    value = STATE.c[columns[metric.id]]
    known = STATE.c.tenant_id == current_tenant_id()
    as_of, at = (fresh.as_of, fresh.refreshed_at) if fresh else (None, None)
    return _spread(metric, value, select().where(known), as_of, at)


def try_out(definition: Definition) -> Distribution:
    """Return how the values of a metric would lie, computed from the ledger as of today.

    It need not be in force; what it is computed from must be.
    """
    defined = {**queries.definitions(), definition.id: definition}
    source = queries.source_as_of(today(), resting_under(defined, [definition.id]))
    rows = select().select_from(source.rows)
    return _spread(definition.metric, source.columns[definition.id], rows, today(), None)


def _spread(
    metric: Metric,
    value: ColumnElement[int],
    rows: Select[Any],
    as_of: datetime.date | None,
    refreshed_at: datetime.datetime | None,
) -> Distribution:
    shares = [percent / 100 for percent in PERCENTS]
    quantiles: Any = func.percentile_disc(shares).within_group(value)
    counts = (func.count(value), func.count(), func.count().filter(value == 0))
    known, accounts, zero, found = db.session.execute(rows.add_columns(*counts, quantiles)).one()
    values = [from_stored(stored, metric.unit) for stored in found or ()] if known else []
    return Distribution(
        as_of=as_of,
        refreshed_at=refreshed_at,
        known=known,
        unknown=accounts - known,
        zero=zero,
        quantiles=tuple(zip(PERCENTS, values, strict=False)),
    )
