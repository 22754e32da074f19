"""When schemes are run by themselves: once in each of their periods, and when hands let go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from tierline.db import db
from tierline.jobs.service import schedule
from tierline.metrics.service import today
from tierline.plugins.queries import tiering_schemes
from tierline.rules.adjusting import period_start
from tierline.tenancy.queries import current_tenant
from tierline.tiering.models import Override, Scheme

REVIEW = "tiering.review"
AT_NIGHT = "30 0 * * *"  # in the tenant's time zone, after the metrics


def schedule_reviews() -> None:
    """Let the company's schemes be looked at each night."""
    schedule(REVIEW, AT_NIGHT, current_tenant().time_zone, {})


def due_schemes() -> list[str]:
    """Return the ids of the schemes that are due today, of those that were run before."""
    contributed = {scheme.id: scheme for scheme in tiering_schemes()}
    over = set(
        db.session.scalars(
            select(Override.scheme_number).where(
                Override.state == "approved",
                Override.released_on.is_(None),
                Override.ends_on <= today(),
            )
        )
    )
    used = db.session.scalars(
        select(Scheme).where(Scheme.last_as_of.is_not(None)).order_by(Scheme.number)
    )
    return [
        scheme.scheme_id
        for scheme in used
        if scheme.scheme_id in contributed
        and (scheme.number in over or _is_due(scheme, contributed[scheme.scheme_id].adjustment))
    ]


def _is_due(scheme: Scheme, adjustment: Mapping[str, Any] | None) -> bool:
    if adjustment is None or scheme.last_as_of is None:
        return False
    return scheme.last_as_of < period_start(today(), adjustment["every"])
