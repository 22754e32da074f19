"""Transactions on the screen: an account's, and one with its lines."""

from __future__ import annotations

import uuid
from typing import Any

from flask import request

from tierline.accounts.queries import get_account
from tierline.ledger import queries, words
from tierline.ledger.permissions import READ
from tierline.web import Pages, page

pages = Pages("ledger", __name__)


@pages.get("/accounts/<uuid:account_id>/transactions", permission=READ)
def list_transactions(account_id: uuid.UUID) -> Any:
    """Show the transactions of an account, newest first."""
    account = get_account(account_id)
    found = queries.page_transactions(account_id, cursor=request.args.get("cursor"))
    return page("ledger/list.html", account=account, transactions=found, words=words)


@pages.get("/transactions/<uuid:transaction_id>", permission=READ)
def show_transaction(transaction_id: uuid.UUID) -> Any:
    """Show a transaction with its lines."""
    found = queries.get_transaction(transaction_id)
    return page(
        "ledger/show.html",
        transaction=found,
        account=get_account(found.account_id),
        lines=queries.lines_of(transaction_id),
        words=words,
    )
