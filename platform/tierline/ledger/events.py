"""What higher layers are told about trade, in the transaction of the change.

An import tells once, after its last chunk: telling after each would compute an account's metrics as
often as its transactions spread over chunks.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence

Callback = Callable[[Sequence[uuid.UUID]], None]

_callbacks: list[Callback] = []


def on_trade(callback: Callback) -> None:
    """Let `callback` be called with the ids of the accounts whose transactions changed."""
    if callback not in _callbacks:
        _callbacks.append(callback)


def tell_traded(account_ids: Sequence[uuid.UUID]) -> None:
    """Tell those who asked that these accounts traded."""
    if account_ids:
        for callback in _callbacks:
            callback(account_ids)
