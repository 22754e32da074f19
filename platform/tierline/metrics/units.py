"""How a metric's value is kept: an integer, scaled by its unit.

Integers compare exactly and fast in the rules' SQL, and the same integers are compared in Python.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from tierline.packs.contributions import MetricUnit

SCALES: Mapping[MetricUnit, int] = {
    "money": 100,
    "count": 1_000,
    "days": 1_000,
    "percent": 1_000_000,
    "ratio": 1_000_000,
    "months": 1_000_000,
    "years": 1_000_000,
    "points": 1_000_000,
}
"""Stored units in one: money is kept in cents, a share in millionths of a percent."""

BOUND = 10**18
"""What is greater is kept as this: beyond any real amount, and well inside a bigint."""

Number = int | float | str | Decimal


def to_stored(value: Number, unit: MetricUnit) -> int:
    """Return a value as the store keeps it, rounded half away from zero."""
    scaled = (Decimal(str(value)) * SCALES[unit]).to_integral_value(ROUND_HALF_UP)
    return max(-BOUND, min(BOUND, int(scaled)))


def from_stored(stored: int | None, unit: MetricUnit) -> Decimal | None:
    """Return the value that the store keeps; None is unknown."""
    if stored is None:
        return None
    return Decimal(stored) / SCALES[unit]


def reaches(edge: Number, scale: int) -> int:
    """Return the least stored value, `scale` in one, that is at least `edge`."""
    return _bounded(math.ceil(Fraction(str(edge)) * scale))


def exceeds(edge: Number, scale: int) -> int:
    """Return the least stored value, `scale` in one, that is greater than `edge`."""
    return _bounded(math.floor(Fraction(str(edge)) * scale) + 1)


def _bounded(threshold: int) -> int:
    return max(-BOUND - 1, min(BOUND + 1, threshold))
