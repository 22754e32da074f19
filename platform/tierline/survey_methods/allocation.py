"""How many of each stratum to ask: proportional, Neyman and cost-optimal allocation.

All three minimise a sum over the strata and differ in one weight each, so they are one thing: the
numbers are proportional to the weights, held between the least and the most of each stratum.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor, fsum, sqrt
from typing import Literal, get_args

Method = Literal["proportional", "neyman", "cost"]
METHODS: tuple[Method, ...] = get_args(Method)

LEAST_IN_STRATUM = 2
"""Fewer than two answers of a stratum say nothing about how far its answers differ."""


@dataclass(frozen=True)
class Stratum:
    """A part of the frame that is drawn from by itself; counts are of who may be asked."""

    key: str
    size: int  # N_h
    deviation: float | None = None  # S_h: standard deviation of what is asked, in its unit
    cost: float | None = None  # c_h: of one interview, in any one unit
    census: bool = False  # ask all of them
    least: int = LEAST_IN_STRATUM  # ask at least so many, or all where there are fewer

    @property
    def bounds(self) -> tuple[int, int]:
        """Return the least and the most that may be asked."""
        return (self.size if self.census else min(self.least, self.size)), self.size


@dataclass(frozen=True)
class Share:
    """What a stratum gets: the design's number, a fraction, and the whole number asked."""

    stratum: Stratum
    designed: float
    size: int


@dataclass(frozen=True)
class Allocation:
    """The numbers of all strata by one method."""

    method: Method
    shares: tuple[Share, ...]

    @property
    def size(self) -> int:
        """Return how many are asked in all."""
        return sum(share.size for share in self.shares)

    @property
    def sizes(self) -> dict[str, int]:
        """Return how many are asked, by stratum."""
        return {share.stratum.key: share.size for share in self.shares}


def allocate(strata: Sequence[Stratum], total: int, method: Method = "proportional") -> Allocation:
    """Divide `total` over the strata; each whole number is within one of the design's.

    n_h is proportional to N_h (proportional), N_h S_h (Neyman 1934) or N_h S_h / sqrt(c_h)
    (cost-optimal; Cochran 1977, 5.5). Where that is more than a stratum has, all of it is asked and
    the rest is divided among the others, which is the constrained optimum. Whole numbers by
    Hamilton's method: all rounded down, then those that lost most get one more; of equal losses
    the first key, so that the order of the strata doesn't matter.

    Raises:
        ValueError: the total doesn't fit the strata, a key stands twice, or a stratum lacks the
            deviation or cost that the method needs.
    """
    _check(strata, method)
    least = sum(stratum.bounds[0] for stratum in strata)
    most = sum(stratum.size for stratum in strata)
    if not least <= total <= most:
        raise ValueError(f"{total} can't be divided: the strata take from {least} to {most}")
    designed = _designed(strata, float(total), method)
    return Allocation(method, _whole(strata, designed, total))


def allocate_budget(strata: Sequence[Stratum], budget: float) -> Allocation:
    """Divide a budget (in the unit of the costs) cost-optimally; never spends more than it.

    n_h = budget N_h S_h / sqrt(c_h) / sum(N_h S_h sqrt(c_h)) (Cochran 1977, 5.5), held between the
    least and the most of each stratum; rounded down, what is left then buys one more where the most
    was lost.

    Raises:
        ValueError: the budget doesn't pay what must be asked, a key stands twice, or a stratum
            lacks a deviation or cost.
    """
    _check(strata, "cost")
    costs = {stratum.key: _known(stratum.cost, stratum, "cost") for stratum in strata}
    least = fsum(costs[stratum.key] * stratum.bounds[0] for stratum in strata)
    if budget < least:
        raise ValueError(f"{budget} does not pay what must be asked: that costs {least}")
    designed = _designed(strata, float(budget), "cost", costs)
    sizes = {key: floor(number + 1e-9) for key, number in designed.items()}
    left = budget - fsum(costs[key] * size for key, size in sizes.items())
    for key in sorted(designed, key=lambda key: (sizes[key] - designed[key], key)):
        if sizes[key] < designed[key] - 1e-9 and costs[key] <= left:
            sizes[key] += 1
            left -= costs[key]
    return Allocation("cost", tuple(Share(s, designed[s.key], sizes[s.key]) for s in strata))


def _check(strata: Sequence[Stratum], method: Method) -> None:
    keys = [stratum.key for stratum in strata]
    if len(set(keys)) < len(keys):
        raise ValueError("a stratum's key stands twice")
    for stratum in strata:
        if stratum.size < 0 or stratum.least < 0:
            raise ValueError(f'stratum "{stratum.key}": counts must not be negative')
        _weight(stratum, method)


def _known(value: float | None, stratum: Stratum, what: str) -> float:
    if value is None:
        raise ValueError(f'stratum "{stratum.key}" has no {what}, which this method needs')
    return value


