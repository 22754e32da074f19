"""What higher layers add to the screens of accounts: panels, columns of the list, filters.

account_panel("tiers", _l("Tiers"), render_tiers, weight=10)
list_columns(tier_columns)
list_filters(tier_filters)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import LazyString
from markupsafe import Markup
from sqlalchemy import ColumnElement

from tierline.accounts.models import Account

Render = Callable[[Account], Markup | None]


@dataclass(frozen=True)
class Panel:
    """A panel of the account page; the lower the weight, the higher it stands."""

    key: str
    title: str | LazyString
    render: Render  # the panel's body; None where there is nothing to show
    weight: int


@dataclass(frozen=True)
class ListColumn:
    """A column of the list: what to select beside an account, and how to show it."""

    key: str
    title: str
    expression: ColumnElement[Any]
    show: Callable[[Any], str | Markup]


@dataclass(frozen=True)
class ListFilter:
    """A filter of the list: its name in the address, its choices, the condition of one."""

    name: str
    title: str
    options: Sequence[tuple[str, str]]
    condition: Callable[[str], ColumnElement[bool]]


_panels: dict[str, Panel] = {}
_columns: list[Callable[[], Iterable[ListColumn]]] = []
_filters: list[Callable[[], Iterable[ListFilter]]] = []


def account_panel(key: str, title: str | LazyString, render: Render, weight: int = 100) -> None:
    """Add a panel to the account page."""
    _panels[key] = Panel(key, title, render, weight)


def list_columns(columns: Callable[[], Iterable[ListColumn]]) -> None:
    """Add columns to the list of accounts: asked for each list, in the tenant's scope."""
    if columns not in _columns:
        _columns.append(columns)


def list_filters(filters: Callable[[], Iterable[ListFilter]]) -> None:
    """Add filters to the list of accounts: asked for each list, in the tenant's scope."""
    if filters not in _filters:
        _filters.append(filters)


def rendered_panels(account: Account) -> list[tuple[Panel, Markup]]:
    """Return the panels that have something to show about an account, in order."""
    ordered = sorted(_panels.values(), key=lambda panel: (panel.weight, panel.key))
    rendered = [(panel, panel.render(account)) for panel in ordered]
    return [(panel, body) for panel, body in rendered if body]


def added_columns() -> list[ListColumn]:
    """Return the columns that others add to the list."""
    return [column for columns in _columns for column in columns()]


def added_filters() -> list[ListFilter]:
    """Return the filters that others add to the list."""
    return [added for filters in _filters for added in filters()]
