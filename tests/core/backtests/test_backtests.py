"""Backtests: equal to the ledger and to real runs, blind to what comes later, and through doors."""

from __future__ import annotations

import csv
import datetime
import io
import json
import random
import uuid
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from conftest import Company, working_in
from tierline.backtests import queries, service, views
from tierline.backtests.commands import command
from tierline.backtests.contenders import find_contender
from tierline.backtests.models import Backtest
from tierline.backtests.months import month_ends, year_before
from tierline.backtests.reading import Course, read_courses
from tierline.backtests.replaying import replay
from tierline.configuration.editing import replacing
from tierline.configuration.planning import draft_planned
from tierline.configuration.queries import get_item
from tierline.configuration.service import apply_now
from tierline.db import db
from tierline.errors import Invalid, NotFound
from tierline.jobs.running import run_job
from tierline.ledger.models import LedgerTransaction
from tierline.packs.leaves import plain
from tierline.tiering import queries as tiers
from tierline.tiering.explain import explain
from tierline.tiering.models import Assignment
from tierline.tiering.service import run_now
from trading import Sale, make_accounts, trade

ABC, RFM = "essentials:abc_sales", "essentials:rfm"
LAST = datetime.date(2026, 6, 30)
ADJUSTED = {
    "every": "month",
    "margin": 10,
    "reviews": 2,
    "minimum_stay": 60,
    "grace": {
        "when": {"metric": "essentials:days_as_customer", "op": "le", "value": 45},
        "tier": "b",
    },
    "caps": [{"tier": "a", "accounts": 4, "by": "essentials:sales_12m"}],
}


def sales(seed: int, accounts: int = 12, count: int = 160) -> list[Sale]:
    """Return random trade of two and a half years before the last end, and some after it."""
    chance = random.Random(seed)
    start = LAST - datetime.timedelta(days=900)
    return [
        Sale(
            f"K{chance.randrange(accounts):02}",
            start + datetime.timedelta(days=chance.randrange(960)),
            Decimal(chance.randrange(1, 100_000)) / 100,
            number=f"N{place}",
            cost=Decimal(chance.randrange(1, 50_000)) / 100 if chance.random() < 0.8 else None,
        )
        for place in range(count)
    ]


def adjust(scheme: str, adjustment: dict[str, Any] | None, **rule: Any) -> None:
    document = plain(get_item("essentials", "tiering", scheme))
    document["rule"] |= rule
    if adjustment is not None:
        document["adjustment"] = adjustment
    apply_now(replacing("essentials", "tiering", scheme, document, "Test"), "Test", "screen")


def replayed(*named: str, months: int = 18) -> list[Course]:
    contenders = [find_contender(name) for name in named]
    return read_courses(contenders, replay(contenders, month_ends(LAST, months)))


def test_the_days_are_the_ends_of_months_and_of_the_same_months_a_year_before() -> None:
    ends = month_ends(datetime.date(2026, 3, 30), 13)
    assert (ends[0], ends[-1], len(ends)) == (
        datetime.date(2025, 1, 31),
        datetime.date(2026, 2, 28),
        14,
    )
    assert month_ends(LAST, 1) == [datetime.date(2026, 5, 31), LAST]
    assert year_before(ends[-1]) == ends[1]


@pytest.mark.usefixtures("in_tenant")
def test_every_month_equals_the_ledger_to_the_cent() -> None:
    trade(sales(1))
    make_accounts(["prospect"])
    (course,) = replayed(ABC)
    ledger: Counter[tuple[int, int]] = Counter()
    profit: Counter[tuple[int, int]] = Counter()
    for row in db.session.scalars(select(LedgerTransaction)):
        ledger[row.date.year, row.date.month] += row.amount
        if row.cost is not None:
            profit[row.date.year, row.date.month] += row.amount - row.cost
    for month in course.months:
        key = (month.end.year, month.end.month)
        assert month.sales == Decimal(ledger[key]) / 100
        assert (
            sum(each.profit for each in (*month.tiers, month.without)) == Decimal(profit[key]) / 100
        )


@pytest.mark.usefixtures("in_tenant")
@pytest.mark.parametrize("adjustment", [None, ADJUSTED])
def test_opening_and_movement_make_the_closing(adjustment: dict[str, Any] | None) -> None:
    trade(sales(2))
    adjust("abc_sales", adjustment)
    (course,) = replayed(ABC)
    for before, month in pairwise(course.months):
        for earlier, each in zip(
            (*before.tiers, before.without), (*month.tiers, month.without), strict=True
        ):
            assert each.opening == earlier.closing
            assert each.value_opening == earlier.value_closing
            assert each.opening + (each.entered or 0) - (each.left or 0) == each.closing
            moved = (each.value_entered or 0) - (each.value_left or 0) + (each.value_change or 0)
            assert (each.value_opening or 0) + moved == each.value_closing


