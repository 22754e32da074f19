"""What the pages of backtests show, gathered."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from tierline.backtests.charts import Chart, structure_chart, workload_chart
from tierline.backtests.contenders import DRAFT, Contender, find_contender, read_contender
from tierline.backtests.models import Backtest
from tierline.backtests.reading import LINE, Course, Month, lines, read_courses
from tierline.jobs.models import Job
from tierline.jobs.queries import find_job
from tierline.packs.contributions import TieringScheme
from tierline.plugins.queries import tiering_schemes
from tierline.tiering.queries import find_scheme
from tierline.web.language import localized


@dataclass(frozen=True)
class Listed:
    """A backtest in the list."""

    backtest: Backtest
    title: str
    job: Job | None  # that carries it out, until it is done


@dataclass(frozen=True)
class ShownCourse:
    """A contender on a backtest's page."""

    course: Course
    title: str
    structure: Chart
    sales: Chart
    workload: Chart | None
    names: Mapping[str | None, str]
    colors: Mapping[str | None, str]
    lost: Month | None  # the last month whose following year is over


@dataclass(frozen=True)
class BacktestView:
    """A backtest's page."""

    backtest: Backtest
    title: str
    job: Job | None
    courses: list[ShownCourse]
    agreement: list[dict[str, Any]]


def contenders_of(backtest: Backtest) -> list[Contender]:
    """Return the schemes of a backtest."""
    return [read_contender(kept) for kept in backtest.contenders]


def title_of(contender: Contender) -> str:
    """Return what a contender is called: its scheme, and which rule."""
    title = localized(contender.scheme.title)
    if contender.which.startswith(DRAFT):
        number = contender.which.removeprefix(DRAFT)
        return str(_("%(scheme)s as in draft %(number)s", scheme=title, number=number))
    if contender.which:
        return str(_("%(scheme)s, version %(number)s", scheme=title, number=contender.which))
    return title


def whole_title(backtest: Backtest) -> str:
    """Return what a backtest is called."""
    titles = [title_of(each) for each in contenders_of(backtest)]
    if len(titles) == 1:
        return titles[0]
    return str(_("%(one)s against %(other)s", one=titles[0], other=titles[1]))


def listed(backtests: Sequence[Backtest]) -> list[Listed]:
    """Return backtests for the list."""
    return [Listed(each, whole_title(each), _job_of(each)) for each in backtests]


def _job_of(backtest: Backtest) -> Job | None:
    waits = backtest.state == "waiting" and backtest.job_id is not None
    return find_job(backtest.job_id) if waits and backtest.job_id else None


def choices(*asked: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the schemes to choose from, each with its versions, by the scheme's title.

    Drafts are offered where they are `asked` for.
    """
    found = [(localized(scheme.title), list(_rules(scheme))) for scheme in tiering_schemes()]
    drafted = [(name, title_of(find_contender(name))) for name in asked if f"@{DRAFT}" in name]
    return [(_("Drafts"), drafted), *found] if drafted else found


def _rules(scheme: TieringScheme) -> Iterator[tuple[str, str]]:
    yield scheme.id, _("%(scheme)s, in force", scheme=localized(scheme.title))
    record = find_scheme(scheme.id)
    for version in range(record.version if record else 0, 0, -1):
        yield f"{scheme.id}@{version}", _("version %(number)s", number=version)


def backtest_view(backtest: Backtest) -> BacktestView:
    """Return what a backtest's page shows."""
    found = backtest.result
    courses = read_courses(contenders_of(backtest), found) if found else []
    return BacktestView(
        backtest=backtest,
        title=whole_title(backtest),
        job=_job_of(backtest),
        courses=[_shown(course) for course in courses],
        agreement=found["agreement"] if found else [],
    )


def _shown(course: Course) -> ShownCourse:
    names: dict[str | None, str] = {tier.id: localized(tier.title) for tier in course.tiers}
    colors: dict[str | None, str] = {tier.id: tier.color for tier in course.tiers}
    over = [month for month in course.months if any(each.lost for each in month.tiers)]
    title = title_of(course.contender)
    return ShownCourse(
        course=course,
        title=title,
        structure=structure_chart(course, title, "closing"),
        sales=structure_chart(course, title, "sales"),
        workload=workload_chart(course, title) if course.has_cadence else None,
        names=names | {None: _("no tier")},
        colors=colors,
        lost=over[-1] if over else None,
    )


def document_of(backtest: Backtest) -> dict[str, Any]:
    """Return a backtest as the API and commands show it."""
    names = ("id", "months", "last_on", "state", "started_by", "job_id", "created_at")
    document = {name: getattr(backtest, name) for name in (*names, "finished_at", "contenders")}
    if backtest.result is None:
        return {**document, "lines": None, "agreement": None}
    courses = read_courses(contenders_of(backtest), backtest.result)
    return {
        **document,
        "lines": list(lines(courses)),
        "agreement": backtest.result["agreement"],
    }


def as_csv(backtest: Backtest) -> str:
    """Return what a backtest found as CSV, a line a scheme, month and tier."""
    written = io.StringIO()
    writer = csv.DictWriter(written, LINE)
    writer.writeheader()
    if backtest.result is not None:
        writer.writerows(lines(read_courses(contenders_of(backtest), backtest.result)))
    return written.getvalue()
