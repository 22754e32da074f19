"""Whether the items of a scale measure one thing: Cronbach's alpha and each item's part in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.special import fdtri

from tierline.survey_methods.estimates import CONFIDENCE, NO_SPREAD, Answers, Numbers, aligned

LEAST_RESPONDENTS = 30
LEAST_ITEMS = 3
LEAST_ALPHA = 0.6


@dataclass(frozen=True)
class ItemReliability:
    """One item against the others of its scale; None where an item or the others never vary."""

    rest_correlation: float | None  # with the sum of the others (corrected item-total)
    alpha_without: float | None  # of the scale without it; None with fewer than three items

    @property
    def looks_reversed(self) -> bool:
        """Return whether it goes against the others, as where its coding was forgotten."""
        return self.rest_correlation is not None and self.rest_correlation < 0


@dataclass(frozen=True)
class Reliability:
    """Cronbach's alpha of a scale, from who answered all of its items."""

    alpha: float | None
    standardised: float | None
    low: float | None
    high: float | None
    n: int
    left_out: int  # who left an item unanswered
    items: Mapping[str, ItemReliability]

    @property
    def publishable(self) -> bool:
        """Return whether there are items and respondents enough to show alpha."""
        enough = self.n >= LEAST_RESPONDENTS and len(self.items) >= LEAST_ITEMS
        return enough and self.alpha is not None

    @property
    def weak(self) -> bool:
        """Return whether the items hang together too little to be taken as one scale."""
        return self.alpha is not None and self.alpha < LEAST_ALPHA


def reliability(items: Mapping[str, Answers], confidence: float = CONFIDENCE) -> Reliability:
    """Return the reliability of two or more items, reversed ones mirrored before.

    alpha = k / (k - 1) (1 - sum of the items' variances / variance of their sum) (L. J. Cronbach
    1951, Psychometrika 16, 297-334); standardised: of the correlations in the place of the
    covariances. Interval: 1 - alpha over its true value follows F with n - 1 and (n - 1)(k - 1)
    degrees of freedom (L. S. Feldt 1965, Psychometrika 30, 357-370).

    Raises:
        ValueError: fewer than two items, or columns of different length.
    """
    if len(items) < 2:
        raise ValueError("a scale has two items or more")
    table = np.column_stack(aligned(*items.values()))
    whole = table[~np.isnan(table).any(axis=1)]
    n, k = whole.shape
    left_out = len(table) - n
    if n < 2:
        nothing = dict.fromkeys(items, ItemReliability(None, None))
        return Reliability(None, None, None, None, n, left_out, nothing)
    covariances = np.cov(whole, rowvar=False)
    parts = {name: _item(covariances, place) for place, name in enumerate(items)}
    alpha = _alpha(k, float(covariances.trace()), float(covariances.sum()))
    if alpha is None:
        return Reliability(None, None, None, None, n, left_out, parts)
    degrees = n - 1, (n - 1) * (k - 1)
    high, low = (
        1 - (1 - alpha) * float(fdtri(*degrees, part))
        for part in ((1 - confidence) / 2, (1 + confidence) / 2)
    )
    return Reliability(alpha, _standardised(covariances), low, high, n, left_out, parts)


def _alpha(k: int, variances: float, variance_of_sum: float) -> float | None:
    if k < 2 or variance_of_sum <= NO_SPREAD:
        return None
    return k / (k - 1) * (1 - variances / variance_of_sum)


def _standardised(covariances: Numbers) -> float | None:
    spread = np.sqrt(covariances.diagonal())
    if not (spread > 0).all():
        return None
    k = len(spread)
    return _alpha(k, k, float((covariances / np.outer(spread, spread)).sum()))


def _item(covariances: Numbers, place: int) -> ItemReliability:
    own, with_all = float(covariances[place, place]), float(covariances[place].sum())
    variances = float(covariances.trace()) - own
    others = float(covariances.sum()) - 2 * with_all + own
    varies = own > NO_SPREAD and others > NO_SPREAD
    correlation = (with_all - own) / sqrt(own * others) if varies else None
    return ItemReliability(correlation, _alpha(len(covariances) - 1, variances, others))
