"""Edges as ladders of integer thresholds, shared by the SQL and the Python evaluation."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from tierline.metrics.units import BOUND, SCALES, exceeds, reaches
from tierline.packs.contributions import MetricUnit


@dataclass(frozen=True)
class Ladder:
    """Thresholds in ascending order; a stored value's step is the number that it reaches."""

    thresholds: tuple[int, ...]
    descending: bool = False  # points fall from step to step

    def step(self, value: int) -> int:
        """Return how many thresholds the value reaches."""
        return bisect_right(self.thresholds, value)

    def points_of(self, step: int) -> int:
        """Return the points of a step: from 1 up, or from the number of steps down."""
        return len(self.thresholds) + 1 - step if self.descending else 1 + step

    def points(self, value: int) -> int:
        """Return the points of a stored value."""
        return self.points_of(self.step(value))


def ladder_of(edges: Sequence[Decimal], unit: MetricUnit, better: str) -> Ladder:
    """Return the ladder of edges: `higher` counts edges reached, `lower` edges exceeded."""
    scale = SCALES[unit]
    if better == "lower":
        return Ladder(tuple(exceeds(edge, scale) for edge in edges), descending=True)
    return Ladder(tuple(reaches(edge, scale) for edge in edges))


def ladder_of_cuts(cuts: Sequence[Fraction], better: str) -> Ladder:
    """Return the ladder of a bin's cuts, given in stored units; what is equal reaches them."""
    thresholds = tuple(max(-BOUND - 1, min(BOUND + 1, math.ceil(cut))) for cut in cuts)
    return Ladder(thresholds, descending=better == "lower")
