"""A company's own metrics: entered in a form, tried out, drafted, used, changed, removed."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.datastructures import MultiDict

from conftest import Company, working_in
from tierline.accounts.models import Account
from tierline.configuration.changes import disabling, overriding
from tierline.configuration.planning import publish_planned
from tierline.configuration.queries import revisions
from tierline.configuration.service import apply_now, disable, enable, override, undo
from tierline.configuration.uses import uses_of
from tierline.db import db
from tierline.errors import Invalid, NotFound
from tierline.ledger.models import LedgerLine, LedgerTransaction
from tierline.metrics import queries
from tierline.metrics.lineage import lineage
from tierline.metrics.service import today
from tierline.metrics.units import from_stored
from tierline.own_metrics import forms, service
from tierline.packs.differences import Operation
from tierline.packs.metric_documents import COMPUTE
from tierline.plugins.effective import ChangesInvalid
from tierline.plugins.purging import purge
from tierline.plugins.queries import enabled_plugins, get_metric, metrics, state_of
from tierline.plugins.service import resume, suspend
from tierline.tiering.service import run_now
from trading import Sale, trade

IN_TENANT = pytest.mark.usefixtures("in_tenant")
SALES, YEAR_BEFORE = "essentials:sales_12m", "essentials:sales_previous_12m"
RATIO = {"of": SALES, "to": "essentials:orders_12m", "unit": "money", "better": "higher"}
SUM = {"measure": "amount:sum", "kinds": "invoice", "period": "months", "length": "6"}


def form(**values: str | list[str]) -> forms.Form:
    return MultiDict({"title_en": "Mine", "better": "higher", **values})


def made(kind: str, **values: str | list[str]) -> str:
    """Make a metric, in force at once; return its id."""
    proposal = service.propose(kind, form(**values))
    revision = service.save(proposal, "a test", "screen")
    assert revision is not None
    publish_planned(revision.number)
    return proposal.id


def values_of(metric_id: str) -> dict[str, Decimal | None]:
    """Return a metric of every account as of today, by external key."""
    defined = queries.definitions()
    source = queries.source_as_of(today(), defined)
    rows = db.session.execute(
        select(Account.external_key, source.columns[metric_id]).join_from(
            source.rows, Account, Account.id == source.account_id
        )
    )
    unit = get_metric(metric_id).unit
    return {key: from_stored(value, unit) for key, value in rows}


def ago(days: int) -> datetime.date:
    return today() - datetime.timedelta(days=days)


def sell(sales: Iterable[Sale], amounts: dict[str, int]) -> None:
    """Write sales whose lines have the amount of their product, in hundredths."""
    trade(sales)
    for product, amount in amounts.items():
        db.session.execute(
            update(LedgerLine).where(LedgerLine.product == product).values(amount=amount)
        )


@IN_TENANT
def test_a_new_metric_is_in_force_when_its_draft_is_published() -> None:
    trade(
        [
            Sale("A", ago(10), Decimal(100)),
            Sale("A", ago(20), Decimal(50)),
            Sale("B", ago(400), Decimal(9)),
        ]
    )
    proposal = service.propose("ratio", form(title_en="Sales an order", **RATIO))
    assert proposal.id == "own:sales_an_order"
    assert proposal.document["title"] == {"en": "Sales an order", "zh_CN": "Sales an order"}
    assert proposal.document["summary"]["en"] == "Sales, 12 months divided by Orders, 12 months"
    revision = service.save(proposal, "we ask for it", "screen")
    assert revision is not None
    assert "own" not in enabled_plugins()
    publish_planned(revision.number)
    assert values_of(proposal.id) == {"A": Decimal(75), "B": None}
    assert {use.id for use in uses_of("metrics", SALES)} >= {proposal.id}
    assert lineage(proposal.id)[0].metric.id == proposal.id


SMALL = [
    ("invoices of six months", {}, {"A": 160, "B": 0}),
    ("in the whole history", {"period": "total"}, {"A": 160, "B": 9}),
    ("in the last 15 days", {"period": "days", "length": "15"}, {"A": 100, "B": 0}),
    ("the months before", {"ending": "6"}, {"A": 0, "B": 0}),
    ("of at least 61 each", {"least": "61"}, {"A": 100, "B": 0}),
    ("of at most 60 each", {"most": "60"}, {"A": 60, "B": 0}),
    ("the lines of tea", {"products": "tea"}, {"A": 70, "B": 0}),
    ("of tea and salt", {"products": "tea\nsalt"}, {"A": 90, "B": 0}),
    ("of tea, of at most 60 each", {"products": "tea", "most": "60"}, {"A": 35, "B": 0}),
    ("number with tea", {"measure": "transactions:count", "products": "tea"}, {"A": 2, "B": 0}),
    ("number with salt", {"measure": "transactions:count", "products": "salt"}, {"A": 1, "B": 0}),
    (
        "average of tea an invoice",
        {"measure": "amount:average", "products": "tea"},
        {"A": 35, "B": None},
    ),
    ("days with tea", {"measure": "days:count", "products": "tea"}, {"A": 2, "B": 0}),
]


@IN_TENANT
@pytest.mark.parametrize(("told", "values", "expected"), SMALL, ids=[each[0] for each in SMALL])
def test_filtered_transactions(told: str, values: dict[str, str], expected: dict[str, Any]) -> None:
    sales = [
        Sale("A", ago(10), Decimal(100), products=("tea", "salt", "rest")),
        Sale("A", ago(20), Decimal(60), products=("tea",)),
        Sale("A", ago(30), Decimal(77), kind="order", products=("tea",)),
        Sale("B", ago(900), Decimal(9), products=("salt",)),
    ]
    sell(sales, {"tea": 3500, "salt": 2000, "rest": 100})
    assert values_of(made("aggregate", **(SUM | values))) == expected


@IN_TENANT
@pytest.mark.parametrize("bounds", [{"least": "50"}, {"most": "200"}])
def test_whether_an_amount_in_another_currency_counts_is_not_known(bounds: dict[str, str]) -> None:
    sales = [Sale("A", ago(9), Decimal(60)), Sale("B", ago(9), Decimal(60), currency="EUR")]
    trade(sales)
    counted = SUM | {"measure": "transactions:count"} | bounds
    assert values_of(made("aggregate", **counted)) == {"A": 1, "B": None}


@IN_TENANT
def test_the_transactions_behind_are_those_that_count() -> None:
    sales = [
        Sale("A", ago(10), Decimal(100), products=("tea",)),
        Sale("A", ago(20), Decimal(60), products=("salt",)),
    ]
    trade(sales)
    found = [
        lineage(made("aggregate", title_en=title, **(SUM | more)))[0].transactions
        for title, more in (("x", {}), ("y", {"products": "tea"}), ("z", {"least": "61"}))
    ]
    assert found == [2, 1, 1]


WAYS: dict[str, dict[str, Any]] = {
    "aggregate": SUM | {"products": "tea", "least": "1", "most": "2.5", "ending": "3"},
    "ratio": RATIO,
    "growth": {"of": SALES, "from": YEAR_BEFORE},
    "share": {"of": SALES},
    "remainder": {"of": SALES, "share": "essentials:gross_margin_12m"},
    "recency": {"kinds": ["order", "invoice"]},
    "tenure": {"kinds": "purchase", "span": "years"},
    "on_time_payment": {"period": "days", "length": "90", "by": "amount"},
    "days_late": {"period": "total"},
    "field": {"field": "essentials:annual_purchase", "unit": "money"},
    "until": {"field": "saas:contract_end", "span": "months"},
}


@IN_TENANT
@pytest.mark.parametrize("kind", forms.KINDS)
def test_every_way_to_compute_can_be_entered_tried_and_opened_again(kind: str) -> None:
    if kind == "until":
        enable("saas")
    proposal = service.propose(kind, form(**WAYS[kind]))
    assert service.tried(proposal).known == 0
    again = service.propose(kind, forms.form_of(proposal.document), proposal.name)
    assert again == proposal
    assert made(kind, **WAYS[kind]) in {metric.id for metric in metrics()}
    assert service.opened(proposal.id)[0] == kind


def test_every_way_of_packs_but_code_has_a_form() -> None:
    assert {*forms.KINDS, "code"} == set(COMPUTE.description["properties"])


BAD: list[tuple[str, dict[str, Any], str]] = [
    ("ratio", RATIO | {"title_en": " "}, "title_en"),
    ("ratio", {**RATIO, "to": "essentials:nothing"}, "to"),
    ("ratio", {**RATIO, "unit": "bananas"}, "unit"),
    ("aggregate", {**SUM, "kinds": []}, "kinds"),
    ("aggregate", {**SUM, "length": ""}, "length"),
    ("aggregate", {**SUM, "length": "six"}, "length"),
    ("aggregate", {**SUM, "length": "0"}, ""),
    ("aggregate", {**SUM, "least": "5", "most": "4"}, ""),
    ("aggregate", {**SUM, "period": "days", "ending": "2"}, ""),
    ("field", {"field": "essentials:nothing", "unit": "money"}, "field"),
    ("remainder", {"of": "essentials:orders_12m", "share": SALES}, "of"),
]


@IN_TENANT
@pytest.mark.parametrize(("kind", "values", "field"), BAD)
def test_what_is_missing_or_wrong_is_named(kind: str, values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        service.propose(kind, form(**values))
    assert refused.value.fields.keys() >= {field}


@IN_TENANT
def test_a_circle_over_the_borders_of_plugins_is_refused_with_its_way() -> None:
    mine = made("growth", of=SALES, **{"from": YEAR_BEFORE})
    circle = [Operation("metrics/sales_12m#/compute", "set", {"share": {"of": mine}})]
    with pytest.raises(ChangesInvalid) as refused:
        override("essentials", [*circle, _unit("sales_12m", "percent")], reason="a circle")
    told = str(refused.value.fields)
    assert "leads back to itself" in told
    assert f"{mine} → sales_12m" in told or f"sales_12m → {mine}" in told


def _unit(name: str, unit: str) -> Operation:
    return Operation(f"metrics/{name}#/unit", "set", unit)


@IN_TENANT
def test_a_plugins_scheme_may_be_changed_to_use_it_and_then_it_stays() -> None:
    mine = made("aggregate", **SUM)
    use = Operation("tiering/abc_sales#/rule/metric", "set", mine)
    override("essentials", [use], reason="half a year is enough")
    db.session.commit()
    gone = [Operation("metrics/mine", "hide")]
    with pytest.raises(ChangesInvalid, match='there is no metric "own:mine"'):
        apply_now(overriding("own", gone, "no more"), "no more", "screen")
    db.session.rollback()
    with pytest.raises(ChangesInvalid, match='there is no metric "own:mine"'):
        apply_now(disabling("own"), "no more", "screen")


@IN_TENANT
def test_a_plugin_that_it_uses_cannot_be_disabled() -> None:
    enable("saas")
    theirs = next(each.id for each in metrics() if each.id.startswith("saas:"))
    mine = made("share", of=theirs)
    db.session.commit()
    with pytest.raises(ChangesInvalid, match=f'there is no metric "{theirs}"'):
        disable("saas")
    db.session.rollback()
    override("own", [Operation(f"metrics/{mine.partition(':')[2]}", "hide")], reason="no more")
    disable("saas")


def test_it_waits_while_a_plugin_that_it_rests_on_is_suspended(
    app: Flask, tenant: Company, login: Callable[..., FlaskClient]
) -> None:
    with working_in(app, tenant):
        enable("saas")
        theirs = next(each.id for each in metrics() if each.id.startswith("saas:"))
        mine = made("share", of=theirs)
        above = made("share", of=mine, title_en="Above")
        trade([Sale("A", ago(10), Decimal(100))])
        db.session.commit()
        suspend("saas", "it failed")
        db.session.commit()
        assert {mine, above}.isdisjoint(queries.definitions())
        assert run_now("essentials:abc_sales").result.accounts == 1
        db.session.commit()
    browser = login("viewer")
    assert f"It waits for {theirs}" in browser.get(f"/t/{tenant.slug}/metrics").text
    assert browser.get(f"/t/{tenant.slug}/metrics/{above}").status_code == 409
    with working_in(app, tenant):
        resume("saas")
        assert {mine, above} <= set(queries.definitions())


@IN_TENANT
def test_what_a_company_made_can_be_purged_and_made_anew() -> None:
    mine = made("aggregate", **SUM)
    disable("own")
    purge("own", "own")
    assert state_of("own").state == "absent"
    assert made("aggregate", **SUM) == mine
    trade([Sale("A", ago(10), Decimal(100))])
    assert values_of(mine) == {"A": Decimal(100)}


@IN_TENANT
def test_it_is_changed_undone_and_named_anew() -> None:
    mine = made("aggregate", **SUM)
    first = revisions()[0].number
    proposal = service.propose("aggregate", form(**(SUM | {"length": "3"})), "mine")
    assert service.save(proposal, "shorter", "screen") is not None
    assert service.propose("aggregate", form(**SUM)).name == "mine_2"
    assert service.propose(
        "aggregate", form(title_en="", title_zh_CN="半年销售额", **SUM)
    ).name == ("ban_nian_xiao_shou_e")
    undo(first)
    assert mine not in {metric.id for metric in metrics()}
    assert state_of("own").overrides == ()


@IN_TENANT
def test_only_the_companys_own_are_opened() -> None:
    with pytest.raises(NotFound):
        service.opened(SALES)


@pytest.mark.usefixtures("in_tenant")
def test_its_name_is_kept_from_packs() -> None:
    from tierline.packs.documents import MANIFEST, check_manifest
    from tierline.packs.own import OWN_RELEASE
    from tierline.packs.shapes import Reading
    from tierline.packs.strict_yaml import nodes_of

    root = nodes_of(OWN_RELEASE.document["manifest"])
    reading = Reading("own", "own/plugin.yaml", root)
    check_manifest(reading, MANIFEST(reading, root, ()))
    assert ["is kept for what companies" in each.what for each in reading.problems] == [True]


def test_on_the_screen(app: Flask, tenant: Company, login: Callable[..., FlaskClient]) -> None:
    with working_in(app, tenant):
        trade([Sale("A", ago(10), Decimal(100))])
        db.session.commit()
    administrator = login("administrator")
    address = f"/t/{tenant.slug}/metrics"
    assert f"{address}/new/aggregate" in administrator.get(f"{address}/new").text
    assert administrator.get(f"{address}/new/nothing").status_code == 404
    empty = administrator.get(f"{address}/new/aggregate").text
    sent = {"csrf_token": _token(empty), "title_en": "Half a year", "better": "higher", **SUM}
    checked = administrator.post(f"{address}/new/aggregate", data=sent | {"act": "check"})
    assert "How its values would lie" in checked.text
    refused = administrator.post(f"{address}/new/aggregate", data=sent | {"act": "save"})
    assert refused.status_code == 422
    saved = administrator.post(
        f"{address}/new/aggregate", data=sent | {"act": "save", "reason": "a test"}
    )
    assert saved.status_code in (302, 303)
    with working_in(app, tenant):
        publish_planned(revisions()[0].number)
        db.session.commit()
    shown = administrator.get(f"{address}/own:half_a_year").text
    assert f"{address}/own:half_a_year/edit" in shown
    assert 'value="6"' in administrator.get(f"{address}/own:half_a_year/edit").text
    assert administrator.get(f"{address}/{SALES}/edit").status_code == 404
    with working_in(app, tenant):
        assert db.session.scalar(select(LedgerTransaction.kind)) == "invoice"


def _token(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]*)"', page)
    return found[1] if found else ""


def test_the_api_makes_one_as_a_change_of_the_own_pack(
    tenant: Company, api: Callable[..., FlaskClient]
) -> None:
    document = {
        "title": {"en": "X", "zh_CN": "X"},
        "summary": {"en": "X", "zh_CN": "X"},
        "unit": "percent",
        "period": {"en": "X", "zh_CN": "X"},
        "null": {"en": "X", "zh_CN": "X"},
        "compute": {"share": {"of": SALES}},
    }
    operations = [{"address": "metrics/x", "kind": "add", "value": document}]
    answer = api().post(
        f"/api/v1/t/{tenant.slug}/plugins/own/changes",
        json={"operations": operations, "reason": "a test"},
    )
    assert answer.status_code == 200, answer.json
    listed = api().get(f"/api/v1/t/{tenant.slug}/metrics").json["items"]
    assert "own:x" in [each["metric"]["id"] for each in listed]
