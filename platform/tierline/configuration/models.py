"""Revisions: what was changed in a company's configuration, from what to what, by whom and why."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from sqlalchemy import CheckConstraint, Date, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tierline.db import Base, Tenanted

STATES = (
    "draft",
    "submitted",
    "approved",
    "scheduled",
    "published",
    "discarded",
    "rejected",
    "undone",
)
OPEN = ("draft", "submitted", "approved", "scheduled")
"""States in which a revision may still be published or thrown away."""

SOURCES = ("screen", "api", "command", "file", "platform", "undo")


class Revision(Tenanted, Base):
    """One change of the configuration, over any number of plugins.

    `changes` holds, by plugin, the state `before` and `after`; so a revision is its own inverse.
    """

    __tablename__ = "configuration_revision"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        CheckConstraint(f"state IN {STATES}", name="state"),
        CheckConstraint(f"source IN {SOURCES}", name="source"),
    )

    number: Mapped[int]
    state: Mapped[str]
    source: Mapped[str]
    reason: Mapped[str]
    author: Mapped[str]
    author_id: Mapped[uuid.UUID | None]  # the author's membership; None: the platform
    changes: Mapped[dict[str, Any]] = mapped_column(JSONB)
    plan: Mapped[dict[str, Any] | None] = mapped_column(JSONB)  # what publishing it would do
    merges: Mapped[dict[str, Any] | None] = mapped_column(JSONB)  # rows of the merge, by plugin
    decided_at: Mapped[datetime.datetime | None]
    decided_by: Mapped[str | None]  # who approved or rejected it
    note: Mapped[str | None]  # why it was rejected, or not carried out on its day
    publish_on: Mapped[datetime.date | None] = mapped_column(Date)  # the day of a scheduled one
    published_at: Mapped[datetime.datetime | None]
    published_by: Mapped[str | None]
    undone_by: Mapped[int | None]  # number of the revision that undid this one
    undoes: Mapped[int | None]  # number of the revision that this one undid
