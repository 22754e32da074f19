"""Where accounts stand beside their tiers: who is watched, what hands hold, what is proposed."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from sqlalchemy import (
    Table,
    and_,
    delete,
    exists,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from tierline.db import db
from tierline.db.planning import whole_sets
from tierline.db.scope import current_tenant_id
from tierline.rules.adjusting import Standing
from tierline.rules.scheme import Scheme as Rules
from tierline.tiering.models import Override, Proposal, Scheme, Watch
from tierline.tiering.queries import history, tier_name

SILENCE = datetime.timedelta(days=90)
"""How long a change that was rejected is not proposed again."""


def write_standing(scheme: Scheme, table: Table, run_id: uuid.UUID, as_of: datetime.date) -> None:
    """Write what decisions mean for watched accounts, overrides that are over, and proposals."""
    with whole_sets():
        _write_watches(scheme, table)
        _release(table, as_of)
        _close_proposals(scheme, table)
        _propose(scheme, table, run_id, as_of)


def _write_watches(scheme: Scheme, table: Table) -> None:
    given = {
        "tenant_id": literal(current_tenant_id()),
        "scheme_number": literal(scheme.number),
        "account_id": table.c.account_id,
        "tier": table.c.held,
        "below": table.c.below,
        "counted_on": table.c.counted_on,
    }
    watched = insert(Watch).from_select(
        list(given), select(*given.values()).where(table.c.below > 0)
    )
    db.session.execute(
        watched.on_conflict_do_update(
            index_elements=["tenant_id", "scheme_number", "account_id"],
            set_={name: watched.excluded[name] for name in ("tier", "below", "counted_on")},
        )
    )
    _execute(
        delete(Watch).where(
            Watch.tenant_id == current_tenant_id(),
            Watch.scheme_number == scheme.number,
            Watch.account_id == table.c.account_id,
            table.c.below == 0,
        )
    )


def _release(table: Table, as_of: datetime.date) -> None:
    over = (Override.id == table.c.override_id) & table.c.over
    own = Override.tenant_id == current_tenant_id()
    _execute(update(Override).where(own, over).values(released_on=as_of))


def _close_proposals(scheme: Scheme, table: Table) -> None:
    """Close the open proposals of the accounts that this run does not make again."""
    same = and_(table.c.asks, Proposal.tier == table.c.tier, Proposal.previous == table.c.now)
    _execute(
        update(Proposal)
        .where(
            Proposal.tenant_id == current_tenant_id(),
            Proposal.scheme_number == scheme.number,
            Proposal.state == "open",
            Proposal.account_id == table.c.account_id,
            func.coalesce(same, false()) != true(),
        )
        .values(state="outdated", decided_at=datetime.datetime.now(datetime.UTC))
    )


def _propose(scheme: Scheme, table: Table, run_id: uuid.UUID, as_of: datetime.date) -> None:
    """Propose the changes that people decide on, but for those that they rejected of late."""
    of_account = and_(
        Proposal.tenant_id == current_tenant_id(),
        Proposal.scheme_number == scheme.number,
        Proposal.account_id == table.c.account_id,
    )
    rejected = and_(
        Proposal.state == "rejected",
        Proposal.tier == table.c.tier,
        Proposal.previous == table.c.now,
        Proposal.decided_at > as_of - SILENCE,
    )
    given = {
        "tenant_id": literal(current_tenant_id()),
        "scheme_number": literal(scheme.number),
        "account_id": table.c.account_id,
        "run_id": literal(run_id),
        "previous": table.c.now,
        "tier": table.c.tier,
        "score": table.c.score,
        "incomplete": table.c.incomplete,
        "state": literal("open"),
    }
    closed = or_(Proposal.state == "open", rejected)
    asked = select(*given.values()).where(table.c.asks, not_(exists().where(of_account, closed)))
    db.session.execute(insert(Proposal).from_select(list(given), asked))


def _execute(statement: Any) -> None:
    db.session.execute(statement.execution_options(synchronize_session=False))


def read_standing(
    scheme: Scheme | None, rules: Rules, account_id: uuid.UUID, as_of: datetime.date
) -> Standing:
    """Return where an account stands before a review as of a day, which is not before the last.

    What a run of that day changed is looked at as it was before.
    """
    if scheme is None:
        return Standing(None)
    before = [
        each
        for each in history(scheme, account_id, as_of)
        if each.begins_on < as_of or each.decision_id is not None
    ]
    hand = _hand(scheme, account_id, as_of)
    over = hand is not None and hand.ends_on <= as_of
    held = before[0].tier_id if before and not over else None
    held = held if held in rules.tiers else None
    watch = db.session.get(Watch, (scheme.tenant_id, scheme.number, account_id))
    counted = watch is not None and held is not None and tier_name(scheme, watch.tier) == held
    return Standing(
        tier=held,
        since=before[0].begins_on if held else None,
        below=watch.below if watch is not None and counted else 0,
        counted_on=watch.counted_on if watch is not None and counted else None,
        override=tier_name(scheme, hand.tier) if hand is not None and not over else None,
    )


def _hand(scheme: Scheme, account_id: uuid.UUID, as_of: datetime.date) -> Override | None:
    """Return the tier set by hand that no run has let go of."""
    chosen = select(Override).where(
        Override.scheme_number == scheme.number,
        Override.account_id == account_id,
        Override.state == "approved",
        Override.released_on.is_(None),
        Override.begins_on <= as_of,
    )
    return db.session.scalars(chosen).one_or_none()
