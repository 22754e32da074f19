"""Keeping the metric store true: slots, full computations, and accounts touched by trade.

Whoever writes to the store holds the lock of the tenant's freshness row until the transaction
ends, so that imports, runs and refreshes never meet in it.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy import CTE, ColumnElement, exists, literal, or_, select, update
from sqlalchemy.dialects.postgresql import Insert, insert

from tierline.db import db
from tierline.db.planning import whole_sets
from tierline.db.scope import current_tenant_id
from tierline.errors import Conflict
from tierline.jobs.service import schedule
from tierline.marking import N_
from tierline.metrics import queries
from tierline.metrics.calculation import derive, labels
from tierline.metrics.code import calculate_with_code
from tierline.metrics.definitions import Definitions, resting_on_all
from tierline.metrics.models import (
    GROUPS,
    METRIC_SLOTS,
    STATE,
    AccountState,
    MetricFreshness,
    MetricSlot,
)
from tierline.metrics.source import Source
from tierline.plugins.queries import stakeholder_groups

Values = Mapping[str, ColumnElement[Any]]
"""What is to stand in the store, by its column."""

CUSTOMER = "customer"
MANY = 20  # accounts; so many are joined as whole sets: a wrong guess then costs little
NIGHTLY = "metrics.refresh"
AT_NIGHT = "5 0 * * *"  # in the tenant's time zone: windows move on with its day


class TooManyMetrics(Conflict):
    """A tenant's plugins may define as many metrics as the store has slots."""

    code = "too_many_metrics"
    title = N_("There are more metrics than can be kept")


def touch(accounts: Sequence[uuid.UUID]) -> None:
    """Compute the metrics of these accounts again, after their trade, fields or groups changed.

    In the caller's transaction; shares of the whole follow at the next `bring_up_to_date`.
    """
    fresh = lock_freshness()
    definitions = prepare_slots(fresh)
    if fresh.as_of is None:
        _refresh(definitions, fresh, today())
    elif accounts:
        with whole_sets() if len(accounts) > MANY else nullcontext():
            _write(definitions, queries.trade(fresh.as_of, list(accounts)), fresh)
        fresh.shares_current = False
    db.session.flush()


def bring_up_to_date(as_of: datetime.date | None = None) -> datetime.date:
    """Make the store true as of a date (today in the tenant's time zone); return the date.

    Computes only what is missing. Locks the store until the transaction ends.
    """
    as_of = as_of or today()
    fresh = lock_freshness()
    definitions = prepare_slots(fresh)
    if fresh.as_of != as_of:
        _refresh(definitions, fresh, as_of)
    elif not fresh.shares_current:
        _refresh_shares(definitions, fresh)
    db.session.flush()
    return as_of


def refresh(as_of: datetime.date | None = None) -> datetime.date:
    """Compute everything anew from trade and fields; return the date that it is true for."""
    lock_freshness().as_of = None
    db.session.flush()
    return bring_up_to_date(as_of)


def today() -> datetime.date:
    """Return the date in the tenant's time zone."""
    zone = ZoneInfo(queries.tenant().time_zone)
    return datetime.datetime.now(zone).date()


def lock_freshness() -> MetricFreshness:
    """Return the tenant's freshness row, locked until the transaction ends."""
    first = insert(MetricFreshness).values(tenant_id=current_tenant_id()).on_conflict_do_nothing()
    if db.session.scalar(first.returning(MetricFreshness.tenant_id)) is not None:
        schedule(NIGHTLY, AT_NIGHT, queries.tenant().time_zone, {})
    statement = select(MetricFreshness).with_for_update()
    return db.session.scalars(statement, execution_options={"populate_existing": True}).one()


def prepare_slots(fresh: MetricFreshness) -> Definitions:
    """Give every metric of the tenant's plugins a slot, every group a bit; return the definitions.

    New or changed ones make the store due for a full computation. Raises TooManyMetrics.
    """
    definitions = queries.definitions()
    slots = {slot.metric_id: slot for slot in db.session.scalars(select(MetricSlot))}
    if len({*slots, *definitions}) > METRIC_SLOTS:
        raise TooManyMetrics(
            _(
                "The enabled plugins define more than the %(most)s metrics that a company can keep."
                " Disable one of them.",
                most=METRIC_SLOTS,
            ),
            limit=METRIC_SLOTS,
        )
    for name in slots.keys() - definitions.keys():
        slots[name].digest = ""  # its values go stale until it comes back
    taken = {slot.slot for slot in slots.values()}
    free = (number for number in range(1, METRIC_SLOTS + 1) if number not in taken)
    for name, definition in definitions.items():
        slot = slots.get(name)
        if slot is None:
            slot = MetricSlot(slot=next(free), metric_id=name, digest="")
            slots[name] = slot
            db.session.add(slot)
        if slot.digest != definition.digest:
            slot.digest = definition.digest
            fresh.as_of = None
    _prepare_groups(fresh)
    db.session.flush()
    return definitions


