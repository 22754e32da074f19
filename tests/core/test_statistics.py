"""Rates: Wilson's interval as published, and how often it covers the truth."""

from math import comb

import pytest

from tierline.statistics import LEAST_TO_RANK, Rate, wilson

# R. G. Newcombe (1998), Two-sided confidence intervals for the single proportion, Statistics in
# Medicine 17, 857-872, table I, method 3.
PUBLISHED = [
    (81, 263, 25.53, 36.62),
    (15, 148, 6.24, 16.05),
    (0, 20, 0.0, 16.11),
    (1, 29, 0.61, 17.18),
    (12, 150, 4.64, 13.46),
]


@pytest.mark.parametrize(("count", "n", "low", "high"), PUBLISHED)
def test_interval_is_the_published_one(count: int, n: int, low: float, high: float) -> None:
    assert [round(border, 2) for border in wilson(count, n)] == [low, high]


def test_interval_covers_the_truth_in_93_to_97_of_100_samples() -> None:
    coverages = []
    for n in range(20, 201, 20):
        covered = [wilson(count, n) for count in range(n + 1)]
        for share in (percent / 100 for percent in range(10, 91, 5)):
            coverages.append(
                sum(
                    comb(n, count) * share**count * (1 - share) ** (n - count)
                    for count, (low, high) in enumerate(covered)
                    if low <= 100 * share <= high
                )
            )
    assert 0.93 <= sum(coverages) / len(coverages) <= 0.97


def test_mirrored_counts_have_mirrored_intervals() -> None:
    for n in (1, 7, 60):
        for count in range(n + 1):
            low, high = wilson(count, n)
            other_low, other_high = wilson(n - count, n)
            assert low == pytest.approx(100 - other_high)
            assert 0 <= low <= high <= 100
            assert low - 1e-9 <= 100 * count / n <= high + 1e-9
            assert high == pytest.approx(100 - other_low)


def test_nothing_of_nothing_is_unknown() -> None:
    assert Rate(0, 0).to_document() == {
        "count": 0,
        "n": 0,
        "percent": None,
        "low": None,
        "high": None,
    }


def test_less_than_ten_are_not_ranked() -> None:
    assert not Rate(3, LEAST_TO_RANK - 1).rankable
    assert Rate(3, LEAST_TO_RANK).rankable
