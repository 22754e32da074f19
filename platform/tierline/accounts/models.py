"""Accounts, their contacts and stakeholder groups, and what happened with them."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from sqlalchemy import CheckConstraint, Index, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tierline.db import Base, Tenanted, TenantOwned, belongs_to, foreign_key

KINDS = ("government", "enterprise", "channel", "person")
STAGES = ("prospect", "active", "inactive", "lost")
CUSTOMER = "customer"  # the stakeholder group that is built in
PRESENT = text("archived_at IS NULL")
NUMBER = text("COALESCE(external_key, ''::text)")  # as PostgreSQL writes it; sorts by number


class Account(Tenanted, Base):
    """An organisation or person; kind, lifecycle stage and tier are three separate axes."""

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint(f"kind IN {KINDS}", name="kind"),
        CheckConstraint(f"lifecycle_stage IN {STAGES}", name="lifecycle_stage"),
        foreign_key("owner_id", "membership"),
        Index("uq_account_external_key", "tenant_id", "external_key", unique=True),
        Index("ix_account_name", "tenant_id", "name_key", "id", postgresql_where=PRESENT),
        Index("ix_account_number", "tenant_id", NUMBER, "id", postgresql_where=PRESENT),
        Index("ix_account_created", "tenant_id", "created_at", "id"),
        Index("ix_account_updated", "tenant_id", "updated_at", "id"),
        Index("ix_account_owner", "tenant_id", "owner_id", "name_key", "id"),
    )

    name: Mapped[str]
    external_key: Mapped[str | None]  # the account's number in the tenant's other systems
    kind: Mapped[str] = mapped_column(server_default="enterprise")
    lifecycle_stage: Mapped[str] = mapped_column(server_default="active")
    owner_id: Mapped[uuid.UUID | None]  # the membership of who looks after it
    industry: Mapped[str] = mapped_column(server_default="")
    region: Mapped[str] = mapped_column(server_default="")
    credit_code: Mapped[str | None]  # Chinese unified social credit code
    fields: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")  # of plugins
    name_key: Mapped[str]  # sorts by name: pinyin for Chinese
    search_text: Mapped[str]  # what a search looks through: see accounts.names
    version: Mapped[int] = mapped_column(server_default="1")
    updated_at: Mapped[datetime.datetime] = mapped_column(server_default=func.now())
    archived_at: Mapped[datetime.datetime | None]


class AccountGroup(TenantOwned, Base):
    """An account's membership in a stakeholder group, by the key that a plugin gave the group."""

    __tablename__ = "account_group"
    __table_args__ = (
        foreign_key("account_id", "account", ondelete="CASCADE"),
        Index("ix_account_group_account", "tenant_id", "account_id"),
    )

    group_key: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    party_kind: Mapped[str | None]  # the kind of party within the group, where the group has kinds


class Contact(Tenanted, Base):
    """A person at an account."""

    __tablename__ = "contact"
    __table_args__ = (
        foreign_key("account_id", "account", ondelete="CASCADE"),
        Index("ix_contact_account", "tenant_id", "account_id", "name_key", "id"),
    )

    account_id: Mapped[uuid.UUID]
    name: Mapped[str]
    title: Mapped[str] = mapped_column(server_default="")
    email: Mapped[str] = mapped_column(server_default="")
    phone: Mapped[str] = mapped_column(server_default="")
    note: Mapped[str] = mapped_column(server_default="")
    name_key: Mapped[str]
    version: Mapped[int] = mapped_column(server_default="1")
    updated_at: Mapped[datetime.datetime] = mapped_column(server_default=func.now())

    account = belongs_to("Contact", "account_id", "Account", viewonly=True)


class TimelineEntry(Tenanted, Base):
    """Something that happened with an account, and why; its words come from its kind and data."""

    __tablename__ = "timeline_entry"
    __table_args__ = (
        foreign_key("account_id", "account", ondelete="CASCADE"),
        Index("ix_timeline_entry_account", "tenant_id", "account_id", "at", "id"),
    )

    account_id: Mapped[uuid.UUID]
    kind: Mapped[str]  # "accounts.created": see accounts.timeline
    at: Mapped[datetime.datetime] = mapped_column(server_default=func.now())
    actor: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    text: Mapped[str] = mapped_column(server_default="")  # written by a person
