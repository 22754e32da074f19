"""A result by tier, and moves between tiers, as charts with the tables behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import pgettext

from tierline.packs.contributions import Tier, TieringScheme
from tierline.tiering.results import Result, TierResult
from tierline.tiering.structure import Period
from tierline.web.language import date, localized, money, number, percent

AFTER = "\u200b"
"""What tells a tier after a move from the same tier before it, without being seen."""


@dataclass(frozen=True)
class Row:
    """A tier with its figures; shares in percent of the group's accounts and sales."""

    tier: Tier
    figures: TierResult
    accounts_share: float


@dataclass(frozen=True)
class Shown:
    """What a page shows of a result."""

    rows: list[Row]
    caption: str
    columns: list[str]
    table: list[list[str]]
    option: dict[str, Any]


def show_result(scheme: TieringScheme, result: Result) -> Shown:
    """Return a result by tier for a page."""
    figures = {tier.tier: tier for tier in result.tiers}
    rows = [
        Row(tier, figures[tier.id], 100 * figures[tier.id].accounts / max(result.accounts, 1))
        for tier in scheme.tiers
        if tier.id in figures
    ]
    caption = _("%(scheme)s: accounts and sales by tier", scheme=localized(scheme.title))
    columns = [_("Tier"), _("Accounts"), _("Share of accounts"), _("Sales"), _("Share of sales")]
    return Shown(rows, caption, columns, [_cells(row) for row in rows], _option(rows))


def _cells(row: Row) -> list[str]:
    return [
        localized(row.tier.title),
        number(row.figures.accounts),
        percent(row.accounts_share),
        money(row.figures.sales, digits=0),
        percent(row.figures.share),
    ]


def _option(rows: list[Row]) -> dict[str, Any]:
    return {
        "grid": {"left": 8, "right": 16, "top": 32, "bottom": 8, "containLabel": True},
        "legend": {"top": 0, "left": 0},
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}},
        "xAxis": {"type": "value", "max": 100, "axisLabel": {"formatter": "{value} %"}},
        "yAxis": {
            "type": "category",
            "inverse": True,
            "data": [localized(row.tier.title) for row in rows],
        },
        "series": [
            _series(_("Share of accounts"), [row.accounts_share for row in rows]),
            _series(_("Share of sales"), [float(row.figures.share or 0) for row in rows]),
        ],
    }


def _series(name: str, values: list[float]) -> dict[str, Any]:
    return {
        "type": "bar",
        "name": name,
        "barGap": 0.1,
        "barMaxWidth": 18,
        "data": [round(value, 1) for value in values],
    }


@dataclass(frozen=True)
class ShownMoves:
    """How a page shows who goes from which tier to which."""

    caption: str
    columns: list[str]
    table: list[list[str]]
    option: dict[str, Any]


def show_moves(
    title: str, moves: Sequence[Mapping[str, Any]], tiers: Mapping[str, Mapping[str, Any]]
) -> ShownMoves:
    """Return moves (`previous`, `tier`, `accounts`) as streams between tiers, for a page.

    `tiers` holds title and colour of each tier by id; None stands for no tier.
    """
    names = {id: localized(tier["title"]) for id, tier in tiers.items()}

    def name(tier: str | None) -> str:
        return _("no tier") if tier is None else names.get(tier, tier)

    def node(tier: str | None, label: str) -> dict[str, Any]:
        color = tiers.get(tier or "", {}).get("color", "gray")
        return {"name": label, "itemStyle": {"color": color}}

    left = dict.fromkeys(move["previous"] for move in moves)
    right = dict.fromkeys(move["tier"] for move in moves)
    links = [
        {
            "source": name(move["previous"]),
            "target": name(move["tier"]) + AFTER,
            "value": move["accounts"],
        }
        for move in moves
    ]
    series = {
        "type": "sankey",
        "left": 8,
        "right": 120,
        "top": 8,
        "bottom": 8,
        "nodeAlign": "left",
        "draggable": False,
        "emphasis": {"focus": "adjacency"},
        "lineStyle": {"color": "source", "opacity": 0.35},
        "data": [
            *(node(tier, name(tier)) for tier in left),
            *(node(tier, name(tier) + AFTER) for tier in right),
        ],
        "links": links,
    }
    table = [[name(m["previous"]), name(m["tier"]), number(m["accounts"])] for m in moves]
    return ShownMoves(
        _("%(scheme)s: who would move", scheme=title),
        [pgettext("move", "From"), pgettext("move", "To"), _("Accounts")],
        table,
        {"tooltip": {"trigger": "item"}, "series": [series]},
    )


@dataclass(frozen=True)
class ShownStructure:
    """How a page shows a scheme's tiers over time."""

    caption: str
    columns: list[str]
    table: list[list[str]]
    option: dict[str, Any]


def show_structure(scheme: TieringScheme, periods: Sequence[Period]) -> ShownStructure:
    """Return the accounts of each tier at the ends of periods, for a page."""
    ends = [date(period.end) for period in periods]
    counts = [[each.closing for each in period.tiers[:-1]] for period in periods]
    names = [localized(tier.title) for tier in scheme.tiers]
    series = [
        {
            "type": "bar",
            "stack": "tiers",
            "name": name,
            "itemStyle": {"color": tier.color},
            "data": [row[place] for row in counts],
        }
        for place, (tier, name) in enumerate(zip(scheme.tiers, names, strict=True))
    ]
    return ShownStructure(
        _("%(scheme)s: accounts by tier", scheme=localized(scheme.title)),
        [_("Up to"), *names],
        [[end, *map(number, row)] for end, row in zip(ends, counts, strict=True)],
        {
            "grid": {"left": 8, "right": 16, "top": 32, "bottom": 8, "containLabel": True},
            "legend": {"top": 0, "left": 0, "type": "scroll"},
            "tooltip": {"trigger": "axis"},
            "xAxis": {"type": "category", "data": ends},
            "yAxis": {"type": "value"},
            "series": series,
        },
    )
