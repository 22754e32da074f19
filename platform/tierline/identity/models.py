"""Users and their sessions, which are global, and what a tenant knows: memberships, API tokens.

A person signs in once and is a member of one or more tenants, with a role in each.
"""

from __future__ import annotations

import datetime
import uuid

from flask_security.core import UserMixin
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tierline.access.permissions import Role
from tierline.db import Base, GlobalBase, Tenanted, belongs_to, foreign_key, new_id

ROLES = tuple(role.value for role in Role)


class AppUser(UserMixin, GlobalBase):
    """A person who can sign in. Another tenant sees nothing of it but through a membership."""

    __tablename__ = "app_user"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(server_default="")
    password: Mapped[str | None]  # argon2id; None until the person sets one
    active: Mapped[bool] = mapped_column(server_default="true")
    fs_uniquifier: Mapped[str] = mapped_column(unique=True)  # a new one ends every session
    locale: Mapped[str] = mapped_column(server_default="en")
    operator: Mapped[bool] = mapped_column(server_default="false")
    created_at: Mapped[datetime.datetime] = mapped_column(server_default=func.now())

    @property
    def shown_name(self) -> str:
        """Return how the person is called: by name, or by e-mail where none is known."""
        return self.name or self.email


class LoginSession(GlobalBase):
    """One sign-in of a user. The cookie carries its id, so that it can be ended on the server."""

    __tablename__ = "login_session"
    __table_args__ = (
        Index("ix_login_session_open", "user_id", postgresql_where=text("ended_at IS NULL")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=new_id())
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id", ondelete="CASCADE"))
    started_at: Mapped[datetime.datetime] = mapped_column(server_default=func.now())
    ended_at: Mapped[datetime.datetime | None]
    browser: Mapped[str] = mapped_column(server_default="")


class Membership(Tenanted, Base):
    """What a user is in a tenant. A consultant's membership expires."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("tenant_id", "user_id"),
        CheckConstraint(f"role IN {ROLES}", name="role"),
        CheckConstraint("role <> 'consultant' OR expires_at IS NOT NULL", name="consultant"),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    role: Mapped[str]
    expires_at: Mapped[datetime.datetime | None]
    deactivated_at: Mapped[datetime.datetime | None]

    user: Mapped[AppUser] = relationship(AppUser, lazy="joined", innerjoin=True)

    @property
    def name(self) -> str:
        """Return the person's name as the tenant sees it."""
        return self.user.shown_name

    @property
    def state(self) -> str:
        """Return "active", "invited" (no password yet), "expired" or "deactivated"."""
        if self.deactivated_at is not None:
            return "deactivated"
        if self.expires_at is not None and self.expires_at <= datetime.datetime.now(datetime.UTC):
            return "expired"
        return "active" if self.user.password else "invited"


class ApiToken(Tenanted, Base):
    """A program's key to one tenant, acting for the member who made it. Only its digest is kept."""

    __tablename__ = "api_token"
    __table_args__ = (
        foreign_key("membership_id", "membership", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "hash"),
        Index("ix_api_token_membership", "tenant_id", "membership_id"),
    )

    membership_id: Mapped[uuid.UUID]
    name: Mapped[str]
    prefix: Mapped[str]  # the beginning of the secret, to tell tokens apart
    hash: Mapped[str]  # SHA-256 of the whole token, in hexadecimal
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    expires_at: Mapped[datetime.datetime]
    revoked_at: Mapped[datetime.datetime | None]
    last_used_at: Mapped[datetime.datetime | None]

    membership: Mapped[Membership] = belongs_to("ApiToken", "membership_id", "Membership")

    @property
    def state(self) -> str:
        """Return "active", "expired" or "revoked"."""
        if self.revoked_at is not None:
            return "revoked"
        now = datetime.datetime.now(datetime.UTC)
        return "expired" if self.expires_at <= now else "active"
