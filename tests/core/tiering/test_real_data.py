"""Published figures come out again: ABC on CDNOW, RFM on the orders of the R package."""

from __future__ import annotations

import csv
import datetime
import gzip
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tierline.db import db
from tierline.ledger.models import LedgerTransaction
from tierline.tiering import queries
from tierline.tiering.explain import explain
from tierline.tiering.models import Assignment
from tierline.tiering.service import run_now
from trading import Sale, trade

pytestmark = [pytest.mark.data, pytest.mark.usefixtures("in_tenant")]


def cdnow(folder: Path) -> Iterator[Sale]:
    """Yield the purchases of CDNOW_master.txt."""
    lines = (folder / "01_cdnow/CDNOW_master.txt").read_text().splitlines()
    for place, line in enumerate(lines[1:]):
        customer, day, _, value = line.split()
        yield Sale(customer, datetime.date.fromisoformat(day), Decimal(value), number=str(place))


def rfm_orders(folder: Path) -> Iterator[Sale]:
    """Yield the orders of the R package rfm."""
    path = folder / "22_rfm_r/rfm_data_orders__rfm_data_orders.csv"
    with path.open(newline="") as file:
        for place, row in enumerate(csv.DictReader(file)):
            day = datetime.date.fromisoformat(row["order_date"])
            yield Sale(row["customer_id"], day, Decimal(row["revenue"]), number=str(place))


def online_retail(folder: Path) -> Iterator[Sale]:
    """Yield the invoices of Online Retail: lines with a customer and a price; C… are returns."""
    path = folder / "02_online_retail/onlineretail__onlineretail.csv.gz"
    totals: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    with gzip.open(path, "rt", newline="") as file:
        for row in csv.DictReader(file):
            price = Decimal(row["UnitPrice"])
            if row["CustomerID"].strip("NA") and price > 0:
                document = (row["InvoiceNo"], row["CustomerID"], row["InvoiceDate"][:10])
                totals[document] += price * int(row["Quantity"])
    for (number, customer, day), total in totals.items():
        kind = "return" if number.startswith("C") else "invoice"
        amount = round(total, 2)
        yield Sale(customer, datetime.date.fromisoformat(day), amount, kind, number)


def test_abc_on_cdnow(data_folder: Path) -> None:
    trade(cdnow(data_folder))
    result = run_now("essentials:abc_sales_total", datetime.date(1998, 6, 30)).to_document()
    assert result["accounts"] == 23_570
    assert [tier["accounts"] for tier in result["tiers"]] == [7_695, 8_044, 7_831]
    assert sum(tier["sales"] for tier in result["tiers"]) == Decimal("2500315.63")
    assert result["changed"] == 23_570


def test_abc_on_online_retail(data_folder: Path) -> None:
    trade(online_retail(data_folder))
    result = run_now("essentials:abc_sales_total", datetime.date(2011, 12, 31)).to_document()
    assert [tier["accounts"] for tier in result["tiers"]] == [1_133, 1_469, 1_736]
    assert (result["accounts"], result["without_tier"]) == (4_371, 33)  # the rest only returned
    assert abs(sum(tier["sales"] for tier in result["tiers"]) - Decimal("8911407.90")) < 1


def test_rfm_segments_of_the_r_package(data_folder: Path) -> None:
    ids = trade(rfm_orders(data_folder))
    result = run_now("essentials:rfm", datetime.date(2006, 12, 31)).to_document()
    champions = next(tier for tier in result["tiers"] if tier["tier"] == "champions")
    assert (champions["accounts"], champions["sales"]) == (158, Decimal(120_178))
    assert orders_of("champions") == 1_234
    why = explain("essentials:rfm", "Abbey O'Reilly")
    assert "".join(str(each["points"]) for each in why["bins"]) == "343"
    assert [[float(cut) for cut in each["cuts"]] for each in why["bins"]] == [
        [115, 181, 297.4, 482],
        [4, 5, 6, 8],
        [255.8, 382, 506.4, 666],
    ]
    assert len(ids) == 995


def orders_of(tier: str) -> int:
    """Return the number of orders of the accounts in a tier of the segments."""
    scheme = queries.find_scheme("essentials:rfm")
    assert scheme is not None
    code = scheme.tier_ids.index(tier) + 1
    members = select(Assignment.account_id).where(Assignment.tier == code)
    orders = select(func.count()).where(LedgerTransaction.account_id.in_(members))
    return db.session.scalar(orders) or 0
