"""Imports, and the mappings that a tenant saved for the next file of the same form."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tierline.db import Base, Tenanted

STATES = ("mapping", "checking", "checked", "running", "done", "failed")


class ImportRun(Tenanted, Base):
    """A file on its way into the tenant's records: its mapping, its dry run, its result."""

    __tablename__ = "import_run"
    __table_args__ = (
        CheckConstraint(f"state IN {STATES}", name="state"),
        Index("ix_import_run_recent", "tenant_id", "created_at", "id"),
    )

    record_type: Mapped[str]  # "transactions": see imports.registry
    file_name: Mapped[str]  # as the user knows it
    file_key: Mapped[str]  # as the file store knows it
    file_size: Mapped[int]  # bytes
    actor: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="mapping")
    mapping_name: Mapped[str | None]
    mapping: Mapped[dict[str, Any] | None] = mapped_column(JSONB)  # the document that it runs with
    check_job_id: Mapped[uuid.UUID | None]
    run_job_id: Mapped[uuid.UUID | None]
    dry_run: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    error: Mapped[str | None]
    failed_key: Mapped[str | None]  # the file of the rows that failed
    version: Mapped[int] = mapped_column(server_default="1")
    updated_at: Mapped[datetime.datetime] = mapped_column(server_default=func.now())


class ImportMapping(Tenanted, Base):
    """How files of one form are read into records of one type, under a name."""

    __tablename__ = "import_mapping"
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)

    name: Mapped[str]
    record_type: Mapped[str]
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)
    version: Mapped[int] = mapped_column(server_default="1")
    updated_at: Mapped[datetime.datetime] = mapped_column(server_default=func.now())
