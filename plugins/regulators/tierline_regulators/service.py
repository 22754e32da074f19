"""Writing the register: a commitment is added, changed, closed with evidence, opened again."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from tierline.access.decision import get_subject, require
from tierline.accounts.checking import checked
from tierline.accounts.queries import is_active_member
from tierline.audit.service import record
from tierline.db import db
from tierline.errors import Conflict, Stale
from tierline.metrics.service import today
from tierline_regulators import checking, queries
from tierline_regulators.models import OPEN, Commitment
from tierline_regulators.permissions import MANAGE


def add_commitment(values: Mapping[str, Any]) -> Commitment:
    """Add a commitment to a regulator; raises Invalid naming each wrong value."""
    require(MANAGE)
    needed = {"account_id": None, "title": None, "due_on": None}
    cleaned = checked(checking.COMMITMENT, {**needed, **values})
    _check_account(cleaned["account_id"])
    _check_owner(cleaned.get("owner_id"), None)
    commitment = Commitment(**cleaned, state=OPEN, version=1)
    db.session.add(commitment)
    db.session.flush()
    record("regulators.add", commitment, cleaned)
    return commitment


def update_commitment(
    commitment_id: uuid.UUID, changes: Mapping[str, Any], *, version: int | None = None
) -> Commitment:
    """Change the properties given of an open commitment; raises Invalid, Conflict and Stale."""
    commitment = _changeable(commitment_id, version, is_open=True)
    cleaned = checked(checking.COMMITMENT, changes)
    if "account_id" in cleaned and cleaned["account_id"] != commitment.account_id:
        _check_account(cleaned["account_id"])
    _check_owner(cleaned.get("owner_id"), commitment.owner_id)
    _apply(commitment, "regulators.update", cleaned)
    return commitment


def close_commitment(
    commitment_id: uuid.UUID, values: Mapping[str, Any], *, version: int | None = None
) -> Commitment:
    """Close an open commitment as kept, late or waived; raises Invalid, Conflict and Stale."""
    commitment = _changeable(commitment_id, version, is_open=True)
    closing = checking.checked_closing(values, commitment.due_on, today())
    now, who = datetime.datetime.now(datetime.UTC), get_subject().name
    _apply(commitment, "regulators.close", {**closing, "closed_at": now, "closed_by": who})
    return commitment


def reopen_commitment(
    commitment_id: uuid.UUID, values: Mapping[str, Any], *, version: int | None = None
) -> Commitment:
    """Open a closed commitment again, for a reason; its evidence stays."""
    commitment = _changeable(commitment_id, version, is_open=False)
    reason = checked(checking.REOPENING, {"reason": None, **values})["reason"]
    opened = {"state": OPEN, "done_on": None, "closed_at": None, "closed_by": "", "reason": reason}
    _apply(commitment, "regulators.reopen", opened)
    return commitment


def _changeable(commitment_id: uuid.UUID, version: int | None, *, is_open: bool) -> Commitment:
    commitment = queries.lock_commitment(commitment_id)
    require(MANAGE, commitment)
    if version is not None and version != commitment.version:
        what = _("Somebody changed the commitment in between. Look at it again.")
        raise Stale(what, version=commitment.version)
    if (commitment.state == OPEN) != is_open:
        raise Conflict(_("The commitment is closed.") if is_open else _("The commitment is open."))
    return commitment


def _apply(commitment: Commitment, action: str, values: Mapping[str, Any]) -> None:
    changed = {
        key: [getattr(commitment, key), value]
        for key, value in values.items()
        if getattr(commitment, key) != value
    }
    if not changed:
        return
    for key, value in values.items():
        setattr(commitment, key, value)
    commitment.version += 1
    commitment.updated_at = datetime.datetime.now(datetime.UTC)
    db.session.flush()
    record(action, commitment, changed)


def _check_account(account_id: uuid.UUID | None) -> None:
    if not queries.is_regulator(account_id):
        raise checking.refuse("account_id", _("is not a regulator of this company"))


def _check_owner(owner_id: uuid.UUID | None, before: uuid.UUID | None) -> None:
    if owner_id not in (None, before) and not is_active_member(owner_id):
        raise checking.refuse("owner_id", _("is not an active member"))
