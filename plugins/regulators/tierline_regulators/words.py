"""States and properties of commitments in words."""

from __future__ import annotations

import datetime

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from tierline_regulators.models import KEPT, LATE, OPEN, WAIVED, Commitment
from tierline_regulators.queries import OVERDUE

STATES: dict[str, LazyString] = {
    OPEN: _l("Open"),
    OVERDUE: _l("Overdue"),
    KEPT: _l("Kept in time"),
    LATE: _l("Kept late"),
    WAIVED: _l("Waived"),
}
COLORS = {OPEN: "info", OVERDUE: "danger", KEPT: "success", LATE: "warning", WAIVED: "neutral"}
OUTCOMES: dict[str, LazyString] = {KEPT: _l("It was kept"), WAIVED: _l("It was waived")}
LABELS: dict[str, LazyString] = {
    "account_id": _l("Regulator"),
    "title": _l("What was promised"),
    "source": _l("Source document"),
    "due_on": _l("Due on"),
    "owner_id": _l("Owner"),
    "outcome": _l("How did it end?"),
    "done_on": _l("Done on"),
    "evidence": _l("Evidence"),
    "evidence_file": _l("File of the evidence"),
    "reason": _l("Reason"),
    "form": _l("Commitment"),
}


def shown_state(commitment: Commitment, today: datetime.date) -> str:
    """Return a commitment's state as it is shown: an open one past its date is overdue."""
    late = commitment.state == OPEN and commitment.due_on < today
    return OVERDUE if late else commitment.state
