"""Dissatisfaction: the index, the problems behind it, what they cost, and their causes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierline.statistics import Rate
from tierline.survey_methods.dissatisfaction import (
    Handling,
    dissatisfaction_index,
    lost_customers,
    pareto,
    problems,
)


def test_nothing_answered_has_no_index() -> None:
    found = dissatisfaction_index({"price": [None, None]}, {"price": 1})
    assert (found.index.value, found.weight_known, found.complete) == (None, 0, False)


def test_one_item_is_its_own_index() -> None:
    """12 of 150: 8 %, 4.64 to 13.46 (Wilson)."""
    answers = [1] * 5 + [2] * 7 + [4] * 138
    found = dissatisfaction_index({"price": answers}, {"price": 3})
    assert found.index.value == pytest.approx(8)
    assert found.index.interval == pytest.approx((4.64, 13.46), abs=0.005)


def test_the_index_weighs_by_importance_and_leaves_out_what_is_unknown() -> None:
    answers = {"price": [1, 5, 5, 5], "delivery": [1, 2, 5, 5], "billing": [None] * 4}
    found = dissatisfaction_index(answers, {"price": 1, "delivery": 3, "billing": 1})
    assert found.index.value == pytest.approx((1 * 25 + 3 * 50) / 4)
    assert found.weight_known == pytest.approx(0.8)
    assert found.complete
    assert found.items["billing"] == Rate(0, 0)
    half = dissatisfaction_index(answers, {"price": 1, "delivery": 1, "billing": 2})
    assert not half.complete


def test_items_answered_alike_do_not_narrow_the_interval() -> None:
    answers = [1] * 12 + [5] * 138
    once = dissatisfaction_index({"a": answers}, {"a": 1}).index
    copied = dissatisfaction_index({"a": answers, "b": answers}, {"a": 1, "b": 1}).index
    assert copied.interval == pytest.approx(once.interval)
    apart = dissatisfaction_index({"a": answers, "b": answers[::-1]}, {"a": 1, "b": 1}).index
    assert apart.standard_error is not None
    assert copied.standard_error is not None
    assert apart.standard_error < copied.standard_error


def test_nobody_dissatisfied_still_has_an_interval() -> None:
    found = dissatisfaction_index({"a": [5] * 20, "b": [4] * 20}, {"a": 1, "b": 1}).index
    assert found.value == 0
    assert found.interval == pytest.approx((0, 16.11), abs=0.005)


@pytest.mark.parametrize("weights", [{"a": 0.0}, {"a": -1.0}])
def test_weights_that_say_nothing_are_refused(weights: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="not all 0"):
        dissatisfaction_index({"a": [1, 2]}, weights)


def test_problems_from_having_one_to_having_it_resolved() -> None:
    found = problems(
        had=[1, 1, 1, 1, 0, 0, None],
        reported=[1, 1, 0, None, None, 1, 1],
        resolved=[1, 0, 1, None, None, 1, 1],
    )
    assert found.incidence == Rate(4, 6)
    assert found.reported == Rate(2, 3)
    assert found.resolved == Rate(1, 2)
    with pytest.raises(ValueError, match="yes is 1"):
        problems([2], [1], [1])


def test_weighted_respondents_move_the_index_and_widen_its_interval() -> None:
    answers = [1] * 20 + [5] * 80
    raw = dissatisfaction_index({"a": answers}, {"a": 1}).index
    same = dissatisfaction_index({"a": answers}, {"a": 1}, [3] * 100).index
    heavy = dissatisfaction_index({"a": answers}, {"a": 1}, [4] * 20 + [1] * 80).index
    assert (same.value, same.interval) == (pytest.approx(20), pytest.approx(raw.interval))
    assert heavy.value == pytest.approx(50)
    with pytest.raises(ValueError, match="differ in length"):
        dissatisfaction_index({"a": answers}, {"a": 1}, [1])


def test_columns_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="differ in length"):
        dissatisfaction_index({"a": [1, 2], "b": [1]}, {"a": 1, "b": 1})


def test_what_problems_cost_a_market() -> None:
    """The worked example: 10,000 customers lose 886."""
    outcomes = [Handling(0.5, 0.9), Handling(0.3, 0.6), Handling(0.2, 0.3)]
    assert round(lost_customers(10_000, 0.2, 0.3, outcomes, silent_buy_again=0.5)) == 886
    with pytest.raises(ValueError, match="sum to 1"):
        lost_customers(10_000, 0.2, 0.3, outcomes[:2], 0.5)


def test_causes_by_how_many_name_them() -> None:
    found = pareto([["price", "delay"], ["delay"], ["delay", "delay"], ["bill", "price"], []])
    assert [(each.cause, each.named) for each in found] == [
        ("delay", Rate(3, 4)),
        ("price", Rate(2, 4)),
        ("bill", Rate(1, 4)),
    ]
    assert [each.up_to_here for each in found] == pytest.approx([3 / 6, 5 / 6, 1])
    assert pareto([[], []]) == ()


@given(st.lists(st.lists(st.sampled_from("abcde"), max_size=4), max_size=20))
def test_the_order_of_respondents_is_nothing(mentions: list[list[str]]) -> None:
    assert pareto(mentions) == pareto(mentions[::-1])
