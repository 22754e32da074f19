"""Releases of plugins, which are the platform's; what each tenant has enabled and changed."""

from __future__ import annotations

import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tierline.db import Base, GlobalBase, Tenanted
from tierline.packs.differences import KINDS

STATES = ("enabled", "suspended", "disabled")


class PluginRelease(GlobalBase):
    """One version of a plugin's contributions, immutable: what tenants pin."""

    __tablename__ = "plugin_release"

    digest: Mapped[str] = mapped_column(primary_key=True)
    plugin: Mapped[str] = mapped_column(index=True)
    version: Mapped[str]
    kind: Mapped[str]
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)
    installed_at: Mapped[datetime.datetime] = mapped_column(server_default=func.now())


class PluginEnablement(Tenanted, Base):
    """That a tenant has a plugin, at which release, and in what state."""

    __tablename__ = "plugin_enablement"
    __table_args__ = (
        UniqueConstraint("tenant_id", "plugin"),
        CheckConstraint(f"state IN {STATES}", name="state"),
    )

    plugin: Mapped[str]
    digest: Mapped[str] = mapped_column(ForeignKey("plugin_release.digest"))
    state: Mapped[str]
    since: Mapped[datetime.datetime] = mapped_column(server_default=func.now())
    reason: Mapped[str | None]  # why it is suspended
    effective: Mapped[str | None]  # digest of the document with the tenant's changes, if any


class PluginOverride(Tenanted, Base):
    """One change that the tenant made to a plugin's document, relative to the pinned release."""

    __tablename__ = "plugin_override"
    __table_args__ = (
        UniqueConstraint("tenant_id", "plugin", "address"),
        CheckConstraint(f"kind IN {KINDS}", name="kind"),
    )

    plugin: Mapped[str]
    address: Mapped[str]
    kind: Mapped[str]
    value: Mapped[Any | None] = mapped_column(JSONB(none_as_null=True))
    author: Mapped[str]
    reason: Mapped[str]
    changed_at: Mapped[datetime.datetime]
