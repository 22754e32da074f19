"""Audit entries, one chain a tenant and one for the platform, and the head of each chain."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from sqlalchemy import BigInteger, DateTime, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tierline.db import GlobalBase, Tenanted, TenantOwned, new_id
from tierline.db.base import Base


class AuditColumns:
    """What an entry of either chain holds."""

    position: Mapped[int] = mapped_column(BigInteger)  # 1, 2, 3 … within the chain
    at: Mapped[datetime.datetime] = mapped_column(DateTime(timezone=True))
    actor: Mapped[str]
    membership_id: Mapped[uuid.UUID | None]
    token_id: Mapped[uuid.UUID | None]
    action: Mapped[str]  # "accounts.update"
    record_type: Mapped[str | None]
    record_id: Mapped[str | None]
    changes: Mapped[dict[str, Any]] = mapped_column(JSONB)
    request_id: Mapped[str | None]
    previous: Mapped[str]
    digest: Mapped[str]


class AuditEntry(AuditColumns, Tenanted, Base):
    """An entry in a tenant's chain: the application may add entries, never change them."""

    __tablename__ = "audit_entry"

    __table_args__ = (UniqueConstraint("tenant_id", "position"), {"info": {"append_only": True}})


class AuditHead(TenantOwned, Base):
    """The last entry of a tenant's chain; its row lock puts writers in order."""

    __tablename__ = "audit_head"

    position: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[str]


class PlatformAuditEntry(AuditColumns, GlobalBase):
    """An entry in the platform's chain: sign-ins, tenants, users."""

    __tablename__ = "platform_audit_entry"
    __table_args__ = (UniqueConstraint("position"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=new_id())


class PlatformAuditHead(GlobalBase):
    """The last entry of the platform's chain: one row, id 1."""

    __tablename__ = "platform_audit_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[str]
