"""What makes metrics compute again: trade and changes of accounts, in the change's transaction."""

from __future__ import annotations

from tierline.accounts.events import on_change
from tierline.ledger.events import on_trade
from tierline.metrics.service import touch


def listen() -> None:
    """Ask accounts and ledger to tell which accounts changed."""
    on_change(touch)
    on_trade(touch)
