"""Means and totals of the population from a stratified sample, with its finite strata."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt

from tierline.survey_methods.estimates import CONFIDENCE, Answers, Estimate, answered, around

Strata = Mapping[str, Answers]


def stratified_total(
    answers: Strata, sizes: Mapping[str, int], confidence: float = CONFIDENCE
) -> Estimate:
    """Return the population's total: sum N_h mean_h, with t at n - H degrees of freedom.

    Variance sum N_h^2 (1 - n_h/N_h) s_h^2 / n_h (Cochran 1977, 5.3): a stratum of which all
    answered adds none, and where a stratum has a single answer of several, the error can't be told.
    With the numbers that answered in the place of those drawn, this is post-stratification.

    Args:
        answers: by stratum, one for each respondent.
        sizes: N_h of every stratum of the population.
        confidence: of the interval.

    Raises:
        ValueError: nobody of a stratum answered, or more than there are: its mean is unknown, and
            that of the others is not that of the population.
    """
    if answers.keys() - sizes.keys():
        raise ValueError(f"no size is known of {sorted(answers.keys() - sizes.keys())}")
    filled = {name: size for name, size in sizes.items() if size}
    value, n = 0.0, 0
    variance: float | None = 0.0
    for name, size in filled.items():
        values = answered(answers.get(name, ()))
        count = len(values)
        if not 0 < count <= size:
            raise ValueError(f'stratum "{name}": {count} answers of {size}')
        value += size * float(values.mean())
        n += count
        if count == 1 and size > 1:
            variance = None
        elif count < size and variance is not None:
            variance += size**2 * (1 - count / size) * float(values.var(ddof=1)) / count
    if n == sum(filled.values()):
        return Estimate(value, n, 0.0, value, value)
    error = None if variance is None else sqrt(variance)
    return around(value, n, error, n - len(filled), confidence)


def stratified_mean(
    answers: Strata, sizes: Mapping[str, int], confidence: float = CONFIDENCE
) -> Estimate:
    """Return the population's mean: its stratified total divided by its size."""
    total = stratified_total(answers, sizes, confidence)
    return total.scaled(1 / sum(sizes.values()))
