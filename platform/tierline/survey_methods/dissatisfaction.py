"""Dissatisfaction: an index over what matters, the problems behind it, and what they cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import fsum, sqrt

import numpy as np

from tierline.statistics import Rate, wilson
from tierline.survey_methods.estimates import (
    LEAST_WEIGHT_KNOWN,
    UNKNOWN,
    Answers,
    Estimate,
    Flags,
    Numbers,
    aligned,
    answered,
)
from tierline.survey_methods.measures import FIVE, Points, bottom_box


@dataclass(frozen=True)
class DissatisfactionIndex:
    """100 sum(w b) / sum(w) over the items, b being an item's share in the two worst boxes."""

    index: Estimate  # 0: nobody is dissatisfied with anything; 100: everybody with everything
    items: Mapping[str, Rate]  # raw, also where respondents are weighted
    weight_known: float  # share (0 to 1) of the weight that was answered

    @property
    def complete(self) -> bool:
        """Return whether enough of the weight was answered."""
        return self.weight_known >= LEAST_WEIGHT_KNOWN


def dissatisfaction_index(
    answers: Mapping[str, Answers],
    importance: Mapping[str, float],
    respondents: Answers | None = None,
    *,
    scale: Points = FIVE,
    boxes: int = 2,
) -> DissatisfactionIndex:
    """Return the index of items by their importance; an item nobody answered has no part in it.

    The variance is that of a sum of ratios over respondents who answered several items each
    (linearised), so items that are answered alike don't count as independent. The interval is
    Wilson's with the n at which a share has this variance; where all agree, the least effective n
    of an item.

    Args:
        answers: by item, one for each respondent.
        importance: by item; stated or derived.
        respondents: a weight for each, such as those of raking; all alike if not given.
        scale: of the items.
        boxes: how many boxes are bad.

    Raises:
        ValueError: the columns differ in length, an answer is off the scale, an importance is
            missing, negative, or all are 0.
    """
    names = list(answers)
    if any(importance[name] < 0 for name in names) or not fsum(importance[n] for n in names):
        raise ValueError("the weights must not be negative, and not all 0")
    columns = aligned(*answers.values())
    weights = np.ones(len(columns[0])) if respondents is None else np.asarray(respondents)
    *columns, weights = aligned(*columns, weights)
    rates = {n: bottom_box(c, scale, boxes) for n, c in zip(names, columns, strict=True)}
    known = [place for place, name in enumerate(names) if rates[name].n and importance[name]]
    total = fsum(importance[names[place]] for place in known)
    part = total / fsum(importance[name] for name in names)
    if not known:
        return DissatisfactionIndex(UNKNOWN, rates, part)
    table = np.column_stack([columns[place] for place in known])
    shares = np.array([importance[names[place]] for place in known]) / total
    index = _index(table, scale.bottom(table, boxes), shares, weights)
    return DissatisfactionIndex(index, rates, part)


def _index(table: Numbers, bad: Flags, shares: Numbers, weights: Numbers) -> Estimate:
    """Return the index of a table, respondents by items, with the items' shares of the weight."""
    given = np.where(np.isnan(table), 0.0, weights[:, np.newaxis])
    sums = given.sum(axis=0)
    means = (given * bad).sum(axis=0) / sums
    share = float(shares @ means)
    influence = (given * (bad - means) / sums) @ shares
    variance = float((influence**2).sum())
    effective = share * (1 - share) / variance if variance > 0 else 0.0
    effective = effective or float((sums**2 / (given**2).sum(axis=0)).min())
    low, high = wilson(share * effective, effective)
    asked = int((given > 0).any(axis=1).sum())
    return Estimate(100 * share, asked, 100 * sqrt(variance), low, high)


@dataclass(frozen=True)
class Problems:
    """Who had a problem, who of them said so, and for whom of these it was put right."""

    incidence: Rate  # of those who answered whether they had one
    reported: Rate  # of those who had one, and answered whether they reported it
    resolved: Rate  # of those who reported one, and answered whether it was resolved


def problems(had: Answers, reported: Answers, resolved: Answers) -> Problems:
    """Return the incidence of problems from yes (1), no (0) and unanswered, respondent by row.

    Raises:
        ValueError: an answer is neither 0 nor 1, or the columns differ in length.
    """
    had_one, told, solved = aligned(had, reported, resolved)
    for column in (had_one, told, solved):
        if not np.isin(answered(column), (0.0, 1.0)).all():
            raise ValueError("yes is 1 and no is 0: nothing else")
    return Problems(_yes(had_one), _yes(told[had_one == 1]), _yes(solved[(had_one * told) == 1]))


def _yes(values: Numbers) -> Rate:
    known = answered(values)
    return Rate(int(known.sum()), len(known))


@dataclass(frozen=True)
class Handling:
    """How complaints of one outcome end: with which share of them, and who buys again."""

    share: float  # of the complaints; all outcomes sum to 1
    buys_again: float


def lost_customers(
    customers: float,
    incidence: float,
    complaining: float,
    outcomes: Sequence[Handling],
    silent_buy_again: float,
) -> float:
    """Return how many customers problems cost; all parts are shares from 0 to 1.

    N p (c sum(share (1 - buys again)) + (1 - c)(1 - silent buy again)): the market damage of J. A.
    Goodman (1999), Quality Progress 32(6), and TARP.

    Raises:
        ValueError: the outcomes' shares don't sum to 1.
    """
    if abs(fsum(outcome.share for outcome in outcomes) - 1) > 1e-9:
        raise ValueError("the shares of the outcomes must sum to 1")
    told = fsum(outcome.share * (1 - outcome.buys_again) for outcome in outcomes)
    lost = complaining * told + (1 - complaining) * (1 - silent_buy_again)
    return customers * incidence * lost


@dataclass(frozen=True)
class CauseShare:
    """One cause: how many of those who named any named it, and what it adds up to."""

    cause: str
    named: Rate
    up_to_here: float  # share (0 to 1) of all mentions, with the causes before it


def pareto(mentions: Sequence[Sequence[str]]) -> tuple[CauseShare, ...]:
    """Return the causes by how many name them; equal ones by their names.

    Args:
        mentions: by respondent, the causes that the answer was coded to; who named none is in no n.
    """
    named = [frozenset(causes) for causes in mentions if causes]
    counts: dict[str, int] = {}
    for causes in named:
        for cause in causes:
            counts[cause] = counts.get(cause, 0) + 1
    ordered = sorted(counts, key=lambda cause: (-counts[cause], cause))
    whole = sum(counts.values())
    sums = accumulate(counts[cause] for cause in ordered)
    return tuple(
        CauseShare(cause, Rate(counts[cause], len(named)), so_far / whole)
        for cause, so_far in zip(ordered, sums, strict=True)
    )
