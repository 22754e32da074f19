"""Weights that make those who answered stand for all: post-stratification, raking, their price."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import fsum, sqrt

import numpy as np
from numpy.typing import NDArray

from tierline.statistics import wilson
from tierline.survey_methods.estimates import (
    UNKNOWN,
    Answers,
    Estimate,
    Numbers,
    aligned,
    around,
    mean_of,
)
from tierline.survey_methods.measures import ELEVEN, NetPromoter

TRIM = (0.3, 3.0)
"""Weights are held between these multiples of their mean (Kalton & Flores-Cervantes 2003)."""

TOLERANCE = 1e-9
MOST_TURNS = 1000

Margin = Sequence[str | None]
"""The category of each respondent in one variable."""


@dataclass(frozen=True)
class Weights:
    """A weight for each respondent, and how well they do what they are for."""

    values: Numbers
    converged: bool  # whether they meet the targets, within the tolerance
    turns: int
    gap: float  # greatest relative distance of a category's weighted count from its target
    trimmed: int  # how many are held at a limit

    @property
    def design_effect(self) -> float:
        """Return Kish's design effect: how many times the variance grows by weighting."""
        return design_effect(self.values)

    @property
    def effective_n(self) -> float:
        """Return how many unweighted answers would say as much."""
        return len(self.values) / self.design_effect


def design_effect(weights: Answers) -> float:
    """Return 1 + CV^2 of the weights = n sum(w^2) / sum(w)^2 (L. Kish 1965, Survey sampling)."""
    (values,) = aligned(weights)
    return float(len(values) * (values**2).sum() / values.sum() ** 2)


def post_stratify(
    cells: Sequence[str], totals: Mapping[str, float], base: Answers | None = None
) -> Weights:
    """Return weights whose sum in each cell is that cell's number in the population.

    Raises:
        ValueError: a cell of the population has no respondent (merge it with another), or a
            respondent's cell has no number.
    """
    return rake({"cell": cells}, {"cell": totals}, base, trim=None)


def rake(
    margins: Mapping[str, Margin],
    targets: Mapping[str, Mapping[str, float]],
    base: Answers | None = None,
    *,
    trim: tuple[float, float] | None = TRIM,
    tolerance: float = TOLERANCE,
) -> Weights:
    """Return weights that meet the targets of several variables (Deming & Stephan 1940).

    Each turn adjusts the weights to one variable after the other; with `trim`, what lies beyond the
    limits is then set to them, and the next turn shares it out. Trimmed weights may not be able to
    meet the targets: `converged` and `gap` tell.

    Args:
        margins: by variable, each respondent's category.
        targets: by variable and category, the number in the population.
        base: the weights to start from, such as those of the design; 1 where there are none.
        trim: the least and the greatest multiple of the mean weight, or None.
        tolerance: the relative distance from a target that is none.

    Raises:
        ValueError: variables differ in their totals, a target is not above 0, or categories of
            respondents and of targets don't match.
    """
    if not margins or margins.keys() != targets.keys():
        raise ValueError("margins and targets must be of the same variables, one or more")
    coded = {name: _coded(name, margins[name], targets[name]) for name in margins}
    goals = {name: np.array(list(targets[name].values()), dtype=np.float64) for name in margins}
    total = _one_total(goals)
    size = len(next(iter(coded.values())))
    if any(len(codes) != size for codes in coded.values()):
        raise ValueError("the margins differ in how many respondents they have")
    start = np.ones(size) if base is None else aligned(base)[0]
    if len(start) != size or not (start > 0).all():
        raise ValueError("a weight above 0 is needed for each respondent to start from")
    weights, limits = start * (total / start.sum()), (0.0, np.inf)
    if trim is not None:
        limits = trim[0] * total / size, trim[1] * total / size
    gap, turn, before = np.inf, 0, np.inf
    while turn < MOST_TURNS and gap > tolerance:
        turn += 1
        for name, codes in coded.items():
            weights = weights * (goals[name] / _sums(weights, codes, goals[name]))[codes]
        weights = np.clip(weights, *limits)
        before, gap = gap, _gap(weights, coded, goals)
        if turn > 50 and abs(before - gap) < tolerance * gap:
            break
    held = (weights <= limits[0]) | (weights >= limits[1])
    return Weights(weights, bool(gap <= tolerance), turn, float(gap), int(held.sum()))


def _coded(name: str, margin: Margin, target: Mapping[str, float]) -> NDArray[np.intp]:
    if not all(number > 0 for number in target.values()):
        raise ValueError(f'"{name}": every target must be above 0; leave out what nobody is')
    places = {category: place for place, category in enumerate(target)}
    given = set(margin)
    if None in given:
        raise ValueError(f'"{name}" is unknown of a respondent: make unknown a category')
    if given - places.keys():
        raise ValueError(f'"{name}": no target for {sorted(map(str, given - places.keys()))}')
    if places.keys() - given:
        raise ValueError(f'"{name}": nobody answered of {sorted(places.keys() - given)}')
    return np.array(
        [places[category] for category in margin if category is not None], dtype=np.intp
    )