@pytest.mark.usefixtures("in_tenant")
@pytest.mark.parametrize("adjustment", [None, ADJUSTED])
def test_a_backtest_finds_what_runs_would_have_done(adjustment: dict[str, Any] | None) -> None:
    ids = trade(sales(3))
    adjust("abc_sales", adjustment)
    (course,) = replayed(ABC)
    for month in course.months:
        result = run_now(ABC, month.end)
        found = {each.tier: each.accounts for each in result.result.tiers}
        if adjustment is not None:  # a run as of a past day sums up by the rule
            found = on_record(month.end, ids)
        assert (month.end, {each.tier: each.closing for each in month.tiers}) == (month.end, found)


def on_record(day: datetime.date, ids: dict[str, uuid.UUID]) -> dict[str, int]:
    scheme = tiers.find_scheme(ABC)
    assert scheme is not None
    counted = Counter(tiers.current_tier(scheme, account_id) for account_id in ids.values())
    assert (
        db.session.scalars(select(Assignment.begins_on).where(Assignment.begins_on > day)).first()
        is None
    )
    return {tier: counted[tier] for tier in ("a", "b", "c")}


def test_nothing_that_is_dated_later_changes_a_month(app: Flask, in_tenant: Company) -> None:
    ends = month_ends(LAST, 4)

    @settings(
        max_examples=12, suppress_health_check=[HealthCheck.too_slow], phases=[Phase.generate]
    )
    @given(st.integers(0, 2**32), st.integers(0, 4))
    def blind(seed: int, place: int) -> None:
        chance = random.Random(seed)
        with db.session.begin_nested() as savepoint:
            trade(sales(seed, count=80))
            adjust("abc_sales", ADJUSTED)
            contenders = [find_contender(ABC), find_contender(RFM)]
            before = replay(contenders, ends)
            db.session.execute(
                text(
                    "UPDATE ledger_transaction SET amount = (amount * 7919) % 99991, "
                    "account_id = (SELECT id FROM account ORDER BY md5(id::text || :salt) LIMIT 1) "
                    "WHERE date > :end"
                ),
                {"end": ends[place], "salt": str(chance.random())},
            )
            after = replay(contenders, ends)
            for one, other in zip(before["contenders"], after["contenders"], strict=True):
                assert [step | {"lost": None} for step in one[: place + 1]] == [
                    step | {"lost": None} for step in other[: place + 1]
                ]
            savepoint.rollback()

    blind()


@pytest.mark.usefixtures("in_tenant")
def test_the_order_of_customers_does_not_matter() -> None:
    results = []
    for order in (1, -1):
        with db.session.begin_nested() as savepoint:
            rows = sales(5)
            make_accounts(sorted({row.account for row in rows})[::order])
            trade(rows[::order])
            adjust("abc_sales", ADJUSTED)
            (course,) = replayed(ABC, months=6)
            results.append([[each.closing for each in month.tiers] for month in course.months])
            savepoint.rollback()
    assert results[0] == results[1]


@pytest.mark.usefixtures("in_tenant")
def test_an_account_is_explained_as_the_backtest_has_it() -> None:
    ids = trade(sales(6))
    (course,) = replayed(RFM, months=2)
    month = course.months[-1]
    told = Counter(explain(RFM, key, month.end)["tier"] for key in ids)
    assert {each.tier: each.closing for each in month.tiers} == {
        tier.id: told[tier.id] for tier in course.tiers
    }


@pytest.mark.usefixtures("in_tenant")
def test_who_bought_nothing_in_the_year_after_is_lost() -> None:
    year = datetime.timedelta(days=200)
    trade(
        [
            Sale("gone", LAST - datetime.timedelta(days=500), Decimal(80)),
            Sale("here", LAST - datetime.timedelta(days=500), Decimal(80)),
            Sale("here", LAST - year, Decimal(80)),
        ]
    )
    (course,) = replayed(ABC, months=13)
    known = [month for month in course.months if month.tiers[0].lost is not None]
    assert [month.end for month in known] == month_ends(LAST, 13)[:2]
    counted = [(rate.count, rate.n) for each in known[0].tiers if (rate := each.lost) and rate.n]
    assert sum(count for count, _n in counted) == 1
    assert sum(n for _count, n in counted) == 2


@pytest.mark.usefixtures("in_tenant")
def test_an_older_version_and_a_draft_stand_beside_the_rule_in_force() -> None:
    trade(sales(7))
    run_now(ABC, LAST)
    cuts = [{"tier": "a", "until": 30}, {"tier": "b", "until": 60}, {"tier": "c", "until": 100}]
    adjust("abc_sales", None, cuts=cuts)
    document = plain(get_item("essentials", "tiering", "abc_sales"))
    document["rule"]["cuts"][0]["until"] = 10
    revision = draft_planned(
        replacing("essentials", "tiering", "abc_sales", document, "Test"), "Test", "screen"
    )
    assert revision is not None
    drafted = f"{ABC}@draft{revision.number}"
    untils = [
        find_contender(name).scheme.rule["cuts"][0]["until"] for name in (f"{ABC}@1", ABC, drafted)
    ]
    assert untils == [80, 30, 10]
    made = service.carry_out(service.create([f"{ABC}@1", drafted], 3).id)
    assert made.result is not None
    agreement = made.result["agreement"]
    assert sum(pair["accounts"] for pair in agreement) == 12
    assert any(pair["first"] != pair["second"] for pair in agreement)
    assert get_item("essentials", "tiering", "abc_sales")["rule"]["cuts"][0]["until"] == 30


