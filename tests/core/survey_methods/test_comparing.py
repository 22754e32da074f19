"""Differences of two surveys: a change is one only where its interval leaves out 0."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierline.statistics import Rate
from tierline.survey_methods.comparing import (
    difference_of_means,
    difference_of_net_promoters,
    difference_of_rates,
)
from tierline.survey_methods.estimates import Estimate
from tierline.survey_methods.measures import NetPromoter


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        (Rate(56, 70), Rate(48, 80), 0.0524, 0.3339),
        (Rate(9, 10), Rate(3, 10), 0.1705, 0.8090),
        (Rate(5, 56), Rate(0, 29), -0.0381, 0.1926),
        (Rate(10, 10), Rate(0, 10), 0.6075, 1.0000),
    ],
)
def test_newcombes_table(one: Rate, other: Rate, low: float, high: float) -> None:
    """R. G. Newcombe (1998), Statistics in Medicine 17, 873-890, table II, method 10."""
    found = difference_of_rates(one, other)
    assert found.interval is not None
    assert [each / 100 for each in found.interval] == pytest.approx([low, high], abs=5e-5)


rates = st.integers(1, 200).flatmap(lambda n: st.integers(0, n).map(lambda count: Rate(count, n)))


@given(rates, rates)
def test_swapped_sides_swap_the_interval(one: Rate, other: Rate) -> None:
    there, back = difference_of_rates(one, other), difference_of_rates(other, one)
    assert there.low == pytest.approx(-(back.high or 0))
    assert there.low is not None
    assert there.high is not None
    assert -100 - 1e-9 <= there.low <= (there.value or 0) <= there.high <= 100 + 1e-9


def test_nothing_to_compare_is_unknown() -> None:
    assert difference_of_rates(Rate(0, 0), Rate(3, 5)).value is None
    assert difference_of_means([None], [1, 2]).value is None
    assert difference_of_means([3], [1, 2]).interval is None
    assert difference_of_means([3, 3], [2, 2]) == Estimate(1, 4)


def test_welch_by_hand() -> None:
    """Variances 1 and 4 of 3 and 5 answers: SE^2 = 1/3 + 4/5, 5.9 degrees of freedom, t 2.457."""
    found = difference_of_means([4, 5, 6], [1, 1, 3, 5, 5, None])
    assert found.value == 2
    assert found.standard_error == pytest.approx(sqrt(1 / 3 + 4 / 5))
    degrees = (1 / 3 + 4 / 5) ** 2 / ((1 / 3) ** 2 / 2 + (4 / 5) ** 2 / 4)
    assert degrees == pytest.approx(5.96, abs=0.01)
    assert found.low == pytest.approx(2 - 2.451 * sqrt(1 / 3 + 4 / 5), abs=2e-3)


def test_two_net_promoter_scores_differ_by_both_errors() -> None:
    spring, autumn = NetPromoter(462, 176, 362), NetPromoter(400, 200, 400)
    found = difference_of_net_promoters(spring, autumn)
    assert found.value == pytest.approx(10)
    expected = sqrt((spring.standard_error or 0) ** 2 + (autumn.standard_error or 0) ** 2)
    assert found.standard_error == pytest.approx(expected, rel=0.01)
    assert found.above_zero
    nobody = NetPromoter(0, 0, 0)
    assert difference_of_net_promoters(spring, nobody).value is None


def test_intervals_of_differences_cover_the_truth() -> None:
    chance = np.random.default_rng(41)
    shares, means, scores = [], [], []
    for _sample in range(2_000):
        counts = chance.binomial([80, 120], [0.3, 0.2])
        shares.append(difference_of_rates(Rate(int(counts[0]), 80), Rate(int(counts[1]), 120)))
        means.append(difference_of_means(chance.normal(3, 1, 25), chance.normal(2, 2, 60)))
        one, other = (chance.multinomial(n, (0.5, 0.3, 0.2)) for n in (100, 150))
        scores.append(difference_of_net_promoters(NetPromoter(*one), NetPromoter(*other)))
    for found, truth in ((shares, 10), (means, 1), (scores, 0)):
        inside = [(each.low or 0) <= truth <= (each.high or 0) for each in found]
        assert 0.93 <= np.mean(inside) <= 0.97
