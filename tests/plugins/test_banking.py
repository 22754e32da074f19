"""Altman's scores of the extension `banking`: the published figures, the units, what is unknown."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient

from conftest import Company, working_in
from tierline.accounts import service as accounts
from tierline.configuration.service import enable
from tierline.db import db
from tierline.metrics.queries import account_values
from tierline.metrics.service import bring_up_to_date
from tierline.plugins.queries import get_metric
from tierline_banking.altman import MODELS

Z, PRIVATE, GENERAL = "altman_z", "altman_z_private", "altman_z_general"


def firm(*ratios: float, sales: float = 0) -> dict[str, Decimal]:
    """Return accounts with these ratios: WC, RE and EBIT to assets, equity to debt; fractions."""
    capital, retained, profit, equity = (Decimal(str(ratio)) * 1000 for ratio in ratios)
    return {
        "total_assets": Decimal(1000),
        "working_capital": capital,
        "retained_earnings": retained,
        "ebit": profit,
        "equity_market_value": equity,
        "equity_book_value": equity,
        "total_liabilities": Decimal(1000),
        "revenue": Decimal(str(sales)) * 1000,
    }


def score(name: str, given: dict[str, Decimal | None]) -> Decimal | None:
    model = MODELS[name]
    return model.score([given.get(each) for each in model.inputs])


PUBLISHED = [
    ("a textbook's exercise", Z, firm(0.10, 0.20, 0.13, 0.65, sales=0.95), "2.169"),
    ("a textbook's exercise", PRIVATE, firm(0.10, 0.20, 0.13, 0.65, sales=0.95), "1.866"),
    ("a textbook's exercise", GENERAL, firm(0.10, 0.20, 0.13, 0.65), "2.864"),
    ("Altman's bankrupt firms", Z, firm(-0.061, -0.626, -0.318, 0.401, sales=1.5), "-0.260"),
    ("Altman's sound firms", Z, firm(0.414, 0.355, 0.154, 2.477, sales=1.9), "4.886"),
]


@pytest.mark.parametrize(
    ("name", "given", "published"),
    [case[1:] for case in PUBLISHED],
    ids=[f"{case[1]} of {case[0]}" for case in PUBLISHED],
)
def test_the_published_scores_come_out(
    name: str, given: dict[str, Decimal | None], published: str
) -> None:
    found = score(name, given)
    assert found is not None
    assert abs(found - Decimal(published)) < Decimal("0.001")


def test_ratios_are_fractions_and_sales_a_multiple() -> None:
    """The classic mistake: percentages with the weights of fractions, or the reverse."""
    alone = firm(0, 0, 0, 0, sales=1.5)
    assert score(Z, alone) == Decimal("1.4985")
    assert score(Z, firm(0.10, 0, 0, 0)) == Decimal("0.12")
    assert score(Z, firm(0, 0, 0, 0.65)) == Decimal("0.39")


def test_the_currencys_unit_makes_no_difference() -> None:
    given = firm(0.10, 0.20, 0.13, 0.65, sales=0.95)
    for name in MODELS:
        in_cents = {key: value * 100 for key, value in given.items()}
        assert score(name, dict(in_cents)) == score(name, dict(given))


@pytest.mark.parametrize("name", MODELS)
def test_a_score_is_unknown_where_any_of_its_figures_is(name: str) -> None:
    given = firm(0.10, 0.20, 0.13, 0.65, sales=0.95)
    for missing in MODELS[name].inputs:
        assert score(name, {**given, missing: None}) is None


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("divisor", ["total_assets", "total_liabilities"])
def test_a_score_is_unknown_where_a_divisor_is_zero(name: str, divisor: str) -> None:
    given = firm(0.10, 0.20, 0.13, 0.65, sales=0.95)
    assert score(name, {**given, divisor: Decimal(0)}) is None


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("figure", ["working_capital", "retained_earnings", "ebit"])
def test_more_of_a_good_figure_never_makes_a_score_worse(name: str, figure: str) -> None:
    given = firm(0.10, 0.20, 0.13, 0.65, sales=0.95)
    better = score(name, {**given, figure: given[figure] + 10})
    before = score(name, dict(given))
    assert before is not None
    assert better is not None
    assert better > before


def test_the_metrics_name_exactly_the_figures_that_the_code_takes(
    app: Flask, tenant: Company
) -> None:
    with working_in(app, tenant):
        enable("banking")
        for name, model in MODELS.items():
            fields = get_metric(f"banking:{name}").compute["code"]["fields"]
            assert set(fields) == {f"banking:{each}" for each in model.inputs}


def test_an_account_with_annual_accounts_has_its_scores_in_the_store_and_on_its_page(
    app: Flask, tenant: Company, login: Callable[..., FlaskClient]
) -> None:
    with working_in(app, tenant):
        enable("banking")
        given = firm(0.10, 0.20, 0.13, 0.65, sales=0.95)
        del given["equity_market_value"]
        fields = {f"banking__{key}": str(value) for key, value in given.items()}
        account = accounts.create_account({"name": "Harbour Works", "fields": fields})
        bring_up_to_date()
        db.session.commit()
        values = {each.metric.id: each.value for each in account_values(account.id)}
        address = f"/t/{tenant.slug}/accounts/{account.id}"
    assert values["banking:altman_z"] is None
    assert values["banking:altman_z_private"] == Decimal("1.86611")
    assert values["banking:altman_z_general"] == Decimal("2.8641")
    page = login().get(address).text
    assert "Altman Z′" in page
    assert "1.87" in page


def test_an_edit_computes_the_score_anew(app: Flask, tenant: Company) -> None:
    with working_in(app, tenant):
        enable("banking")
        given = firm(0.10, 0.20, 0.13, 0.65, sales=0.95)
        fields = {f"banking__{key}": str(value) for key, value in given.items()}
        account = accounts.create_account({"name": "Harbour Works", "fields": fields})
        bring_up_to_date()
        accounts.update_account(account.id, {"fields": {"banking__ebit": "0"}})
        values = {each.metric.id: each.value for each in account_values(account.id)}
    assert values["banking:altman_z_general"] == Decimal("1.9905")
