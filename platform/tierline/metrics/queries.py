"""Reading metrics: definitions, the store as a source, values as of a date, the catalogue."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from flask_babel import gettext as _
from sqlalchemy import Uuid, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from tierline.accounts.models import Account
from tierline.db import db
from tierline.db.scope import current_tenant_id
from tierline.errors import NotFound
from tierline.metrics.calculation import bits_of
from tierline.metrics.code import calculate_with_code
from tierline.metrics.definitions import Definitions, define, lacking
from tierline.metrics.models import STATE, MetricFreshness, MetricSlot
from tierline.metrics.source import Source
from tierline.metrics.trade import Trade
from tierline.metrics.units import SCALES, from_stored
from tierline.packs.contributions import Metric, MetricUnit
from tierline.plugins.queries import enabled_plugins, fields, metrics, stakeholder_groups
from tierline.tenancy.models import Tenant


def tenant() -> Tenant:
    """Return the tenant in scope."""
    found: Tenant = db.session.get_one(Tenant, current_tenant_id())
    return found


def definitions() -> Definitions:
    """Return the definitions of the tenant's metrics, each after those that it rests on.

    Without those that wait for a plugin which is suspended.
    """
    known, of_accounts = metrics(), fields("account")
    waiting = lacking(known, of_accounts)
    return define([metric for metric in known if metric.id not in waiting], of_accounts)


def get_account(account_id: uuid.UUID) -> Account:
    """Return an account of the tenant; raises NotFound."""
    account: Account | None = db.session.get(Account, account_id)
    if account is None:
        raise NotFound(_("There is no such account."))
    return account


def slot_columns() -> dict[str, str]:
    """Return the store's column of each metric that has one, by metric id."""
    rows = db.session.execute(select(MetricSlot.metric_id, MetricSlot.slot))
    return {row.metric_id: f"m{row.slot}" for row in rows}


def find_freshness() -> MetricFreshness | None:
    """Return as of when the store is true; None before its first computation."""
    return db.session.scalars(select(MetricFreshness)).one_or_none()


def trade(as_of: datetime.date, accounts: Sequence[uuid.UUID] | None = None) -> Trade:
    """Return whose trade is to be summed up: the tenant's, as of a date, up to some accounts."""
    chosen = None if accounts is None else literal(list(accounts), ARRAY(Uuid))
    return Trade(current_tenant_id(), as_of, tenant().currency, chosen)


def store_source(defined: Definitions) -> Source:
    """Return the store as a source. Its statement must name the tenant itself."""
    fresh = find_freshness()
    columns = slot_columns()
    return Source(
        rows=STATE,
        account_id=STATE.c.account_id,
        groups=STATE.c.groups,
        columns={name: STATE.c[columns[name]] for name in defined if name in columns},
        units={name: definition.metric.unit for name, definition in defined.items()},
        group_bits=bits_of(fresh.group_keys if fresh else ()),
    )


def source_as_of(
    as_of: datetime.date,
    defined: Definitions,
    accounts: Sequence[uuid.UUID] | None = None,
) -> Source:
    """Return the values as of any date, computed from the ledger when the statement runs.

    What extensions compute is asked of them at once.
    """
    keys = ["customer", *(group.key for group in stakeholder_groups())]
    return calculate_with_code(defined, trade(as_of, accounts), list(dict.fromkeys(keys)))


def is_current(as_of: datetime.date) -> bool:
    """Return whether the store is true as of this date, shares included."""
    fresh = find_freshness()
    return fresh is not None and fresh.is_true_for(as_of)


@dataclass(frozen=True)
class MetricValue:
    """A metric of an account, in its unit; None is unknown."""

    metric: Metric
    value: Decimal | None


def account_values(account_id: uuid.UUID) -> list[MetricValue]:
    """Return an account's current values in the catalogue's order; none before a computation."""
    columns = slot_columns()
    found = [(metric, columns[metric.id]) for metric in metrics() if metric.id in columns]
    if not found:
        return []
    statement = select(*(STATE.c[column] for _, column in found)).where(
        STATE.c.tenant_id == current_tenant_id(), STATE.c.account_id == account_id
    )
    row = db.session.execute(statement).one_or_none()
    if row is None:
        return []
    return [
        MetricValue(metric, from_stored(stored, metric.unit))
        for (metric, _), stored in zip(found, row, strict=True)
    ]


@dataclass(frozen=True)
class CatalogueEntry:
    """A metric with what is known about it in the tenant."""

    metric: Metric
    known: int | None  # accounts for which it is known; None before it is computed
    accounts: int
    uses: tuple[Metric, ...]  # the metrics that it is computed from
    lacks: str | None  # the metric or field that is not there, for which it waits


def catalogue() -> list[CatalogueEntry]:
    """Return the tenant's metrics, in order, with how many accounts each is known for."""
    defined, columns, shown = definitions(), slot_columns(), metrics()
    counted = [metric.id for metric in shown if metric.id in columns]
    statement = select(func.count(), *(func.count(STATE.c[columns[name]]) for name in counted))
    total, *known = db.session.execute(
        statement.where(STATE.c.tenant_id == current_tenant_id())
    ).one()
    count_of = dict(zip(counted, known, strict=True))
    by_id = {metric.id: metric for metric in shown}
    waiting = lacking(shown, fields("account"))
    return [
        CatalogueEntry(
            metric,
            None if metric.id in waiting else count_of.get(metric.id),
            total,
            tuple(by_id[used] for used in _inputs(metric.id, defined)),
            waiting.get(metric.id),
        )
        for metric in shown
    ]


def _inputs(metric_id: str, defined: Definitions) -> tuple[str, ...]:
    return defined[metric_id].inputs if metric_id in defined else ()


def is_written(metric_id: str) -> bool:
    """Return whether a metric stands in a plugin's files, where it can be changed."""
    plugin, _colon, name = metric_id.partition(":")
    release = enabled_plugins().get(plugin)
    return release is not None and name in release.document["metrics"]


def shown(stored: Fraction, unit: MetricUnit) -> Decimal:
    """Return an exact stored value in its unit, rounded to four digits after the point."""
    return Decimal(round(stored / SCALES[unit] * 10_000)) / 10_000
