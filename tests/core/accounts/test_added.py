"""What higher layers add to the accounts' screens: tiers, metrics, transactions."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest

from conftest import working_in
from tierline.db import db
from tierline.tiering.service import run_now
from trading import Sale, trade

SCHEME = "essentials:abc_sales_total"
MARCH = datetime.date(2026, 3, 1)


@pytest.fixture
def ids(app, tenant):
    """Let a large and a small account trade and be tiered; return their ids."""
    with working_in(app, tenant):
        sales = [("Large", "80.50"), ("Small", "19.50")]
        found = trade([Sale(name, MARCH, Decimal(amount), number=name) for name, amount in sales])
        db.session.commit()
        run_now(SCHEME, MARCH)
        db.session.commit()
    return found


def test_the_list_shows_tiers_and_is_filtered_by_one(tenant, login, api, ids):
    base, browser = f"/t/{tenant.slug}/accounts", login("viewer")
    page = browser.get(base).text
    assert "Large" in page
    assert "Small" in page
    assert 'class="tier tier-' in page
    narrowed = browser.get(f"{base}?tier.{SCHEME}=a")
    assert "Large" in narrowed.text
    assert "Small" not in narrowed.text
    assert browser.get(f"{base}?tier.{SCHEME}=nothing").status_code == 422
    address = f"/api/v1{base}"
    items = api("accounts.read").get(f"{address}?filter=tier.{SCHEME}=b").json["items"]
    assert [item["name"] for item in items] == ["Small"]


def test_the_accounts_page_shows_its_tier_its_values_and_its_trade(tenant, login, ids):
    page = login("viewer").get(f"/t/{tenant.slug}/accounts/{ids['Large']}").text
    for panel in ("tiers", "metrics", "transactions"):
        assert f'id="panel-{panel}"' in page
    assert 'class="tier tier-' in page
    assert "80.50" in page
