"""What the register's pages show."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tierline.access.decision import decide, find_subject
from tierline.accounts.queries import owner_choices, owner_name
from tierline.db.paging import Page
from tierline.errors import TierlineError
from tierline.metrics.service import today
from tierline_regulators import queries, words
from tierline_regulators.checking import COMMITMENT
from tierline_regulators.models import Commitment
from tierline_regulators.permissions import MANAGE
from tierline_regulators.queries import Wanted

FOLDER = Path(__file__).parent.parent


def list_view(wanted: Wanted, found: Page[Any]) -> dict[str, Any]:
    """Return what the list shows."""
    filtered = wanted != Wanted()
    return {
        "found": found,
        "wanted": wanted,
        "filtered": filtered,
        "empty": not found.items and not filtered and not queries.any_commitment(),
        "counts": queries.count_open(),
        "regulators": queries.regulators(),
        "owners": {each.owner_id: owner_name(each.owner_id) for each in found.items},
        **_common(),
    }


def form(
    commitment: Commitment | None, values: Mapping[str, Any], error: TierlineError | None = None
) -> dict[str, Any]:
    """Return what the form of a commitment shows; of a new one where there is none."""
    owner = commitment.owner_id if commitment else None
    return {
        "commitment": commitment,
        "values": values,
        "errors": _errors(error),
        "regulators": queries.regulators(),
        "owners": owner_choices(keep=owner),
        **_common(),
    }


def show(
    commitment: Commitment, values: Mapping[str, Any], error: TierlineError | None = None
) -> dict[str, Any]:
    """Return what the page of one commitment shows."""
    return {
        "commitment": commitment,
        "owner": owner_name(commitment.owner_id),
        "may_manage": decide(find_subject(), MANAGE, commitment).allowed,
        "values": {"done_on": today().isoformat(), **values},
        "errors": _errors(error),
        **_common(),
    }


def values_of(commitment: Commitment) -> dict[str, str]:
    """Return a commitment's properties as its form holds them."""
    return {name: str(getattr(commitment, name) or "") for name in COMMITMENT}


def _errors(error: TierlineError | None) -> dict[str, list[str]]:
    if error is None:
        return {}
    return error.fields or {"form": [error.message]}


def _common() -> dict[str, Any]:
    return {"words": words, "today": today()}
