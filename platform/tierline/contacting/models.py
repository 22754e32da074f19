"""What a company contacts people by: its rules, whom not to contact, exceptions, the contacts."""

from __future__ import annotations

import datetime
import uuid

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from tierline.db import Base, Tenanted, belongs_to, foreign_key

COUNTED = ("relationship", "transactional", "marketing")
"""Kinds that fill a quarantine and heed one: two kinds of surveys, and campaigns."""

AGREED = ("visit", "service")
"""Kinds that a customer expects, visits by cadence and notices of service: outside every limit."""

KINDS = (*COUNTED, *AGREED)
CHANNELS = ("mail", "telephone", "message", "on_site")
STATES = ("reserved", "made", "released")
COUNTERS = ("general", "employee", "regulator")
"""Employees and regulators are counted apart: what a person gets as one never fills the other."""


def counter_of(group: str) -> str:
    """Return which counter a stakeholder group's contacts fill."""
    return group if group in COUNTERS else "general"


class ContactRules(Tenanted, Base):
    """A company's rules; one row, absent while the defaults hold."""

    __tablename__ = "contact_rules"
    __table_args__ = (UniqueConstraint("tenant_id"),)

    relationship_days: Mapped[int]
    transactional_days: Mapped[int]
    any_days: Mapped[int]
    account_least: Mapped[int]  # contacts a quarter
    account_percent: Mapped[int]  # of an account's contacts
    quiet_from: Mapped[datetime.time]
    quiet_to: Mapped[datetime.time]
    working_days: Mapped[bool]
    country: Mapped[str]  # whose public holidays count
    updated_at: Mapped[datetime.datetime] = mapped_column(server_default=func.now())


class ContactStop(Tenanted, Base):
    """A contact who is not to be contacted, whatever the reason; nothing overrides it."""

    __tablename__ = "contact_stop"
    __table_args__ = (
        foreign_key("contact_id", "contact", ondelete="CASCADE"),
        Index("ix_contact_stop_contact", "tenant_id", "contact_id"),
    )

    contact_id: Mapped[uuid.UUID]
    reason: Mapped[str]
    entered_by: Mapped[str]
    ended_at: Mapped[datetime.datetime | None]
    ended_by: Mapped[str | None]

    contact = belongs_to("ContactStop", "contact_id", "Contact", viewonly=True)


class ContactException(Tenanted, Base):
    """A contact who may be contacted up to a day, whatever quarantine or limit says."""

    __tablename__ = "contact_exception"
    __table_args__ = (
        foreign_key("contact_id", "contact", ondelete="CASCADE"),
        CheckConstraint(f"kind IN {COUNTED}", name="kind"),
        Index("ix_contact_exception_contact", "tenant_id", "contact_id"),
    )

    contact_id: Mapped[uuid.UUID]
    kind: Mapped[str]
    reason: Mapped[str]
    granted_by: Mapped[str]
    ends_on: Mapped[datetime.date]  # the first day without it

    contact = belongs_to("ContactException", "contact_id", "Contact", viewonly=True)


class ContactMade(Tenanted, Base):
    """A contact that was made, or is reserved; one that was not carried out is released."""

    __tablename__ = "contact_made"
    __table_args__ = (
        foreign_key("contact_id", "contact", ondelete="CASCADE"),
        CheckConstraint(f"kind IN {KINDS}", name="kind"),
        CheckConstraint(f"channel IN {CHANNELS}", name="channel"),
        CheckConstraint(f"state IN {STATES}", name="state"),
        CheckConstraint(f"counter IN {COUNTERS}", name="counter"),
        Index("ix_contact_made_contact", "tenant_id", "contact_id", "at"),
        Index("ix_contact_made_at", "tenant_id", "at"),
    )

    contact_id: Mapped[uuid.UUID]
    kind: Mapped[str]
    channel: Mapped[str]
    state: Mapped[str]
    counter: Mapped[str]
    at: Mapped[datetime.datetime]
    purpose: Mapped[str]
    by: Mapped[str]
    exception_id: Mapped[uuid.UUID | None]  # what it rests on, where a limit would have refused it

    contact = belongs_to("ContactMade", "contact_id", "Contact", viewonly=True)
