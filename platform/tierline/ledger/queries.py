"""Reading transactions and their lines."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, select

from tierline.db import db
from tierline.db.paging import Page, Sort, keyset_page
from tierline.db.scope import current_tenant_id
from tierline.errors import NotFound
from tierline.ledger.models import LedgerLine, LedgerTransaction

table = LedgerTransaction.__table__.c
NEWEST = Sort("newest", ((table.date, True), (table.id, True)))


def in_units(hundredths: int | None) -> Decimal | None:
    """Return an amount in the currency's unit, exactly; None stays unknown."""
    return None if hundredths is None else Decimal(hundredths).scaleb(-2)


def select_transactions(
    account_id: uuid.UUID | None = None, kind: str | None = None
) -> Select[Any]:
    """Return the statement of the tenant's transactions, to be paged."""
    statement = select(LedgerTransaction).where(table.tenant_id == current_tenant_id())
    if account_id is not None:
        statement = statement.where(table.account_id == account_id)
    if kind is not None:
        statement = statement.where(table.kind == kind)
    return statement


def page_transactions(
    account_id: uuid.UUID | None = None,
    kind: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Any]:
    """Return a page of transactions, newest first."""
    return keyset_page(select_transactions(account_id, kind), NEWEST, cursor, limit)


def get_transaction(transaction_id: uuid.UUID) -> LedgerTransaction:
    """Return the tenant's transaction with this id; raises NotFound."""
    found: LedgerTransaction | None = db.session.get(LedgerTransaction, transaction_id)
    if found is None:
        raise NotFound(_("There is no such transaction."))
    return found


def lines_of(transaction_id: uuid.UUID) -> list[LedgerLine]:
    """Return a transaction's lines in order."""
    statement = select(LedgerLine).where(LedgerLine.transaction_id == transaction_id)
    return list(db.session.scalars(statement.order_by(LedgerLine.line_no)))
