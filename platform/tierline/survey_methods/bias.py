"""Whether answers lean: hand-out by staff, interviewers, modes, and who doesn't answer.

Each finding is an estimate with its interval and a verdict. Who is compared differs in more than
what is looked for, so comparisons are made within strata; several at once share the 5 % between
them (Bonferroni), which is in their intervals.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tierline.survey_methods.estimates import (
    CONFIDENCE,
    UNKNOWN,
    Answers,
    Estimate,
    Flags,
    Numbers,
    aligned,
    around,
    coded,
)

Verdict = Literal["suspicious", "no_sign", "cannot_tell"]

LEAST_COMPARED = 10
"""With fewer answers on a side no verdict is given."""


@dataclass(frozen=True)
class Finding:
    """A difference in the answers' own unit, with its verdict.

    `cannot_tell` is not `no_sign`: there were too few answers to see anything.
    """

    what: str
    difference: Estimate
    compared: tuple[int, int]  # answers on each side, in strata that have both
    verdict: Verdict
    left_out: int = 0  # answers in strata with fewer than two on a side


def labels_of(strata: Sequence[Hashable] | None, n: int) -> NDArray[np.intp]:
    """Return each respondent's stratum as a number; all are of one where none are given."""
    if strata is None:
        return np.zeros(n, dtype=np.intp)
    if len(strata) != n:
        raise ValueError(f"{len(strata)} strata for {n} answers")
    return coded(strata)[1]


def difference_within(
    what: str,
    answers: Answers,
    first: Flags,
    strata: Sequence[Hashable] | None = None,
    *,
    upwards: bool = False,
    confidence: float = CONFIDENCE,
) -> Finding:
    """Compare the answers of those who are `first` with the others', within strata.

    Mean differences weighted by n1 n2 / (n1 + n2), where strata tell most (W. G. Cochran 1954,
    Biometrics 10, 417-451). The variance is the greater of two: each side with its own, and all
    with one in common. Of few answers near the end of a scale all may happen to agree, and their
    own variance of 0 would raise up to 23 % of false alarms. With `upwards` only a difference
    above 0 is suspicious, so that chance raises 2.5 % of alarms; else 5 %.
    """
    (values,) = aligned(answers)
    codes, one = labels_of(strata, len(values)), np.asarray(first, dtype=bool)
    if len(one) != len(values):
        raise ValueError(f"{len(one)} marks for {len(values)} answers")
    known = ~np.isnan(values)
    size = int(codes.max()) + 1 if len(codes) else 0
    counts, means, variances = zip(
        *(_moments(values[known & side], codes[known & side], size) for side in (one, ~one)),
        strict=True,
    )
    both = (counts[0] >= 2) & (counts[1] >= 2)
    compared = int(counts[0][both].sum()), int(counts[1][both].sum())
    left_out = int(known.sum()) - sum(compared)
    if not both.any():
        return Finding(what, UNKNOWN, compared, "cannot_tell", left_out)
    n1, n2 = counts[0][both], counts[1][both]
    weight = n1 * n2 / (n1 + n2)
    weight = weight / weight.sum()
    value = float((weight * (means[0] - means[1])[both]).sum())
    degrees = sum(compared) - 2 * int(both.sum())
    v1, v2 = variances[0][both], variances[1][both]
    shared = float(((n1 - 1) * v1 + (n2 - 1) * v2).sum()) / degrees
    apart = float((weight**2 * (v1 / n1 + v2 / n2)).sum())
    alike = float((weight**2 * shared * (1 / n1 + 1 / n2)).sum())
    variance = max(apart, alike)
    estimate = around(value, sum(compared), sqrt(variance), degrees, confidence)
    enough = min(compared) >= LEAST_COMPARED
    return Finding(what, estimate, compared, _verdict(estimate, enough, upwards), left_out)


def _moments(values: Numbers, codes: NDArray[np.intp], size: int) -> tuple[Numbers, ...]:
    """Return by stratum the count, mean and variance of values."""
    counts = np.bincount(codes, minlength=size).astype(np.float64)
    means = np.bincount(codes, values, size) / np.maximum(counts, 1)
    squares = np.bincount(codes, (values - means[codes]) ** 2, size)
    return counts, means, squares / np.maximum(counts - 1, 1)


def _verdict(estimate: Estimate, enough: bool, upwards: bool) -> Verdict:
    if not enough or estimate.interval is None:
        return "cannot_tell"
    found = estimate.above_zero or (not upwards and estimate.below_zero)
    return "suspicious" if found else "no_sign"


def hand_out_bias(
    answers: Answers, chosen_by_staff: Flags, strata: Sequence[Hashable] | None = None
) -> Finding:
    """Compare who was handed the form by staff with who was drawn: do staff choose the pleased?

    Suspicious is only an answer that is better where staff chose. Give shares as 0 and 100, so that
    the difference is in points.
    """
    return difference_within("hand_out", answers, chosen_by_staff, strata, upwards=True)


def mode_effects(
    answers: Answers, modes: Sequence[str], strata: Sequence[Hashable] | None = None
) -> tuple[Finding, ...]:
    """Compare each mode with the most frequent one, within strata."""
    (values,) = aligned(answers)
    if len(modes) != len(values):
        raise ValueError(f"{len(modes)} modes for {len(values)} answers")
    mode = np.array(modes, dtype=object)
    answered = mode[~np.isnan(values)].tolist()
    ordered = sorted(set(answered), key=lambda each: (-answered.count(each), each))
    found = []
    for each in ordered[1:]:
        pair = np.isin(mode, [ordered[0], each])
        within = (
            None if strata is None else [s for s, kept in zip(strata, pair, strict=True) if kept]
        )
        confidence = 1 - (1 - CONFIDENCE) / (len(ordered) - 1)
        found.append(
            difference_within(each, values[pair], mode[pair] == each, within, confidence=confidence)
        )
    return tuple(found)
