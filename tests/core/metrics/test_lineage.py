"""A metric's page: where it comes from down to trade and fields, its values, what uses it."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient

from conftest import Company, working_in
from tierline.db import db
from tierline.errors import NotFound
from tierline.metrics.distribution import distribution
from tierline.metrics.lineage import lineage
from tierline.metrics.queries import definitions
from tierline.metrics.service import bring_up_to_date, today
from trading import Sale, make_accounts, trade

GROWTH, SALES = "essentials:growth_12m", "essentials:sales_12m"


def sold(amounts: dict[str, int]) -> None:
    day = today() - datetime.timedelta(days=30)
    trade([Sale(key, day, Decimal(amount)) for key, amount in amounts.items()])


@pytest.mark.usefixtures("in_tenant")
def test_a_metric_leads_to_the_metrics_and_transactions_behind_it() -> None:
    sold({"A": 100, "B": 50})
    trade([Sale("A", today() - datetime.timedelta(days=500), Decimal(70))])
    top, *under = lineage(GROWTH)
    assert top.told == "Growth from Sales, previous 12 months to Sales, 12 months"
    assert (top.depth, top.transactions) == (0, 3)
    told = {node.metric.id: (node.depth, node.told, node.transactions) for node in under}
    assert told[SALES] == (
        1,
        "Sum of the amounts of purchases (orders and invoices) in 12 months up to the date",
        2,
    )
    with pytest.raises(NotFound, match="essentials:nothing"):
        lineage("essentials:nothing")


@pytest.mark.usefixtures("in_tenant")
def test_every_metric_can_be_told() -> None:
    for metric_id in definitions():
        assert all(node.told for node in lineage(metric_id))


@pytest.mark.usefixtures("in_tenant")
def test_values_lie_as_they_were_computed_and_unknown_is_not_zero() -> None:
    metric = definitions()[SALES].metric
    assert distribution(metric).quantiles == ()
    sold({f"K{place}": 10 * place for place in range(1, 10)} | {"zero": 0})
    make_accounts(["prospect"])
    bring_up_to_date()
    found = distribution(metric)
    assert (found.known, found.unknown, found.zero, found.as_of) == (10, 1, 1, today())
    assert dict(found.quantiles) == {0: 0, 5: 0, 25: 20, 50: 40, 75: 70, 95: 90, 100: 90}


def test_the_page_and_the_api_show_it(
    app: Flask,
    tenant: Company,
    login: Callable[..., FlaskClient],
    api: Callable[..., FlaskClient],
) -> None:
    with working_in(app, tenant):
        sold({"A": 100})
        bring_up_to_date()
        db.session.commit()
    where = f"/t/{tenant.slug}/metrics/{SALES}"
    shown, whole = login("viewer").get(where).text, login("owner").get(where).text
    for part in ("Where it comes from", "half are at most (median)", "¥100"):
        assert part in shown
    for part in ("Change it for this company", "What uses it", "ABC by sales, 12 months"):
        assert part in whole
        assert part not in shown
    found = api().get(f"/api/v1/t/{tenant.slug}/metrics/{GROWTH}").json
    assert [node["depth"] for node in found["lineage"]] == [0, 1, 1]
    assert found["distribution"]["unknown_for"] == 1