def _prepare_groups(fresh: MetricFreshness) -> None:
    known = list(fresh.group_keys)
    keys = [CUSTOMER, *(group.key for group in stakeholder_groups())]
    new = [key for key in dict.fromkeys(keys) if key not in known]
    if new:
        fresh.group_keys = [*known, *new][:GROUPS]
        fresh.as_of = None


def _refresh(definitions: Definitions, fresh: MetricFreshness, as_of: datetime.date) -> None:
    _write(definitions, queries.trade(as_of), fresh)
    fresh.as_of, fresh.shares_current = as_of, True
    fresh.refreshed_at = datetime.datetime.now(datetime.UTC)


def _write(definitions: Definitions, trade: Any, fresh: MetricFreshness) -> None:
    """Insert or update the rows of the accounts asked for, where a value changes."""
    only_some = trade.accounts is not None
    source = calculate_with_code(definitions, trade, fresh.group_keys)
    shares = set(resting_on_all(definitions)) if only_some else set()
    columns = {
        column: source.columns[name]
        for name, column in queries.slot_columns().items()
        if name in definitions and name not in shares
    }
    computed = select(
        source.account_id, source.groups, *(value.label(name) for name, value in columns.items())
    ).cte("computed")
    values = {name: computed.c[name] for name in ("groups", *columns)}
    write = _insert_missing(computed, values).add_cte(_update_changed(computed, values))
    with nullcontext() if only_some else whole_sets():
        db.session.execute(write)


def _update_changed(computed: CTE, values: Values) -> CTE:
    """Return the update of the rows in which a value changes; the others are not touched."""
    return (
        update(AccountState)
        .where(
            STATE.c.tenant_id == current_tenant_id(),
            STATE.c.account_id == computed.c.account_id,
            _differs(values),
        )
        .values(values)
        .returning(literal(1).label("one"))
        .execution_options(synchronize_session=False)
        .cte("updated")
    )


def _insert_missing(computed: CTE, values: Values) -> Insert:
    """Return the insert of the accounts that have no row yet."""
    there = exists().where(
        STATE.c.tenant_id == current_tenant_id(), STATE.c.account_id == computed.c.account_id
    )
    rows = select(literal(current_tenant_id()), computed.c.account_id, *values.values())
    names = ["tenant_id", "account_id", *values]
    return insert(AccountState).from_select(names, rows.where(~there))


def _refresh_shares(definitions: Definitions, fresh: MetricFreshness) -> None:
    """Compute what rests on all accounts from the values that stand in the store."""
    shares = set(resting_on_all(definitions))
    if shares:
        rows = _derived_from_store(definitions, shares)
        columns = queries.slot_columns()
        values = {columns[name]: rows.columns[name] for name in shares}
        db.session.execute(
            update(AccountState)
            .where(
                STATE.c.tenant_id == current_tenant_id(),
                STATE.c.account_id == rows.account_id,
                _differs(values),
            )
            .values(values)
            .execution_options(synchronize_session=False)
        )
    fresh.shares_current = True


def _derived_from_store(definitions: Definitions, shares: set[str]) -> Source:
    store = queries.store_source(definitions)
    label_of = dict(labels(definitions))
    kept = [name for name in definitions if name not in shares]
    base = (
        select(store.account_id, store.groups, *(store.columns[n].label(label_of[n]) for n in kept))
        .where(STATE.c.tenant_id == current_tenant_id())
        .subquery("base")
    )
    rows = derive(base, definitions, {name: base.c[label_of[name]] for name in kept})
    columns = {name: rows.c[label_of[name]] for name in definitions}
    return Source(rows, rows.c.account_id, rows.c.groups, columns, store.units, store.group_bits)


def _differs(values: Values) -> ColumnElement[bool]:
    return or_(*(STATE.c[name].is_distinct_from(value) for name, value in values.items()))
