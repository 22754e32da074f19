"""What a company's file said when it was last applied: the common base of file and app."""

from __future__ import annotations

import datetime
from typing import Any

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tierline.db import Base, TenantOwned


class TenantFileState(TenantOwned, Base):
    """The fields that the company's file named when it was last applied, with their values."""

    __tablename__ = "tenant_file_state"

    fields: Mapped[dict[str, Any]] = mapped_column(JSONB)
    applied_at: Mapped[datetime.datetime] = mapped_column(server_default=func.now())
