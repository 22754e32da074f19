"""What the governor decides: a table that reads as sentences, open hours, sequences at random."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tierline.contacting.deciding import (
    Limits,
    Standing,
    decide_each,
    is_working_day,
    next_open,
    quarter_of,
)
from tierline.contacting.models import COUNTED, KINDS

ZONE = ZoneInfo("Asia/Shanghai")
LIMITS = Limits(ZONE, country="CN")
CONTACT, ACCOUNT, OTHER = (uuid.UUID(int=number) for number in (1, 2, 3))


def at(text: str) -> datetime.datetime:
    """Return a time in the company's zone: a day at ten, or a day with its hour."""
    full = text if " " in text else f"{text} 10:00"
    return datetime.datetime.fromisoformat(full).replace(tzinfo=ZONE)


TUESDAY = "2026-11-24"
EXCEPTION = uuid.UUID(int=9)
LIFTED = {"marketing": EXCEPTION, "relationship": EXCEPTION}

TABLE: list[tuple[str, str, dict[str, Any], str | None, str | None]] = [
    ("who was never contacted may be", "relationship", {}, None, None),
    ("who is on the list never may", "relationship", {"stopped": "asked us"}, "stopped", None),
    ("not even for a notice", "service", {"stopped": "asked us"}, "stopped", None),
    (
        "not even with an exception",
        "relationship",
        {"stopped": "asked us", "exceptions": {**LIFTED}},
        "stopped",
        None,
    ),
    (
        "a second survey of the relationship waits 180 days",
        "relationship",
        {"near": (("relationship", at("2026-06-01")),)},
        "quarantine",
        "2026-11-30",  # the 28th is a Saturday
    ),
    (
        "on the 180th day it may be sent",
        "relationship",
        {"near": (("relationship", at("2026-05-28")),)},
        None,
        None,
    ),
    (
        "a survey of a purchase waits 30 days after one of the relationship",
        "transactional",
        {"near": (("relationship", at("2026-11-01")),)},
        "quarantine",
        "2026-12-01",
    ),
    (
        "and 90 days after its like",
        "transactional",
        {"near": (("transactional", at("2026-10-01")),)},
        "quarantine",
        "2026-12-30",
    ),
    (
        "what is reserved ahead counts, too",
        "marketing",
        {"near": (("marketing", at("2026-12-01")),)},
        "quarantine",
        "2026-12-31",
    ),
    (
        "a visit is agreed and heeds no quarantine",
        "visit",
        {"near": (("relationship", at("2026-11-23")),)},
        None,
        None,
    ),
    ("three a quarter are enough for a small account", "marketing", {"filled": 2}, None, None),
    (
        "the fourth waits for the next quarter",
        "marketing",
        {"filled": 3},
        "account_limit",
        "2027-01-04",  # after New Year and the weekend
    ),
    (
        "who waits for both is told the later day",
        "marketing",
        {"filled": 3, "near": (("marketing", at("2026-11-20")),)},
        "quarantine",
        "2027-01-04",
    ),
    ("of fifty contacts ten may be", "marketing", {"filled": 9, "contacts": 50}, None, None),
    (
        "but not eleven",
        "marketing",
        {"filled": 10, "contacts": 50},
        "account_limit",
        "2027-01-04",
    ),
    (
        "an exception lifts a quarantine",
        "marketing",
        {"near": (("marketing", at("2026-11-20")),), "exceptions": {**LIFTED}},
        None,
        None,
    ),
    ("and a full quarter", "marketing", {"filled": 3, "exceptions": {**LIFTED}}, None, None),
]


@pytest.mark.parametrize(
    ("told", "kind", "known", "reason", "until"), TABLE, ids=[t[0] for t in TABLE]
)
def test_who_may_be_contacted(
    told: str, kind: str, known: dict[str, Any], reason: str | None, until: str | None
) -> None:
    [found] = decide_each(LIMITS, [Standing(CONTACT, ACCOUNT, **known)], kind, at(TUESDAY))
    assert (found.allowed, found.reason) == (reason is None, reason)
    assert found.until == (at(f"{until} 09:00") if until else None)
    lifted = ("exception" in told and reason is None) or told == "and a full quarter"
    assert found.exception_id == (EXCEPTION if lifted else None)


