"""Simulated worlds with a known truth: what is planted is found, what is not there is not."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pytest
from numpy.typing import NDArray

from tierline.survey_methods.bias import Finding, hand_out_bias, mode_effects
from tierline.survey_methods.dissatisfaction import dissatisfaction_index
from tierline.survey_methods.estimates import mean_of
from tierline.survey_methods.estimation import stratified_mean
from tierline.survey_methods.importance import correlation
from tierline.survey_methods.interviewers import interviewer_effect
from tierline.survey_methods.measures import (
    finite,
    net_promoter,
    top_box,
)
from tierline.survey_methods.nonresponse import early_and_late, response_balance
from tierline.survey_methods.reliability import reliability
from tierline.survey_methods.weighting import (
    both_shares,
    post_stratify,
    rake,
    weighted_mean,
    weighted_share,
)

WORLDS, SAMPLES = 200, 2_000

Interval = tuple[float, float] | None
Chance = np.random.Generator

TIERS = np.array(["A", "B", "C"])
PLEASED = np.array([0.8, 0.65, 0.5])

Places = NDArray[np.intp]


def alarms(find: Callable[[Chance], str], worlds: int = WORLDS, seed: int = 0) -> float:
    """Return the share of worlds in which something is suspicious."""
    chances = (np.random.default_rng([seed, world]) for world in range(worlds))
    return sum(find(chance) == "suspicious" for chance in chances) / worlds


def coverage(intervals: Iterable[Interval], truth: float) -> float:
    """Return the share of the intervals in which the truth lies."""
    return float(np.mean([low <= truth <= high for low, high in filter(None, intervals)]))


def tiers_of(chance: Chance, count: int, shares: tuple[float, ...]) -> Places:
    """Return so many tiers as places in TIERS."""
    return np.searchsorted(np.cumsum(shares)[:-1], chance.random(count))


def pleased(chance: Chance, tiers: Places, points: float = 0) -> NDArray[np.float64]:
    """Return 100 for who is satisfied, else 0, more likely by so many points."""
    return 100.0 * (chance.random(len(tiers)) < PLEASED[tiers] + points / 100)


def handed_out(chance: Chance, points: float) -> Finding:
    """A world where 400 were drawn and staff chose 250, mostly of the pleased tier A."""
    drawn = tiers_of(chance, 400, (0.2, 0.3, 0.5))
    chosen = tiers_of(chance, 250, (0.5, 0.3, 0.2))
    answers = np.concatenate([pleased(chance, drawn), pleased(chance, chosen, points)])
    by_staff = np.arange(650) >= 400
    return hand_out_bias(answers, by_staff, [*drawn.tolist(), *chosen.tolist()])


def test_hand_out_bias_of_15_points_is_found_in_nine_worlds_of_ten() -> None:
    assert alarms(lambda chance: handed_out(chance, 15).verdict) >= 0.9


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_without_hand_out_bias_there_are_five_false_alarms_in_a_hundred_at_most(seed: int) -> None:
    assert alarms(lambda chance: handed_out(chance, 0).verdict, seed=seed) <= 0.05


def test_the_interval_of_the_hand_out_bias_covers_it() -> None:
    chance = np.random.default_rng(11)
    found = (handed_out(chance, 15).difference.interval for _ in range(SAMPLES))
    assert 0.93 <= coverage(found, 15) <= 0.97


def interviewed(chance: Chance, spread: float) -> str:
    """A world where 12 interviewers ask about 30 each, and shift what they hear."""
    who = chance.integers(0, 12, 360)
    shifts = spread * chance.normal(size=12)
    answers = np.clip(np.round(3.5 + shifts[who] + chance.normal(size=360)), 1, 5)
    return interviewer_effect(answers, [str(each) for each in who]).verdict


def test_interviewers_who_shift_answers_are_found() -> None:
    assert alarms(lambda chance: interviewed(chance, 0.5)) >= 0.9


def test_interviewers_who_do_not_are_left_alone() -> None:
    assert alarms(lambda chance: interviewed(chance, 0), worlds=2_000) <= 0.065


def asked_in_modes(chance: Chance, points: float) -> str:
    """A world where the telephone, used for tier A mostly, makes people more polite."""
    web = tiers_of(chance, 300, (0.2, 0.3, 0.5))
    phone = tiers_of(chance, 250, (0.5, 0.3, 0.2))
    answers = np.concatenate([pleased(chance, web), pleased(chance, phone, points)])
    modes = ["web"] * 300 + ["telephone"] * 250
    (found,) = mode_effects(answers, modes, [*web.tolist(), *phone.tolist()])
    return found.verdict


def test_a_mode_effect_of_15_points_is_found() -> None:
    assert alarms(lambda chance: asked_in_modes(chance, 15)) >= 0.9


def test_a_mode_without_effect_is_left_alone() -> None:
    assert alarms(lambda chance: asked_in_modes(chance, 0), worlds=2_000) <= 0.065


def answering_by_tier(chance: Chance, apart: float) -> str:
    """A world where of 1,400 the tiers answer less and less often."""
    tiers = tiers_of(chance, 1_400, (0.2, 0.3, 0.5))
    rates = np.array([0.45 + apart, 0.45, 0.45 - apart])
    came = chance.random(1_400) < rates[tiers]
    return response_balance(came, TIERS[tiers].tolist()).verdict


def answering_late(chance: Chance, points: float) -> str:
    """A world where the displeased, and tier C, wait for the reminder."""
    tiers = tiers_of(chance, 600, (0.2, 0.3, 0.5))
    late = chance.random(600) < np.where(tiers == 2, 0.5, 0.3)
    answers = np.where(late, pleased(chance, tiers, -points), pleased(chance, tiers))
    return early_and_late(answers, late, tiers.tolist()).verdict


def test_tiers_that_answer_less_are_found_and_else_not() -> None:
    assert alarms(lambda chance: answering_by_tier(chance, 0.15)) >= 0.9
    assert alarms(lambda chance: answering_by_tier(chance, 0), worlds=2_000) <= 0.065


def test_late_answers_that_differ_are_found_and_else_not() -> None:
    assert alarms(lambda chance: answering_late(chance, 15)) >= 0.9
    assert alarms(lambda chance: answering_late(chance, 0), worlds=2_000) <= 0.065


SIZES = np.array([1_000, 3_000, 6_000])
POPULATION = dict(zip(TIERS.tolist(), SIZES.tolist(), strict=True))
TRUTH = float(PLEASED @ SIZES) / 100


def answering(chance: Chance) -> tuple[list[str], NDArray[np.float64]]:
    """A sample of 900 by tier of which the pleased answer far more often than the others."""
    came = chance.binomial(SIZES * 900 // 10_000, (0.9, 0.5, 0.2))
    tiers = np.repeat(np.arange(3), came)
    return TIERS[tiers].tolist(), pleased(chance, tiers) / 100


def test_weighted_beats_raw_where_the_pleased_answer_more_often() -> None:
    chance = np.random.default_rng(21)
    closer, off = 0, []
    for _world in range(WORLDS):
        tiers, answers = answering(chance)
        found = both_shares(answers, post_stratify(tiers, POPULATION).values)
        assert found.raw.value is not None
        assert found.weighted.value is not None
        off.append((found.raw.value - TRUTH, found.weighted.value - TRUTH))
        closer += abs(off[-1][1]) < abs(off[-1][0])
    raw, weighted = np.sqrt((np.array(off) ** 2).mean(axis=0))
    assert closer / WORLDS >= 0.75
    assert weighted < 0.7 * raw
    assert abs(np.mean([each[1] for each in off])) < 0.5


def test_weighted_intervals_cover_the_truth_and_raw_ones_do_not() -> None:
    chance = np.random.default_rng(22)
    raw, shares, means, strata = [], [], [], []
    for _sample in range(SAMPLES):
        tiers, answers = answering(chance)
        weights = post_stratify(tiers, POPULATION).values
        raw.append(top_box(1 + 4 * answers).interval)
        shares.append(weighted_share(answers, weights).interval)
        means.append(weighted_mean(100 * answers, weights).interval)
        label = np.array(tiers)
        by_tier = {tier: 100 * answers[label == tier] for tier in TIERS}
        strata.append(stratified_mean(by_tier, POPULATION).interval)
    assert coverage(raw, TRUTH) < 0.9
    for intervals in (shares, means, strata):
        assert 0.93 <= coverage(intervals, TRUTH) <= 0.97


def test_raking_on_what_drives_answers_covers_the_truth() -> None:
    chance = np.random.default_rng(23)
    found = []
    for _sample in range(SAMPLES):
        tier = chance.choice(2, 600, p=(0.3, 0.7))
        region = chance.choice(2, 600)
        came = chance.random(600) < 0.3 + 0.3 * (1 - tier) + 0.15 * region
        rating = 3 - 0.5 * tier + 0.4 * region + chance.normal(size=600)
        margins = {
            "tier": [("A", "B")[each] for each in tier[came]],
            "region": [("north", "south")[each] for each in region[came]],
        }
        goals = {"tier": {"A": 0.3, "B": 0.7}, "region": {"north": 0.5, "south": 0.5}}
        found.append(weighted_mean(rating[came], rake(margins, goals).values).interval)
    assert 0.93 <= coverage(found, 3 - 0.35 + 0.2) <= 0.97


def ratings(chance: Chance, n: int) -> NDArray[np.float64]:
    return chance.choice(np.arange(1.0, 6.0), n, p=(0.05, 0.1, 0.25, 0.35, 0.25))


def test_intervals_of_shares_means_and_scores_cover_the_truth() -> None:
    chance = np.random.default_rng(31)
    boxes, means, scores = [], [], []
    promoting = np.array([0.2, 0.35, 0.45])
    for _sample in range(SAMPLES):
        answers = ratings(chance, 150)
        boxes.append(top_box(answers).interval)
        means.append(mean_of(answers).interval)
        scores.append(net_promoter(chance.choice([5, 8, 10], 150, p=promoting)).interval)
    assert 0.93 <= coverage(boxes, 60) <= 0.97
    assert 0.93 <= coverage(means, 3.65) <= 0.97
    assert 0.93 <= coverage(scores, 25) <= 0.97


WORDS = ("price", "delivery", "service", "billing")


def test_the_index_of_correlated_items_covers_the_truth_raw_and_weighted() -> None:
    chance = np.random.default_rng(32)
    importance = dict(zip(WORDS, (4.0, 3.0, 2.0, 1.0), strict=True))
    raw, weighted, unweighted = [], [], []
    for _sample in range(SAMPLES):
        grumpy = chance.random(300) < 0.15
        bad = chance.random((300, 4)) < np.where(grumpy, 0.7, 0.1)[:, np.newaxis]
        answers = np.where(bad, 2.0, 4.0)
        answers[chance.random((300, 4)) < 0.1] = np.nan
        raw.append(_index(answers, importance))
        came = chance.random(300) < np.where(grumpy, 0.8, 0.4)
        weights = 1 / np.where(grumpy, 0.8, 0.4)[came]
        unweighted.append(_index(answers[came], importance))
        weighted.append(_index(answers[came], importance, weights))
    truth = 100 * (0.15 * 0.7 + 0.85 * 0.1)
    assert 0.93 <= coverage(raw, truth) <= 0.97
    assert 0.93 <= coverage(weighted, truth) <= 0.97
    assert coverage(unweighted, truth) < 0.5


def _index(
    answers: NDArray[np.float64],
    importance: dict[str, float],
    weights: NDArray[np.float64] | None = None,
) -> Interval:
    columns = {name: answers[:, place] for place, name in enumerate(WORDS)}
    return dissatisfaction_index(columns, importance, weights).index.interval


def test_the_interval_of_a_finite_population_covers_its_truth() -> None:
    chance = np.random.default_rng(33)
    population = np.array([5.0] * 180 + [2.0] * 120)
    plain, corrected = [], []
    for _sample in range(SAMPLES):
        rate = top_box(chance.choice(population, 150, replace=False))
        plain.append(rate.interval)
        corrected.append(finite(rate, 300))
    assert 0.93 <= coverage(corrected, 60) <= 0.97
    assert coverage(plain, 60) > 0.98  # without the correction it promises too little


def test_stratified_intervals_cover_the_truth_of_a_finite_population() -> None:
    chance = np.random.default_rng(34)
    whole = {"A": chance.normal(4, 0.5, 60), "B": chance.normal(3, 1, 400)}
    sizes = {name: len(values) for name, values in whole.items()}
    truth = sum(float(values.sum()) for values in whole.values()) / 460
    found = []
    for _sample in range(SAMPLES):
        drawn = {n: chance.choice(v, len(v) // 4, replace=False) for n, v in whole.items()}
        found.append(stratified_mean(drawn, sizes).interval)
    assert 0.93 <= coverage(found, truth) <= 0.97


def test_the_intervals_of_alpha_and_of_correlations_cover_the_truth() -> None:
    chance = np.random.default_rng(35)
    alphas, correlations = [], []
    for _sample in range(SAMPLES):
        table = chance.normal(size=(100, 1)) + chance.normal(size=(100, 4))
        found = reliability({f"i{place}": table[:, place] for place in range(4)})
        alphas.append(None if found.low is None or found.high is None else (found.low, found.high))
        correlations.append(correlation(table[:, 0], table[:, 1]).interval)
    assert 0.93 <= coverage(alphas, 4 * 0.5 / (1 + 3 * 0.5)) <= 0.97
    assert 0.93 <= coverage(correlations, 0.5) <= 0.97


def test_the_interval_of_the_interviewers_part_covers_the_truth() -> None:
    chance = np.random.default_rng(36)
    who = [str(place % 15) for place in range(300)]
    found = []
    for _sample in range(SAMPLES):
        shifts = np.sqrt(0.1) * chance.normal(size=15)
        answers = np.tile(shifts, 20) + np.sqrt(0.9) * chance.normal(size=300)
        found.append(interviewer_effect(answers, who).part.interval)
    assert 0.93 <= coverage(found, 0.1) <= 0.97