@pytest.mark.usefixtures("in_tenant")
def test_what_can_not_be_replayed_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        service.create([ABC], 37)
    assert set(refused.value.fields) == {"months"}
    with pytest.raises(NotFound):
        service.create(["essentials:nothing"], 3)
    with pytest.raises(NotFound, match="not run yet"):
        service.create([f"{ABC}@1"], 3)
    with pytest.raises(Invalid, match="number of a version"):
        service.create([f"{ABC}@draftx"], 3)


def test_a_job_carries_it_out_and_the_page_shows_it(
    app: Flask, tenant: Company, login: Callable[..., FlaskClient]
) -> None:
    with working_in(app, tenant):
        trade(sales(8))
        db.session.commit()
    browser = login("manager")
    where = f"/t/{tenant.slug}/tiering/backtests"
    assert "No backtest yet" in browser.get(where).text
    refused = browser.post(where, data={"scheme": ABC, "months": "99"})
    assert refused.status_code == 422
    assert "must be from 1 to 36" in refused.text
    started = browser.post(where, data={"scheme": ABC, "against": RFM, "months": "14"})
    assert "Running now" in browser.get(started.location).text
    with working_in(app, tenant):
        made = db.session.scalars(select(Backtest)).one()
        job_id, made_id = made.job_id, made.id
    assert job_id is not None
    assert run_job(app, tenant.id, job_id) == "done"
    shown = browser.get(started.location).text
    for part in ("Structure", "Movement in value", "Lost within a year", "Both beside each other"):
        assert part in shown
    rows = list(csv.DictReader(io.StringIO(browser.get(f"{where}/{made_id}.csv").text[1:])))
    assert len(rows) == 15 * (3 + 1) + 15 * (11 + 1)
    assert login("viewer").post(where, data={"scheme": ABC, "months": "3"}).status_code == 403


def test_a_draft_is_offered_where_it_is_asked_for(
    app: Flask, tenant: Company, login: Callable[..., FlaskClient]
) -> None:
    with working_in(app, tenant):
        document = plain(get_item("essentials", "tiering", "abc_sales"))
        document["rule"]["cuts"][0]["until"] = 10
        change = replacing("essentials", "tiering", "abc_sales", document, "Test")
        revision = draft_planned(change, "Test", "screen")
        assert revision is not None
        name = f"{ABC}@draft{revision.number}"
        db.session.commit()
    browser = login("owner")
    assert name in browser.get(f"/t/{tenant.slug}/tiering/{ABC}").text
    asked = browser.get(f"/t/{tenant.slug}/tiering/backtests?scheme={name}").text
    assert f'<option value="{name}" selected>' in asked


def test_the_api_and_the_command_say_the_same(
    app: Flask, tenant: Company, api: Callable[..., FlaskClient]
) -> None:
    with working_in(app, tenant):
        trade(sales(9))
        db.session.commit()
    program, base = api(), f"/api/v1/t/{tenant.slug}/tiering/backtests"
    started = program.post(base, json={"scheme": ABC, "months": 4})
    assert started.status_code == 202
    assert run_job(app, tenant.id, uuid.UUID(started.json["job_id"])) == "done"
    by_api = program.get(f"{base}/{started.json['id']}").json["lines"]
    words = ["--tenant", tenant.slug, "--scheme", ABC, "--months", "4", "--json"]
    with app.app_context():
        result = CliRunner().invoke(command, words, catch_exceptions=False)
    by_command = json.loads(result.output)["lines"]
    kept = ("end", "tier", "closing", "entered", "left")
    assert [[line[name] for name in kept] for line in by_api] == [
        [line[name] for name in kept] for line in by_command
    ]
    assert [item["state"] for item in program.get(base).json["items"]] == ["done", "done"]


def test_a_worker_that_dies_leaves_nothing_and_another_does_it(
    app: Flask, tenant: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    with working_in(app, tenant):
        trade(sales(10))
        made = service.start([ABC], 3)
        made_id, job_id = made.id, made.job_id
        db.session.commit()
    assert job_id is not None

    def die(*_given: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("tierline.backtests.replaying._agreement", die)
        patch.setattr("tierline.backtests.replaying._lost", die)
        patch.setattr("tierline.backtests.replaying._named", die)
        with pytest.raises(KeyboardInterrupt):
            run_job(app, tenant.id, job_id)
    with working_in(app, tenant):
        assert queries.get_backtest(made_id).result is None
        db.session.execute(text("UPDATE job SET beat_at = now() - interval '1 hour'"))
        db.session.commit()
    assert run_job(app, tenant.id, job_id) == "done"
    with working_in(app, tenant):
        assert views.backtest_view(queries.get_backtest(made_id)).courses