OPEN = [
    ("an hour of work is open", "2026-11-24 10:00", "2026-11-24 10:00"),
    ("nine is open", "2026-11-24 09:00", "2026-11-24 09:00"),
    ("before nine waits for nine", "2026-11-24 08:59", "2026-11-24 09:00"),
    (
        "from nine in the evening on it waits for the morning",
        "2026-11-24 21:00",
        "2026-11-25 09:00",
    ),
    ("on a Friday night it waits for Monday", "2026-11-27 22:00", "2026-11-30 09:00"),
    ("a Saturday waits for Monday", "2026-11-28 12:00", "2026-11-30 09:00"),
    ("a Saturday that makes up for a holiday is open", "2026-02-14 12:00", "2026-02-14 12:00"),
    ("the National Day waits for the week to end", "2026-10-01 10:00", "2026-10-08 09:00"),
]


@pytest.mark.parametrize(("told", "asked", "opens"), OPEN, ids=[each[0] for each in OPEN])
def test_when_people_may_be_contacted(told: str, asked: str, opens: str) -> None:
    assert next_open(LIMITS, at(asked)) == at(opens)
    [found] = decide_each(LIMITS, [Standing(CONTACT, ACCOUNT)], "marketing", at(asked))
    assert found.allowed == (asked == opens)
    assert found.until == (None if found.allowed else at(opens))
    [notice] = decide_each(LIMITS, [Standing(CONTACT, ACCOUNT)], "service", at(asked))
    assert notice.allowed


def test_hours_that_do_not_reach_over_midnight() -> None:
    lunch = replace(LIMITS, quiet_from=datetime.time(12), quiet_to=datetime.time(14))
    assert next_open(lunch, at("2026-11-24 12:30")) == at("2026-11-24 14:00")
    assert next_open(lunch, at("2026-11-24 23:00")) == at("2026-11-24 23:00")


def test_without_a_country_only_weekends_are_free() -> None:
    anywhere = replace(LIMITS, country="")
    assert is_working_day(anywhere, datetime.date(2026, 10, 1))
    assert not is_working_day(anywhere, datetime.date(2026, 2, 14))


def test_a_company_that_works_every_day_has_no_holiday() -> None:
    always = replace(LIMITS, working_days=False)
    assert is_working_day(always, datetime.date(2026, 10, 1))
    assert next_open(always, at("2026-10-01")) == at("2026-10-01")


def test_the_order_of_the_contacts_never_matters() -> None:
    standings = [Standing(uuid.UUID(int=number), ACCOUNT, contacts=9) for number in range(9)]
    forwards = decide_each(LIMITS, standings, "marketing", at(TUESDAY))
    assert forwards == decide_each(LIMITS, standings[::-1], "marketing", at(TUESDAY))
    assert [each.allowed for each in forwards] == [True] * 3 + [False] * 6


asked = st.lists(
    st.tuples(
        st.integers(0, 5),  # the contact: of three accounts, two each
        st.sampled_from(KINDS),
        st.integers(0, 400),  # days from the start
    ),
    max_size=60,
)


@settings(max_examples=200)
@given(asked=asked)
def test_no_sequence_of_questions_leads_over_a_limit(asked: list[tuple[int, str, int]]) -> None:
    limits = replace(LIMITS, working_days=False, account_least=2, account_percent=0)
    made: list[tuple[int, str, datetime.datetime]] = []
    for contact, kind, day in asked:
        moment = at("2026-01-05") + datetime.timedelta(days=day)
        begins, ends = quarter_of(limits, moment)
        counted = [each for each in made if each[1] in COUNTED]
        filled = [
            each for each in counted if each[0] // 2 == contact // 2 and begins <= each[2] < ends
        ]
        near = tuple((other, when) for who, other, when in counted if who == contact)
        standing = Standing(uuid.UUID(int=contact), ACCOUNT, 2, len(filled), near=near)
        if decide_each(limits, [standing], kind, moment)[0].allowed:
            made.append((contact, kind, moment))
    counted = [each for each in made if each[1] in COUNTED]
    for place, (contact, kind, moment) in enumerate(counted):
        begins, ends = quarter_of(limits, moment)
        same = [e for e in counted if e[0] // 2 == contact // 2 and begins <= e[2] < ends]
        assert len(same) <= 2
        for other, other_kind, when in counted[place + 1 :]:
            if other == contact:
                apart = abs((when - moment).days)
                least = {"relationship": 180, "transactional": 90, "marketing": 30}[kind]
                assert apart >= (least if kind == other_kind else 30)
