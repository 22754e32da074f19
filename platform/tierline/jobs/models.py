"""Jobs and schedules. A job's row is the truth; the queue in Valkey is only a bell.

The row is its own outbox (`sent_at`: when it was last handed to the queue) and its own inbox
(`state`, `attempt`: who holds it), written in the same transaction as what it is about.
"""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tierline.db import Base, Tenanted

STATES = ("queued", "running", "done", "failed", "cancelled")


class Job(Tenanted, Base):
    """One piece of background work of a tenant."""

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint(f"state IN {STATES}", name="state"),
        Index("ix_job_recent", "tenant_id", "created_at"),
        Index(
            "ix_job_open",
            "tenant_id",
            "state",
            postgresql_where=text("state IN ('queued', 'running')"),
        ),
    )

    kind: Mapped[str]  # "imports.run"
    title: Mapped[str]
    arguments: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(server_default="queued")
    done: Mapped[int] = mapped_column(BigInteger, server_default="0")
    total: Mapped[int | None] = mapped_column(BigInteger)
    message: Mapped[str] = mapped_column(server_default="")
    position: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    error: Mapped[str | None]
    actor: Mapped[dict[str, Any]] = mapped_column(JSONB)  # whose rights the job runs with
    attempt: Mapped[int] = mapped_column(server_default="0")
    cancel_requested: Mapped[bool] = mapped_column(server_default="false")
    sent_at: Mapped[datetime.datetime | None]
    started_at: Mapped[datetime.datetime | None]
    beat_at: Mapped[datetime.datetime | None]
    finished_at: Mapped[datetime.datetime | None]

    @property
    def open(self) -> bool:
        """Return whether the job is still to run or running."""
        return self.state in ("queued", "running")

    @property
    def fraction(self) -> float | None:
        """Return how much is done, 0 to 1; None while the total is unknown."""
        return min(self.done / self.total, 1.0) if self.total else None


class Schedule(Tenanted, Base):
    """When a kind of job is to run again, as a cron expression in the tenant's time zone."""

    __tablename__ = "schedule"
    __table_args__ = (UniqueConstraint("tenant_id", "kind"),)

    kind: Mapped[str]
    cron: Mapped[str]
    arguments: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    next_at: Mapped[datetime.datetime]
    last_job_id: Mapped[uuid.UUID | None]
