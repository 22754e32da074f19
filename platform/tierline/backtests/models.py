"""Backtests with what they found."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tierline.db import Base, Tenanted

STATES = ("waiting", "done")


class Backtest(Tenanted, Base):
    """One or two schemes replayed over months; what they say is kept with it, and never changes."""

    __tablename__ = "tiering_backtest"
    __table_args__ = (
        CheckConstraint(f"state IN {STATES}", name="state"),
        Index("ix_tiering_backtest_created", "tenant_id", "created_at"),
    )

    contenders: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)  # see contenders.Contender
    months: Mapped[int]
    last_on: Mapped[datetime.date]  # the last day that is looked at
    state: Mapped[str]
    started_by: Mapped[str]
    job_id: Mapped[uuid.UUID | None]
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB, deferred=True)
    finished_at: Mapped[datetime.datetime | None]