def _weight(stratum: Stratum, method: Method) -> float:
    if method == "proportional" or stratum.census:
        return float(stratum.size)
    deviation = _known(stratum.deviation, stratum, "deviation")
    if deviation < 0:
        raise ValueError(f'stratum "{stratum.key}": the deviation must not be negative')
    if method == "neyman":
        return stratum.size * deviation
    cost = _known(stratum.cost, stratum, "cost")
    if cost <= 0:
        raise ValueError(f'stratum "{stratum.key}": the cost must be greater than 0')
    return stratum.size * deviation / sqrt(cost)


def _designed(
    strata: Sequence[Stratum],
    total: float,
    method: Method,
    prices: Mapping[str, float] | None = None,
) -> dict[str, float]:
    """Return the fractions n_h, whose sum (times their prices) is the total, within the bounds.

    n_h = min(most, max(least, factor x weight)); the total rises with the factor in straight lines
    between the factors at which a stratum leaves a bound, so the factor is found exactly.
    """
    ordered = sorted(strata, key=lambda stratum: stratum.key)
    price = {s.key: 1.0 if prices is None else prices[s.key] for s in ordered}
    weight = {stratum.key: _weight(stratum, method) for stratum in ordered}
    weighed = [stratum for stratum in ordered if weight[stratum.key] > 0]
    flat = [stratum for stratum in ordered if weight[stratum.key] == 0]

    def at(factor: float) -> dict[str, float]:
        return {
            s.key: min(float(s.bounds[1]), max(float(s.bounds[0]), factor * weight[s.key]))
            for s in weighed
        }

    def sum_of(found: Mapping[str, float]) -> float:
        return fsum(price[key] * number for key, number in found.items())

    needed = total - fsum(price[s.key] * s.bounds[0] for s in flat)
    full = {stratum.key: float(stratum.size) for stratum in weighed}
    if sum_of(full) <= needed:  # what is left goes to strata in which all are expected to agree
        rest = total - sum_of(full)
        return {**full, **_evenly(flat, rest, price)}
    turns = sorted({bound / weight[s.key] for s in weighed for bound in s.bounds})
    after = bisect_right(turns, needed, lo=1, key=lambda turn: sum_of(at(turn)))
    below, above = turns[after - 1], turns[min(after, len(turns) - 1)]
    low, high = sum_of(at(below)), sum_of(at(above))
    part = (needed - low) / (high - low) if high > low else 0.0
    found = at(below + part * (above - below))
    return {**found, **{stratum.key: float(stratum.bounds[0]) for stratum in flat}}


def _evenly(strata: Sequence[Stratum], rest: float, price: Mapping[str, float]) -> dict[str, float]:
    """Give each the same part of what may be asked of it beyond its least."""
    needed = rest - fsum(price[s.key] * s.bounds[0] for s in strata)
    room = fsum(price[s.key] * (s.bounds[1] - s.bounds[0]) for s in strata)
    part = min(1.0, needed / room) if room else 0.0
    return {s.key: s.bounds[0] + part * (s.bounds[1] - s.bounds[0]) for s in strata}


def _whole(
    strata: Sequence[Stratum], designed: Mapping[str, float], total: int
) -> tuple[Share, ...]:
    sizes = {key: floor(number + 1e-9) for key, number in designed.items()}
    lost = sorted(designed, key=lambda key: (sizes[key] - designed[key], key))
    for key in lost[: total - sum(sizes.values())]:
        sizes[key] += 1
    return tuple(Share(s, designed[s.key], sizes[s.key]) for s in strata)


def variance_of_mean(strata: Sequence[Stratum], sizes: Mapping[str, float]) -> float:
    """Return the variance of the stratified mean: sum W_h^2 (1 - n_h/N_h) S_h^2 / n_h.

    With the finite population correction, so a census adds nothing (Cochran 1977, theorem 5.3).

    Raises:
        ValueError: a stratum has no deviation, or nobody in it is asked.
    """
    whole = sum(stratum.size for stratum in strata)
    parts = []
    for stratum in strata:
        asked = sizes[stratum.key]
        if not stratum.size or asked == stratum.size:
            continue
        if asked <= 0:
            raise ValueError(f'nobody of stratum "{stratum.key}" is asked')
        spread = _known(stratum.deviation, stratum, "deviation") ** 2
        kept = 1 - asked / stratum.size
        parts.append((stratum.size / whole) ** 2 * kept * spread / asked)
    return fsum(parts)


def variance_of_simple_mean(population: int, deviation: float, size: float) -> float:
    """Return the variance of the mean of a simple random sample: (1 - n/N) S^2 / n."""
    return (1 - size / population) * deviation**2 / size


def deviation_from_sums(count: int, total: float, squares: float) -> float:
    """Return S from N, the sum and the sum of squares of the values: divisor N - 1."""
    if count < 2:
        raise ValueError("a deviation needs two values or more")
    return sqrt(max(0.0, squares - total * total / count) / (count - 1))


def deviation_of_share(share: float) -> float:
    """Return S of a yes-or-no answer with this share of yes (0 to 1): sqrt(p (1 - p))."""
    return sqrt(share * (1 - share))
