"""What items say together: reliability, importance, Kano's categories, gaps of service."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierline.statistics import Rate
from tierline.survey_methods.estimates import Estimate
from tierline.survey_methods.gaps import ServiceItem, service_gap, weighted_gap
from tierline.survey_methods.importance import (
    correlation,
    derived_importance,
    importance_map,
    relative_weights,
    stated_importance,
)
from tierline.survey_methods.kano import (
    CATEGORIES,
    REACTIONS,
    KanoFeature,
    coefficients,
    evaluate,
    kano,
)
from tierline.survey_methods.measures import FIVE
from tierline.survey_methods.reliability import reliability


def correlated(people: int, items: int, share: float, seed: int) -> dict[str, list[float]]:
    """Return ratings with a common part of the given share of their variance."""
    chance = np.random.default_rng(seed)
    common = chance.normal(size=(people, 1))
    own = chance.normal(size=(people, items))
    values = np.sqrt(share) * common + np.sqrt(1 - share) * own
    rated = np.clip(np.round(3 + values), 1, 5)
    return {f"item{place}": rated[:, place].tolist() for place in range(items)}


def test_items_that_are_the_same_have_alpha_1() -> None:
    column = [1, 2, 3, 4, 5] * 8
    found = reliability({"a": column, "b": column, "c": column})
    assert found.alpha == pytest.approx(1)
    assert found.standardised == pytest.approx(1)
    assert found.publishable
    assert not found.weak


def test_an_item_with_forgotten_reversal_stands_out() -> None:
    items = correlated(400, 5, 0.5, seed=4)
    right = reliability(items)
    wrong = reliability({**items, "item2": FIVE.mirrored(items["item2"])})
    assert right.alpha is not None
    assert wrong.alpha is not None
    assert wrong.alpha < right.alpha
    assert [name for name, item in wrong.items.items() if item.looks_reversed] == ["item2"]
    assert not any(item.looks_reversed for item in right.items.values())
    without = wrong.items["item2"].alpha_without
    assert without is not None
    assert without > wrong.alpha


def test_alpha_counts_who_answered_everything() -> None:
    items: dict[str, list[float | None]] = {n: [*v] for n, v in correlated(40, 3, 0.5, 1).items()}
    items["item0"][3] = None
    items["item2"][3] = None
    items["item2"][9] = None
    found = reliability(items)
    assert (found.n, found.left_out) == (38, 2)


@pytest.mark.parametrize(("people", "count"), [(29, 5), (200, 2)])
def test_alpha_of_few_people_or_items_is_not_published(people: int, count: int) -> None:
    assert not reliability(correlated(people, count, 0.5, seed=2)).publishable


def test_alpha_of_what_never_varies_is_unknown() -> None:
    found = reliability({"a": [3, 3, 3], "b": [4, 4, 4]})
    assert (found.alpha, found.low, found.publishable) == (None, None, False)
    assert found.items["a"].rest_correlation is None
    with pytest.raises(ValueError, match="two items"):
        reliability({"a": [1, 2]})


def test_the_map_divides_at_the_means() -> None:
    def known(value: float) -> Estimate:
        return Estimate(value, 100, 0.1, value - 0.2, value + 0.2)

    importance = {"price": known(5), "quality": known(5), "app": known(1), "desk": known(1)}
    performance = {"price": known(1), "quality": known(5), "app": known(1), "desk": known(5)}
    found = importance_map(importance, performance)
    assert (found.importance_at, found.performance_at) == (3, 3)
    assert {name: place.quadrant for name, place in found.items.items()} == {
        "price": "concentrate_here",
        "quality": "keep_up",
        "app": "low_priority",
        "desk": "possible_overkill",
    }
    assert all(place.certain for place in found.items.values())
    moved = importance_map(importance, performance, crosshair=(3, 4.9))
    assert not moved.items["quality"].certain


def test_an_item_nobody_rated_has_no_place_and_moves_no_other() -> None:
    ratings = {"price": [1.0, 2.0, 2.0], "app": [5.0, 4.0, 4.0]}
    importance = stated_importance({**ratings, "new": [5.0, 5.0, 5.0]})
    performance = stated_importance({**ratings, "new": [None, None, None]})
    found = importance_map(importance, performance)
    assert found.items["new"].quadrant is None
    assert found.importance_at == pytest.approx(3)
    nobody = importance_map({"a": Estimate(None, 0)}, {"a": Estimate(None, 0)})
    assert nobody.items["a"].quadrant is None
    with pytest.raises(ValueError, match="same items"):
        importance_map({"a": Estimate(1, 1)}, {})


def test_derived_importance_finds_what_drives_the_whole() -> None:
    chance = np.random.default_rng(8)
    items = {name: chance.normal(size=500) for name in ("price", "delivery", "colour")}
    overall = 0.8 * items["price"] + 0.4 * items["delivery"] + 0.3 * chance.normal(size=500)
    found = derived_importance(items, overall)
    values = {name: each.value or 0 for name, each in found.items()}
    assert values["price"] > values["delivery"] > values["colour"]
    assert not found["colour"].above_zero
    assert found["price"].above_zero


def test_a_correlation_by_hand() -> None:
    """r = 0.8 of five pairs; Fisher: tanh(atanh(0.8) -/+ 1.96 / sqrt(2))."""
    found = correlation([1, 2, 3, 4, 5, None], [2, 1, 4, 3, 5, 4])
    assert (found.value, found.n) == (pytest.approx(0.8), 5)
    assert found.interval == pytest.approx((-0.2797, 0.9862), abs=1e-4)
    assert correlation([1, 2, 3], [1, 2, 3]).value is None
    assert correlation([1, 2, 3, 4], [2, 4, 6, 8]) == Estimate(pytest.approx(1), 4)
    assert correlation([1, 1, 1, 1], [1, 2, 3, 4]).value is None


@given(st.integers(0, 10_000), st.integers(2, 6))
def test_relative_weights_share_out_what_is_explained(seed: int, count: int) -> None:
    items = {n: np.array(c) for n, c in correlated(120, count, 0.4, seed).items()}
    overall = sum(items.values()) + np.random.default_rng(seed).normal(size=120) * 2
    found = relative_weights(items, overall)
    design = np.column_stack([np.ones(120), *items.values()])
    rest = overall - design @ np.linalg.lstsq(design, overall)[0]
    explained = 1 - rest.var() / overall.var()
    assert sum(each.value or 0 for each in found.values()) == pytest.approx(explained)
    assert all((each.value or 0) >= 0 for each in found.values())


def test_relative_weights_of_independent_items_are_squared_correlations() -> None:
    items = {"a": [1, 1, -1, -1, 1, 1, -1, -1], "b": [1, -1, 1, -1, 1, -1, 1, -1]}
    overall = [3, 1, 0, -3, 2, 1, 0, -4]
    found = relative_weights(items, overall)
    for name, column in items.items():
        assert found[name].value == pytest.approx((correlation(column, overall).value or 0) ** 2)
    same = relative_weights({"a": items["a"], "b": items["a"]}, overall)
    assert same["a"].value is None


KANO_TABLE = """
          like must_be neutral live_with dislike
