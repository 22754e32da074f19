"""Transactions in the API. They come in by import."""

from __future__ import annotations

import uuid
from typing import Any

from tierline.api import ApiBlueprint, page_of
from tierline.ledger import queries
from tierline.ledger.permissions import READ
from tierline.ledger.schemas import TransactionDetail, TransactionPage, TransactionQuery

api = ApiBlueprint(
    "ledger", __name__, description="Orders, deliveries, invoices, payments, returns"
)


@api.get("/transactions", permission=READ)
@api.arguments(TransactionQuery, location="query")
@api.response(200, TransactionPage)
def list_transactions(query: dict[str, Any]) -> dict[str, Any]:
    """List transactions, newest first."""
    found = queries.page_transactions(
        query.get("account_id"), query.get("kind"), query.get("cursor"), query["limit"]
    )
    return page_of(found)


@api.get("/transactions/<uuid:transaction_id>", permission=READ)
@api.response(200, TransactionDetail)
def show_transaction(transaction_id: uuid.UUID) -> dict[str, Any]:
    """Show a transaction with its lines."""
    found = queries.get_transaction(transaction_id)
    columns = {column.name: getattr(found, column.name) for column in found.__table__.columns}
    return {**columns, "lines": queries.lines_of(transaction_id)}
