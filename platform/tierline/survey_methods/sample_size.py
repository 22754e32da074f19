"""How many to ask for a wanted margin, of one population or of strata."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, sqrt

from tierline.statistics import Z_95
from tierline.survey_methods.allocation import Method, Stratum, allocate, variance_of_mean


def whole(number: float) -> int:
    """Return the next whole number, where 384.0000000001 is 384 and not 385."""
    return ceil(round(number, 6))


def size_for_share(
    margin: float,
    share: float = 0.5,
    population: int | None = None,
    z: float = Z_95,
    design_effect: float = 1.0,
) -> int:
    """Return how many answers give a share (0 to 1) this margin to each side.

    n0 = z^2 p q / d^2, of a population of N: n0 / (1 + (n0 - 1) / N); rounded up. W. G. Cochran
    (1977), Sampling techniques, 4.4. Never more than the population.

    Raises:
        ValueError: the margin is not above 0, or the share not between 0 and 1.
    """
    if margin <= 0 or not 0 <= share <= 1:
        raise ValueError("the margin must be above 0, and the share from 0 to 1")
    infinite = z * z * share * (1 - share) / (margin * margin) * design_effect
    if population is None:
        return whole(infinite)
    return min(population, whole(infinite / (1 + (infinite - 1) / population)))


def size_for_mean(
    margin: float,
    deviation: float,
    population: int | None = None,
    z: float = Z_95,
    design_effect: float = 1.0,
) -> int:
    """Return how many answers give a mean this margin: n0 = (z S / d)^2, n0 / (1 + n0 / N).

    Cochran (1977), 4.6.

    Raises:
        ValueError: the margin is not above 0.
    """
    if margin <= 0:
        raise ValueError("the margin must be above 0")
    infinite = (z * deviation / margin) ** 2 * design_effect
    return whole(infinite if population is None else infinite / (1 + infinite / population))


def size_for_strata(
    strata: Sequence[Stratum], margin: float, method: Method = "neyman", z: float = Z_95
) -> int:
    """Return the least total that, allocated by the method, gives the mean of all this margin.

    The margin is in the unit of the deviations. Halving finds it, with censuses, floors and full
    strata as they are allocated; asking everybody leaves no margin, so there always is one.

    Raises:
        ValueError: a stratum has no deviation, or no cost where the method needs one.
    """
    low = sum(stratum.bounds[0] for stratum in strata)
    high = sum(stratum.size for stratum in strata)
    while low < high:
        middle = (low + high) // 2
        shares = allocate(strata, middle, method).shares
        designed = {share.stratum.key: share.designed for share in shares}
        if any(s.size and designed[s.key] <= 0 for s in strata):
            low = middle + 1
            continue
        if z * sqrt(variance_of_mean(strata, designed)) <= margin:
            high = middle
        else:
            low = middle + 1
    return low


def invitations(answers: int, response: float, population: int | None = None) -> int:
    """Return how many to invite for so many answers at this response rate (above 0, to 1)."""
    if not 0 < response <= 1:
        raise ValueError("the response rate must be above 0, and at most 1")
    invited = whole(answers / response)
    return invited if population is None else min(population, invited)
