"""Published figures come out again: ABC on CDNOW, RFM on the orders of the R package."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

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


def test_abc_on_cdnow(data_folder: Path) -> None:
    trade(cdnow(data_folder))
    result = run_now("essentials:abc_sales_total", datetime.date(1998, 6, 30)).to_document()
    assert result["accounts"] == 23_570
    assert [tier["accounts"] for tier in result["tiers"]] == [7_695, 8_044, 7_831]
    assert sum(tier["sales"] for tier in result["tiers"]) == Decimal("2500315.63")
    assert result["changed"] == 23_570


def test_rfm_segments_of_the_r_package(data_folder: Path) -> None:
    trade(rfm_orders(data_folder))
    result = run_now("essentials:rfm", datetime.date(2006, 12, 31)).to_document()
    champions = next(tier for tier in result["tiers"] if tier["tier"] == "champions")
    assert (champions["accounts"], champions["sales"]) == (158, Decimal("120178"))