def _one_total(goals: Mapping[str, Numbers]) -> float:
    totals = {name: float(goal.sum()) for name, goal in goals.items()}
    for (one, first), (other, second) in pairwise(totals.items()):
        if abs(first - second) > 1e-9 * first:
            raise ValueError(f'the totals differ: "{one}" {first:g}, "{other}" {second:g}')
    return next(iter(totals.values()))


def _sums(weights: Numbers, codes: NDArray[np.intp], goal: Numbers) -> Numbers:
    return np.bincount(codes, weights, len(goal)).astype(np.float64)


def _gap(
    weights: Numbers, coded: Mapping[str, NDArray[np.intp]], goals: Mapping[str, Numbers]
) -> float:
    return max(
        float(np.abs(_sums(weights, codes, goals[name]) / goals[name] - 1).max())
        for name, codes in coded.items()
    )


@dataclass(frozen=True)
class Both:
    """A measure raw and weighted, side by side, with what weighting costs."""

    raw: Estimate
    weighted: Estimate
    design_effect: float | None
    effective_n: float | None

    @property
    def shift(self) -> float | None:
        """Return by how much weighting moves the measure."""
        if self.raw.value is None or self.weighted.value is None:
            return None
        return self.weighted.value - self.raw.value


def weighted_mean(answers: Answers, weights: Answers) -> Estimate:
    """Return the weighted mean of what was answered, with its interval.

    The variance is that of a ratio, linearised: n / (n - 1) sum w^2 (y - mean)^2 / (sum w)^2
    (C.-E. Sarndal, B. Swensson & J. Wretman 1992, 5.7), with t at n - 1 degrees of freedom.
    """
    values, weight, n = _answered(answers, weights)
    if not n:
        return UNKNOWN
    total = weight.sum()
    mean = float((weight * values).sum() / total)
    if n < 2:
        return Estimate(mean, n)
    variance = n / (n - 1) * float(((weight * (values - mean)) ** 2).sum()) / float(total) ** 2
    return around(mean, n, sqrt(variance), n - 1)


def weighted_share(holds: Answers, weights: Answers) -> Estimate:
    """Return the weighted share of 1 (of 0 and 1) in percent; Wilson's interval at Kish's n."""
    values, weight, n = _answered(holds, weights)
    if not np.isin(values, (0.0, 1.0)).all():
        raise ValueError("what holds is 1 and what does not is 0: nothing else")
    if not n:
        return UNKNOWN
    share = float((weight * values).sum() / weight.sum())
    effective = n / design_effect(weight)
    low, high = wilson(share * effective, effective)
    error = 100 * sqrt(max(0.0, share * (1 - share)) / effective)
    return Estimate(100 * share, n, error, low, high)


def weighted_counts(answers: Answers, weights: Answers) -> dict[float, float]:
    """Return by answer how many gave it, weighted, summing to Kish's effective n."""
    values, weight, n = _answered(answers, weights)
    if not n:
        return {}
    scale = n / design_effect(weight) / fsum(weight)
    found, places = np.unique(values, return_inverse=True)
    sums = np.bincount(places, weight * scale, len(found))
    return dict(zip(found.tolist(), sums.tolist(), strict=True))


def weighted_net_promoter(answers: Answers, weights: Answers) -> NetPromoter:
    """Return the net promoter score of weighted counts, whose n is Kish's effective one."""
    counts = weighted_counts(ELEVEN.checked_in_place(answers), weights)
    promoters = fsum(count for answer, count in counts.items() if answer >= 9)
    detractors = fsum(count for answer, count in counts.items() if answer <= 6)
    return NetPromoter(promoters, fsum(counts.values()) - promoters - detractors, detractors)


def both_means(answers: Answers, weights: Answers) -> Both:
    """Return the mean raw and weighted."""
    return _both(mean_of(answers), weighted_mean(answers, weights), answers, weights)


def both_shares(holds: Answers, weights: Answers) -> Both:
    """Return the share in percent raw and weighted."""
    equal = np.ones(len(holds))
    return _both(weighted_share(holds, equal), weighted_share(holds, weights), holds, weights)


def _both(raw: Estimate, weighted: Estimate, answers: Answers, weights: Answers) -> Both:
    _values, weight, n = _answered(answers, weights)
    if not n:
        return Both(raw, weighted, None, None)
    effect = design_effect(weight)
    return Both(raw, weighted, effect, n / effect)


def _answered(answers: Answers, weights: Answers) -> tuple[Numbers, Numbers, int]:
    values, weight = aligned(answers, weights)
    if not (weight > 0).all():
        raise ValueError("a weight above 0 is needed for each respondent")
    known = ~np.isnan(values)
    return values[known], weight[known], int(known.sum())
