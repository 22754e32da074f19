"""Changes of tier that runs propose, and people accept or reject: many at once."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, func, literal, null, select, update
from sqlalchemy.types import Text

from tierline.access.decision import require
from tierline.accounts.models import Account
from tierline.audit.service import record
from tierline.db import db
from tierline.db.scope import current_tenant_id
from tierline.errors import Invalid, NotFound
from tierline.metrics.models import STATE, AccountState
from tierline.metrics.service import lock_freshness, today
from tierline.tiering.assigning import lock, old_and_new, write_history
from tierline.tiering.models import Proposal, Scheme
from tierline.tiering.permissions import DECIDE
from tierline.tiering.queries import Move, find_scheme, tier_name
from tierline.tiering.service import expect_corrections


@dataclass(frozen=True)
class Proposed:
    """A proposal with its account; tiers by id."""

    id: uuid.UUID
    account_id: uuid.UUID
    key: str | None
    name: str
    previous: str | None
    tier: str | None


@dataclass(frozen=True)
class Chosen:
    """Which open proposals of a scheme: those of these ids, or all; of one move, where given."""

    ids: Sequence[uuid.UUID] | None = None
    move: tuple[str, str] | None = None

    def conditions(self, scheme: Scheme) -> list[ColumnElement[bool]]:
        """Return the conditions that the proposals meet."""
        found = [Proposal.scheme_number == scheme.number, Proposal.state == "open"]
        if self.ids is not None:
            found.append(Proposal.id.in_(self.ids))
        if self.move is not None:
            previous, tier = (_code(scheme, each) for each in self.move)
            found += [Proposal.previous == previous, Proposal.tier == tier]
        return found


def _code(scheme: Scheme, tier: str) -> int:
    return scheme.tier_ids.index(tier) + 1 if tier in scheme.tier_ids else 0


def open_moves(scheme: Scheme) -> list[Move]:
    """Return what is proposed, counted by move, the most first."""
    counted = (
        select(Proposal.previous, Proposal.tier, func.count())
        .where(*Chosen().conditions(scheme))
        .group_by(Proposal.previous, Proposal.tier)
        .order_by(func.count().desc(), Proposal.previous, Proposal.tier)
    )
    return [
        Move(tier_name(scheme, previous), tier_name(scheme, tier), count)
        for previous, tier, count in db.session.execute(counted)
    ]


def open_proposals(scheme: Scheme, chosen: Chosen, limit: int = 200) -> list[Proposed]:
    """Return open proposals with their accounts, the best tiers first, then by name."""
    statement = (
        select(
            Proposal.id,
            Proposal.account_id,
            Account.external_key,
            Account.name,
            Proposal.previous,
            Proposal.tier,
        )
        .join(
            Account,
            (Account.tenant_id == Proposal.tenant_id) & (Account.id == Proposal.account_id),
        )
        .where(*chosen.conditions(scheme))
        .order_by(Proposal.tier, Proposal.previous, Account.name_key, Account.id)
        .limit(limit)
    )
    return [
        Proposed(*row[:4], tier_name(scheme, row[4]), tier_name(scheme, row[5]))
        for row in db.session.execute(statement)
    ]


def ids_of(scheme_id: str, keys: Sequence[str]) -> list[uuid.UUID]:
    """Return the open proposals of the accounts with these external keys; raises NotFound."""
    scheme = _locked(scheme_id)
    own = select(Account.id).where(Account.external_key.in_(keys))
    chosen = select(Proposal.id).where(*Chosen().conditions(scheme), Proposal.account_id.in_(own))
    return list(db.session.scalars(chosen))


def accept(scheme_id: str, chosen: Chosen) -> int:
    """Let what is proposed hold from today; returns how many accounts change tier.

    What a later change made untrue is closed as outdated. Raises NotFound.
    """
    subject, scheme = require(DECIDE), _locked(scheme_id)
    lock_freshness()
    expect_corrections(scheme)
    column = f"t{scheme.number}"
    own = Proposal.tenant_id == current_tenant_id()
    changed = (
        update(AccountState)
        .where(
            STATE.c.tenant_id == current_tenant_id(),
            STATE.c.account_id == Proposal.account_id,
            STATE.c[column] == Proposal.previous,
            own,
            *chosen.conditions(scheme),
        )
        .values({column: Proposal.tier})
        .returning(
            *old_and_new(column),
            Proposal.score.label("score"),
            Proposal.incomplete.label("incomplete"),
            null().cast(Text).label("reason"),
            Proposal.run_id.label("run_id"),
            Proposal.id.label("decision_id"),
        )
        .execution_options(synchronize_session=False)
        .cte("changed")
    )
    count = write_history(scheme, changed, today(), corrects=True)
    is_true = (
        select(literal(1))
        .where(
            STATE.c.tenant_id == current_tenant_id(),
            STATE.c.account_id == Proposal.account_id,
            STATE.c[column] == Proposal.tier,
        )
        .exists()
    )
    for state, holds in (("accepted", is_true), ("outdated", ~is_true)):
        _close(scheme, chosen, state, subject.name, None, holds)
    noted = {"scheme": scheme_id, "changed": count}
    record("tiering.proposals_accept", None, noted)
    return count


def reject(scheme_id: str, chosen: Chosen, note: str) -> int:
    """Reject what is proposed, with a reason; the same is not proposed again for ninety days.

    Returns how many were rejected. Raises NotFound, Invalid without a reason.
    """
    subject, scheme = require(DECIDE), _locked(scheme_id)
    if not note.strip():
        raise Invalid(_("Say why."), fields={"note": [_("must not be empty")]})
    count = _close(scheme, chosen, "rejected", subject.name, note.strip()[:1000])
    record("tiering.proposals_reject", None, {"scheme": scheme_id, "rejected": count})
    return count


def _locked(scheme_id: str) -> Scheme:
    scheme = find_scheme(scheme_id)
    if scheme is None:
        raise NotFound(_("The scheme %(scheme)s was not run yet.", scheme=scheme_id))
    return lock(scheme.number)


def _close(
    scheme: Scheme,
    chosen: Chosen,
    state: str,
    name: str,
    note: str | None,
    *where: ColumnElement[bool],
) -> int:
    closed = (
        update(Proposal)
        .where(*chosen.conditions(scheme), *where)
        .values(
            state=state, decided_by=name, decided_at=datetime.datetime.now(datetime.UTC), note=note
        )
        .returning(Proposal.id)
        .execution_options(synchronize_session=False)
    )
    return len(db.session.execute(closed).all())
