"""The days of a backtest: the ends of months, each a year after the one twelve before it."""

from __future__ import annotations

import calendar
import datetime

MOST = 36


def month_ends(last_on: datetime.date, months: int) -> list[datetime.date]:
    """Return the ends of months up to a day, the oldest first: one more than the months between."""
    year, month = last_on.year, last_on.month
    if month_end(year, month) > last_on:
        year, month = _before(year, month)
    ends = []
    for _end in range(months + 1):
        ends.append(month_end(year, month))
        year, month = _before(year, month)
    return ends[::-1]


def year_before(end: datetime.date) -> datetime.date:
    """Return the end of the month a year before."""
    return month_end(end.year - 1, end.month)


def month_end(year: int, month: int) -> datetime.date:
    """Return a month's last day."""
    return datetime.date(year, month, calendar.monthrange(year, month)[1])


def _before(year: int, month: int) -> tuple[int, int]:
    return (year, month - 1) if month > 1 else (year - 1, 12)
