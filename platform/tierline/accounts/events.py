"""What higher layers are told about accounts, in the transaction of the change."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence

from tierline.accounts.models import Contact

Callback = Callable[[Sequence[uuid.UUID]], None]
Objection = Callable[[Contact], None]

_callbacks: list[Callback] = []
_objections: list[Objection] = []


def on_change(callback: Callback) -> None:
    """Let `callback` be called with the ids of accounts that were created or changed."""
    if callback not in _callbacks:
        _callbacks.append(callback)


def tell_changed(account_ids: Sequence[uuid.UUID]) -> None:
    """Tell those who asked that these accounts were created or changed."""
    if account_ids:
        for callback in _callbacks:
            callback(account_ids)


def before_removal(objection: Objection) -> None:
    """Let `objection` be called with a contact before it is removed; it may raise."""
    if objection not in _objections:
        _objections.append(objection)


def tell_removing(contact: Contact) -> None:
    """Tell those who asked that a contact is about to be removed; raises what they raise."""
    for objection in _objections:
        objection(contact)
