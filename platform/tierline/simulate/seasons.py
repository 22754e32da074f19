"""When a year buys: months, weekdays and the year's great festival.

A window's days get a weight each; their running sum is a clock on which purchases come evenly
(the time change of an inhomogeneous Poisson process), shared by every account of the world.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, timedelta
from itertools import accumulate

from tierline.simulate.assumptions import Assumptions
from tierline.simulate.records import Locale

SPRING_FESTIVALS = {  # first day of the lunar year
    year: date(year, month, day)
    for year, month, day in (
        (2015, 2, 19), (2016, 2, 8), (2017, 1, 28), (2018, 2, 16), (2019, 2, 5), (2020, 1, 25),
        (2021, 2, 12), (2022, 2, 1), (2023, 1, 22), (2024, 2, 10), (2025, 1, 29), (2026, 2, 17),
        (2027, 2, 6), (2028, 1, 26), (2029, 2, 13), (2030, 2, 3), (2031, 1, 23), (2032, 2, 11),
        (2033, 1, 31), (2034, 2, 19), (2035, 2, 8),
    )
}  # fmt: skip
WEEKDAYS = (1.15, 1.1, 1.05, 1.0, 0.95, 0.12, 0.04)  # Monday to Sunday
FIRST_DAY, LAST_DAY = date(2015, 3, 1), date(2035, 11, 30)  # what the table above covers


def days_to_festival(day: date, locale: Locale) -> int:
    """Return the days from `day` to the nearest festival: negative once it has begun.

    The festival is Spring Festival in China and Christmas elsewhere.
    """
    if locale == "zh_CN":
        festivals = [SPRING_FESTIVALS[y] for y in (day.year, day.year + 1) if y in SPRING_FESTIVALS]
    else:
        festivals = [date(year, 12, 25) for year in (day.year - 1, day.year)]
    return min(((festival - day).days for festival in festivals), key=abs)


def festival_factor(day: date, locale: Locale, assumptions: Assumptions) -> float:
    """Return the factor of the festival on a day: the stocking-up before, the quiet during it."""
    away = days_to_festival(day, locale)
    quiet_before, quiet_after = (6, 12) if locale == "zh_CN" else (2, 7)
    if -quiet_after <= away <= quiet_before:
        return assumptions.festival
    return assumptions.before_festival if quiet_before < away <= quiet_before + 28 else 1.0


def day_weight(day: date, locale: Locale, assumptions: Assumptions) -> float:
    """Return how much trade a day draws, beside a mean day's 1."""
    week = WEEKDAYS[day.weekday()] * 7 / sum(WEEKDAYS)
    month = assumptions.months[day.month - 1] * 12 / sum(assumptions.months)
    holiday = 0.15 if locale == "zh_CN" and day.month == 10 and day.day <= 7 else 1.0
    return week * month * holiday * festival_factor(day, locale, assumptions)


class Clock:
    """The window's days on the scale of expected trade: a mean day is one unit long."""

    def __init__(self, start: date, until: date, locale: Locale, assumptions: Assumptions) -> None:
        self.start = start
        count = (until - start).days + 1
        days = (start + timedelta(days=number) for number in range(count))
        weights = (day_weight(day, locale, assumptions) for day in days)
        self._reached = [0.0, *accumulate(weights)]

    @property
    def end(self) -> float:
        """The reading at the end of the last day."""
        return self._reached[-1]

    def reading(self, day: date) -> float:
        """Return the clock's reading as `day` begins; 0 before the window."""
        number = min(max((day - self.start).days, 0), len(self._reached) - 1)
        return self._reached[number]

    def day(self, reading: float) -> date:
        """Return the day on which the clock shows `reading` (below `end`)."""
        return self.start + timedelta(days=bisect_right(self._reached, reading) - 1)
