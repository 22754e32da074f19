"""Whether those who don't answer differ: from what is known of all, and from who answered late."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.special import chdtrc

from tierline.statistics import Rate
from tierline.survey_methods.bias import Finding, Verdict, difference_within
from tierline.survey_methods.estimates import CONFIDENCE, Answers, Estimate, Flags, around, coded

EXPECTED_FOR_CHI_SQUARE = 5
"""With fewer expected in a cell, chi-square's distribution doesn't hold (Cochran 1954)."""


@dataclass(frozen=True)
class CategoryResponse:
    """How one category of the drawn answered."""

    category: str | None
    response: Rate
    shift: Estimate  # its share among who answered less that among all drawn, in points


@dataclass(frozen=True)
class ResponseBalance:
    """Whether all categories of a variable known of everybody drawn answered alike."""

    categories: tuple[CategoryResponse, ...]
    r_indicator: float | None  # 1: all answered alike; the lower the more unlike
    p_value: float | None  # of all answering alike
    verdict: Verdict


def response_balance(answered: Flags, categories: Sequence[str | None]) -> ResponseBalance:
    """Compare the response rates of a variable's categories; unknown is a category.

    Chi-square of response by category; R = 1 - 2 S of the categories' response rates over all drawn
    (B. Schouten, F. Cobben & J. Bethlehem 2009, Survey Methodology 35, 101-113). Of a category with
    share p among r who answered of n drawn, the shift has the variance p (1 - p) / r (1 - r / n).

    Raises:
        ValueError: the columns differ in length.
    """
    there = np.asarray(answered, dtype=bool)
    if len(there) != len(categories):
        raise ValueError(f"{len(categories)} categories for {len(there)} drawn")
    names, codes = coded(categories)
    n, r = len(there), int(there.sum())
    drawn = np.bincount(codes, minlength=len(names)).astype(np.float64)
    came = np.bincount(codes[there], minlength=len(names)).astype(np.float64)
    order = sorted(range(len(names)), key=lambda place: (names[place] is None, str(names[place])))
    confidence = 1 - (1 - CONFIDENCE) / max(1, len(names))
    found = tuple(
        CategoryResponse(
            None if names[place] is None else str(names[place]),
            Rate(int(came[place]), int(drawn[place])),
            _shift(came[place], drawn[place], r, n, confidence),
        )
        for place in order
    )
    if not 0 < r < n or len(names) < 2:
        return ResponseBalance(found, None, None, "cannot_tell")
    rates = came / drawn
    mean = r / n
    spread = float((drawn * (rates - mean) ** 2).sum())
    p_value = float(chdtrc(len(names) - 1, spread / (mean * (1 - mean))))
    indicator = 1 - 2 * sqrt(spread / (n - 1))
    if min(mean, 1 - mean) * float(drawn.min()) < EXPECTED_FOR_CHI_SQUARE:
        return ResponseBalance(found, indicator, None, "cannot_tell")
    verdict: Verdict = "suspicious" if p_value < 1 - CONFIDENCE else "no_sign"
    return ResponseBalance(found, indicator, p_value, verdict)


def _shift(came: float, drawn: float, r: int, n: int, confidence: float) -> Estimate:
    if not r or r == n:
        return Estimate(0.0 if r else None, n)
    share = drawn / n
    value = 100 * (came / r - share)
    error = 100 * sqrt(share * (1 - share) / r * (1 - r / n))
    return around(value, n, error, confidence=confidence)


def early_and_late(
    answers: Answers, late: Flags, strata: Sequence[Hashable] | None = None
) -> Finding:
    """Compare who answered only after reminders with the others, within strata.

    Who answers late is taken to be like who never does (J. S. Armstrong & T. S. Overton 1977,
    Journal of Marketing Research 14, 396-402).
    """
    return difference_within("late", answers, late, strata)
