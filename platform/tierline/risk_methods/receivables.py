"""Receivables as of a day: ageing, days of sales outstanding, collection, payment in time.

Amounts are whole hundredths of one currency's unit. Nothing dated after the day is looked at: an
invoice that is paid later is open on it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tierline.statistics import Rate

BUCKETS = (0, 30, 60, 90)
"""Days after the due date up to which each bucket goes: not due, 1-30, 31-60, 61-90, more."""


@dataclass(frozen=True)
class Invoice:
    """An invoice, and when it was paid in full, if it was."""

    date: datetime.date
    due_on: datetime.date
    amount: int
    paid_on: datetime.date | None = None

    def is_open(self, day: datetime.date) -> bool:
        """Return whether it was written by the day and not yet paid."""
        return self.date <= day and (self.paid_on is None or self.paid_on > day)


def ageing(
    invoices: Iterable[Invoice], day: datetime.date, buckets: Sequence[int] = BUCKETS
) -> tuple[int, ...]:
    """Return what is open as of a day by days after the DUE date, one bucket more than borders."""
    found = [0] * (len(buckets) + 1)
    for invoice in invoices:
        if invoice.is_open(day):
            late = (day - invoice.due_on).days
            found[sum(late > border for border in buckets)] += invoice.amount
    return tuple(found)


def days_sales_outstanding(receivables: int, sales: int, days: int) -> Fraction | None:
    """Return receivables / sales on credit · days; None without sales."""
    return None if sales <= 0 else Fraction(receivables, sales) * days


def count_back(receivables: int, months: Sequence[tuple[int, int]]) -> Fraction | None:
    """Return the days that receivables reach back: months of (days, sales), the latest first.

    A month that they cover whole counts all its days, the first that they don't its part. None
    where they reach back further than the months given: the figure would be too small.
    """
    left, reached = Fraction(receivables), Fraction(0)
    for days, sales in months:
        if sales >= left:
            return reached + (days * left / sales if sales else 0)
        left -= max(sales, 0)
        reached += days
    return None if left > 0 else reached


def collection_effectiveness(
    opening: int, sales: Fraction | int, closing: int, closing_current: int, periods: int = 1
) -> Fraction | None:
    """Return the collection effectiveness index in percent; None where nothing could be collected.

    (opening + sales / N - closing) / (opening + sales / N - closing that is not yet due) · 100,
    with `sales` over `periods` N. Whether sales are divided is a convention: say which.
    """
    base = opening + Fraction(sales) / periods
    due = base - closing_current
    return None if due <= 0 else (base - closing) / due * 100


@dataclass(frozen=True)
class OnTime:
    """How much of what was due in a period was paid by its due date, by count and by amount."""

    by_count: Rate
    amount_due: int
    amount_in_time: int

    @property
    def by_amount(self) -> Fraction | None:
        """Return the share of the amounts in percent; None where nothing was due."""
        return Fraction(self.amount_in_time, self.amount_due) * 100 if self.amount_due else None


def on_time(
    invoices: Iterable[Invoice], after: datetime.date, until: datetime.date, day: datetime.date
) -> OnTime:
    """Return what was paid in time of that due after one day and until another, known on `day`.

    Raises:
        ValueError: the period ends after the day: what is due later is not known to be late.
    """
    if until > day:
        raise ValueError("the period ends after the day as of which it is told")
    due = [each for each in invoices if after < each.due_on <= until and each.date <= day]
    paid = [each for each in due if each.paid_on is not None and each.paid_on <= each.due_on]
    amounts = (sum(each.amount for each in some) for some in (due, paid))
    return OnTime(Rate(len(paid), len(due)), *amounts)
