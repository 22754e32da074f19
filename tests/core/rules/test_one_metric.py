"""One metric in tiers: by value with fixed edges, and by place among all accounts."""

from __future__ import annotations

from typing import Any

import pytest

from tierline.metrics.source import Source
from tierline.packs.contributions import Tier, TieringScheme
from tierline.rules.evaluate import evaluate
from tierline.rules.measuring import population_of
from tierline.rules.population import AccountValues
from tierline.rules.scheme import read_scheme

TEXT = {"en": "Text", "zh_CN": "文字"}
UNITS: Any = {"x:sales": "money", "x:rank": "points"}
SOURCE = Source.of_units(UNITS)
SCORE = {
    "criteria": [{"id": "r", "metric": "x:rank", "weight": 100}],
    "cuts": [{"tier": "a", "from": 4}, {"tier": "b", "from": 3}, {"tier": "c"}],
}
WHEN = {"metric": "x:sales", "op": "known"}
LIFT = {"id": "lift", "title": TEXT, "when": WHEN, "at_least": "a"}
LIMIT = {"id": "limit", "title": TEXT, "when": WHEN, "at_most": "b"}


def tiers(kind: Any, rule: dict[str, Any], *given: dict[str, int | None]) -> list[str | None]:
    """Return the tiers of accounts with these stored values, taken as one population."""
    known = tuple(Tier(tier, TEXT) for tier in "abc")
    scheme = read_scheme(TieringScheme("x:s", TEXT, TEXT, "customer", kind, known, rule))
    accounts = [AccountValues(values) for values in given]
    population = population_of(scheme, SOURCE, accounts)
    return [evaluate(scheme, population, SOURCE, each, {}).tier for each in accounts]


def by_one(kind: str, better: str, key: str, borders: list[float], *sales: int | None) -> str:
    """Return the tiers of accounts with these sales in cents, in a row; "-" is no tier."""
    cuts: list[dict[str, Any]] = [
        {"tier": tier, key: border} for tier, border in zip("ab", borders, strict=True)
    ]
    rule = {"metric": "x:sales", "better": better, "cuts": [*cuts, {"tier": "c"}]}
    found = tiers(kind, rule, *({"x:sales": value} for value in sales))
    return "".join(tier or "-" for tier in found)


@pytest.mark.parametrize(
    ("better", "borders", "cents", "tier"),
    [
        ("higher", [3000, 800], 300_000, "a"),  # the edge itself belongs to the tier
        ("higher", [3000, 800], 299_999, "b"),
        ("higher", [3000, 800], 79_999, "c"),
        ("higher", [3000, 800], None, "-"),  # unknown is not 0
        ("lower", [10, 30], 1_000, "a"),
        ("lower", [10, 30], 1_001, "b"),
        ("lower", [10, 30], 3_001, "c"),
        ("lower", [10.005, 30], 1_000, "a"),  # an edge between two cents
        ("lower", [10.005, 30], 1_001, "b"),
    ],
)
def test_a_value_is_in_the_first_tier_whose_edge_it_reaches(
    better: str, borders: list[float], cents: int | None, tier: str
) -> None:
    assert by_one("value", better, "from", borders, cents) == tier


@pytest.mark.parametrize(
    ("better", "tops", "sales", "expected"),
    [
        ("higher", [20, 60], [50, 40, 30, 20, 10], "abbcc"),
        ("lower", [20, 60], [50, 40, 30, 20, 10], "ccbba"),
        ("higher", [20, 60], [50, 50, 30, 20, 10], "aabcc"),  # a tie at the border: the better tier
        ("higher", [20, 60], [50, 40, 40, 40, 10], "abbbc"),
        ("higher", [20, 60], [50, None, 30, None, None], "a-b--"),  # percent of the known ones
        ("higher", [20, 60], [7, 7, 7, 7, 7], "aaaaa"),  # all are alike
        ("higher", [20, 60], [None], "-"),
        ("higher", [0.5, 60], [2, 1], "ab"),  # nobody is better than the first
    ],
)
def test_a_place_is_the_share_of_those_who_are_better(
    better: str, tops: list[float], sales: list[int | None], expected: str
) -> None:
    assert by_one("rank", better, "top", tops, *sales) == expected


@pytest.mark.parametrize(
    ("gates", "points", "tier"),
    [
        ([], 3, "b"),
        ([LIFT], 1, "a"),
        ([LIFT], 5, "a"),
        ([LIMIT], 5, "b"),
        ([LIMIT], 1, "c"),  # a limit never lifts
        ([LIFT, LIMIT], 1, "b"),  # lifted to a, then held at b
        ([LIMIT, LIFT], 1, "b"),  # whatever their order
        ([LIFT], None, None),  # nothing is known: nothing to lift
    ],
)
def test_gates_lift_first_and_then_limit(
    gates: list[dict[str, Any]], points: int | None, tier: str | None
) -> None:
    stored = None if points is None else points * 1_000_000
    values = {"x:sales": 0, "x:rank": stored}
    assert tiers("score", {**SCORE, "gates": gates}, values) == [tier]
