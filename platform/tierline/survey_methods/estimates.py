"""Estimates that say how far they may be trusted, and the answers that they are made of."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import isnan, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]

Answers = Sequence[float | None] | Numbers
"""One answer for each respondent, in one order; None (in arrays: NaN) where there is none."""

CONFIDENCE = 0.95

LEAST_WEIGHT_KNOWN = 0.7
"""What is weighed over items is marked incomplete with less of the weight answered."""

NO_SPREAD = 1e-12
"""A relative standard error that is nothing but rounding."""


@dataclass(frozen=True)
class Estimate:
    """A value with its n, standard error and interval, each None where it can't be told."""

    value: float | None
    n: int
    standard_error: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Return the interval, where there is one."""
        return None if self.low is None or self.high is None else (self.low, self.high)

    @property
    def above_zero(self) -> bool:
        """Return whether the whole interval lies above 0."""
        return self.low is not None and self.low > 0

    @property
    def below_zero(self) -> bool:
        """Return whether the whole interval lies below 0."""
        return self.high is not None and self.high < 0

    def scaled(self, factor: float) -> Estimate:
        """Return the estimate in another unit, of which `factor` (above 0) make one of this."""
        value, error, low, high = (
            None if each is None else each * factor
            for each in (self.value, self.standard_error, self.low, self.high)
        )
        return Estimate(value, self.n, error, low, high)

    def to_document(self, digits: int = 2) -> dict[str, Any]:
        """Return the estimate as commands, exports and the API show it."""
        shown = {
            "value": self.value,
            "standard_error": self.standard_error,
            "low": self.low,
            "high": self.high,
        }
        rounded = {name: None if v is None else round(v, digits) for name, v in shown.items()}
        return {**rounded, "n": self.n}


UNKNOWN = Estimate(None, 0)
"""What nobody answered: unknown, not zero."""


def numbers(answers: Answers) -> Numbers:
    """Return answers as an array of floats, NaN where there is none."""
    found = np.asarray(answers, dtype=np.float64)
    if found.ndim != 1:
        raise ValueError(f"one answer for each respondent, not an array of shape {found.shape}")
    return found


def answered(answers: Answers) -> Numbers:
    """Return what was answered, without what was not."""
    found = numbers(answers)
    return found[~np.isnan(found)]


def aligned(*columns: Answers) -> list[Numbers]:
    """Return columns of answers as arrays, refused where they differ in length."""
    found = [numbers(column) for column in columns]
    if len({len(column) for column in found}) > 1:
        raise ValueError(f"columns differ in length: {[len(column) for column in found]}")
    return found


def coded(labels: Sequence[Hashable]) -> tuple[list[Hashable], NDArray[np.intp]]:
    """Return the distinct labels, in order of appearance, and each label's place among them."""
    places: dict[Hashable, int] = {}
    codes = [places.setdefault(label, len(places)) for label in labels]
    return list(places), np.array(codes, dtype=np.intp)


def quantile_of_normal(confidence: float = CONFIDENCE) -> float:
    """Return the z that leaves (1 - confidence) / 2 of the normal distribution on each side."""
    return float(ndtri((1 + confidence) / 2))


def quantile_of_t(degrees: float, confidence: float = CONFIDENCE) -> float:
    """Return the t with so many degrees of freedom that leaves (1 - confidence) / 2 a side."""
    return float(stdtrit(degrees, (1 + confidence) / 2))


def around(
    value: float,
    n: int,
    standard_error: float | None,
    degrees: float | None = None,
    confidence: float = CONFIDENCE,
) -> Estimate:
    """Return an estimate with its interval: Student's t with degrees of freedom, else normal.

    An error of 0, where all happened to answer alike, is not believed: the interval is unknown.
    """
    if standard_error is None or isnan(standard_error) or (degrees is not None and degrees <= 0):
        return Estimate(value, n)
    if standard_error <= NO_SPREAD * max(1.0, abs(value)):
        return Estimate(value, n)
    quantile = (
        quantile_of_normal(confidence) if degrees is None else quantile_of_t(degrees, confidence)
    )
    spread = quantile * standard_error
    return Estimate(value, n, standard_error, value - spread, value + spread)


def mean_of(answers: Answers, confidence: float = CONFIDENCE) -> Estimate:
    """Return the mean of what was answered, with Student's t interval.

    None with a single answer, or where all answered alike: how far others differ can't be told.
    """
    values = answered(answers)
    n = len(values)
    if n < 2:
        return Estimate(float(values[0]), 1) if n else UNKNOWN
    error = float(values.std(ddof=1)) / sqrt(n)
    return around(float(values.mean()), n, error, n - 1, confidence)
