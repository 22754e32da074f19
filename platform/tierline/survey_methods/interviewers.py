"""Whether answers depend on who asked: how much of their spread, and by which interviewers."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.special import fdtrc, fdtri

from tierline.survey_methods.bias import LEAST_COMPARED, Finding, Verdict, labels_of
from tierline.survey_methods.estimates import (
    CONFIDENCE,
    UNKNOWN,
    Answers,
    Estimate,
    Numbers,
    aligned,
    around,
    coded,
)

LEAST_INTERVIEWERS = 3


@dataclass(frozen=True)
class InterviewerEffect:
    """The part of the answers' spread that lies between interviewers, and who stands out."""

    part: Estimate  # rho_int: 0 where it makes no difference who asks; its n is of answers
    design_effect: float | None  # 1 + (mean workload - 1) rho_int; below 0 counted as 0
    p_value: float | None  # of no effect
    verdict: Verdict
    interviewers: tuple[Finding, ...]  # each against the others, in the answers' unit


def interviewer_effect(
    answers: Answers,
    interviewers: Sequence[str],
    strata: Sequence[Hashable] | None = None,
    confidence: float = CONFIDENCE,
) -> InterviewerEffect:
    """Return the interviewer effect, after taking off the differences between strata.

    Analysis of variance with random effects: rho = (F - 1) / (F - 1 + m0), m0 the workload for
    unequal ones (L. Kish 1962, JASA 57, 92-115); interval from that of F, exact for equal workloads
    (S. R. Searle 1971, Linear models, 9.9). Suspicious where F is beyond what chance gives.
    Interviewers with fewer than two answers have no part in it.
    """
    table = _table(answers, interviewers, strata)
    if table is None:
        return InterviewerEffect(UNKNOWN, None, None, "cannot_tell", ())
    n, k, counts, degrees = table.n, len(table.names), table.counts, table.degrees
    between = float((counts * (table.means - table.mean) ** 2).sum()) / (k - 1)
    load = (n - float((counts**2).sum()) / n) / (k - 1)
    ratio = between / table.within
    low, high = (
        _part(ratio / float(fdtri(k - 1, degrees, quantile)), load)
        for quantile in ((1 + confidence) / 2, (1 - confidence) / 2)
    )
    part = Estimate(_part(ratio, load), n, None, low, high)
    p_value = float(fdtrc(k - 1, degrees, ratio))
    verdict: Verdict = "suspicious" if p_value < 1 - confidence else "no_sign"
    effect = 1 + (n / k - 1) * max(0.0, _part(ratio, load))
    alone = 1 - (1 - confidence) / k
    return InterviewerEffect(part, effect, p_value, verdict, _each(table, alone))


@dataclass(frozen=True)
class _Table:
    """The analysis of variance of answers, less the differences between strata."""

    names: tuple[str, ...]
    counts: Numbers
    means: Numbers
    mean: float
    within: float  # mean square
    degrees: int

    @property
    def n(self) -> int:
        return int(self.counts.sum())


def _table(
    answers: Answers, interviewers: Sequence[str], strata: Sequence[Hashable] | None
) -> _Table | None:
    """Return what the answers allow to compare; None where that is too little."""
    (values,) = aligned(answers)
    if len(interviewers) != len(values):
        raise ValueError(f"{len(interviewers)} interviewers for {len(values)} answers")
    names, who = coded(interviewers)
    groups = labels_of(strata, len(values))
    workload = np.bincount(who[~np.isnan(values)], minlength=len(names))
    kept = ~np.isnan(values) & (workload[who] >= 2)
    values = values[kept]
    here, who = np.unique(who[kept], return_inverse=True)
    strata_here, groups = np.unique(groups[kept], return_inverse=True)
    degrees = len(values) - len(here) - (len(strata_here) - 1)
    if len(here) < LEAST_INTERVIEWERS or degrees <= 0:
        return None
    values = values - (np.bincount(groups, values) / np.bincount(groups))[groups]
    counts = np.bincount(who).astype(np.float64)
    means = np.bincount(who, values) / counts
    within = float(((values - means[who]) ** 2).sum()) / degrees
    if within == 0:
        return None
    found = tuple(str(names[name]) for name in here)
    return _Table(found, counts, means, float(values.mean()), within, degrees)


def _part(ratio: float, load: float) -> float:
    return (ratio - 1) / (ratio - 1 + load)


def _each(table: _Table, confidence: float) -> tuple[Finding, ...]:
    """Compare each with the others; who stands out most is no longer among the others of the rest.

    Else one who shifts answers far would make those look odd who don't.
    """
    found: dict[int, Finding] = {}
    left = set(range(len(table.names)))
    while len(left) >= LEAST_INTERVIEWERS:
        round_of = {place: _against(table, place, left - {place}, confidence) for place in left}
        found.update(round_of)
        odd = [place for place in left if round_of[place].verdict == "suspicious"]
        if not odd:
            break
        left.discard(max(odd, key=lambda place: (_distance(round_of[place]), -place)))
    return tuple(found[place] for place in range(len(table.names)))


def _distance(finding: Finding) -> float:
    difference = finding.difference
    return abs(difference.value or 0.0) / (difference.standard_error or 1.0)


def _against(table: _Table, place: int, others: set[int], confidence: float) -> Finding:
    rest = sorted(others)
    count, total = float(table.counts[place]), float(table.counts[rest].sum())
    mean = float((table.counts[rest] * table.means[rest]).sum()) / total
    error = sqrt(table.within * (1 / count + 1 / total))
    away = float(table.means[place]) - mean
    off = around(away, int(count + total), error, table.degrees, confidence)
    verdict: Verdict = "suspicious" if off.above_zero or off.below_zero else "no_sign"
    if count < LEAST_COMPARED:
        verdict = "cannot_tell"
    return Finding(table.names[place], off, (int(count), int(total)), verdict)
