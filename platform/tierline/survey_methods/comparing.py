"""What changed from one survey to the next, or differs between two groups of respondents.

Both sides are of different people, so that their errors are independent. The difference is the
first less the second; it is a change only where its interval leaves out 0.
"""

from __future__ import annotations

from math import fsum, sqrt

from tierline.statistics import Z_95, Rate
from tierline.survey_methods.estimates import (
    CONFIDENCE,
    UNKNOWN,
    Answers,
    Estimate,
    answered,
    around,
)
from tierline.survey_methods.measures import NetPromoter


def difference_of_rates(one: Rate, other: Rate) -> Estimate:
    """Return the difference of two rates in points, with Newcombe's interval.

    It ends as far from the difference as both rates' Wilson intervals do together:
    sqrt((p1 - l1)^2 + (u2 - p2)^2) below, sqrt((u1 - p1)^2 + (p2 - l2)^2) above. R. G. Newcombe
    (1998), Interval estimation for the difference between independent proportions, Statistics in
    Medicine 17, 873-890, method 10.
    """
    first, second, wide, other_wide = one.percent, other.percent, one.interval, other.interval
    if first is None or second is None or wide is None or other_wide is None:
        return UNKNOWN
    value = first - second
    below = sqrt((first - wide[0]) ** 2 + (other_wide[1] - second) ** 2)
    above = sqrt((wide[1] - first) ** 2 + (second - other_wide[0]) ** 2)
    error = sqrt(fsum(p * (100 - p) / n for p, n in ((first, one.n), (second, other.n))))
    return Estimate(value, one.n + other.n, error, value - below, value + above)


def difference_of_means(one: Answers, other: Answers, confidence: float = CONFIDENCE) -> Estimate:
    """Return the difference of two means, with the interval of B. L. Welch (1947), Biometrika 34.

    Without interval where a side has a single answer, or all of both answered alike.
    """
    first, second = answered(one), answered(other)
    n, m = len(first), len(second)
    if not n or not m:
        return UNKNOWN
    value = float(first.mean() - second.mean())
    if n < 2 or m < 2:
        return Estimate(value, n + m)
    parts = float(first.var(ddof=1)) / n, float(second.var(ddof=1)) / m
    variance = fsum(parts)
    if variance == 0:
        return Estimate(value, n + m)
    degrees = variance**2 / (parts[0] ** 2 / (n - 1) + parts[1] ** 2 / (m - 1))
    return around(value, n + m, sqrt(variance), degrees, confidence)


def difference_of_net_promoters(one: NetPromoter, other: NetPromoter) -> Estimate:
    """Return one score less the other, of independent respondents: SE^2 = SE1^2 + SE2^2.

    Rocks's three answers are added to each, so that the interval has a width where all agree.
    """
    if one.score is None or other.score is None:
        return UNKNOWN
    adjusted = [
        NetPromoter(each.promoters + 0.75, each.passives + 1.5, each.detractors + 0.75)
        for each in (one, other)
    ]
    scores = [each.score or 0.0 for each in adjusted]
    error = sqrt(fsum((each.standard_error or 0.0) ** 2 for each in adjusted))
    centre, spread = scores[0] - scores[1], Z_95 * error
    value = one.score - other.score
    return Estimate(value, round(one.n + other.n), error, centre - spread, centre + spread)
