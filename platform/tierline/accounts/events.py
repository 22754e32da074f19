"""What higher layers are told about accounts, in the transaction of the change."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence

Callback = Callable[[Sequence[uuid.UUID]], None]

_callbacks: list[Callback] = []


def on_change(callback: Callback) -> None:
    """Let `callback` be called with the ids of accounts that were created or changed."""
    if callback not in _callbacks:
        _callbacks.append(callback)


def tell_changed(account_ids: Sequence[uuid.UUID]) -> None:
    """Tell those who asked that these accounts were created or changed."""
    if account_ids:
        for callback in _callbacks:
            callback(account_ids)
