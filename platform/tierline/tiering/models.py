"""Schemes as a tenant uses them, their immutable versions, runs, and who was in which tier when."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tierline.db import Base, Tenanted, TenantOwned, foreign_key

STATES = ("running", "done", "failed")
OVERRIDE_STATES = ("open", "approved", "rejected", "withdrawn")
PROPOSAL_STATES = ("open", "accepted", "rejected", "outdated")


class Scheme(TenantOwned, Base):
    """A tiering scheme as the tenant uses it; its number is also the slot of its current tiers."""

    __tablename__ = "tiering_scheme"
    __table_args__ = (UniqueConstraint("tenant_id", "scheme_id"),)

    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    scheme_id: Mapped[str]  # "essentials:rfm"
    version: Mapped[int]  # the version in force
    tier_ids: Mapped[list[str]] = mapped_column(ARRAY(Text))  # a tier's code is its place, from 1
    last_as_of: Mapped[datetime.date | None] = mapped_column(Date)  # of the last run recorded
    active_run_id: Mapped[uuid.UUID | None]  # the run that goes on, step by step


class SchemeVersion(TenantOwned, Base):
    """A scheme's rule as it stood; never changed, and removed only when its plugin is purged."""

    __tablename__ = "tiering_scheme_version"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "scheme_number"], ["tiering_scheme.tenant_id", "tiering_scheme.number"]
        ),
        {"info": {"append_only": True}},
    )

    scheme_number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)
    digest: Mapped[str]
    created_at: Mapped[datetime.datetime] = mapped_column(server_default=func.now())


class Run(Tenanted, Base):
    """One evaluation of a scheme over all accounts of its group, as of a date."""

    __tablename__ = "tiering_run"
    __table_args__ = (
        CheckConstraint(f"state IN {STATES}", name="state"),
        ForeignKeyConstraint(
            ["tenant_id", "scheme_number"], ["tiering_scheme.tenant_id", "tiering_scheme.number"]
        ),
        Index("ix_tiering_run_scheme", "tenant_id", "scheme_number", "created_at"),
    )

    scheme_number: Mapped[int] = mapped_column(SmallInteger)
    version: Mapped[int]
    as_of: Mapped[datetime.date] = mapped_column(Date)
    state: Mapped[str]
    started_by: Mapped[str]
    job_id: Mapped[uuid.UUID | None]
    recorded: Mapped[bool]  # whether assignments are written
    corrects: Mapped[bool]  # whether there may be assignments of this date already
    population: Mapped[dict[str, Any]] = mapped_column(JSONB)  # what the rule took from all
    changed: Mapped[int] = mapped_column(server_default="0")
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    finished_at: Mapped[datetime.datetime | None]


class Assignment(TenantOwned, Base):
    """From when on an account is in a tier; it ends where the account's next one begins.

    So overlaps and gaps can't be written. The date stands before the account in the key: a run's
    rows go to its end, and an account's are found by skipping from date to date. No foreign keys:
    checking each row makes writing it three times dearer (docs/tiering.md), and rows are written
    from the store only, which has them.
    """

    __tablename__ = "tier_assignment"

    scheme_number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    begins_on: Mapped[datetime.date] = mapped_column(Date, primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    tier: Mapped[int | None] = mapped_column(SmallInteger)  # None: in no tier from here on
    previous: Mapped[int | None] = mapped_column(SmallInteger)
    score: Mapped[int | None]  # in ten-thousandths, of a score scheme
    incomplete: Mapped[bool]
    reason: Mapped[str | None]  # None: by the rule; else why not (grace, cap, override, …)
    run_id: Mapped[uuid.UUID]  # whose rule and population were gone by
    decision_id: Mapped[uuid.UUID | None]  # of the override or the proposal that people decided on


class Watch(TenantOwned, Base):
    """An account that reviews found below the tier that it is in: how many in a row.

    Only who would fall has a row, so that most accounts have none.
    """

    __tablename__ = "tier_watch"
    __table_args__ = (foreign_key("account_id", "account", ondelete="CASCADE"),)

    scheme_number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    account_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    tier: Mapped[int] = mapped_column(SmallInteger)  # the tier that it is in
    below: Mapped[int] = mapped_column(SmallInteger)
    counted_on: Mapped[datetime.date] = mapped_column(Date)  # the last of the reviews


class Override(Tenanted, Base):
    """A tier set by hand, with a reason, who decided, and the day on which it is over.

    It stays until a run lets go of the account (`released_on`), so that nothing holds the tier that
    was set by hand once its time is over.
    """

    __tablename__ = "tier_override"
    __table_args__ = (
        CheckConstraint(f"state IN {OVERRIDE_STATES}", name="state"),
        CheckConstraint("begins_on IS NULL OR begins_on <= ends_on", name="days"),
        ForeignKeyConstraint(
            ["tenant_id", "scheme_number"], ["tiering_scheme.tenant_id", "tiering_scheme.number"]
        ),
        foreign_key("account_id", "account", ondelete="CASCADE"),
        Index(
            "ix_tier_override_open",
            "tenant_id",
            "scheme_number",
            "account_id",
            unique=True,
            postgresql_where=text("state = 'open' AND released_on IS NULL"),
        ),
        Index(
            "ix_tier_override_approved",
            "tenant_id",
            "scheme_number",
            "account_id",
            unique=True,
            postgresql_where=text("state = 'approved' AND released_on IS NULL"),
        ),
    )

    scheme_number: Mapped[int] = mapped_column(SmallInteger)
    account_id: Mapped[uuid.UUID]
    tier: Mapped[int] = mapped_column(SmallInteger)
    reason: Mapped[str]
    state: Mapped[str]
    asked_by: Mapped[str]
    asked_by_id: Mapped[uuid.UUID | None]  # the membership
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime.datetime | None]
    note: Mapped[str | None]
    begins_on: Mapped[datetime.date | None] = mapped_column(Date)
    ends_on: Mapped[datetime.date] = mapped_column(Date)  # the first day without it
    released_on: Mapped[datetime.date | None] = mapped_column(Date)


class Proposal(Tenanted, Base):
    """A change of tier that a run proposes, for people to accept or reject."""

    __tablename__ = "tier_proposal"
    __table_args__ = (
        CheckConstraint(f"state IN {PROPOSAL_STATES}", name="state"),
        ForeignKeyConstraint(
            ["tenant_id", "scheme_number"], ["tiering_scheme.tenant_id", "tiering_scheme.number"]
        ),
        foreign_key("account_id", "account", ondelete="CASCADE"),
        Index(
            "ix_tier_proposal_open",
            "tenant_id",
            "scheme_number",
            "account_id",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
    )

    scheme_number: Mapped[int] = mapped_column(SmallInteger)
    account_id: Mapped[uuid.UUID]
    run_id: Mapped[uuid.UUID]
    previous: Mapped[int] = mapped_column(SmallInteger)
    tier: Mapped[int] = mapped_column(SmallInteger)
    score: Mapped[int | None]
    incomplete: Mapped[bool]
    state: Mapped[str]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime.datetime | None]
    note: Mapped[str | None]
