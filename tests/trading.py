"""Trade for tests: accounts and their transactions, written straight into the ledger."""

from __future__ import annotations

import datetime
import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select, text

from tierline.accounts.models import Account
from tierline.db import db
from tierline.db.scope import current_tenant_id


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
    insert_rows("ledger_transaction", made)
    insert_rows(
        "ledger_line",
        [
            _line(row["id"], place, product)
            for sale, row in zip(rows, made, strict=True)
            for place, product in enumerate(sale.products, start=1)
        ],
    )
    return ids


def make_accounts(
    keys: Iterable[str], group: str = "customer", **values: Any
) -> dict[str, uuid.UUID]:
    """Make the accounts that are not there yet, and return all ids by external key."""
    known = db.session.execute(select(Account.external_key, Account.id))
    there = {row.external_key: row.id for row in known}
    new = [key for key in keys if key not in there]
    rows = [{"id": uuid.uuid4(), "external_key": key, **_named(key), **values} for key in new]
    insert_rows("account", rows)
    insert_rows("account_group", [{"account_id": row["id"], "group_key": group} for row in rows])
    return there | {row["external_key"]: row["id"] for row in rows}


def insert_rows(table: str, rows: list[dict[str, Any]]) -> None:
    """Insert many rows of a tenant's table in one statement; what is left out takes its default."""
    if not rows:
        return
    names = ", ".join(rows[0])
    statement = (
        f"INSERT INTO {table} (tenant_id, {names}) SELECT :tenant, {names} "
        f"FROM json_populate_recordset(NULL::{table}, cast(:rows AS json))"
    )
    content = json.dumps(rows, default=str)
    db.session.execute(text(statement), {"tenant": current_tenant_id(), "rows": content})


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
