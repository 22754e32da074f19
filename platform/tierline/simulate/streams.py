"""Random streams that depend on names, not on the order of drawing.

Each account draws from streams of its own, seeded by (seed, purpose, number). So account 17 of a
world is the same among 100 and among 10,000 accounts, and a new assumption about payments leaves
every order where it was.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


def stream(*names: object) -> Random:
    """Return the random stream of these names (text seeds are hashed the same everywhere)."""
    return Random("/".join(map(str, names)))  # noqa: S311 - simulation, not a secret


def weighted(random: Random, weights: Mapping[T, float]) -> T:
    """Draw a key in proportion to its weight."""
    return random.choices(tuple(weights), tuple(weights.values()))[0]


def zipf(random: Random, items: Sequence[T], exponent: float, count: int) -> list[T]:
    """Draw `count` items, each with a probability that falls with its rank to the `exponent`."""
    weights = [1 / (rank + 1) ** exponent for rank in range(len(items))]
    return random.choices(items, weights, k=count)


def poisson(random: Random, mean: float) -> int:
    """Draw a Poisson count by multiplying uniforms (Knuth 1969); for means below about 50."""
    limit, count, product = math.exp(-mean), 0, random.random()
    while product > limit:
        count += 1
        product *= random.random()
    return count


def lognormal_factor(random: Random, sigma: float) -> float:
    """Draw a lognormal factor with mean 1."""
    return random.lognormvariate(-sigma * sigma / 2, sigma)
