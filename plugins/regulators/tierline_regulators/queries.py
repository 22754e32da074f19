"""Reading the register: the list with its filters, one commitment, those of an account."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import joinedload

from tierline.access.decision import get_subject
from tierline.accounts.models import Account, AccountGroup
from tierline.db import db
from tierline.db.paging import Page, Sort, keyset_page
from tierline.errors import NotFound
from tierline.metrics.service import today
from tierline_regulators.models import OPEN, REGULATOR, STATES, Commitment

OVERDUE = "overdue"
MINE = "mine"
SHOWN = ("", OVERDUE, *STATES)
DUE_SOON = datetime.timedelta(days=14)

SORT = Sort(
    "due",
    (
        (case((Commitment.state == OPEN, 0), else_=1), False),
        (Commitment.due_on, False),
        (Commitment.id, False),
    ),
)
"""Open ones first, the longest overdue on top."""


@dataclass(frozen=True)
class Wanted:
    """A filter of the register; blank or None: any."""

    state: str = ""  # one of SHOWN
    account_id: uuid.UUID | None = None
    owner: str = ""  # MINE


def list_commitments(wanted: Wanted, cursor: str | None = None, limit: int = 50) -> Page[Any]:
    """Return commitments, overdue ones first."""
    statement = _filtered(select(Commitment), wanted).options(joinedload(Commitment.account))
    return keyset_page(statement, SORT, cursor, limit)


def _filtered(statement: Select[Any], wanted: Wanted) -> Select[Any]:
    if wanted.state == OVERDUE:
        statement = statement.where(Commitment.state == OPEN, Commitment.due_on < today())
    elif wanted.state:
        statement = statement.where(Commitment.state == wanted.state)
    if wanted.account_id is not None:
        statement = statement.where(Commitment.account_id == wanted.account_id)
    if wanted.owner == MINE:
        statement = statement.where(Commitment.owner_id == get_subject().membership_id)
    return statement


def count_open(account_id: uuid.UUID | None = None) -> tuple[int, int]:
    """Return how many commitments are open, and how many of those are overdue."""
    overdue = func.count().filter(Commitment.due_on < today())
    statement = select(func.count(), overdue).where(Commitment.state == OPEN)
    if account_id is not None:
        statement = statement.where(Commitment.account_id == account_id)
    total, late = db.session.execute(statement).one()
    return total, late


def any_commitment() -> bool:
    """Return whether the register holds anything."""
    return db.session.scalar(select(Commitment.id).limit(1)) is not None


def get_commitment(commitment_id: uuid.UUID) -> Commitment:
    """Return a commitment; raises NotFound."""
    found: Commitment | None = db.session.get(Commitment, commitment_id)
    if found is None:
        raise NotFound(_("There is no such commitment."))
    return found


def lock_commitment(commitment_id: uuid.UUID) -> Commitment:
    """Return a commitment, held against other writers; raises NotFound."""
    statement = select(Commitment).where(Commitment.id == commitment_id).with_for_update()
    found = db.session.scalars(statement, execution_options={"populate_existing": True})
    commitment: Commitment | None = found.one_or_none()
    if commitment is None:
        raise NotFound(_("There is no such commitment."))
    return commitment


def is_regulator(account_id: uuid.UUID | None) -> bool:
    """Return whether an account is a regulator that is not archived."""
    statement = _regulators().where(Account.id == account_id)
    return db.session.execute(statement).one_or_none() is not None


def regulators() -> list[tuple[str, str]]:
    """Return the regulators, (id, name) by name."""
    rows = db.session.execute(_regulators().order_by(Account.name_key, Account.id))
    return [(str(row.id), row.name) for row in rows]


def _regulators() -> Any:
    member = (AccountGroup.account_id == Account.id) & (AccountGroup.group_key == REGULATOR)
    statement: Any = select(Account.id, Account.name).join(AccountGroup, member)
    own = AccountGroup.tenant_id == Account.tenant_id
    return statement.where(Account.archived_at.is_(None), own)
