"""How long accounts stay: the Kaplan-Meier estimate, with its interval."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, log, sqrt

Z_95 = 1.959963984540054


@dataclass(frozen=True)
class Step:
    """The share of accounts still there after a time at which some left."""

    time: float
    at_risk: int
    left: int
    share: float
    low: float
    high: float


def kaplan_meier(left: Iterable[float], still_there: Iterable[float]) -> list[Step]:
    """Return the steps of the survival curve (Kaplan & Meier 1958).

    Args:
        left: after how long each account that left did so.
        still_there: how long each other was seen; it is at risk up to then, that time included.

    Intervals: 95 %, by Greenwood's variance on the scale of log(-log), which stays in 0 to 1.
    """
    ends, seen = Counter(left), Counter(still_there)
    at_risk = ends.total() + seen.total()
    share, variance, steps = 1.0, 0.0, []
    for time in sorted({*ends, *seen}):
        gone = ends[time]
        if gone:
            share *= 1 - gone / at_risk
            if gone < at_risk:
                variance += gone / (at_risk * (at_risk - gone))
            steps.append(Step(time, at_risk, gone, share, *_interval(share, variance)))
        at_risk -= gone + seen[time]
    return steps


def _interval(share: float, variance: float) -> tuple[float, float]:
    if not 0 < share < 1:
        return share, share
    away = Z_95 * sqrt(variance) / log(share)
    return share ** exp(-away), share ** exp(away)
