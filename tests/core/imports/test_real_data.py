"""Real files: the figures that their READMEs state come out again."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask

from conftest import Company
from core.imports.samples import bring, counts, rows_of

pytestmark = [pytest.mark.data, pytest.mark.slow]

TRADE = """
SELECT kind, count(*), count(DISTINCT account_id), sum(amount) / 100.0, sum(line_count)
FROM ledger_transaction GROUP BY kind ORDER BY kind
"""
CUSTOMERS_WITH_SALES = """
SELECT count(*) FROM (SELECT account_id FROM ledger_transaction WHERE kind = 'invoice'
  GROUP BY account_id HAVING sum(amount) > 0) a
"""


def test_online_retail(app: Flask, tenant: Company, data_folder: Path) -> None:
    path = data_folder / "02_online_retail" / "onlineretail__onlineretail.csv.gz"
    result = bring(app, tenant, path, "online_retail")
    assert result["rows_in"] == 541_909
    assert result["source"] == {"transactions": 25_900, "accounts": 4_372}
    assert result["reasons"] == {
        "missing_account": 135_080,
        "cancellation": 9_288,
        "duplicate": 5_268,
        "non_positive_price": 2_517,
    }
    assert counts(result) == (406_789, 0, 0, 135_120)
    invoices, returns = rows_of(app, tenant, TRADE)
    assert invoices == ("invoice", 18_532, 4_338, Decimal("8911407.90"), 397_884)
    assert returns[:2] == ("return", 3_654)
    assert rows_of(app, tenant, CUSTOMERS_WITH_SALES) == [(4_338,)]
    assert rows_of(app, tenant, "SELECT count(*) FROM account") == [(4_372,)]
    assert counts(bring(app, tenant, path, "online_retail")) == (0, 0, 406_789, 135_120)


def test_cdnow(app: Flask, tenant: Company, data_folder: Path) -> None:
    path = data_folder / "01_cdnow" / "CDNOW_master.txt"
    result = bring(app, tenant, path, "cdnow")
    assert counts(result) == (69_659, 0, 0, 0)
    assert result["reasons"] == {"duplicate": 255, "zero_amount": 80}
    assert rows_of(app, tenant, TRADE) == [
        ("invoice", 69_659, 23_570, Decimal("2500315.63"), 69_659)
    ]


def test_rfm_orders(app: Flask, tenant: Company, data_folder: Path) -> None:
    path = data_folder / "22_rfm_r" / "rfm_data_orders__rfm_data_orders.csv"
    assert counts(bring(app, tenant, path, "rfm_orders")) == (4_906, 0, 0, 0)
    assert rows_of(app, tenant, TRADE) == [("invoice", 4_906, 995, Decimal(464_158), 4_906)]
    assert counts(bring(app, tenant, path, "rfm_orders")) == (0, 0, 4_906, 0)
