"""What each metric of the essentials says of an account, as decision tables over small ledgers."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from tierline.accounts.models import Account
from tierline.db import db
from tierline.metrics import queries
from tierline.metrics.units import from_stored
from trading import Sale, make_accounts, trade

pytestmark = pytest.mark.usefixtures("in_tenant")

AS_OF = datetime.date(2026, 6, 30)


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def sale(date: str, amount: str = "100", **more: Any) -> Sale:
    return Sale("ACME", day(date), Decimal(amount), **more)


def values_as_of(as_of: datetime.date = AS_OF) -> dict[str, dict[str, Decimal | None]]:
    """Return every metric of every account, by external key and the metric's bare name."""
    defined = queries.definitions()
    source = queries.source_as_of(as_of, defined)
    rows = db.session.execute(
        select(Account.external_key, *(source.columns[name] for name in defined)).join_from(
            source.rows, Account, Account.id == source.account_id
        )
    )
    names = [name.partition(":")[2] for name in defined]
    units = list(source.units.values())
    return {
        row[0]: {
            name: from_stored(value, unit)
            for name, unit, value in zip(names, units, row[1:], strict=True)
        }
        for row in rows
    }


LEDGERS: list[tuple[str, Sequence[Sale], dict[str, str | None]]] = [
    ("nothing was ever bought", [], {"sales_12m": None, "orders_12m": None, "recency": None}),
    (
        "the last purchase is older than a year",
        [sale("2025-06-30")],
        {"sales_12m": "0", "orders_12m": "0", "sales_total": "100", "recency": "365"},
    ),
    (
        "the window holds the day after its beginning and the as-of date",
        [sale("2025-07-01", "1"), sale("2026-06-30", "2")],
        {"sales_12m": "3", "recency": "0", "orders_12m": "2"},
    ),
    ("what is dated later is not looked at", [sale("2026-07-01")], {"sales_total": None}),
    (
        "orders of one day are two orders on one day",
        [sale("2026-01-05"), sale("2026-01-05"), sale("2026-01-06")],
        {"orders_12m": "3", "purchase_days_12m": "2", "average_order_12m": "100"},
    ),
    (
        "returns and payments are not purchases",
        [sale("2026-01-05", "-30", kind="return"), sale("2026-01-06", "50", kind="payment")],
        {"sales_total": None, "orders_total": None, "returns_12m": "-30", "recency": None},
    ),
    (
        "whoever bought and returned nothing has returned 0",
        [sale("2026-01-05")],
        {"returns_12m": "0", "sales_12m": "100"},
    ),
    (
        "profit is known when every cost is",
        [sale("2026-01-05", cost=Decimal(60)), sale("2026-01-06", cost=Decimal(70))],
        {"gross_profit_12m": "70", "gross_margin_12m": "35"},
    ),
    (
        "profit is unknown when a cost is missing",
        [sale("2026-01-05", cost=Decimal(60)), sale("2026-01-06")],
        {"gross_profit_12m": None, "gross_margin_12m": None, "sales_12m": "200"},
    ),
    (
        "an amount in another currency can't be added",
        [sale("2026-01-05"), sale("2026-01-06", currency="EUR")],
        {"sales_12m": None, "orders_12m": "2"},
    ),
    (
        "growth compares with the twelve months before",
        [sale("2024-12-01", "80"), sale("2025-12-01", "100")],
        {"sales_previous_12m": "80", "growth_12m": "25"},
    ),
    (
        "growth is unknown where nothing was sold before",
        [sale("2025-12-01")],
        {"sales_previous_12m": "0", "growth_12m": None},
    ),
    (
        "an invoice paid after the as-of date is not paid yet",
        [sale("2026-05-01", due_on=day("2026-06-20"), paid_on=day("2026-07-05"))],
        {"on_time_payment_12m": "0", "days_late_12m": "10"},
    ),
    (
        "on time counts invoices that fell due, and weighs lateness by amount",
        [
            sale("2026-01-01", "300", due_on=day("2026-01-31"), paid_on=day("2026-01-31")),
            sale("2026-02-01", "100", due_on=day("2026-02-28"), paid_on=day("2026-03-08")),
            sale("2026-06-29", "900", due_on=day("2026-07-29")),
        ],
        {"on_time_payment_12m": "50", "on_time_amount_12m": "75", "days_late_12m": "2"},
    ),
    (
        "without a due date nothing is known of payment",
        [sale("2026-01-01")],
        {"on_time_payment_12m": None, "days_late_12m": None},
    ),
    (
        "products are counted once",
        [sale("2026-01-01", products=("A", "B")), sale("2026-01-02", products=("B",))],
        {"products_12m": "2"},
    ),
    (
        "products bought before the window do not count, and 0 is known of them",
        [sale("2025-06-30", products=("A", "B"))],
        {"products_12m": "0"},
    ),
    (
        "products bought before and in the window count from the window",
        [sale("2025-06-30", products=("A", "B")), sale("2025-07-01", products=("B",))],
        {"products_12m": "1"},
    ),
]


@pytest.mark.parametrize(
    ("sales", "expected"), [case[1:] for case in LEDGERS], ids=[case[0] for case in LEDGERS]
)
def test_metrics_of_a_ledger(sales: Sequence[Sale], expected: dict[str, str | None]) -> None:
    make_accounts(["ACME"])
    trade(sales)
    found = values_as_of()["ACME"]
    wanted = {name: value and Decimal(value) for name, value in expected.items()}
    assert {name: found[name] for name in wanted} == wanted


def test_shares_are_of_all_accounts() -> None:
    trade(
        [
            Sale("ACME", day("2026-01-01"), Decimal(75)),
            Sale("BOLT", day("2026-01-01"), Decimal(25)),
        ]
    )
    found = values_as_of()
    assert [found[key]["share_of_sales_12m"] for key in ("ACME", "BOLT")] == [75, 25]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (250000, Decimal(250000)),
        ("1250.50", Decimal("1250.5")),
        (0, Decimal(0)),
        ("", None),
        (None, None),
        ("a lot", None),
        ("NaN", None),
        ([1], None),
    ],
)
def test_a_field_that_holds_no_number_is_unknown(given: Any, expected: Decimal | None) -> None:
    fields = {"essentials__annual_purchase": given}
    make_accounts(["ACME"], fields=fields)
    assert values_as_of()["ACME"]["annual_purchase"] == expected


def test_the_order_of_accounts_never_matters() -> None:
    sales = [Sale(f"K{n}", day("2026-01-01"), Decimal(n + 1)) for n in range(5)]
    trade(reversed(sales))
    found = values_as_of()
    assert [found[f"K{n}"]["sales_12m"] for n in range(5)] == [1, 2, 3, 4, 5]
