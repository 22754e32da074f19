"""Every risk model of the plugins here is evaluated over trade, and tells who is lost."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from tierline.accounts.models import Account
from tierline.configuration.service import enable
from tierline.db import db
from tierline.metrics.queries import definitions, source_as_of
from tierline.plugins.queries import fields, get_risk_model
from tierline.risk.reading import read_model
from tierline.risk.sql import compile_model
from trading import Sale, trade

DAY = datetime.date(2026, 6, 30)
MODELS = (
    "essentials:churn",
    "banking:attrition",
    "banking:credit_risk",
    "employees:loss_of_people",
    "fmcg_channel:distributor_risk",
    "healthcare:customer_risk",
    "manufacturing:customer_risk",
    "property:customer_risk",
    "saas:customer_risk",
    "subcontractors:reliability",
    "telecom_gov:customer_risk",
)


def evaluated(model_id: str, day: datetime.date = DAY) -> dict[str, tuple[str | None, str | None]]:
    """Return stage and band of each account, by its key, as of a day."""
    model = read_model(get_risk_model(model_id))
    source = source_as_of(day, definitions())
    risk = compile_model(model, source, {field.id: field for field in fields("account")})
    rows = db.session.execute(
        select(Account.external_key, risk.stage, risk.band).join_from(
            source.rows, Account, Account.id == source.account_id
        )
    )
    stages, bands = [id for id, _when in model.stages], [id for id, _least in model.bands]
    return {
        key: (
            None if stage is None else stages[stage],
            None if band is None else bands[band],
        )
        for key, stage, band in rows
    }


def monthly(account: str, first: datetime.date, months: int, kind: str = "invoice") -> list[Sale]:
    days = (first + datetime.timedelta(days=30 * place) for place in range(months))
    return [Sale(account, day, Decimal(100), kind) for day in days]


@pytest.mark.parametrize("model_id", MODELS)
def test_every_built_in_model_is_evaluated(in_tenant: Any, model_id: str) -> None:
    enable(model_id.partition(":")[0])
    trade(monthly("K1", datetime.date(2025, 6, 1), 12))
    assert set(evaluated(model_id)) == {"K1"}


def test_who_is_lost_is_told_from_who_buys_and_from_who_bought_once(in_tenant: Any) -> None:
    enable("essentials")
    begin = datetime.date(2024, 7, 1)
    trade(
        [
            *monthly("faithful", begin, 24),
            *monthly("lost", begin, 15),
            Sale("once", datetime.date(2026, 6, 1), Decimal(100)),
        ]
    )
    found = evaluated("essentials:churn")
    assert found["lost"] == ("dormant", "high")
    assert found["faithful"][1] == "calm"
    assert found["once"][0] == "new"
    assert found["once"][1] != "high"


def test_what_comes_after_the_day_is_not_looked_at(in_tenant: Any) -> None:
    enable("essentials")
    trade(monthly("lost", datetime.date(2024, 7, 1), 15))
    before = evaluated("essentials:churn")
    trade([Sale("lost", datetime.date(2026, 7, 1), Decimal(100))])
    assert evaluated("essentials:churn") == before
