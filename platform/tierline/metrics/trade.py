"""Aggregates over the ledger: a grouped pass over its transactions, one over its lines.

Every aggregate of every window is a FILTER of that one pass. Nothing dated after the as-of date is
looked at, payments included.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Numeric,
    Select,
    and_,
    case,
    cast,
    func,
    literal,
    select,
    type_coerce,
)

from tierline.ledger.models import LedgerLine, LedgerTransaction
from tierline.metrics.definitions import (
    PURCHASE,
    Aggregate,
    Compute,
    DaysLate,
    OnTimePayment,
    Recency,
    Tenure,
    Where,
)
from tierline.metrics.units import SCALES
from tierline.metrics.windows import Window

T: Any = LedgerTransaction.__table__.c
L: Any = LedgerLine.__table__.c

Pass = Literal["transactions", "days", "lines"]
PASSES: Mapping[str, Pass] = {"quantity": "lines", "products": "lines", "days": "days"}
"""Measures that are not taken in the pass over the transactions: those of their lines; and counts
of distinct days, which would have the whole pass sorted."""
DAYS_IN = {"days": Decimal(1), "months": Decimal("30.4375"), "years": Decimal("365.25")}


@dataclass(frozen=True)
class Trade:
    """Whose trade is summed up: a tenant's, as of a date, in its currency, up to some accounts."""

    tenant_id: int
    as_of: datetime.date
    currency: str
    accounts: ColumnElement[Any] | None = None  # an array of account ids; None: all

    def within(self, window: Window, date: ColumnElement[Any] | None = None) -> ColumnElement[bool]:
        """Return the condition that a date (the transaction's) lies in the window."""
        day = T.date if date is None else date
        after, last = window.bounds(self.as_of)
        parts = [day <= last]
        if after is not None:
            parts.append(day > after)
        return and_(*parts)

    def transactions(self, *columns: ColumnElement[Any]) -> Select[Any]:
        """Return the statement over the transactions, an account a row."""
        return self._confined(select(T.account_id, *columns)).group_by(T.account_id)

    def lines(self, *columns: ColumnElement[Any], after: datetime.date | None) -> Select[Any]:
        """Return the statement over the lines, an account a row.

        Transactions up to the day `after` are there without their lines: no window reaches them,
        and sorting the products of a long history took longer than all the rest.
        """
        own = and_(L.tenant_id == T.tenant_id, L.transaction_id == T.id)
        within = own if after is None else and_(own, T.date > after)
        joined = LedgerTransaction.__table__.outerjoin(LedgerLine.__table__, within)
        statement = select(T.account_id, *columns).select_from(joined)
        return self._confined(statement).group_by(T.account_id)

    def _confined(self, statement: Select[Any]) -> Select[Any]:
        statement = statement.where(T.tenant_id == self.tenant_id, T.date <= self.as_of)
        if self.accounts is None:
            return statement
        return statement.where(T.account_id == func.any(self.accounts))


def of_kinds(kinds: Iterable[str]) -> ColumnElement[bool]:
    """Return the condition that a transaction is of one of these kinds."""
    condition: ColumnElement[bool] = T.kind.in_(sorted(kinds))
    return condition


def pass_of(compute: Compute) -> Pass:
    """Return in which pass over the ledger a computation is taken."""
    if not isinstance(compute, Aggregate):
        return "transactions"
    return "lines" if compute.where.products else PASSES.get(compute.measure, "transactions")


def of_amount(where: Where) -> ColumnElement[bool] | None:
    """Return the condition that a transaction's amount is as asked for; None: any may be."""
    bounds = []
    if where.least is not None:
        bounds.append(T.amount >= round(where.least * SCALES["money"]))
    if where.most is not None:
        bounds.append(T.amount <= round(where.most * SCALES["money"]))
    return and_(*bounds) if bounds else None


def first_bound(computes: Iterable[Compute], trade: Trade) -> datetime.date | None:
    """Return the day after which the windows of all begin; None where one has no beginning."""
    bounds = [
        compute.window.bounds(trade.as_of)[0]
        for compute in computes
        if isinstance(compute, Aggregate)
    ]
    known = [bound for bound in bounds if bound is not None]
    return min(known) if known and len(known) == len(bounds) else None


def trade_value(compute: Compute, trade: Trade, scale: int) -> ColumnElement[Any]:
    """Return the aggregate of a computation over the ledger, in stored units (`scale` in one).

    A sum or count is unknown until the account's first purchase (or first transaction of the kinds
    asked for); from then on a window without any gives 0.
    """
    match compute:
        case Aggregate():
            return _aggregate(compute, trade, scale)
        case Recency(kinds=kinds):
            last = func.max(T.date).filter(of_kinds(kinds))
            return days_between(trade.as_of, last) * literal(scale)
        case Tenure(kinds=kinds, unit=unit):
            first = func.min(T.date).filter(of_kinds(kinds))
            return span(days_between(trade.as_of, first), unit) * literal(scale)
        case OnTimePayment():
            return _on_time(compute, trade, scale)
        case DaysLate(window=window):
            return _days_late(window, trade, scale)
    raise TypeError(f"{compute} is not computed from trade")


