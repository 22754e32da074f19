"""The three-way gap of service: the standard, what is needed, and what is perceived."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import fsum
from typing import Literal

import numpy as np

from tierline.survey_methods.estimates import (
    LEAST_WEIGHT_KNOWN,
    Answers,
    Estimate,
    Numbers,
    aligned,
    mean_of,
    numbers,
)

Finding = Literal["standard_too_low", "standard_not_met", "need_not_met", "more_than_needed", "met"]
"""Why the need is not met, or that it is.

* standard_too_low: the standard lies below the need: keeping it can't be enough.
* standard_not_met: the standard would do, and is not kept.
* need_not_met: the need is not met, and it can't be told which of the two it is.
* more_than_needed: more is perceived than is needed.
* met: no gap that can be told from chance.
"""


@dataclass(frozen=True)
class ServiceItem:
    """One item of service, rated on one scale."""

    standard: Answers | float | None  # what is promised: one number, or as each respondent knows it
    need: Answers
    perceived: Answers


@dataclass(frozen=True)
class ServiceGap:
    """The gaps of one item: each the mean difference over who answered both parts of it."""

    perceived_to_need: Estimate  # P - N, SERVQUAL's gap: below 0 the need is not met
    perceived_to_standard: Estimate  # P - S: below 0 the standard is not kept
    standard_to_need: Estimate  # S - N: below 0 the standard is too low
    finding: Finding | None  # None where the gap has no interval


def service_gap(item: ServiceItem) -> ServiceGap:
    """Return the three gaps of an item (A. Parasuraman, V. Zeithaml & L. Berry 1985, 1988).

    Differences are taken in each respondent, so what isn't answered drops out in pairs.
    """
    need, perceived = aligned(item.need, item.perceived)
    standard = _standard(item.standard, len(need))
    needed, kept = mean_of(perceived - need), mean_of(perceived - standard)
    promised = mean_of(standard - need)
    return ServiceGap(needed, kept, promised, _finding(needed, kept, promised))


def _standard(given: Answers | float | None, n: int) -> Numbers:
    if given is None or isinstance(given, int | float):
        return np.full(n, np.nan if given is None else float(given))
    found = numbers(given)
    if len(found) != n:
        raise ValueError(f"{len(found)} standards for {n} respondents")
    return found


def _finding(need: Estimate, kept: Estimate, standard: Estimate) -> Finding | None:
    if need.interval is None:
        return None
    if need.above_zero:
        return "more_than_needed"
    if not need.below_zero:
        return "met"
    if standard.below_zero:
        return "standard_too_low"
    return "standard_not_met" if kept.below_zero else "need_not_met"


@dataclass(frozen=True)
class WeightedGap:
    """The gap P - N over all items, by their weights."""

    gap: Estimate
    weight_known: float  # share (0 to 1) of the weight that respondents answered, on average

    @property
    def complete(self) -> bool:
        """Return whether enough of the weight was answered."""
        return self.weight_known >= LEAST_WEIGHT_KNOWN


def weighted_gap(items: Mapping[str, ServiceItem], weights: Mapping[str, float]) -> WeightedGap:
    """Return sum(w gap) / sum(w) in each respondent over what they answered, and its mean.

    Raises:
        ValueError: columns of different length, or a weight negative, or all 0.
    """
    if any(weights[name] < 0 for name in items) or not fsum(weights[name] for name in items):
        raise ValueError("the weights must not be negative, and not all 0")
    columns = [np.subtract(*aligned(item.perceived, item.need)) for item in items.values()]
    table = np.column_stack(aligned(*columns))
    weight = np.where(np.isnan(table), 0.0, np.array([weights[name] for name in items]))
    known = weight.sum(axis=1)
    some = known > 0
    sums = np.nansum(table[some] * weight[some], axis=1)
    part = float(known.mean()) / fsum(weights[name] for name in items) if len(known) else 0.0
    return WeightedGap(mean_of(sums / known[some]), part)
