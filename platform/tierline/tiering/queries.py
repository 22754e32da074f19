"""Reading tiers: schemes as a tenant uses them, runs, assignments as of a date, who moved."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from tierline.accounts.models import CUSTOMER, Account, AccountGroup
from tierline.db import db, read_once
from tierline.db.scope import current_tenant_id
from tierline.errors import NotFound
from tierline.metrics.models import STATE
from tierline.packs.contributions import TieringScheme
from tierline.plugins.queries import get_scheme, tiering_schemes
from tierline.tiering.models import Assignment, Run, Scheme
from tierline.tiering.results import Result, read_result


@dataclass(frozen=True)
class SchemeEntry:
    """A scheme that the tenant's plugins contribute, and what its last run found."""

    contributed: TieringScheme
    scheme: Scheme | None
    run: Run | None  # the last that is done and recorded

    @property
    def result(self) -> Result | None:
        """Return the last run's result by tier."""
        return read_result(self.run.result) if self.run is not None and self.run.result else None


def entries() -> list[SchemeEntry]:
    """Return the tenant's schemes in their order, each with its last run."""
    used = {scheme.scheme_id: scheme for scheme in db.session.scalars(select(Scheme))}
    return [_entry(each, used.get(each.id)) for each in _in_order()]


@read_once
def recorded_schemes() -> Sequence[tuple[TieringScheme, Scheme]]:
    """Return the schemes with tiers on record that the tenant's plugins contribute, in order."""
    used = {
        scheme.scheme_id: scheme
        for scheme in db.session.scalars(select(Scheme).where(Scheme.last_as_of.is_not(None)))
    }
    return [(each, used[each.id]) for each in _in_order() if each.id in used]


def _in_order() -> list[TieringScheme]:
    """Return the schemes as they are shown: customers' first, then group by group."""
    return sorted(tiering_schemes(), key=lambda each: (each.group != CUSTOMER, each.group))


def get_entry(scheme_id: str) -> SchemeEntry:
    """Return one scheme; raises NotFound."""
    return _entry(get_scheme(scheme_id), find_scheme(scheme_id))


def _entry(contributed: TieringScheme, scheme: Scheme | None) -> SchemeEntry:
    return SchemeEntry(contributed, scheme, find_last_run(scheme) if scheme else None)


def find_scheme(scheme_id: str) -> Scheme | None:
    """Return the scheme as the tenant uses it; None before its first run."""
    return db.session.scalars(select(Scheme).where(Scheme.scheme_id == scheme_id)).one_or_none()


def find_last_run(scheme: Scheme) -> Run | None:
    """Return the scheme's last run that is done and recorded."""
    return db.session.scalars(
        _done(scheme).where(Run.recorded).order_by(Run.as_of.desc(), Run.created_at.desc()).limit(1)
    ).one_or_none()


def find_run_as_of(scheme: Scheme, as_of: datetime.date) -> Run | None:
    """Return the scheme's last run as of exactly this date."""
    return db.session.scalars(
        _done(scheme).where(Run.as_of == as_of).order_by(Run.created_at.desc()).limit(1)
    ).one_or_none()


def _done(scheme: Scheme) -> Any:
    return select(Run).where(Run.scheme_number == scheme.number, Run.state == "done")


def get_run(run_id: uuid.UUID) -> Run:
    """Return a run; raises NotFound."""
    run: Run | None = db.session.get(Run, run_id)
    if run is None:
        raise NotFound(_("There is no such run."))
    return run


def recent_runs(scheme: Scheme, limit: int = 10) -> list[Run]:
    """Return the scheme's latest runs, newest first."""
    chosen = select(Run).where(Run.scheme_number == scheme.number)
    return list(db.session.scalars(chosen.order_by(Run.created_at.desc()).limit(limit)))


@dataclass(frozen=True)
class Recorded:
    """An account's tier on record, None for none, and since when."""

    tier_id: str | None
    begins_on: datetime.date
    score: int | None
    incomplete: bool
    reason: str | None = None  # None: by the rule
    decision_id: uuid.UUID | None = None


