"""Kano's model: which features delight, which are expected, and which nobody misses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Literal, get_args

from tierline.statistics import Rate

Category = Literal[
    "must_be", "one_dimensional", "attractive", "indifferent", "reverse", "questionable"
]
CATEGORIES: tuple[Category, ...] = get_args(Category)
"""In the order in which ties are decided: M > O > A > I, then R and Q."""

REACTIONS = ("like", "must_be", "neutral", "live_with", "dislike")
"""How one feels if a feature is there (functional), and if it is not (dysfunctional)."""

_LETTERS: Mapping[str, Category] = {
    "M": "must_be",
    "O": "one_dimensional",
    "A": "attractive",
    "I": "indifferent",
    "R": "reverse",
    "Q": "questionable",
}
_TABLE = ("QAAAO", "RIIIM", "RIIIM", "RIIIM", "RRRRQ")

Z_FONG = 1.65
"""Fong's limit: 90 % two-sided."""


def evaluate(functional: str, dysfunctional: str) -> Category:
    """Return the category of one respondent's pair of reactions (Kano et al. 1984).

    Raises:
        ValueError: a reaction is not one of the five.
    """
    for reaction in (functional, dysfunctional):
        if reaction not in REACTIONS:
            raise ValueError(f'"{reaction}" is not one of {", ".join(REACTIONS)}')
    row = _TABLE[REACTIONS.index(functional)]
    return _LETTERS[row[REACTIONS.index(dysfunctional)]]


@dataclass(frozen=True)
class Coefficients:
    """How much having a feature satisfies (0 to 1), and missing it dissatisfies (0 to -1)."""

    better: float
    worse: float


def coefficients(
    attractive: float, one_dimensional: float, must_be: float, indifferent: float
) -> Coefficients | None:
    """Return (A + O) / (A + O + M + I) and -(O + M) / (A + O + M + I), of counts or of percents.

    C. Berger et al. (1993), Center for Quality of Management Journal 2(4); reverse and questionable
    have no part. None where nobody is in one of the four.
    """
    whole = attractive + one_dimensional + must_be + indifferent
    if not whole:
        return None
    return Coefficients(
        (attractive + one_dimensional) / whole, -(one_dimensional + must_be) / whole
    )


@dataclass(frozen=True)
class KanoFeature:
    """What the respondents make of one feature."""

    counts: Mapping[Category, int]

    @property
    def n(self) -> int:
        """Return how many answered both questions."""
        return sum(self.counts.values())

    @property
    def category(self) -> Category | None:
        """Return the most frequent category; of equal ones the more demanding: M > O > A > I."""
        if not self.n:
            return None
        return max(CATEGORIES, key=lambda each: (self.counts[each], -CATEGORIES.index(each)))

    @property
    def clear(self) -> bool:
        """Return whether the most frequent category leads the next significantly.

        |a - b| >= 1.65 sqrt((a + b)(2n - a - b) / 2n): D. Fong (1996), Center for Quality of
        Management Journal 5(3).
        """
        if not self.n:
            return False
        first, second = sorted(self.counts.values(), reverse=True)[:2]
        both = first + second
        return first - second >= Z_FONG * sqrt(both * (2 * self.n - both) / (2 * self.n))

    @property
    def strength(self) -> Rate:
        """Return the total strength: for how many the feature matters, M, O and A of all."""
        indifferent = self.counts["indifferent"]
        return Rate(self._judged - indifferent, self.n)

    @property
    def better(self) -> Rate:
        """Return the coefficient of satisfaction as a rate with its interval."""
        return Rate(self.counts["attractive"] + self.counts["one_dimensional"], self._judged)

    @property
    def worse(self) -> Rate:
        """Return the size of the (negative) coefficient of dissatisfaction as a rate."""
        return Rate(self.counts["one_dimensional"] + self.counts["must_be"], self._judged)

    @property
    def _judged(self) -> int:
        return self.n - self.counts["reverse"] - self.counts["questionable"]


def kano(functional: Sequence[str | None], dysfunctional: Sequence[str | None]) -> KanoFeature:
    """Return a feature's categories over who answered both questions, respondent by respondent.

    Raises:
        ValueError: the columns differ in length, or a reaction is not one of the five.
    """
    counts = Counter(
        evaluate(there, missing)
        for there, missing in zip(functional, dysfunctional, strict=True)
        if there is not None and missing is not None
    )
    return KanoFeature({category: counts[category] for category in CATEGORIES})
