"""An account's last transactions on its page."""

from __future__ import annotations

from flask import render_template
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from tierline.access.decision import decide, find_subject
from tierline.accounts.models import Account
from tierline.accounts.panels import account_panel
from tierline.ledger import words
from tierline.ledger.permissions import READ
from tierline.ledger.queries import page_transactions

SHOWN = 5


def render_transactions(account: Account) -> Markup | None:
    """Return the account's last transactions, with the way to all of them."""
    if not decide(find_subject(), READ).allowed:
        return None
    found = page_transactions(account.id, limit=SHOWN)
    if not found.items:
        return None
    body: str = render_template("ledger/_panel.html", account=account, found=found, words=words)
    return Markup(body)  # noqa: S704 - a template of ours, escaped


account_panel("transactions", _l("Transactions"), render_transactions, weight=40, place="main")
