"""The days that a metric looks at, counted back from its as-of date."""

from __future__ import annotations

import calendar
import datetime
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Window:
    """The days after (as-of minus length) up to and including its end.

    Months or days give the length, neither the whole history; a window of months may end `ending`
    months before the as-of date.
    """

    months: int | None = None
    days: int | None = None
    ending: int = 0

    def bounds(self, as_of: datetime.date) -> tuple[datetime.date | None, datetime.date]:
        """Return the day before the first (None: the beginning) and the last day."""
        last = months_before(as_of, self.ending)
        if self.days is not None:
            return _minus_days(as_of, self.days), last
        if self.months is None:
            return None, last
        return months_before(as_of, self.ending + self.months), last


WHOLE = Window()


def read_window(document: Any) -> Window:
    """Return the window of a metric's document: "total" or a mapping."""
    if document == "total":
        return WHOLE
    return Window(document.get("months"), document.get("days"), document.get("ending", 0))


def months_before(day: datetime.date, months: int) -> datetime.date:
    """Return the same day `months` earlier, or that month's last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    if year < 1:
        return datetime.date.min
    last = calendar.monthrange(year, month + 1)[1]
    return datetime.date(year, month + 1, min(day.day, last))


def _minus_days(day: datetime.date, days: int) -> datetime.date:
    return datetime.date.fromordinal(max(1, day.toordinal() - days))
