"""Trade for tests: accounts and their transactions, written straight into the ledger."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select

from tierline.accounts.models import Account, AccountGroup
from tierline.db import db
from tierline.ledger.models import LedgerLine, LedgerTransaction


@dataclass(frozen=True)
class Sale:
    """One transaction; an account that is not there is made, in the group of customers."""

    account: str
    date: datetime.date
    amount: Decimal
    kind: str = "invoice"
    number: str | None = None
    cost: Decimal | None = None
    due_on: datetime.date | None = None
    paid_on: datetime.date | None = None
    currency: str = "CNY"
    products: tuple[str, ...] = ()


def trade(sales: Iterable[Sale]) -> dict[str, uuid.UUID]:
    """Write the transactions, and return the ids of their accounts by external key."""
    rows = list(sales)
    ids = make_accounts(dict.fromkeys(sale.account for sale in rows))
    made = [_transaction(sale, ids[sale.account]) for sale in rows]
    if made:
        db.session.execute(insert(LedgerTransaction), made)
    lines = [
        _line(row["id"], place, product)
        for sale, row in zip(rows, made, strict=True)
        for place, product in enumerate(sale.products, start=1)
    ]
    if lines:
        db.session.execute(insert(LedgerLine), lines)
    return ids


def make_accounts(
    keys: Iterable[str], group: str = "customer", **values: Any
) -> dict[str, uuid.UUID]:
    """Make the accounts that are not there yet, and return all ids by external key."""
    there = {
        row.external_key: row.id
        for row in db.session.execute(select(Account.external_key, Account.id))
    }
    new = [key for key in keys if key not in there]
    rows = [
        {
            "id": uuid.uuid4(),
            "external_key": key,
            "name": key,
            "name_key": key,
            "search_text": key,
            **values,
        }
        for key in new
    ]
    if rows:
        db.session.execute(insert(Account), rows)
        members = [{"account_id": row["id"], "group_key": group} for row in rows]
        db.session.execute(insert(AccountGroup), members)
    return there | {row["external_key"]: row["id"] for row in rows}


def _named(name: str) -> dict[str, Any]:
    return {"name": name, "name_key": name.casefold(), "search_text": name.casefold()}


def _transaction(sale: Sale, account_id: uuid.UUID) -> dict[str, Any]:
    return {
        "id": uuid.uuid4(),
        "account_id": account_id,
        "kind": sale.kind,
        "number": sale.number or uuid.uuid4().hex,
        "date": sale.date,
        "due_on": sale.due_on,
        "paid_on": sale.paid_on,
        "currency": sale.currency,
        "amount": int(sale.amount * 100),
        "cost": None if sale.cost is None else int(sale.cost * 100),
        "line_count": len(sale.products),
    }


def _line(transaction_id: uuid.UUID, place: int, product: str) -> dict[str, Any]:
    return {
        "transaction_id": transaction_id,
        "line_no": place,
        "product": product,
        "quantity": Decimal(2),
        "unit_price": Decimal(1),
        "amount": 200,
    }
