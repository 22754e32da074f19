"""A contender's course as charts with the tables behind them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from flask_babel import gettext as _

from tierline.backtests.reading import Course
from tierline.web.language import date, localized, money, number


@dataclass(frozen=True)
class Chart:
    """A chart, and the table that says the same."""

    caption: str
    columns: list[str]
    table: list[list[str]]
    option: dict[str, Any]


def structure_chart(course: Course, title: str, what: Literal["closing", "sales"]) -> Chart:
    """Return the accounts, or the sales of each month, by tier over the ends of the months."""
    caption = _("%(scheme)s: accounts by tier", scheme=title)
    if what == "sales":
        caption = _("%(scheme)s: sales of the month by tier", scheme=title)
    names = [localized(tier.title) for tier in course.tiers]
    ends = [date(month.end) for month in course.months]
    values = [[getattr(each, what) for each in month.tiers] for month in course.months]
    shown = number if what == "closing" else _whole_money
    return Chart(
        caption,
        [_("Month’s end"), *names],
        [[end, *map(shown, row)] for end, row in zip(ends, values, strict=True)],
        {
            **_frame(ends),
            "series": [
                {
                    "type": "bar",
                    "stack": "tiers",
                    "name": name,
                    "itemStyle": {"color": tier.color},
                    "data": [float(row[place]) for row in values],
                }
                for place, (tier, name) in enumerate(zip(course.tiers, names, strict=True))
            ],
        },
    )


def _whole_money(value: Any) -> str:
    return money(value, digits=0)


def workload_chart(course: Course, title: str) -> Chart:
    """Return how many contacts a month the tiers' cadences would have caused."""
    ends = [date(month.end) for month in course.months]
    values = [round(course.workload(month)) for month in course.months]
    name = _("Contacts a month")
    return Chart(
        _("%(scheme)s: contacts a month by the playbooks’ cadences", scheme=title),
        [_("Month’s end"), name],
        [[end, number(value)] for end, value in zip(ends, values, strict=True)],
        {**_frame(ends), "series": [{"type": "line", "name": name, "data": values}]},
    )


def _frame(ends: list[str]) -> dict[str, Any]:
    return {
        "grid": {"left": 8, "right": 16, "top": 32, "bottom": 8, "containLabel": True},
        "legend": {"top": 0, "left": 0, "type": "scroll"},
        "tooltip": {"trigger": "axis"},
        "xAxis": {"type": "category", "data": ends},
        "yAxis": {"type": "value"},
    }
