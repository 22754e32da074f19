"""The transactions behind a metric's value: how many there are, for an explanation."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator

from sqlalchemy import ColumnElement, and_, func, or_, select

from tierline.db import db
from tierline.metrics import queries
from tierline.metrics.definitions import (
    Aggregate,
    DaysLate,
    Definitions,
    OnTimePayment,
    Recency,
    Tenure,
    Where,
    resting_under,
)
from tierline.metrics.trade import L, T, Trade, of_amount, of_kinds


def count_rows(
    account_id: uuid.UUID, trade: Trade, definitions: Definitions, metric_ids: Iterable[str]
) -> dict[str, int | None]:
    """Return how many of an account's transactions each metric rests on.

    None for a metric that rests on no trade (a field).
    """
    wanted = {name: condition_of(name, trade, definitions) for name in metric_ids}
    traded = {name: condition for name, condition in wanted.items() if condition is not None}
    counts = [func.count().filter(condition) for condition in traded.values()]
    one = queries.trade(trade.as_of, [account_id])
    row = db.session.execute(one.transactions(*counts)).one_or_none()
    found = dict(zip(traded, row[1:] if row else [0] * len(traded), strict=True))
    return {name: found.get(name) if name in traded else None for name in wanted}


def condition_of(
    metric_id: str, trade: Trade, definitions: Definitions
) -> ColumnElement[bool] | None:
    """Return the condition that a transaction is behind a metric; None where none can be."""
    parts: list[ColumnElement[bool]] = []
    for definition in resting_under(definitions, [metric_id]).values():
        match definition.compute:
            case Aggregate(kinds=kinds, window=window, where=where):
                parts.append(and_(of_kinds(kinds), trade.within(window), *_counting(where, trade)))
            case Recency(kinds=kinds) | Tenure(kinds=kinds):
                parts.append(of_kinds(kinds))
            case OnTimePayment(window=window) | DaysLate(window=window):
                parts.append((T.kind == "invoice") & trade.within(window, T.due_on))
    return or_(*parts) if parts else None


def _counting(where: Where, trade: Trade) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions that a transaction is among those that an aggregate counts."""
    if (bounds := of_amount(where)) is not None:
        yield bounds | (T.currency != trade.currency)
    if where.products:
        line = select(L.line_no).where(L.tenant_id == T.tenant_id, L.transaction_id == T.id)
        yield line.where(L.product.in_(where.products)).exists()
