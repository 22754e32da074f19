"""What a commitment's properties may be, and what closing one asks for: pure rules."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from tierline.accounts.checking import LONGEST_NOTE, Check, Problems, checked, identifier, text
from tierline.errors import Invalid
from tierline_regulators.models import KEPT, LATE, WAIVED

OUTCOMES = (KEPT, WAIVED)
"""How a commitment ends; kept after its due date is late."""


def day(value: Any) -> datetime.date:
    """Check a date, as ISO 8601 writes it."""
    if isinstance(value, datetime.date):
        return value
    if not value:
        raise ValueError(_("is needed"))
    try:
        return datetime.date.fromisoformat(str(value).strip())
    except ValueError as error:
        raise ValueError(_("is not a date")) from error


def outcome(value: Any) -> str:
    """Check how a commitment ends."""
    if value not in OUTCOMES:
        raise ValueError(_("must be one of %(known)s", known=", ".join(OUTCOMES)))
    return str(value)


COMMITMENT: Mapping[str, Check] = {
    "account_id": identifier,
    "title": text(300, required=True),
    "source": text(300),
    "due_on": day,
    "owner_id": identifier,
}
CLOSING: Mapping[str, Check] = {
    "outcome": outcome,
    "done_on": day,
    "evidence": text(LONGEST_NOTE, lines=True),
    "evidence_file": text(200),
    "reason": text(LONGEST_NOTE, lines=True),
}
REOPENING: Mapping[str, Check] = {"reason": text(LONGEST_NOTE, required=True, lines=True)}


def checked_closing(
    values: Mapping[str, Any], due_on: datetime.date, today: datetime.date
) -> dict[str, Any]:
    """Return how a commitment ends: its state, date, evidence and reason.

    What was kept needs evidence; what was kept late, or waived, needs a reason. Raises Invalid.
    """
    given = checked(CLOSING, {"outcome": None, "done_on": today, **values})
    problems = Problems()
    state = given.pop("outcome")
    if state == KEPT and given["done_on"] > due_on:
        state = LATE
    if given["done_on"] > today:
        problems.add("done_on", _("must not lie in the future"))
    if state != WAIVED and not (given.get("evidence") or given.get("evidence_file")):
        problems.add("evidence", _("is needed: what shows that the commitment was kept?"))
    if state != KEPT and not given.get("reason"):
        problems.add("reason", _("is needed for what is late or waived"))
    problems.raise_any()
    return {"evidence": "", "evidence_file": "", "reason": "", **given, "state": state}


def refuse(path: str, problem: str) -> Invalid:
    """Return the error of one wrong value."""
    return Invalid(_("Some values need another look."), fields={path: [problem]})
