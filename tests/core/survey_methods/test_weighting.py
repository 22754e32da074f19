"""Weights: they meet their targets or say so, and what they cost is told."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierline.survey_methods.weighting import (
    both_means,
    both_shares,
    design_effect,
    post_stratify,
    rake,
    weighted_counts,
    weighted_mean,
    weighted_net_promoter,
    weighted_share,
)

TIERS = ["A"] * 10 + ["B"] * 30 + ["C"] * 20
REGIONS = ["north", "south", "west"] * 20


def sums(labels: list[str], weights: list[float]) -> dict[str, float]:
    return {
        label: sum(w for name, w in zip(labels, weights, strict=True) if name == label)
        for label in dict.fromkeys(labels)
    }


@given(
    st.lists(st.floats(20, 80), min_size=3, max_size=3), st.floats(0.2, 0.6), st.floats(0.1, 0.3)
)
def test_raked_weights_meet_every_margin(tiers: list[float], north: float, south: float) -> None:
    total = sum(tiers)
    targets = {
        "tier": dict(zip("ABC", tiers, strict=True)),
        "region": {
            "north": north * total,
            "south": south * total,
            "west": (1 - north - south) * total,
        },
    }
    found = rake({"tier": TIERS, "region": REGIONS}, targets, trim=None)
    assert found.converged
    assert found.trimmed == 0
    weights = found.values.tolist()
    assert sums(TIERS, weights) == pytest.approx(targets["tier"])
    assert sums(REGIONS, weights) == pytest.approx(targets["region"])
    assert found.design_effect >= 1 - 1e-12
    assert found.effective_n <= len(TIERS) + 1e-9


def test_trimmed_weights_stay_in_their_limits_and_share_out_what_was_cut() -> None:
    tiers = ["A"] * 2 + ["B"] * 98
    regions = ["north", "south"] * 50
    found = rake(
        {"tier": tiers, "region": regions},
        {"tier": {"A": 12, "B": 88}, "region": {"north": 50, "south": 50}},
    )
    mean = 100 / 100
    assert found.values.max() <= 3 * mean
    assert found.trimmed == 2
    assert not found.converged
    assert found.gap == pytest.approx(0.5, abs=0.01)  # two of weight 3, where 12 are meant
    free = rake({"tier": tiers}, {"tier": {"A": 12, "B": 88}}, trim=None)
    assert free.converged
    assert free.values.max() == pytest.approx(6)


def test_base_weights_are_kept_in_proportion() -> None:
    found = post_stratify(["a", "a", "b"], {"a": 30, "b": 10}, base=[1, 2, 7])
    assert found.values.tolist() == pytest.approx([10, 20, 10])


@pytest.mark.parametrize(
    ("margins", "targets", "says"),
    [
        ({"t": ["a", "a"]}, {"t": {"a": 3, "b": 1}}, "nobody answered of"),
        ({"t": ["a", "b"]}, {"t": {"a": 3}}, "no target for"),
        ({"t": ["a", None]}, {"t": {"a": 3}}, "make unknown a category"),
        ({"t": ["a", "b"]}, {"t": {"a": 3, "b": 0}}, "must be above 0"),
        ({"t": ["a"], "u": ["x"]}, {"t": {"a": 3}, "u": {"x": 4}}, "the totals differ"),
        ({"t": ["a"], "u": ["x", "x"]}, {"t": {"a": 3}, "u": {"x": 3}}, "how many respondents"),
        ({"t": ["a"]}, {"u": {"a": 3}}, "same variables"),
        ({}, {}, "one or more"),
    ],
)
def test_targets_that_do_not_fit_are_refused(
    margins: dict[str, list[str | None]], targets: dict[str, dict[str, float]], says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        rake(margins, targets)


def test_base_weights_must_be_above_zero() -> None:
    with pytest.raises(ValueError, match="a weight above 0"):
        rake({"t": ["a", "a"]}, {"t": {"a": 3}}, base=[1, 0])


@pytest.mark.parametrize("weight", [0, -1, float("nan")])
def test_who_answered_has_a_weight(weight: float) -> None:
    for measure in (weighted_mean, weighted_share, weighted_net_promoter):
        with pytest.raises(ValueError, match="a weight above 0"):
            measure([1, 0], [1, weight])


def test_a_share_is_of_what_holds_or_not() -> None:
    with pytest.raises(ValueError, match="nothing else"):
        weighted_share([1, 100], [1, 1])


def test_the_design_effect_by_hand() -> None:
    """Weights 1 and 3: n sum(w^2) / sum(w)^2 = 2 x 10 / 16."""
    assert design_effect([1, 3]) == pytest.approx(1.25)
    assert design_effect([2, 2, 2]) == pytest.approx(1)


def test_equal_weights_change_nothing() -> None:
    answers = [5, 4, None, 2, 1, 3, 3]
    found = both_means(answers, [7] * 7)
    assert found.weighted.value == pytest.approx(found.raw.value)
    assert found.weighted.interval == pytest.approx(found.raw.interval)
    assert found.shift == pytest.approx(0)
    assert found.effective_n == pytest.approx(6)
    shares = both_shares([1, 0, 1, None], [3] * 4)
    assert shares.weighted.interval == pytest.approx(shares.raw.interval)


def test_raw_and_weighted_stand_side_by_side() -> None:
    found = both_shares([1, 1, 1, 0], [1, 1, 1, 3])
    assert found.raw.value == pytest.approx(75)
    assert found.weighted.value == pytest.approx(50)
    assert found.shift == pytest.approx(-25)
    assert found.design_effect == pytest.approx(4 * 12 / 36)
    assert both_shares([None], [1]).shift is None


def test_weights_of_who_did_not_answer_have_no_part() -> None:
    assert weighted_mean([2, 4, None], [1, 1, 50]).value == 3
    assert weighted_mean([None], [1]).value is None
    assert weighted_mean([4], [2]).interval is None
    assert weighted_share([None], [1]).value is None
    assert weighted_counts([None], [1]) == {}


def test_weighted_counts_sum_to_the_effective_number() -> None:
    weights = [1, 1, 2, 4]
    counts = weighted_counts([9, 10, 5, 10], weights)
    assert counts[10] / counts[9] == pytest.approx(5)
    assert sum(counts.values()) == pytest.approx(4 / design_effect(weights))
    found = weighted_net_promoter([9, 10, 5, 10], weights)
    assert found.score == pytest.approx(100 * (6 - 2) / 8)
    assert found.n == pytest.approx(4 / design_effect(weights))


@given(st.lists(st.floats(0.1, 9), min_size=1, max_size=40))
def test_weighting_never_adds_information(weights: list[float]) -> None:
    assert design_effect(weights) >= 1 - 1e-12
    assert design_effect(np.array(weights) * 7) == pytest.approx(design_effect(weights))
