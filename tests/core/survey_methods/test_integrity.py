"""Doubtful answers are flagged with a reason, honest ones hardly ever, and none is deleted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tierline.survey_methods.integrity import Limits, Response, audit

ITEMS = 12


def honest(count: int, seed: int) -> list[Response]:
    """Return responses of people with an opinion of their own about everything and each thing.

    Every fourth item is reversed; ratings as they were given, so these go against the others.
    """
    chance = np.random.default_rng(seed)
    opinion = 3.6 + 0.7 * chance.normal(size=(count, 1))
    ratings = np.clip(np.round(opinion + 0.8 * chance.normal(size=(count, ITEMS))), 1, 5)
    ratings[:, 3::4] = 6 - ratings[:, 3::4]
    missing = chance.random((count, ITEMS)) < 0.06
    seconds = np.exp(np.log(9 * ITEMS) + 0.4 * chance.normal(size=count))
    return [
        Response(
            f"r{place}",
            "web",
            ITEMS,
            {
                f"item{item}": None if missing[place, item] else float(ratings[place, item])
                for item in range(ITEMS)
            },
            unanswered=int(missing[place].sum()),
            seconds=float(seconds[place]),
            respondent=f"contact{place}",
        )
        for place in range(count)
    ]


def planted(responses: list[Response], chance: np.random.Generator) -> list[Response]:
    """Spoil four in every 25: too fast, all the same, mostly unanswered, twice the same contact."""
    spoilt = list(responses)
    for place in range(0, len(spoilt), 25):
        fast, alike, empty, twice = spoilt[place : place + 4]
        spoilt[place] = replace(fast, seconds=float(ITEMS * chance.uniform(0.5, 2)))
        spoilt[place + 1] = replace(
            alike, unanswered=0, ratings=dict.fromkeys(alike.ratings, float(chance.integers(1, 6)))
        )
        names = list(empty.ratings)
        spoilt[place + 2] = replace(
            empty, unanswered=7, ratings={**empty.ratings, **dict.fromkeys(names[:7])}
        )
        spoilt[place + 3] = replace(twice, respondent=spoilt[place - 1].respondent)
    return spoilt


def test_planted_ones_are_flagged_and_honest_ones_are_not() -> None:
    chance = np.random.default_rng(77)
    responses = planted(honest(2_500, seed=76), chance)
    flagged = audit(responses).flagged
    bad = {each.key for place, each in enumerate(responses) if place % 25 < 4}
    twins = {f"r{place}" for place in range(24, len(responses), 25)}  # the first of two is honest
    good = {each.key for each in responses} - bad - twins
    assert len(flagged & bad) / len(bad) >= 0.9
    assert len(flagged & good) / len(good) <= 0.03


def one(key: str, **changes: object) -> Response:
    base = Response(key, "web", 10, {}, seconds=100.0)
    return replace(base, **changes)  # type: ignore[arg-type]


def test_speed_is_compared_by_item_within_a_mode() -> None:
    web = [one(f"w{place}") for place in range(10)]
    phone = [one(f"p{place}", mode="telephone", seconds=1000.0) for place in range(10)]
    fast = one("fast", mode="telephone", seconds=300.0)  # as fast as three on the web
    short = one("short", asked=3, seconds=30.0)  # few questions are soon answered
    found = audit([*web, *phone, fast, short])
    assert [(flag.response, flag.check) for flag in found.flags] == [("fast", "speeding")]
    assert found.flags[0].found == 30
    assert found.flags[0].limit == pytest.approx(100 / 3)


def test_without_enough_to_compare_with_nobody_is_fast_and_it_is_said() -> None:
    found = audit([one("a"), one("b", seconds=1.0), one("c", seconds=None)])
    assert not found.flags
    assert found.without_time == 3


@pytest.mark.parametrize(("count", "flagged"), [(7, False), (8, True)])
def test_straight_lines_are_long(count: int, flagged: bool) -> None:
    ratings = {f"item{place}": 4.0 for place in range(count)} | {"open": None}
    found = audit([one("a", ratings=ratings)])
    assert bool(found.flags) is flagged


def test_missing_items_count_from_those_that_were_shown() -> None:
    found = audit([one("a", asked=10, unanswered=3), one("b", asked=9, unanswered=3)])
    assert [(flag.response, flag.check) for flag in found.flags] == [("b", "missing_items")]
    assert not audit([one("a", asked=0, unanswered=0)]).flags


def test_the_second_of_two_is_flagged_with_the_first() -> None:
    complaint = "The driver never   arrived on time."
    found = audit(
        [
            one("a", respondent="x", texts={"why": complaint}),
            one("b", respondent="y", texts={"why": "the driver never arrived on time."}),
            one("c", respondent="x", texts={"why": "Good."}),
            one("d", respondent=None, texts={"why": "Good."}),
            one("e", respondent=None),
        ]
    )
    assert [(flag.response, flag.check, flag.like) for flag in found.flags] == [
        ("b", "same_text", "a"),
        ("c", "same_respondent", "a"),
    ]
    assert found.responses == 5


def test_a_company_may_set_its_own_limits() -> None:
    responses = [one("a", asked=10, unanswered=3)]
    assert audit(responses, Limits(missing=0.2)).flagged == {"a"}
