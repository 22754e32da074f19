"""How a metric's current values lie over the accounts: quantiles, what is unknown, what is zero."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from tierline.db import db
from tierline.db.scope import current_tenant_id
from tierline.metrics import queries
from tierline.metrics.models import STATE
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
    shares = [percent / 100 for percent in PERCENTS]
    quantiles: Any = func.percentile_disc(shares).within_group(value)
    statement = select(
        func.count(value), func.count(), func.count().filter(value == 0), quantiles
    ).where(STATE.c.tenant_id == current_tenant_id())
    known, accounts, zero, found = db.session.execute(statement).one()
    values = [from_stored(stored, metric.unit) for stored in found or ()] if known else []
    return Distribution(
        as_of=fresh.as_of if fresh else None,
        refreshed_at=fresh.refreshed_at if fresh else None,
        known=known,
        unknown=accounts - known,
        zero=zero,
        quantiles=tuple(zip(PERCENTS, values, strict=False)),
    )
