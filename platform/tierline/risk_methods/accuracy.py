"""How often warnings were right on the past: precision, recall, lead time, calibration, Brier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np

from tierline.statistics import Rate

LEAST = 30
"""With fewer accounts that left, or that were warned of, an accuracy is hidden."""


@dataclass(frozen=True)
class Warned:
    """A warning of an account, and after how many days it left, if it did within the horizon."""

    account: str
    left_after: int | None


@dataclass(frozen=True)
class Accuracy:
    """How right warnings were: precision, how many warned of left; recall, how many who left."""

    precision: Rate
    recall: Rate
    lead_days: float | None  # the median from warning to leaving; None: nobody warned of left

    @property
    def is_hidden(self) -> bool:
        """Return whether it rests on too few to be shown."""
        return min(self.precision.n, self.recall.n) < LEAST


def accuracy(warned: Sequence[Warned], left: int) -> Accuracy:
    """Return how right the first warning of each account was; `left`: all who left.

    Raises:
        ValueError: an account stands twice, or more who were warned of left than left at all.
    """
    if len({each.account for each in warned}) < len(warned):
        raise ValueError("an account stands twice: only its first warning counts")
    hits = [each.left_after for each in warned if each.left_after is not None]
    if len(hits) > left:
        raise ValueError("more accounts left after a warning than left at all")
    lead = float(median(hits)) if hits else None
    return Accuracy(Rate(len(hits), len(warned)), Rate(len(hits), left), lead)


@dataclass(frozen=True)
class Bin:
    """Accounts whose chance was told alike: the chance on average, and how many left."""

    told: float
    left: Rate


@dataclass(frozen=True)
class Calibration:
    """The Brier score and its parts: A. H. Murphy (1973), Journal of Applied Meteorology 12(4).

    score = reliability - resolution + uncertainty, up to what differs within a bin.
    """

    score: float
    reliability: float
    resolution: float
    uncertainty: float
    bins: tuple[Bin, ...]

    @property
    def skill(self) -> float | None:
        """Return how much better than always telling the mean (1: perfect; below 0: worse)."""
        return 1 - self.score / self.uncertainty if self.uncertainty else None


def calibration(told: Any, left: Any, bins: int = 10) -> Calibration:
    """Return how well told chances (0 to 1) fit who left (true or false), in bins of equal width.

    Raises:
        ValueError: nothing told, or a chance outside 0 to 1 (a percentage, perhaps).
    """
    chance, event = np.asarray(told, dtype=float), np.asarray(left, dtype=float)
    if not len(chance) or len(chance) != len(event):
        raise ValueError("needs a told chance and an outcome for each account")
    if chance.min() < 0 or chance.max() > 1:
        raise ValueError("chances are fractions from 0 to 1, not percentages")
    place = np.minimum((chance * bins).astype(int), bins - 1)
    base = float(event.mean())
    found: list[Bin] = []
    reliability = resolution = 0.0
    for number in np.unique(place):
        inside = place == number
        count, many = int(event[inside].sum()), int(inside.sum())
        mean = float(chance[inside].mean())
        reliability += many * (mean - count / many) ** 2
        resolution += many * (count / many - base) ** 2
        found.append(Bin(mean, Rate(count, many)))
    n = len(chance)
    score = float(np.mean((chance - event) ** 2))
    return Calibration(score, reliability / n, resolution / n, base * (1 - base), tuple(found))


def alarms_a_week(days_of_alarms: Sequence[int], days: int) -> float:
    """Return how many alarms a week a threshold would have given over so many days."""
    if days <= 0:
        raise ValueError("needs at least a day")
    return len(days_of_alarms) * 7 / days
