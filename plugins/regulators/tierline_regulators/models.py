"""The register's table: what was promised to a regulator, by when, and whether it was kept."""

from __future__ import annotations

import datetime
import uuid

from sqlalchemy import CheckConstraint, Date, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from tierline.db import Base, Tenanted, belongs_to, foreign_key

REGULATOR = "regulator"  # the plugin's stakeholder group
OPEN, KEPT, LATE, WAIVED = STATES = ("open", "kept", "late", "waived")


class Commitment(Tenanted, Base):
    """Something that the company promised a regulator, with its end and the evidence of it."""

    __tablename__ = "x_regulators__commitment"
    __table_args__ = (
        CheckConstraint(f"state IN {STATES}", name="state"),
        CheckConstraint("(state = 'open') = (done_on IS NULL)", name="done"),
        foreign_key("account_id", "account", ondelete="CASCADE"),
        foreign_key("owner_id", "membership"),
        Index("ix_x_regulators__commitment_due", "tenant_id", "state", "due_on", "id"),
        Index("ix_x_regulators__commitment_account", "tenant_id", "account_id"),
        Index("ix_x_regulators__commitment_owner", "tenant_id", "owner_id"),
    )

    account_id: Mapped[uuid.UUID]
    title: Mapped[str]
    source: Mapped[str] = mapped_column(server_default="")  # the letter or minutes it stands in
    due_on: Mapped[datetime.date] = mapped_column(Date)
    owner_id: Mapped[uuid.UUID | None]
    state: Mapped[str] = mapped_column(server_default=OPEN)
    done_on: Mapped[datetime.date | None] = mapped_column(Date)  # kept, or waived
    evidence: Mapped[str] = mapped_column(server_default="")  # in words, or a link
    evidence_file: Mapped[str] = mapped_column(server_default="")  # a file's name
    reason: Mapped[str] = mapped_column(server_default="")  # why it is late, or waived
    closed_at: Mapped[datetime.datetime | None]
    closed_by: Mapped[str] = mapped_column(server_default="")
    version: Mapped[int] = mapped_column(server_default="1")
    updated_at: Mapped[datetime.datetime] = mapped_column(server_default=func.now())

    account = belongs_to("Commitment", "account_id", "Account", viewonly=True)
