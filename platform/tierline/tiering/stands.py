"""Where accounts stand before their tiers are decided, as columns beside their values.

On record, nowhere (a scheme that was never run), or as a backtest has it so far.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import (
    ColumnElement,
    Date,
    FromClause,
    SmallInteger,
    Uuid,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    not_,
    null,
    or_,
    select,
)

from tierline.db import db
from tierline.db.scope import current_tenant_id
from tierline.metrics.models import STATE
from tierline.metrics.source import Source
from tierline.rules.expressions import Whole, constant
from tierline.tiering.models import Assignment, Override, Proposal, Watch

# As tables: of a model the session confines the rows after the join, and an outer join is none.
_TABLES: list[Any] = [each.__table__ for each in (Watch, Override, Assignment, Proposal)]
_WATCH, _OVERRIDE, _ASSIGNMENT, _PROPOSAL = _TABLES

Columns = Sequence[ColumnElement[Any]]


class Stand(Protocol):
    """Where accounts stand, beside the rows of a source."""

    def columns(self, known: Sequence[Whole]) -> Columns:
        """Return the columns of a standing; `known` are the codes of the scheme's tiers.

        now, held, counted_before, counted_on, watched, proposed, override_id, override, over.
        """

    def joined(self, source: Source) -> FromClause:
        """Return the source's rows with what the columns read."""

    def since(self, account_id: ColumnElement[Any]) -> ColumnElement[datetime.date]:
        """Return since when an account is in its tier."""


def is_set_by_hand(number: int) -> bool:
    """Return whether people set tiers of a scheme by hand that no run has let go of."""
    return bool(db.session.scalar(select(exists().where(*_approved(number)))))


def _approved(number: int) -> list[ColumnElement[bool]]:
    return [
        _OVERRIDE.c.tenant_id == current_tenant_id(),
        _OVERRIDE.c.scheme_number == number,
        _OVERRIDE.c.state == "approved",
        _OVERRIDE.c.released_on.is_(None),
    ]


@dataclass(frozen=True)
class OnRecord:
    """As the store and the history have it, before the changes of a day."""

    number: int
    as_of: datetime.date

    def columns(self, known: Sequence[Whole]) -> Columns:
        """See `Stand`."""
        today, watch, override = _ASSIGNMENT.c, _WATCH.c, _OVERRIDE.c
        now = STATE.c[f"t{self.number}"]
        corrected = today.account_id.is_not(None) & today.decision_id.is_(None)
        before = case((corrected, today.previous), else_=now)
        over = func.coalesce(override.ends_on <= literal(self.as_of), false())
        held = case((over, null()), (before.in_(known), before))
        counted = func.coalesce(watch.tier == held, false())
        return [
            now.label("now"),
            held.label("held"),
            case((counted, watch.below), else_=constant(0)).label("counted_before"),
            case((counted, watch.counted_on)).label("counted_on"),
            watch.account_id.is_not(None).label("watched"),
            self._proposed().label("proposed"),
            override.id.label("override_id"),
            case((not_(over), override.tier)).label("override"),
            over.label("over"),
        ]

    def _proposed(self) -> ColumnElement[bool]:
        return exists().where(
            _PROPOSAL.c.tenant_id == current_tenant_id(),
            _PROPOSAL.c.scheme_number == self.number,
            _PROPOSAL.c.account_id == STATE.c.account_id,
            _PROPOSAL.c.state == "open",
        )

    def joined(self, source: Source) -> FromClause:
        """See `Stand`."""
        rows = STATE
        if source.rows is not STATE:
            own = STATE.c.tenant_id == current_tenant_id()
            rows = rows.join(source.rows, own & (STATE.c.account_id == source.account_id))
        begun = _OVERRIDE.c.begins_on <= self.as_of
        joined: FromClause = (
            rows.outerjoin(_WATCH, self._of(_WATCH))
            .outerjoin(_OVERRIDE, and_(self._of(_OVERRIDE), *_approved(self.number), begun))
            .outerjoin(_ASSIGNMENT, self._of(_ASSIGNMENT) & (_ASSIGNMENT.c.begins_on == self.as_of))
        )
        return joined

    def _of(self, table: Any) -> ColumnElement[bool]:
        return and_(
            table.c.tenant_id == STATE.c.tenant_id,
            table.c.account_id == STATE.c.account_id,
            table.c.scheme_number == self.number,
        )

    def since(self, account_id: ColumnElement[Any]) -> ColumnElement[datetime.date]:
        """Return since when an account is in its tier: before the day, or as people decided."""
        each = _ASSIGNMENT.alias("each")
        earlier = or_(each.c.begins_on < self.as_of, each.c.decision_id.is_not(None))
        return (
            select(each.c.begins_on)
            .where(
                each.c.tenant_id == current_tenant_id(),
                each.c.scheme_number == self.number,
                each.c.account_id == account_id,
                each.c.begins_on <= self.as_of,
                each.c.tier.is_distinct_from(each.c.previous),
                earlier,
            )
            .order_by(each.c.begins_on.desc())
            .limit(1)
            .scalar_subquery()
        )


class Nowhere:
    """In no tier yet: of a scheme that was never run."""

    def columns(self, known: Sequence[Whole]) -> Columns:
        """See `Stand`."""
        return _nowhere({})

    def joined(self, source: Source) -> FromClause:
        """See `Stand`."""
        return source.rows

    def since(self, account_id: ColumnElement[Any]) -> ColumnElement[datetime.date]:
        """See `Stand`."""
        return cast(null(), Date)


@dataclass(frozen=True)
class SoFar:
    """As a replay has it: rows of account_id, tier, since, below, counted_on."""

    rows: FromClause

    def columns(self, known: Sequence[Whole]) -> Columns:
        """See `Stand`."""
        c = self.rows.c
        return _nowhere(
            {
                "now": c.tier,
                "held": case((c.tier.in_(known), c.tier)),
                "counted_before": func.coalesce(c.below, constant(0)),
                "counted_on": c.counted_on,
            }
        )

    def joined(self, source: Source) -> FromClause:
        """See `Stand`."""
        own = self.rows.c.account_id == source.account_id
        joined: FromClause = source.rows.outerjoin(self.rows, own)
        return joined

    def since(self, account_id: ColumnElement[Any]) -> ColumnElement[datetime.date]:
        """See `Stand`."""
        found = select(self.rows.c.since).where(self.rows.c.account_id == account_id)
        return found.scalar_subquery()


def _nowhere(given: Mapping[str, ColumnElement[Any]]) -> Columns:
    """Return the columns of a standing with what is given, and nothing else known."""
    kinds: Mapping[str, Any] = {
        "now": SmallInteger,
        "held": SmallInteger,
        "counted_on": Date,
        "override_id": Uuid,
        "override": SmallInteger,
    }
    found: dict[str, ColumnElement[Any]] = {
        **{name: cast(null(), kind) for name, kind in kinds.items()},
        "counted_before": constant(0),
        **{name: false() for name in ("watched", "proposed", "over")},
        **given,
    }
    return [value.label(name) for name, value in found.items()]
