"""Whether the items of a scale measure one thing: Cronbach's alpha and each item's part in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import fdtri

from tierline.surveys.estimates import CONFIDENCE, Answers, Numbers, aligned

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
    1951, Psychometrika 16, 297-334); standardised from the mean correlation r:
    k r / (1 + (k - 1) r).
    Interval: 1 - alpha over its true value follows F with n - 1 and (n - 1)(k - 1) degrees of
    freedom (L. S. Feldt 1965, Psychometrika 30, 357-370).

    Raises:
        ValueError: fewer than two items, or columns of different length.
    """
    if len(items) < 2:
        raise ValueError("a scale has two items or more")
    table = np.column_stack(aligned(*items.values()))
    whole = table[~np.isnan(table).any(axis=1)]
    n, k = whole.shape
    left_out = len(table) - n
    alpha = _alpha(whole)
    parts = {name: _item(whole, place) for place, name in enumerate(items)}
    if alpha is None:
        return Reliability(None, None, None, None, n, left_out, parts)
    degrees = n - 1, (n - 1) * (k - 1)
    high, low = (
        1 - (1 - alpha) * float(fdtri(*degrees, part))
        for part in ((1 - confidence) / 2, (1 + confidence) / 2)
    )
    return Reliability(alpha, _standardised(whole), low, high, n, left_out, parts)


def _alpha(table: Numbers) -> float | None:
    n, k = table.shape
    if n < 2 or k < 2:
        return None
    total = float(table.sum(axis=1).var(ddof=1))
    if total == 0:
        return None
    return float(k / (k - 1) * (1 - float(table.var(axis=0, ddof=1).sum()) / total))


def _standardised(table: Numbers) -> float | None:
    if not (table.std(axis=0) > 0).all():
        return None
    k = table.shape[1]
    mean = (float(np.corrcoef(table, rowvar=False).sum()) - k) / (k * (k - 1))
    return float(k * mean / (1 + (k - 1) * mean))


def _item(table: Numbers, place: int) -> ItemReliability:
    rest = np.delete(table, place, axis=1)
    others, item = rest.sum(axis=1), table[:, place]
    varies = len(table) > 1 and item.std() > 0 and others.std() > 0
    correlation = float(np.corrcoef(item, others)[0, 1]) if varies else None
    return ItemReliability(correlation, _alpha(rest))
