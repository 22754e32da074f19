"""The tenant: a company's space. A global table, because every request reads it first."""

from __future__ import annotations

import datetime

from sqlalchemy import BigInteger, CheckConstraint, Identity, func
from sqlalchemy.orm import Mapped, mapped_column

from tierline.db import GlobalBase

SLUG = "^[a-z][a-z0-9-]{1,38}[a-z0-9]$"


class Tenant(GlobalBase):
    """A company's space. Its id never leaves the server: addresses carry the slug."""

    __tablename__ = "tenant"
    __table_args__ = (CheckConstraint(f"slug ~ '{SLUG}'", name="slug"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    locale: Mapped[str] = mapped_column(server_default="en")
    time_zone: Mapped[str] = mapped_column(server_default="UTC")
    currency: Mapped[str] = mapped_column(server_default="CNY")
    second_person: Mapped[bool] = mapped_column(server_default="false")  # approves each change
    created_at: Mapped[datetime.datetime] = mapped_column(server_default=func.now())
    archived_at: Mapped[datetime.datetime | None]
