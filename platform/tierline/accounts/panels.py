"""What higher layers add to the screens of accounts: panels, columns and filters.

The accounts know nothing of trade or tiers. A higher layer registers what it has to show in its own
`panels.py`, which is imported when the application is built:

    account_panel("tiers", _l("Tiers"), render_tiers, weight=10)
    list_columns(tier_columns)
    list_filters(tier_filters)

Columns and filters are asked for within each request, so they may depend on the tenant in scope.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from flask_babel import LazyString
from markupsafe import Markup
from sqlalchemy import ColumnElement

from tierline.accounts.models import Account

Place = Literal["top", "main", "side"]
"""Where a panel stands: above all, in the wide column, or beside it."""

Render = Callable[[Account], Markup | None]
"""Return a panel's content, None where there is nothing to show for the account."""


@dataclass(frozen=True)
class Panel:
    """A card on the account's page; the lower the weight, the higher it stands."""

    key: str
    title: str | LazyString
    render: Render
    weight: int
    place: Place


@dataclass(frozen=True)
class ListColumn:
    """A column of the list of accounts.

    `expression` must not multiply rows: a scalar subquery that is correlated with `Account`, such
    as one over a table with one row an account. `show` turns its value into text.
    """

    key: str
    title: str
    expression: ColumnElement[Any]
    show: Callable[[Any], str | Markup]
    number: bool = False


@dataclass(frozen=True)
class ListFilter:
    """A choice that narrows the list of accounts; `condition` takes the key of the option chosen.

    `key` is the name in the address, such as "tier.essentials:abc_sales".
    """

    key: str
    title: str
    options: Sequence[tuple[str, str]]  # (key, title)
    condition: Callable[[str], ColumnElement[bool]]


@dataclass(frozen=True)
class ShownPanel:
    """A panel with its content for one account."""

    key: str
    title: str | LazyString
    content: Markup


Columns = Callable[[], Iterable[ListColumn]]
Filters = Callable[[], Iterable[ListFilter]]

_panels: dict[str, Panel] = {}
_columns: list[Columns] = []
_filters: list[Filters] = []


def account_panel(
    key: str, title: str | LazyString, render: Render, *, weight: int = 50, place: Place = "side"
) -> None:
    """Add a panel to the account's page; a key stands for one panel."""
    _panels[key] = Panel(key, title, render, weight, place)


def list_columns(provider: Columns) -> None:
    """Let `provider` add columns to the list of accounts."""
    if provider not in _columns:
        _columns.append(provider)


def list_filters(provider: Filters) -> None:
    """Let `provider` add filters to the list of accounts."""
    if provider not in _filters:
        _filters.append(provider)


def shown_panels(account: Account, place: Place) -> list[ShownPanel]:
    """Return the panels of one place that have something to show for the account, in order."""
    ordered = sorted(_panels.values(), key=lambda panel: (panel.weight, panel.key))
    rendered = [(panel, panel.render(account)) for panel in ordered if panel.place == place]
    return [ShownPanel(panel.key, panel.title, html) for panel, html in rendered if html]


def added_columns() -> list[ListColumn]:
    """Return the columns that higher layers add for the tenant in scope."""
    return [column for provider in _columns for column in provider()]


def added_filters() -> list[ListFilter]:
    """Return the filters that higher layers add for the tenant in scope."""
    return [added for provider in _filters for added in provider()]
