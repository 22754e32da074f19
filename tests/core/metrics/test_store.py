"""The store says what a computation from the ledger says, however it was kept up to date."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tierline.accounts.models import Account
from tierline.db import db
from tierline.metrics import queries
from tierline.metrics.models import STATE, MetricFreshness, MetricSlot
from tierline.metrics.service import bring_up_to_date, today, touch
from trading import Sale, make_accounts, trade

pytestmark = pytest.mark.usefixtures("in_tenant")


def rows_of(source: Any) -> list[tuple[Any, ...]]:
    """Return groups and all values of the tenant's accounts, in the order of their keys."""
    columns = [source.columns[name] for name in queries.definitions()]
    tenant = Account.tenant_id == db.session().scope.tenant_id
    statement = (
        select(Account.external_key, source.groups, *columns)
        .join_from(source.rows, Account, Account.id == source.account_id)
        .where(tenant)
        .order_by(Account.external_key)
    )
    return [tuple(row) for row in db.session.execute(statement)]


def stored() -> list[tuple[Any, ...]]:
    return rows_of(queries.store_source(queries.definitions()))


def computed(as_of: datetime.date) -> list[tuple[Any, ...]]:
    return rows_of(queries.source_as_of(as_of, queries.definitions()))


kinds = st.sampled_from(["invoice", "return", "payment"])
sales = st.builds(
    Sale,
    account=st.sampled_from(["A", "B", "C", "D"]),
    date=st.dates(datetime.date(2024, 1, 1), datetime.date(2026, 12, 31)),
    amount=st.integers(-20, 200).map(Decimal),
    kind=kinds,
    cost=st.none() | st.integers(0, 90).map(Decimal),
    due_on=st.none() | st.dates(datetime.date(2025, 1, 1), datetime.date(2026, 12, 31)),
    paid_on=st.none() | st.dates(datetime.date(2025, 1, 1), datetime.date(2026, 12, 31)),
)


def test_touching_accounts_equals_computing_all() -> None:
    @settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(st.lists(sales, max_size=5), min_size=1, max_size=3))
    def equal(chunks: list[list[Sale]]) -> None:
        bring_up_to_date()
        for chunk in chunks:
            ids = trade(chunk)
            touch([ids[sale.account] for sale in chunk])
        as_of = bring_up_to_date()
        assert stored() == computed(as_of)

    equal()


def test_nothing_dated_later_is_looked_at() -> None:
    @settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(sales, max_size=6), st.lists(sales, max_size=6), st.data())
    def unmoved(before: list[Sale], more: list[Sale], data: st.DataObject) -> None:
        as_of = data.draw(st.dates(datetime.date(2025, 6, 1), datetime.date(2026, 6, 1)))
        make_accounts("ABCD")
        trade(before)
        found = computed(as_of)
        trade(sale for sale in more if sale.date > as_of)
        assert computed(as_of) == found

    unmoved()


def test_windows_move_on_with_the_day() -> None:
    with time_machine.travel("2026-03-01 12:00Z"):
        trade([Sale("A", datetime.date(2025, 3, 2), Decimal(10))])
        bring_up_to_date()
        before = queries.store_source(queries.definitions())
        assert db.session.scalar(select(before.columns["essentials:sales_12m"])) == 1000
    with time_machine.travel("2026-03-02 12:00Z"):
        bring_up_to_date()
        after = queries.store_source(queries.definitions())
        assert db.session.scalar(select(after.columns["essentials:sales_12m"])) == 0


def test_accounts_without_trade_are_in_the_store() -> None:
    make_accounts(["A"])
    bring_up_to_date()
    assert [row[0] for row in stored()] == ["A"]


def test_new_metrics_get_slots_and_make_the_store_due() -> None:
    bring_up_to_date()
    names = set(db.session.scalars(select(MetricSlot.metric_id)))
    assert names == set(queries.definitions())
    slot = db.session.scalars(select(MetricSlot).limit(1)).one()
    slot.digest = "of another definition"
    db.session.flush()
    touch([])
    fresh = db.session.scalars(select(MetricFreshness)).one()
    assert fresh.as_of == today()
    assert slot.digest == queries.definitions()[slot.metric_id].digest


def test_archived_accounts_are_in_no_group() -> None:
    ids = make_accounts(["A"])
    account = db.session.get_one(Account, ids["A"])
    account.archived_at = datetime.datetime.now(datetime.UTC)
    db.session.flush()
    touch([account.id])
    assert db.session.scalar(select(STATE.c.groups)) == 0
