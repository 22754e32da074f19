"""A better value never makes a score worse; what is unknown is left out, and marked."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tierline.metrics.source import Source
from tierline.packs.contributions import Tier, TieringScheme
from tierline.rules.evaluate import evaluate
from tierline.rules.population import AccountValues, Population
from tierline.rules.scheme import read_scheme

TEXT = {"en": "Text", "zh_CN": "文字"}
UNITS: Any = {"x:sales": "money", "x:late": "days"}
RULE = {
    "criteria": [
        {"id": "s", "metric": "x:sales", "weight": 62.5, "edges": [10, 20, 30, 40]},
        {"id": "l", "metric": "x:late", "weight": 37.5, "edges": [1, 2, 3, 4], "better": "lower"},
    ],
    "minimum_present": 70,
    "cuts": [{"tier": "a", "from": 4.0}, {"tier": "b", "from": 3.0}, {"tier": "c"}],
    "gates": [
        {
            "id": "g",
            "title": TEXT,
            "when": {"metric": "x:late", "op": "gt", "value": 3},
            "at_most": "b",
        }
    ],
}
TIERS = tuple(Tier(tier, TEXT) for tier in "abc")
SCHEME = read_scheme(TieringScheme("x:s", TEXT, TEXT, "customer", "score", TIERS, RULE))
SOURCE = Source.of_units(UNITS)

sales = st.integers(-1_000, 6_000)
days = st.integers(0, 6_000)


def outcome(sales: int | None, late: int | None) -> Any:
    values = AccountValues({"x:sales": sales, "x:late": late})
    return evaluate(SCHEME, Population(), SOURCE, values, {})


@given(sales, sales, days | st.none())
def test_more_sales_never_score_less(one: int, other: int, late: int | None) -> None:
    low, high = (outcome(value, late) for value in sorted((one, other)))
    assert low.score <= high.score
    assert low.tier >= high.tier  # "a" is the best


@given(sales | st.none(), days, days)
def test_later_payment_never_scores_more(amount: int | None, one: int, other: int) -> None:
    low, high = (outcome(amount, value) for value in sorted((one, other)))
    assert low.score >= high.score
    assert low.tier <= high.tier


@given(sales, days)
def test_what_is_unknown_is_left_out_and_marked(amount: int, late: int) -> None:
    assert outcome(None, None).tier is None
    assert outcome(amount, late).incomplete is False
    assert outcome(amount, None).incomplete is True  # 62.5 % of the weight is known
    assert outcome(amount, None).score == outcome(amount, None).scoring.criteria[0].points
