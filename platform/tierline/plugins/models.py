"""Releases of plugins, what is installed, whom the platform trusts; what tenants have and changed.

Global are, because a plugin is installed for every tenant at once, all but the last two.
"""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, UniqueConstraint, Uuid, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tierline.db import Base, GlobalBase, Tenanted
from tierline.packs.differences import KINDS

STATES = ("enabled", "suspended", "disabled")
INSTALLATION_STATES = ("installed", "retired")
PROCESSES = ("web", "worker", "scheduler")
SOURCES = ("built_in", "archive", "folder")


class PluginRelease(GlobalBase):
    """One version of a plugin's contributions, immutable: what tenants pin."""

    __tablename__ = "plugin_release"

    digest: Mapped[str] = mapped_column(primary_key=True)
    plugin: Mapped[str] = mapped_column(index=True)
    version: Mapped[str]
    kind: Mapped[str]
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)
    installed_at: Mapped[datetime.datetime] = mapped_column(server_default=func.now())
    source: Mapped[str] = mapped_column(server_default="built_in")
    signature: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))


class PluginInstallation(GlobalBase):
    """That a plugin is installed on the platform, and the release that tenants are offered now."""

    __tablename__ = "plugin_installation"
    __table_args__ = (CheckConstraint(f"state IN {INSTALLATION_STATES}", name="state"),)

    plugin: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(ForeignKey("plugin_release.digest"))
    publisher_key: Mapped[str | None]  # whoever signed it; only they may replace it
    installed_by: Mapped[str]
    installed_at: Mapped[datetime.datetime] = mapped_column(server_default=func.now())
    state: Mapped[str] = mapped_column(server_default="installed")

    release: Mapped[PluginRelease] = relationship(PluginRelease)

    @property
    def id(self) -> str:
        """Return the plugin's id, by which the audit chain names the row."""
        return self.plugin


class PublisherKey(GlobalBase):
    """A publisher's public key that the platform trusts, or trusted once."""

    __tablename__ = "publisher_key"

    key: Mapped[str] = mapped_column(primary_key=True)  # ed25519:<base64>
    name: Mapped[str]
    trusted_by: Mapped[str]
    trusted_at: Mapped[datetime.datetime] = mapped_column(server_default=func.now())
    distrusted_at: Mapped[datetime.datetime | None]

    @property
    def id(self) -> str:
        """Return the key, by which the audit chain names the row."""
        return self.key


class WorkerState(GlobalBase):
    """A running process of the platform, with the code that it has loaded."""

    __tablename__ = "worker_state"
    __table_args__ = (CheckConstraint(f"kind IN {PROCESSES}", name="kind"),)

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    kind: Mapped[str]
    digest: Mapped[str]  # over the versions and files of the extensions
    core: Mapped[str]  # the core's version
    extensions: Mapped[dict[str, str]] = mapped_column(JSONB)  # versions by plugin id
    started_at: Mapped[datetime.datetime] = mapped_column(server_default=func.now())
    seen_at: Mapped[datetime.datetime] = mapped_column(server_default=func.now())


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
    expires_on: Mapped[datetime.date | None] = mapped_column(Date)  # the first day without it
