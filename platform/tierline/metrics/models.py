"""The metric store: one narrow row an account for everything that is scored.

A metric or a scheme has a slot, a column of its own, assigned to it for ever in each tenant; so the
row grows with plugins without a change of the table, and the rules read plain columns. Arrays in
place of the slots were measured 3.6 times slower (docs/metrics.md). The row holds no text, and no
index leads to a tier or a value, so that updates stay in the page.
"""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from sqlalchemy import BigInteger, Date, SmallInteger, Text, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from tierline.db import Base, TenantOwned, foreign_key

METRIC_SLOTS = 160
TIER_SLOTS = 24
GROUPS = 62  # bits of a bigint, the sign and one spare


class AccountState(TenantOwned, Base):
    """An account's current metric values (m1…) and tiers (t1…); the columns are added below."""

    __tablename__ = "account_state"
    __table_args__ = (
        foreign_key("account_id", "account", ondelete="CASCADE"),
        {"postgresql_with": {"fillfactor": 85}},
    )

    account_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    groups: Mapped[int] = mapped_column(server_default="0")  # stakeholder groups, a bit each


for _slot in range(1, TIER_SLOTS + 1):
    setattr(AccountState, f"t{_slot}", mapped_column(SmallInteger))
for _slot in range(1, METRIC_SLOTS + 1):
    setattr(AccountState, f"m{_slot}", mapped_column(BigInteger))

STATE: Any = AccountState.__table__
"""The store as a table: `STATE.c.m7` is the metric of slot 7."""


class MetricSlot(TenantOwned, Base):
    """Which column of the store holds a metric, and which definition its values rest on."""

    __tablename__ = "metric_slot"
    __table_args__ = (UniqueConstraint("tenant_id", "metric_id"),)

    slot: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    metric_id: Mapped[str]
    digest: Mapped[str]


class MetricFreshness(TenantOwned, Base):
    """As of when the tenant's store is true. Whoever writes to the store holds this row's lock."""

    __tablename__ = "metric_freshness"

    as_of: Mapped[datetime.date | None] = mapped_column(Date)  # None: to be computed anew
    shares_current: Mapped[bool] = mapped_column(server_default="false")
    group_keys: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")  # bit by place
    refreshed_at: Mapped[datetime.datetime] = mapped_column(server_default=func.now())

    def is_true_for(self, as_of: datetime.date) -> bool:
        """Return whether the store is true for a date, shares included."""
        return self.as_of == as_of and self.shares_current