like      Q A A A O
must_be   R I I I M
neutral   R I I I M
live_with R I I I M
dislike   R R R R Q
"""


def test_kanos_table() -> None:
    _columns, *rows = KANO_TABLE.strip().splitlines()
    cells = {
        (r.split()[0], column): letter
        for r in rows
        for column, letter in zip(REACTIONS, r.split()[1:], strict=True)
    }
    letters = dict(zip("MOAIRQ", CATEGORIES, strict=True))
    for pair in product(REACTIONS, REACTIONS):
        assert evaluate(*pair) == letters[cells[pair]]
    with pytest.raises(ValueError, match='"love" is not one of'):
        evaluate("love", "like")


def feature(m: int = 0, o: int = 0, a: int = 0, i: int = 0, r: int = 0, q: int = 0) -> KanoFeature:
    return KanoFeature(dict(zip(CATEGORIES, (m, o, a, i, r, q), strict=True)))


def test_ties_go_to_what_is_demanded_more() -> None:
    assert feature(5, 5, 5, 5).category == "must_be"
    assert feature(1, 5, 5, 5).category == "one_dimensional"
    assert feature(1, 1, 5, 5).category == "attractive"
    assert feature(i=3, r=4).category == "reverse"
    assert feature().category is None


def test_reverse_and_questionable_are_in_no_coefficient() -> None:
    found = feature(m=10, o=20, a=30, i=40, r=7, q=3)
    assert found.better == Rate(50, 100)
    assert found.worse == Rate(30, 100)
    assert found.strength == Rate(60, 110)
    assert coefficients(0, 0, 0, 0) is None


@pytest.mark.parametrize(
    ("counts", "clear"),
    [((60, 30), True), ((50, 45), False), ((0, 0), False)],
    ids=["30 apart", "5 apart", "nobody"],
)
def test_a_category_is_clear_by_fongs_test(counts: tuple[int, int], clear: bool) -> None:
    """Of n = a + b the limit is 1.65 sqrt(n / 2): 11.07 of 90, 11.37 of 95."""
    assert feature(m=counts[0], i=counts[1]).clear is clear


def test_kano_counts_who_answered_both() -> None:
    found = kano(["like", "like", None, "neutral"], ["dislike", "neutral", "like", None])
    assert found == feature(o=1, a=1)


def test_the_three_gaps_of_a_service() -> None:
    found = service_gap(ServiceItem(4, [5, 4, 5, None, 5], [3, 2, 4, 5, None]))
    assert found.perceived_to_need.value == pytest.approx(-5 / 3)
    assert found.perceived_to_need.n == 3
    assert found.perceived_to_standard.value == pytest.approx(-0.5)
    assert found.perceived_to_standard.n == 4
    assert found.standard_to_need.value == pytest.approx(-0.75)


NEED, SPREAD = 4.0, [0.2, -0.2] * 20


@pytest.mark.parametrize(
    ("standard", "perceived", "finding"),
    [
        (3, 3, "standard_too_low"),
        (5, 3, "standard_not_met"),
        (None, 3, "need_not_met"),
        (4, 5, "more_than_needed"),
        (4, 4, "met"),
    ],
)
def test_a_gap_names_where_it_comes_from(
    standard: float | None, perceived: float, finding: str
) -> None:
    rated = [perceived + off for off in SPREAD]
    needed = [NEED + off for off in SPREAD[1:] + SPREAD[:1]]
    assert service_gap(ServiceItem(standard, needed, rated)).finding == finding


@given(st.lists(st.integers(1, 7), min_size=2, max_size=30))
def test_where_all_is_as_needed_there_is_no_gap(ratings: list[int]) -> None:
    found = service_gap(ServiceItem(ratings, ratings, ratings))
    assert found.perceived_to_need.value == 0
    assert found.finding is None  # all differ by 0: how far others do is not known
    assert weighted_gap({"a": ServiceItem(None, ratings, ratings)}, {"a": 1}).gap.value == 0


def test_a_gap_of_one_answer_finds_nothing() -> None:
    assert service_gap(ServiceItem(4, [5], [1])).finding is None
    with pytest.raises(ValueError, match="1 standards for 2"):
        service_gap(ServiceItem([3], [5, 5], [1, 1]))


def test_gaps_weigh_by_importance_over_what_was_answered() -> None:
    items = {
        "speed": ServiceItem(None, [5, 5, 5], [3, 4, 5]),
        "price": ServiceItem(None, [5, 5, None], [1, 5, 3]),
    }
    found = weighted_gap(items, {"speed": 1, "price": 3})
    assert found.gap.value == pytest.approx(((-2 - 12) / 4 + -1 / 4 + 0) / 3)
    assert found.weight_known == pytest.approx((4 + 4 + 1) / 12)
    assert found.complete
    with pytest.raises(ValueError, match="not all 0"):
        weighted_gap(items, {"speed": 0, "price": 0})