def find_assignment(
    scheme: Scheme | None, account_id: uuid.UUID, as_of: datetime.date
) -> Recorded | None:
    """Return which tier is on record for an account as of a date; None where nothing is."""
    if scheme is None:
        return None
    found = history(scheme, account_id, as_of, limit=1)
    return found[0] if found else None


def history(
    scheme: Scheme, account_id: uuid.UUID, as_of: datetime.date | None = None, limit: int = 100
) -> list[Recorded]:
    """Return an account's tiers up to a date, the latest first."""
    statement = select(Assignment).where(
        Assignment.scheme_number == scheme.number, Assignment.account_id == account_id
    )
    if as_of is not None:
        statement = statement.where(Assignment.begins_on <= as_of)
    rows = db.session.scalars(statement.order_by(Assignment.begins_on.desc()).limit(limit))
    return [
        Recorded(
            tier_name(scheme, row.tier),
            row.begins_on,
            row.score,
            row.incomplete,
            row.reason,
            row.decision_id,
        )
        for row in rows
    ]


def tier_name(scheme: Scheme, code: int | None) -> str | None:
    """Return the id of the tier that a code stands for."""
    return None if code is None else scheme.tier_ids[code - 1]


def is_in_group(account: Account, group: str) -> bool:
    """Return whether an account belongs to a stakeholder group and is not archived."""
    member = select(AccountGroup.account_id).where(
        AccountGroup.account_id == account.id, AccountGroup.group_key == group
    )
    return account.archived_at is None and db.session.scalar(member) is not None


@dataclass(frozen=True)
class Move:
    """How many accounts went from one tier (None: from none) to another on a run's date."""

    previous: str | None
    tier: str | None
    accounts: int


@dataclass(frozen=True)
class Mover:
    """An account that changed tier on a run's date."""

    account_id: uuid.UUID
    name: str
    previous: str
    tier: str


def movers(scheme: Scheme, run: Run, limit: int = 8) -> list[Mover]:
    """Return accounts that went from tier to tier on the run's date, the best tiers first."""
    statement = (
        select(Account.id, Account.name, Assignment.previous, Assignment.tier)
        .join(
            Assignment,
            (Assignment.tenant_id == Account.tenant_id) & (Assignment.account_id == Account.id),
        )
        .where(
            Assignment.scheme_number == scheme.number,
            Assignment.begins_on == run.as_of,
            Assignment.tier != Assignment.previous,
        )
        .order_by(Assignment.tier, Account.name_key, Account.id)
        .limit(limit)
    )
    return [
        Mover(account_id, name, str(tier_name(scheme, previous)), str(tier_name(scheme, tier)))
        for account_id, name, previous, tier in db.session.execute(statement)
    ]


def moves(scheme: Scheme, run: Run) -> list[Move]:
    """Return who moved from where to where on the run's date, the most first."""
    statement = (
        select(Assignment.previous, Assignment.tier, func.count())
        .where(
            Assignment.scheme_number == scheme.number,
            Assignment.begins_on == run.as_of,
            Assignment.tier.is_distinct_from(Assignment.previous),
        )
        .group_by(Assignment.previous, Assignment.tier)
        .order_by(func.count().desc())
    )
    return [
        Move(tier_name(scheme, previous), tier_name(scheme, tier), count)
        for previous, tier, count in db.session.execute(statement)
    ]


def current_tier(scheme: Scheme, account_id: uuid.UUID) -> str | None:
    """Return the tier in which an account is now; None for none."""
    column = STATE.c[f"t{scheme.number}"]
    code = db.session.scalar(
        select(column).where(
            STATE.c.tenant_id == current_tenant_id(), STATE.c.account_id == account_id
        )
    )
    return tier_name(scheme, code)


def account_tiers(account_id: uuid.UUID) -> list[dict[str, Any]]:
    """Return an account's tiers on record, one for each scheme that it has one in."""
    found = []
    for contributed, scheme in recorded_schemes():
        for now in history(scheme, account_id, limit=1):
            found.append(
                {
                    "scheme": contributed.id,
                    "tier": now.tier_id,
                    "since": now.begins_on,
                    "incomplete": now.incomplete,
                }
            )
    return found
