"""Deciding who may be contacted: pure functions over what is known of each contact.

The limits that hold unless a company sets others are those of vendors of surveys: a survey of the
relationship at most every 180 days, of a transaction every 90, any contact every 30; at most three
contacts or a fifth of an account's contacts a quarter; nothing from 21:00 to 09:00.
"""

from __future__ import annotations

import datetime
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

import holidays
from babel.core import get_global

from tierline.contacting.models import COUNTED

Reason = Literal["stopped", "quarantine", "account_limit", "closed"]
"""Why not: never, contacted lately, the account has had its share, at this hour or on this day."""

SATURDAY = 5
LONGEST_SEARCH = 60  # days; no country closes longer


@dataclass(frozen=True)
class Limits:
    """A company's rules. Days are calendar days in its time zone."""

    zone: ZoneInfo
    relationship_days: int = 180  # between two surveys of the relationship
    transactional_days: int = 90
    any_days: int = 30  # between any two contacts
    account_least: int = 3
    account_percent: int = 20
    quiet_from: datetime.time = datetime.time(21)
    quiet_to: datetime.time = datetime.time(9)
    working_days: bool = True
    country: str = ""  # whose public holidays count; empty: Saturdays and Sundays only

    def between(self, kind: str, other: str) -> int:
        """Return how many days must lie between two counted contacts."""
        alike = {"relationship": self.relationship_days, "transactional": self.transactional_days}
        return max(self.any_days, alike.get(kind, 0)) if kind == other else self.any_days

    @property
    def longest(self) -> int:
        """Return the longest quarantine in days."""
        return max(self.relationship_days, self.transactional_days, self.any_days)

    def of_account(self, contacts: int) -> int:
        """Return how many contacts an account with so many contacts may get in a quarter."""
        return max(self.account_least, contacts * self.account_percent // 100)


@dataclass(frozen=True)
class Standing:
    """What is known of a contact before it is contacted."""

    contact_id: uuid.UUID
    account_id: uuid.UUID
    contacts: int = 1  # of its account
    filled: int = 0  # contacts of its account in the quarter
    stopped: str | None = None  # why it is not to be contacted
    exceptions: Mapping[str, uuid.UUID] = field(default_factory=dict)  # by kind
    near: tuple[tuple[str, datetime.datetime], ...] = ()  # kind and time of the nearest, both ways


@dataclass(frozen=True)
class Decision:
    """Whether a contact may be contacted; if not why, and from when on as far as that is known."""

    contact_id: uuid.UUID
    allowed: bool
    reason: Reason | None = None
    until: datetime.datetime | None = None  # None: never, or it may be contacted now
    exception_id: uuid.UUID | None = None  # what lifted a quarantine or a limit
    note: str = field(default="", compare=False)  # the reason that somebody gave


def decide_each(
    limits: Limits,
    standings: Iterable[Standing],
    kind: str,
    at: datetime.datetime,
    *,
    alone: bool = False,
) -> list[Decision]:
    """Return a decision for each contact, in the order of their ids whatever order they come in.

    Contacts that are allowed fill their account's quarter for those after them; not so where each
    is decided on `alone`.
    """
    opens = next_open(limits, at)
    taken: Counter[uuid.UUID] = Counter()
    found = []
    for standing in sorted(standings, key=lambda each: each.contact_id):
        decision = _decide(limits, standing, kind, at, opens, taken[standing.account_id])
        taken[standing.account_id] += decision.allowed and not alone
        found.append(decision)
    return found


def _decide(
    limits: Limits,
    standing: Standing,
    kind: str,
    at: datetime.datetime,
    opens: datetime.datetime,
    taken: int,
) -> Decision:
    if standing.stopped is not None:
        return Decision(standing.contact_id, False, "stopped", note=standing.stopped)
    if kind not in COUNTED:
        return Decision(standing.contact_id, True)
    if opens > at:
        return Decision(standing.contact_id, False, "closed", opens)
    waits = _free_from(limits, standing, kind, at)
    is_full = standing.filled + taken >= limits.of_account(standing.contacts)
    if waits is None and not is_full:
        return Decision(standing.contact_id, True)
    if kind in standing.exceptions:
        return Decision(standing.contact_id, True, exception_id=standing.exceptions[kind])
    after = quarter_of(limits, at)[1] if is_full else None
    until = next_open(limits, max(each for each in (waits, after) if each is not None))
    reason: Reason = "account_limit" if waits is None else "quarantine"
    return Decision(standing.contact_id, False, reason, until)


def _free_from(
    limits: Limits, standing: Standing, kind: str, at: datetime.datetime
) -> datetime.datetime | None:
    """Return from when on no other contact is too near, None where none is."""
    day = at.astimezone(limits.zone).date()
    free = []
    for other, other_at in standing.near:
        other_day = other_at.astimezone(limits.zone).date()
        apart = limits.between(kind, other)
        if abs((day - other_day).days) < apart:
            free.append(other_day + datetime.timedelta(days=apart))
    return _start_of(limits, max(free)) if free else None


def next_open(limits: Limits, at: datetime.datetime) -> datetime.datetime:
    """Return the first moment from a time on that is in no quiet hours and on a working day.

    The time itself where it is open; raises ValueError where no day is open for two months.
    """
    local = at.astimezone(limits.zone)
    for _days in range(LONGEST_SEARCH):
        if is_working_day(limits, local.date()):
            opens = _opens_on_the_day(limits, local)
            if opens is not None:
                return opens
        local = _start_of(limits, local.date() + datetime.timedelta(days=1))
    raise ValueError(f"no day is open in the {LONGEST_SEARCH} days from {at}")


def _opens_on_the_day(limits: Limits, local: datetime.datetime) -> datetime.datetime | None:
    """Return the first moment that is not quiet, from a time on to the end of its day."""
    begins, ends, now = limits.quiet_from, limits.quiet_to, local.time()
    over_midnight = begins > ends
    is_quiet = now >= begins or now < ends if over_midnight else begins <= now < ends
    if not is_quiet:
        return local
    if over_midnight and now >= begins:
        return None
    return datetime.datetime.combine(local.date(), ends, limits.zone)


def is_working_day(limits: Limits, day: datetime.date) -> bool:
    """Return whether a day is one of work: make-up days of Chinese holidays are."""
    if not limits.working_days:
        return True
    if not limits.country:
        return day.weekday() < SATURDAY
    return bool(_calendar(limits.country, day.year).is_working_day(day))


@lru_cache(maxsize=64)
def _calendar(country: str, year: int) -> holidays.HolidayBase:
    return holidays.country_holidays(country, years=year)


@cache
def countries() -> tuple[str, ...]:
    """Return the codes of the countries whose public holidays are known."""
    return tuple(sorted(holidays.list_supported_countries(include_aliases=False)))


def country_of(zone: ZoneInfo) -> str:
    """Return the country of a time zone; empty where there is none whose holidays are known."""
    found: str = get_global("zone_territories").get(zone.key, "")
    return found if found in countries() else ""


def quarter_of(
    limits: Limits, at: datetime.datetime
) -> tuple[datetime.datetime, datetime.datetime]:
    """Return when the calendar quarter of a time begins, and when the next one does."""
    day = at.astimezone(limits.zone).date()
    first = datetime.date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    after = (first + datetime.timedelta(days=95)).replace(day=1)
    return _start_of(limits, first), _start_of(limits, after)


def _start_of(limits: Limits, day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(), limits.zone)
