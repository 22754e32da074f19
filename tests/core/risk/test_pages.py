"""Risk on pages and in the API: counts, lists and reasons say the same of each account."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from conftest import Company, working_in
from people import make_member, make_token, program, sign_in
from tierline.access.permissions import Role
from tierline.accounts.models import Account
from tierline.configuration.service import enable
from tierline.db import db
from tierline.metrics.service import bring_up_to_date
from tierline.plugins.queries import enabled_names
from tierline.risk import queries, views
from trading import Sale, trade

MODEL = "essentials:churn"
NOW = datetime.datetime(2026, 6, 30, 12, tzinfo=datetime.UTC)


def monthly(account: str, months: int) -> list[Sale]:
    first = datetime.date(2024, 7, 1)
    days = (first + datetime.timedelta(days=30 * place) for place in range(months))
    return [Sale(account, day, Decimal(100)) for day in days]


@pytest.fixture
def traded(app: Flask, tenant: Company) -> Any:
    """A company with a faithful account, a lost one, and one that bought once."""
    with time_machine.travel(NOW, tick=False), working_in(app, tenant):
        if "essentials" not in enabled_names():
            enable("essentials")
        sales = [*monthly("faithful", 24), *monthly("lost", 15)]
        ids = trade([*sales, Sale("once", datetime.date(2026, 6, 1), Decimal(100))])
        bring_up_to_date()
        db.session.commit()
    return ids


def test_counts_lists_and_reasons_agree(app: Flask, tenant: Company, traded: Any) -> None:
    with working_in(app, tenant):
        model = views.find(MODEL)
        counts = {count.band: count.accounts for count in queries.count_bands(model)}
        assert sum(counts.values()) == 3
        listed = queries.list_accounts(model)
        for each in listed:
            account = db.session.scalars(select(Account).where(Account.id == each.id)).one()
            told = {found.contributed.id: outcome for found, outcome in queries.explain(account)}
            outcome = told[MODEL]
            assert (outcome.band, outcome.stage) == (each.band, each.stage)
            score = None if outcome.score is None else float(outcome.score)
            assert each.score == pytest.approx(score, abs=1e-4)
        for band, number in counts.items():
            found = queries.list_accounts(model, band, unknown=band is None)
            assert len(found) == number
            assert {each.band for each in found} <= {band}
        assert listed[0].id == traded["lost"]


def test_the_lost_account_is_shown_with_its_reasons(
    app: Flask, tenant: Company, traded: Any
) -> None:
    browser = sign_in(app, make_member(app, tenant, Role.VIEWER))
    shown = browser.get(f"/t/{tenant.slug}/accounts/{traded['lost']}/risk").text
    assert "High" in shown
    assert ">red<" in shown.replace(" ", "")
    panel = browser.get(f"/t/{tenant.slug}/accounts/{traded['lost']}").text
    assert f"/accounts/{traded['lost']}/risk" in panel
    high = browser.get(f"/t/{tenant.slug}/risk/{MODEL}?band=high").text
    assert f"/accounts/{traded['lost']}/risk" in high
    assert f"/accounts/{traded['faithful']}/risk" not in high


def test_the_api_says_the_same(app: Flask, tenant: Company, traded: Any) -> None:
    client = program(app, make_token(app, make_member(app, tenant, Role.OWNER), "risk.read"))
    told = client.get(f"/api/v1/t/{tenant.slug}/accounts/{traded['lost']}/risk").json["items"]
    [churn] = [each for each in told if each["id"] == MODEL]
    assert churn["band"] == "high"
    assert any(step["level"] == "red" for step in churn["steps"])
    listed = client.get(f"/api/v1/t/{tenant.slug}/risk/models/{MODEL}/accounts").json["items"]
    assert listed[0]["id"] == str(traded["lost"])
    assert client.get("/api/v1/risk/models/essentials:nothing/accounts").status_code == 404


def test_a_model_waits_until_its_metrics_are_computed(app: Flask, tenant: Company) -> None:
    with working_in(app, tenant):
        readable, waiting = queries.readable_models()
        assert readable == []
        assert MODEL in {each.id for each in waiting}
        trade(monthly("K", 3))
        bring_up_to_date()
        readable, waiting = queries.readable_models()
        assert MODEL in {each.contributed.id for each in readable}
        assert waiting == []
        db.session.rollback()
    browser = sign_in(app, make_member(app, tenant, Role.VIEWER))
    assert "Nothing is computed yet" in browser.get(f"/t/{tenant.slug}/risk").text
