"""Weights of criteria by a method: from judgements in pairs (AHP), or from how values spread."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from itertools import combinations

RANDOM_INDEX = (0.0, 0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49)
"""Saaty's random index, by the number of criteria (Saaty 1980)."""

MOST_CRITERIA = len(RANDOM_INDEX) - 1
TURNS = 1_000

Judgements = Mapping[tuple[str, str], float]
"""How many times as important the first is as the second; one entry for each pair."""


@dataclass(frozen=True)
class Weighting:
    """Weights by criterion, which sum to 1, and how well the judgements fit each other."""

    weights: Mapping[str, float]
    greatest_eigenvalue: float
    consistency_ratio: float  # 0: the judgements agree; about 1: they are as good as random


@dataclass(frozen=True)
class Misfit:
    """The judgement that fits the others least, and what they imply in its place."""

    of: str
    over: str
    given: float
    implied: float


def ahp(criteria: Sequence[str], judgements: Judgements) -> Weighting:
    """Return the weights of 1 to 10 criteria: the principal right eigenvector of the judgements.

    Saaty (1977, 1980): lambda is the greatest eigenvalue, the consistency index
    (lambda - n) / (n - 1), and the ratio that index over Saaty's random index. The eigenvector is
    found by powers of the matrix, which converge since all its entries are positive.
    """
    size = len(criteria)
    matrix = [[_judged(judgements, row, column) for column in criteria] for row in criteria]
    weights = [1 / size] * size
    for _turn in range(TURNS):
        product = _times(matrix, weights)
        total = sum(product)
        after = [value / total for value in product]
        if max(abs(new - old) for new, old in zip(after, weights, strict=True)) < 1e-15:
            break
        weights = after
    greatest = sum(_times(matrix, weights))
    index = (greatest - size) / (size - 1) if size > 1 else 0.0
    ratio = max(0.0, index) / RANDOM_INDEX[size] if size > 2 else 0.0
    return Weighting(dict(zip(criteria, weights, strict=True)), greatest, ratio)


def _times(matrix: Sequence[Sequence[float]], vector: Sequence[float]) -> list[float]:
    return [math.fsum(map(float.__mul__, row, vector)) for row in matrix]


def _judged(judgements: Judgements, of: str, over: str) -> float:
    if of == over:
        return 1.0
    given = judgements.get((of, over))
    return 1 / judgements[over, of] if given is None else float(given)


def greatest_ratio(size: int) -> float:
    """Return the consistency ratio above which judgements of so many criteria are refused."""
    return {3: 0.05, 4: 0.08}.get(size, 0.10)


def worst(judgements: Judgements, weighting: Weighting) -> Misfit:
    """Return the judgement that is furthest, as a ratio, from what the weights imply."""

    def implied(pair: tuple[str, str]) -> float:
        return weighting.weights[pair[0]] / weighting.weights[pair[1]]

    pair = max(judgements, key=lambda pair: abs(math.log(judgements[pair] / implied(pair))))
    return Misfit(*pair, judgements[pair], implied(pair))


@dataclass(frozen=True)
class Spread:
    """What is to be known of a criterion's values x over some accounts to weigh it by entropy."""

    accounts: int
    least: float
    total: float
    total_of_x_ln_x: float  # over the values above 0; natural logarithms


def entropy(spreads: Mapping[str, Spread]) -> dict[str, float]:
    """Return weights by how unequal the accounts are in each criterion (Shannon 1948).

    With p = x / sum(x), e = -sum(p ln p) / ln(m) over the m accounts; the weight is (1 - e) over
    the sum of all (1 - e). A constant criterion tells nothing and has no weight.

    Raises:
        ValueError: a criterion has fewer than two accounts, a negative value or a sum of 0, or
            every criterion is constant.
    """
    unequal = {name: 1 - _evenness(name, spread) for name, spread in spreads.items()}
    whole = math.fsum(unequal.values())
    if whole < 1e-12:
        raise ValueError("every account has the same values: nothing tells them apart")
    return {name: value / whole for name, value in unequal.items()}


def _evenness(name: str, spread: Spread) -> float:
    total = spread.total
    if spread.accounts < 2 or spread.least < 0 or total <= 0:
        raise ValueError(
            f"{name}: needs two accounts or more, no negative value, and a sum above 0"
        )
    return (math.log(total) - spread.total_of_x_ln_x / total) / math.log(spread.accounts)


def in_percent(weights: Mapping[str, float], digits: int = 0) -> dict[str, Decimal]:
    """Return weights in percent with so many digits that sum to 100 exactly.

    All are rounded down, then those that lost most get a unit more (Hamilton's method); of equal
    losses, that of the heavier first.
    """
    unit = Decimal(1).scaleb(-digits)
    exact = {name: Decimal(weight) * 100 for name, weight in weights.items()}
    rounded = {name: value.quantize(unit, ROUND_FLOOR) for name, value in exact.items()}
    missing = int(((100 - sum(rounded.values())) / unit).to_integral_value())
    lost = sorted(exact, key=lambda name: (rounded[name] - exact[name], -exact[name]))
    return {**rounded, **{name: rounded[name] + unit for name in lost[:missing]}}


def pairs_of(criteria: Sequence[str]) -> list[tuple[str, str]]:
    """Return the pairs that are to be judged, in the order of the criteria."""
    return list(combinations(criteria, 2))
