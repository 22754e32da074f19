"""The records of playbooks: what the accounts of a group get, by tier and stage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tierline.packs.contributions import Text

Channel = Literal["visit", "call", "mail", "message", "meeting"]
Duty = Literal[
    "owner",
    "superior",
    "sales",
    "service",
    "technical",
    "quality",
    "finance",
    "legal",
    "management",
]
"""Who does something: the account's owner, the owner's superior, or a department."""

AccountStage = Literal["prospect", "active", "inactive", "lost"]


@dataclass(frozen=True)
class Step:
    """One thing to do: by whom, how many days after the start, and by which channel."""

    id: str
    title: Text
    day: int
    owner: Duty
    channel: Channel | None = None


@dataclass(frozen=True)
class Cadence:
    """How often the accounts of some tiers and stages are contacted; the first that fits holds."""

    id: str
    every_days: int
    channel: Channel
    tiers: tuple[str, ...] = ()  # of the playbook's scheme; empty: all
    stages: tuple[AccountStage, ...] = ()  # empty: all


@dataclass(frozen=True)
class Reminder:
    """Who is told how many days before (negative) or after a contact is due."""

    id: str
    day: int
    to: Duty


@dataclass(frozen=True)
class Play:
    """Steps that begin when an account comes to fit, and end when it no longer does."""

    id: str
    title: Text
    steps: tuple[Step, ...]
    tiers: tuple[str, ...] = ()
    stages: tuple[AccountStage, ...] = ()


@dataclass(frozen=True)
class ServiceLevel:
    """Within what time a case of one kind has reached a point, counted from its receipt."""

    id: str
    title: Text
    case: Literal["complaint", "request", "fault"]
    within: float
    unit: Literal["minutes", "hours", "days"]
    clock: Literal["working", "calendar"]
    tiers: tuple[str, ...] = ()
    stages: tuple[AccountStage, ...] = ()


@dataclass(frozen=True)
class Goal:
    """A metric by which the playbook is judged, and the value it should reach."""

    id: str
    metric: str
    target: float | None = None


@dataclass(frozen=True)
class Playbook:
    """What the accounts of a group get, by tier and stage: contacts, steps, service levels."""

    id: str
    title: Text
    summary: Text
    group: str
    scheme: str | None = None  # whose tiers are meant
    cadences: tuple[Cadence, ...] = ()
    reminders: tuple[Reminder, ...] = ()
    plays: tuple[Play, ...] = ()
    service_levels: tuple[ServiceLevel, ...] = ()
    goals: tuple[Goal, ...] = ()
    weight: int = 100
