"""Credit scorecards: weight of evidence, information value, and points that double the odds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log

SMOOTHING = 0.5
"""Added to both sides of a class in which one is empty, so that its evidence is finite."""


@dataclass(frozen=True)
class Scaling:
    """How odds of good to bad become points: offset + factor · ln(odds).

    N. Siddiqi (2006), Credit Risk Scorecards, chapter 6.
    """

    factor: float
    offset: float

    def points(self, odds: float) -> float:
        """Return the points of odds of good to bad, above 0."""
        if odds <= 0:
            raise ValueError("odds of good to bad lie above 0")
        return self.offset + self.factor * log(odds)

    def bad_share(self, points: float) -> float:
        """Return the share of bad (0 to 1) that points stand for."""
        return 1 / (1 + exp((points - self.offset) / self.factor))


def scaling(points: float, odds: float, to_double: float) -> Scaling:
    """Return the scaling at which odds have these points, and `to_double` more double them."""
    if odds <= 0 or to_double <= 0:
        raise ValueError("odds, and the points that double them, lie above 0")
    factor = to_double / log(2)
    return Scaling(factor, points - factor * log(odds))


@dataclass(frozen=True)
class Evidence:
    """What a class of a characteristic says: its counts, weight of evidence and share of value."""

    good: int
    bad: int
    weight: float  # ln(share of the good / share of the bad): above 0 is better than all
    value: float  # (share of the good - share of the bad) · weight
    smoothed: bool  # whether a side was empty


@dataclass(frozen=True)
class Characteristic:
    """A characteristic's classes with their evidence, and its information value."""

    classes: Mapping[str, Evidence]
    value: float


def evidence(counts: Mapping[str, tuple[int, int]]) -> Characteristic:
    """Return the evidence of a characteristic whose classes hold so many (good, bad) accounts.

    Information value: below .02 none, .1 to .3 medium, above .5 to be looked at with suspicion.

    Raises:
        ValueError: no good, or no bad, accounts at all.
    """
    goods, bads = (sum(pair[side] for pair in counts.values()) for side in (0, 1))
    if not goods or not bads:
        raise ValueError("needs accounts that turned out good and some that turned out bad")
    found: dict[str, Evidence] = {}
    for name, (good, bad) in counts.items():
        empty = not good or not bad
        more = SMOOTHING if empty else 0
        of_good, of_bad = (good + more) / goods, (bad + more) / bads
        weight = log(of_good / of_bad)
        found[name] = Evidence(good, bad, weight, (of_good - of_bad) * weight, empty)
    return Characteristic(found, sum(each.value for each in found.values()))