def _aggregate(compute: Aggregate, trade: Trade, scale: int) -> ColumnElement[Any]:
    where = compute.where
    inside = and_(of_kinds(compute.kinds), trade.within(compute.window))
    if where.products:
        inside = and_(inside, L.product.in_(where.products))
    missing = _missing(compute, trade)
    if (bounds := of_amount(where)) is not None:
        inside = and_(inside, bounds | (T.currency != trade.currency))
    known: ColumnElement[bool] = func.bool_or(of_kinds(compute.kinds | PURCHASE))
    if missing is not None:
        known = known & (func.count().filter(inside & missing) == 0)
    return case((known, _measured(compute, inside, scale)))


def _missing(compute: Aggregate, trade: Trade) -> ColumnElement[bool] | None:
    """Return the condition that a transaction can't be told: its amount, or its cost, is unknown.

    An amount in another currency is; so is whether it lies within bounds. None: all can be told.
    """
    of_money = compute.measure in ("amount", "cost", "gross_profit")
    if not of_money and of_amount(compute.where) is None:
        return None
    foreign: ColumnElement[bool] = T.currency != trade.currency
    if compute.measure not in ("cost", "gross_profit"):
        return foreign
    cost = L.cost if compute.where.products else T.cost
    either: ColumnElement[bool] = foreign | cost.is_(None)
    return either


def _measured(compute: Aggregate, inside: ColumnElement[bool], scale: int) -> ColumnElement[Any]:
    by_line = pass_of(compute) == "lines"
    match compute.measure:
        case "transactions":
            counted = func.count(L.transaction_id.distinct()) if by_line else func.count()
            return counted.filter(inside) * literal(scale)
        case "days":
            return func.count(T.date.distinct()).filter(inside) * literal(scale)
        case "products":
            return func.count(L.product.distinct()).filter(inside) * literal(scale)
        case "quantity":
            summed: ColumnElement[Any] = func.coalesce(func.sum(L.quantity).filter(inside), 0)
            return _averaged(compute, summed * literal(scale), inside)
    table = L if by_line else T
    money = {"amount": table.amount, "cost": table.cost, "gross_profit": table.amount - table.cost}
    summed = func.coalesce(func.sum(money[compute.measure]).filter(inside), 0)
    return _averaged(compute, summed * literal(scale // SCALES["money"]), inside)


def _averaged(
    compute: Aggregate, summed: ColumnElement[Any], inside: ColumnElement[bool]
) -> ColumnElement[Any]:
    if compute.statistic == "sum":
        return summed
    by_line = pass_of(compute) == "lines"
    count = func.count(L.transaction_id.distinct()) if by_line else func.count()
    return over(summed, count.filter(inside))


def _on_time(compute: OnTimePayment, trade: Trade, scale: int) -> ColumnElement[Any]:
    due = (T.kind == "invoice") & trade.within(compute.window, T.due_on)
    paid = due & (T.paid_on <= T.due_on)
    if compute.by == "count":
        part, whole = func.count().filter(paid), func.count().filter(due)
    else:
        part, whole = func.sum(T.amount).filter(paid), func.sum(T.amount).filter(due)
    return over(func.coalesce(part, 0) * literal(scale * compute.factor), whole)


def _days_late(window: Window, trade: Trade, scale: int) -> ColumnElement[Any]:
    due = (T.kind == "invoice") & trade.within(window, T.due_on)
    settled = func.least(T.paid_on, literal(trade.as_of, Date), type_=Date)  # ignores NULL: unpaid
    late = func.greatest(days_between(settled, T.due_on), 0, type_=BigInteger)
    weighed = func.sum(T.amount * late).filter(due)
    return over(weighed * literal(scale), func.sum(T.amount).filter(due))


def days_between(later: Any, earlier: Any) -> ColumnElement[int]:
    """Return the number of days from one date to another."""
    start = literal(later, Date) if isinstance(later, datetime.date) else later
    return type_coerce(start - earlier, BigInteger)


def span(days: ColumnElement[int], unit: str) -> ColumnElement[Any]:
    """Return days as days, months of 30.4375 days or years of 365.25 days."""
    return cast(days, Numeric) / literal(DAYS_IN[unit], Numeric)


def over(part: ColumnElement[Any], whole: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return part / whole; unknown where the whole is 0 or unknown."""
    return cast(part, Numeric) / func.nullif(whole, 0)
