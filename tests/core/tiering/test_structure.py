"""Tiers over time, two schemes crossed, tiers as a file: equal to what the history says."""

from __future__ import annotations

import csv
import datetime
import json
import random
import uuid
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import time_machine
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from conftest import Company, working_in
from tierline.accounts.models import Account
from tierline.db import db
from tierline.errors import Invalid
from tierline.metrics.service import touch
from tierline.tiering import queries
from tierline.tiering.commands import command
from tierline.tiering.crossing import cross, others
from tierline.tiering.exporting import rows
from tierline.tiering.models import Scheme
from tierline.tiering.service import run_now
from tierline.tiering.structure import structure
from trading import Sale, make_accounts, trade

ABC, TOTAL = "essentials:abc_sales", "essentials:abc_sales_total"
TIERS = ["a", "b", "c"]
LAST = datetime.date(2026, 6, 17)


def on(day: datetime.date) -> Any:
    noon = datetime.datetime(day.year, day.month, day.day, 12, tzinfo=datetime.UTC)
    return time_machine.travel(noon, tick=False)


def live(seed: int, days: int = 14) -> dict[str, uuid.UUID]:
    """Let accounts trade and be tiered on random days up to the last."""
    chance = random.Random(seed)
    ids: dict[str, uuid.UUID] = {}
    dates = sorted(LAST - datetime.timedelta(days=chance.randrange(330)) for _day in range(days))
    for place, day in enumerate([*dates, LAST]):
        with on(day):
            keys = chance.sample(range(20), 6)
            sold = [
                Sale(f"K{key:02}", day, Decimal(chance.randrange(1, 900)), number=f"{place}-{key}")
                for key in keys
            ]
            ids |= trade(sold)
            touch(list(ids.values()))
            run_now(ABC)
    return ids


def record() -> Scheme:
    found = queries.find_scheme(ABC)
    assert found is not None
    return found


def tier_on(account_id: uuid.UUID, day: datetime.date) -> str | None:
    found = queries.find_assignment(record(), account_id, day)
    return found.tier_id if found else None


@pytest.mark.usefixtures("in_tenant")
@pytest.mark.parametrize("seed", range(4))
def test_opening_and_movement_make_the_closing_of_the_history(seed: int) -> None:
    ids = live(seed)
    with on(LAST):
        periods = structure(record(), TIERS, 12)
    assert (len(periods), periods[-1].end) == (11, LAST)
    start = datetime.date(2025, 7, 31)  # in the month before nobody had a tier yet
    assert {tier_on(id, start) for id in ids.values()} == {None}
    for period in periods:
        before = {key: tier_on(id, start) for key, id in ids.items()}
        after = {key: tier_on(id, period.end) for key, id in ids.items()}
        opening, closing = Counter(before.values()), Counter(after.values())
        for each in period.tiers[:-1]:
            assert each.opening + each.entered - each.left == each.closing
            assert (each.opening, each.closing) == (opening[each.tier], closing[each.tier])
            came = sum(after[key] == each.tier != before[key] for key in ids)
            went = sum(before[key] == each.tier != after[key] for key in ids)
            assert (each.entered, each.left) == (came, went)
        pairs = [(a, b) for key in ids if (a := before[key]) and (b := after[key]) and a != b]
        assert period.rose == sum(b < a for a, b in pairs)
        assert period.fell == sum(b > a for a, b in pairs)
        start = period.end


@pytest.mark.usefixtures("in_tenant")
def test_two_schemes_crossed_count_each_account_once() -> None:
    ids = live(5)
    with on(LAST):
        with pytest.raises(Invalid, match="not run yet"):
            cross(ABC, TOTAL)
        run_now(TOTAL)
        assert [scheme.id for scheme in others(ABC)] == [TOTAL]
        found = cross(ABC, TOTAL)
    other = queries.find_scheme(TOTAL)
    assert other is not None
    expected = Counter(
        (queries.current_tier(record(), id), queries.current_tier(other, id)) for id in ids.values()
    )
    assert found.accounts == expected
    assert sum(found.of_row(tier) for tier in [*TIERS, None]) == len(ids)
    turned = cross(TOTAL, ABC)
    assert all(found.count(a, b) == turned.count(b, a) for a in TIERS for b in TIERS)


@pytest.mark.usefixtures("in_tenant")
def test_the_file_holds_who_is_where_as_of_a_day() -> None:
    ids = live(6)
    day = LAST - datetime.timedelta(days=100)
    found = {row["account"]: row["tier"] for row in rows(ABC, day)}
    assert found == {key: tier for key, id in ids.items() if (tier := tier_on(id, day))}


def test_the_doors_show_and_write_it(
    app: Flask,
    tenant: Company,
    login: Callable[..., FlaskClient],
    api: Callable[..., FlaskClient],
    tmp_path: Path,
) -> None:
    with working_in(app, tenant):
        ids = trade([Sale("A", datetime.date(2026, 3, 1), Decimal(80))])
        make_accounts(["B"])
        db.session.get_one(Account, ids["A"]).name = "=HYPERLINK()"
        db.session.commit()
    browser, base = login("viewer"), f"/t/{tenant.slug}/tiering"
    assert "Not run yet" in browser.get(f"{base}/{ABC}/structure").text
    with working_in(app, tenant):
        run_now(ABC)
        run_now(TOTAL)
        db.session.commit()
    assert "Up and down" in browser.get(f"{base}/{ABC}/structure?months=3").text
    assert f"/against/{TOTAL}" in browser.get(f"{base}/{ABC}").text
    crossed = browser.get(f"{base}/{ABC}/against/{TOTAL}").text
    assert f"tier.{ABC}=a" in crossed.replace("%3A", ":")
    (row,) = csv.DictReader(
        browser.get(f"{base}/{ABC}/tiers.csv").data.decode("utf-8-sig").splitlines()
    )
    assert (row["account"], row["name"], row["tier"]) == ("A", "'=HYPERLINK()", "a")
    program, where = api(), f"/api/v1/t/{tenant.slug}/tiering/schemes/{ABC}"
    items = program.get(f"{where}/structure?months=1").json["items"]
    assert [(each["tier"], each["closing"]) for each in items] == [
        ("a", 1),
        ("b", 0),
        ("c", 0),
        (None, 0),
    ]
    pairs = program.get(f"{where}/against/{TOTAL}").json["items"]
    assert pairs == [{"tier": "a", "other": "a", "accounts": 1}]
    words = ["--tenant", tenant.slug, "--scheme", ABC, "--json"]
    file = str(tmp_path / "tiers.csv")
    with app.app_context():
        told = CliRunner().invoke(command, ["structure", *words], catch_exceptions=False)
        written = CliRunner().invoke(command, ["export", *words, "--output", file])
        both = CliRunner().invoke(command, ["cross", *words, "--with", TOTAL])
        beside = CliRunner().invoke(
            command, ["compare", *words, "--account", "A", "--account", "B"]
        )
    assert [each["closing"] for each in json.loads(told.output)] == [1, 0, 0, 0]  # one month only
    assert json.loads(written.output) == {"accounts": 1, "file": file}
    assert json.loads(both.output) == pairs
    assert [each["tier"] for each in json.loads(beside.output)["accounts"]] == ["a", None]
