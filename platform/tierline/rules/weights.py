"""Weighted scores in whole numbers, so that a score at a border is never lost to rounding.

A score is S = sum(weight * points) / sum(weight), over the criteria that are known. With a border
F = f/d it reaches S >= F exactly when sum(weight * (points * d - f)) >= 0: one constant a step.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from tierline.metrics.source import Source
from tierline.metrics.units import SCALES
from tierline.rules.ladder import Ladder, ladder_of
from tierline.rules.scheme import Criterion, Scoring

POINT = SCALES["points"]
"""Points are counted in millionths, as the store keeps a metric that is in points already."""

SCORE = 10_000
"""The history keeps scores in ten-thousandths."""


@dataclass(frozen=True)
class Weighed:
    """A criterion with its weight as a whole number; no ladder: its metric is in points already."""

    criterion: Criterion
    weight: int
    ladder: Ladder | None

    def points(self, value: int) -> int:
        """Return the points of a stored value, in millionths."""
        if self.ladder is None:
            return max(POINT, min(5 * POINT, value))
        return self.ladder.points(value) * POINT


@dataclass(frozen=True)
class Weights:
    """A scoring whose weights are whole numbers in the same proportion."""

    parts: tuple[Weighed, ...]
    total: int
    minimum: Fraction  # of the total: below, the result is incomplete

    def least_present(self) -> int:
        """Return the least weight known for a complete result."""
        needed = self.minimum * self.total
        return -(-needed.numerator // needed.denominator)


def weigh(scoring: Scoring, source: Source) -> Weights:
    """Return the scoring with whole weights and the ladders of its metrics' units."""
    exact = [Fraction(str(criterion.weight)) for criterion in scoring.criteria]
    common = math.lcm(*(weight.denominator for weight in exact))
    parts = tuple(
        Weighed(criterion, int(weight * common), _ladder(criterion, source))
        for criterion, weight in zip(scoring.criteria, exact, strict=True)
    )
    total = sum(part.weight for part in parts)
    return Weights(parts, total, Fraction(str(scoring.minimum_present)) / 100)


def _ladder(criterion: Criterion, source: Source) -> Ladder | None:
    source.value(criterion.metric)  # must be there
    if criterion.edges is None:
        return None
    return ladder_of(criterion.edges, source.units[criterion.metric], criterion.better)
