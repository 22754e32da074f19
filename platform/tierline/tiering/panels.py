"""Tiers on the screens of accounts: a panel, a column, filters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from flask import render_template
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy import ColumnElement, select

from tierline.access.decision import decide, find_subject
from tierline.accounts.models import Account
from tierline.accounts.panels import (
    ListColumn,
    ListFilter,
    account_panel,
    list_columns,
    list_filters,
)
from tierline.db.scope import current_tenant_id
from tierline.metrics.models import STATE
from tierline.packs.contributions import TieringScheme
from tierline.tiering import queries
from tierline.tiering.models import Scheme
from tierline.tiering.permissions import READ
from tierline.web.language import localized


def render_tiers(account: Account) -> Markup | None:
    """Return the account's tiers in each scheme that was run, with the way to the reasons."""
    if not decide(find_subject(), READ).allowed:
        return None
    tiers = [
        (contributed, {tier.id: tier for tier in contributed.tiers}, found)
        for contributed, scheme in queries.recorded_schemes()
        if (found := queries.history(scheme, account.id, limit=1))
    ]
    if not tiers:
        return None
    content = render_template("tiering/_panel.html", account=account, tiers=tiers)
    return Markup(content)  # noqa: S704 - a template escapes


def tier_columns() -> Iterator[ListColumn]:
    """Yield a column with the tier of the first scheme that was run."""
    for contributed, scheme in queries.recorded_schemes()[:1]:
        title = localized(contributed.title)
        yield ListColumn("tier", title, _current(scheme), _badge(contributed, scheme))


def tier_filters() -> Iterator[ListFilter]:
    """Yield a filter by tier for each scheme that was run."""
    for contributed, scheme in queries.recorded_schemes():
        options = [(tier.id, localized(tier.title)) for tier in contributed.tiers]
        title = localized(contributed.title)
        yield ListFilter(f"tier.{contributed.id}", title, options, _condition(scheme))


def _current(scheme: Scheme) -> ColumnElement[Any]:
    """Return the code of an account's current tier, correlated with the account."""
    return (
        select(STATE.c[f"t{scheme.number}"])
        .where(STATE.c.tenant_id == current_tenant_id(), STATE.c.account_id == Account.id)
        .scalar_subquery()
    )


def _badge(contributed: TieringScheme, scheme: Scheme) -> Callable[[Any], str | Markup]:
    tiers = {tier.id: tier for tier in contributed.tiers}

    @cache  # a badge a tier, not a row: rendering costs more than the rest of the row
    def show(code: Any) -> str | Markup:
        tier = tiers.get(queries.tier_name(scheme, code) or "")
        if tier is None:
            return "–"
        badge = render_template("tiering/_badge.html", tier=tier)
        return Markup(badge)  # noqa: S704 - a template escapes

    return show


def _condition(scheme: Scheme) -> Callable[[str], ColumnElement[bool]]:
    def condition(tier_id: str) -> ColumnElement[bool]:
        code = scheme.tier_ids.index(tier_id) + 1 if tier_id in scheme.tier_ids else 0
        chosen = select(STATE.c.account_id).where(
            STATE.c.tenant_id == current_tenant_id(), STATE.c[f"t{scheme.number}"] == code
        )
        # IS TRUE: not a join, which is slow until the first ANALYZE after a large import.
        return Account.id.in_(chosen).is_(True)

    return condition


account_panel("tiers", _l("Tiers"), render_tiers, weight=10, place="top")
list_columns(tier_columns)
list_filters(tier_filters)
