"""Two schemes crossed: how many accounts are in each pair of their tiers now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, or_, select

from tierline.db import db
from tierline.db.scope import current_tenant_id
from tierline.errors import Invalid
from tierline.metrics.models import STATE
from tierline.packs.contributions import TieringScheme
from tierline.tiering.models import Scheme
from tierline.tiering.queries import get_entry, recorded_schemes, tier_name

Pair = tuple[str | None, str | None]


@dataclass(frozen=True)
class Crossing:
    """Accounts by a tier of one scheme and of another; None for no tier."""

    rows: TieringScheme
    columns: TieringScheme
    accounts: Mapping[Pair, int]

    def count(self, row: str | None, column: str | None) -> int:
        """Return how many accounts are in both tiers."""
        return self.accounts.get((row, column), 0)

    def of_row(self, row: str | None) -> int:
        """Return how many accounts are in a tier of the first scheme."""
        return sum(count for (one, _other), count in self.accounts.items() if one == row)

    def of_column(self, column: str | None) -> int:
        """Return how many accounts are in a tier of the second scheme."""
        return sum(count for (_one, other), count in self.accounts.items() if other == column)


def others(scheme_id: str) -> list[TieringScheme]:
    """Return the schemes of the same stakeholder group that were run, to cross a scheme with."""
    group = get_entry(scheme_id).contributed.group
    return [
        each for each, _record in recorded_schemes() if each.group == group and each.id != scheme_id
    ]


def cross(scheme_id: str, other_id: str) -> Crossing:
    """Return two schemes crossed, of the accounts that are in a tier of either.

    Raises NotFound for an unknown scheme, Invalid where one was not run yet.
    """
    one, other = get_entry(scheme_id), get_entry(other_id)
    first, second = _column(one.scheme, scheme_id), _column(other.scheme, other_id)
    counted = (
        select(first, second, func.count())
        .where(
            STATE.c.tenant_id == current_tenant_id(),
            or_(first.is_not(None), second.is_not(None)),
        )
        .group_by(first, second)
    )
    assert one.scheme is not None and other.scheme is not None  # noqa: S101, PT018 - asked above
    accounts = {
        (tier_name(one.scheme, a), tier_name(other.scheme, b)): count
        for a, b, count in db.session.execute(counted)
    }
    return Crossing(one.contributed, other.contributed, accounts)


def _column(scheme: Scheme | None, scheme_id: str) -> Any:
    if scheme is None or scheme.last_as_of is None:
        what = _("was not run yet")
        message = _("The scheme %(scheme)s %(problem)s.", scheme=scheme_id, problem=what)
        raise Invalid(message, fields={"scheme": [what]})
    return STATE.c[f"t{scheme.number}"]
