"""What to work on first: how important each item is, against how well it is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import atanh, sqrt, tanh
from typing import Literal

import numpy as np

from tierline.survey_methods.estimates import (
    UNKNOWN,
    Answers,
    Estimate,
    Numbers,
    aligned,
    mean_of,
    quantile_of_normal,
)

Quadrant = Literal["concentrate_here", "keep_up", "low_priority", "possible_overkill"]

LEAST_FOR_CORRELATION = 4


@dataclass(frozen=True)
class Place:
    """Where an item stands on the map."""

    importance: Estimate
    performance: Estimate
    quadrant: Quadrant | None  # None where one of the two is unknown
    certain: bool  # whether both intervals lie on one side of the crosshair


@dataclass(frozen=True)
class ImportanceMap:
    """The items on a map that the crosshair divides into four."""

    importance_at: float | None
    performance_at: float | None
    items: Mapping[str, Place]


def importance_map(
    importance: Mapping[str, Estimate],
    performance: Mapping[str, Estimate],
    crosshair: tuple[float, float] | None = None,
) -> ImportanceMap:
    """Return the map of J. A. Martilla & J. C. James (1977), Journal of Marketing 41, 77-79.

    Args:
        importance: by item, stated (`mean_of`) or derived (`derived_importance`).
        performance: by item, its mean rating (`mean_of`).
        crosshair: importance and performance at which the map divides; the means of the items that
            have both, if not given.

    Raises:
        ValueError: the items of the two differ.
    """
    if importance.keys() != performance.keys():
        raise ValueError("importance and performance must be of the same items")
    known = [
        (importance[name].value, performance[name].value)
        for name in importance
        if importance[name].value is not None and performance[name].value is not None
    ]
    if not known:
        nowhere = {
            name: Place(importance[name], performance[name], None, certain=False)
            for name in importance
        }
        return ImportanceMap(None, None, nowhere)
    across, up = crosshair or tuple(np.array(known, dtype=np.float64).mean(axis=0).tolist())
    return ImportanceMap(
        across,
        up,
        {name: _place(importance[name], performance[name], across, up) for name in importance},
    )


def _place(importance: Estimate, performance: Estimate, across: float, up: float) -> Place:
    if importance.value is None or performance.value is None:
        return Place(importance, performance, None, certain=False)
    quadrant: Quadrant
    if importance.value >= across:
        quadrant = "keep_up" if performance.value >= up else "concentrate_here"
    else:
        quadrant = "possible_overkill" if performance.value >= up else "low_priority"
    certain = _one_side(importance, across) and _one_side(performance, up)
    return Place(importance, performance, quadrant, certain)


def _one_side(estimate: Estimate, border: float) -> bool:
    if estimate.low is None or estimate.high is None:
        return False
    return estimate.low > border or estimate.high < border


def derived_importance(items: Mapping[str, Answers], overall: Answers) -> dict[str, Estimate]:
    """Return each item's correlation with the overall rating, over who answered both.

    The interval is Fisher's: atanh(r) -/+ z / sqrt(n - 3) (R. A. Fisher 1921). Unknown where fewer
    than four answered both, or one of the two never varies.
    """
    return {name: correlation(column, overall) for name, column in items.items()}


def correlation(one: Answers, other: Answers) -> Estimate:
    """Return Pearson's correlation of two columns over the rows that have both.

    Without interval where it is 1 or -1.
    """
    first, second = aligned(one, other)
    both = ~(np.isnan(first) | np.isnan(second))
    n = int(both.sum())
    if n < LEAST_FOR_CORRELATION or not (first[both].std() > 0 and second[both].std() > 0):
        return Estimate(None, n)
    value = float(np.clip(np.corrcoef(first[both], second[both])[0, 1], -1, 1))
    if abs(value) > 1 - 1e-12:
        return Estimate(value, n)
    spread = quantile_of_normal() / sqrt(n - 3)
    error = (1 - value * value) / sqrt(n - 1)
    return Estimate(value, n, error, tanh(atanh(value) - spread), tanh(atanh(value) + spread))


def relative_weights(items: Mapping[str, Answers], overall: Answers) -> dict[str, Estimate]:
    """Return each item's part of the overall rating's explained variance R^2; they sum to it.

    J. W. Johnson (2000), Multivariate Behavioral Research 35, 1-19: the items are replaced by the
    orthogonal variables nearest to them, and the weights led back. Unlike correlations these share
    out what correlated items explain together. Over who answered everything; no interval is known
    in closed form. Unknown where an item never varies, or items say exactly the same.
    """
    table = np.column_stack([*aligned(*items.values(), overall)])
    table = table[~np.isnan(table).any(axis=1)]
    n, k = len(table), len(items)
    if n <= k + 1 or not (table.std(axis=0) > 0).all():
        return dict.fromkeys(items, UNKNOWN)
    matrix: Numbers = np.atleast_2d(np.corrcoef(table, rowvar=False))
    values, vectors = np.linalg.eigh(matrix[:k, :k])
    if values.min() < 1e-10:
        return dict.fromkeys(items, UNKNOWN)
    loadings = vectors @ np.diag(np.sqrt(values)) @ vectors.T
    slopes = np.linalg.solve(loadings, matrix[:k, k])
    weights = (loadings**2) @ (slopes**2)
    return {name: Estimate(float(weight), n) for name, weight in zip(items, weights, strict=True)}


def stated_importance(items: Mapping[str, Answers]) -> dict[str, Estimate]:
    """Return the mean of how important respondents say each item is."""
    return {name: mean_of(column) for name, column in items.items()}
