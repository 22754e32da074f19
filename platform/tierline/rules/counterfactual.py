"""The smallest change of one value that moves an account up, and the smallest that moves it down.

As a function of one metric a rule is constant between borders: edges, cuts, quantiles, the values
at which a score reaches its next border. So it is enough to ask the rule itself once beside each
border, and the nearest answer is exact in the integers that the store keeps. What a rule takes from
all accounts stays as it was measured, and every other value of the account too, also where one is
computed from the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from tierline.metrics.source import Source
from tierline.metrics.units import BOUND, SCALES, exceeds, from_stored, reaches
from tierline.packs.contributions import Field
from tierline.rules.conditions import Condition, Leaf, leaves
from tierline.rules.evaluate import evaluate
from tierline.rules.ladder import ladder_of, ladder_of_cuts
from tierline.rules.population import AccountValues, Population
from tierline.rules.scheme import (
    AbcRule,
    GridRule,
    RankRule,
    Scheme,
    ScoreRule,
    Scoring,
    TableRule,
    ValueRule,
)
from tierline.rules.weights import POINT, Weights, weigh


@dataclass(frozen=True)
class Change:
    """One metric with another value, and the tier that the account has then."""

    metric: str
    before: Decimal
    after: Decimal
    stored: int  # the value after, as the store keeps it
    tier: str | None

    @property
    def effort(self) -> Fraction:
        """Return how great the change is: its size over the greater of the two values."""
        greater = max(abs(self.before), abs(self.after))
        return (
            Fraction(abs(self.after - self.before)) / Fraction(greater) if greater else Fraction()
        )


@dataclass(frozen=True)
class Counterfactual:
    """The smallest change of each metric alone that moves the account, the least effort first."""

    up: tuple[Change, ...]
    down: tuple[Change, ...]


def counterfactual(
    scheme: Scheme,
    population: Population,
    source: Source,
    account: AccountValues,
    known_fields: Mapping[str, Field],
) -> Counterfactual:
    """Return the changes that lift an account of the scheme's group, and those that lower it.

    A metric that is unknown is not changed: what it would be is not a matter of degree.
    """
    asked = _Asked(scheme, population, source, account, known_fields)
    now = asked.place(account)
    changes = [change for metric in scheme.metrics() for change in asked.changes(metric)]
    return Counterfactual(
        tuple(asked.nearest(each for each in changes if asked.position(each.tier) < now)),
        tuple(asked.nearest(each for each in changes if asked.position(each.tier) > now)),
    )


@dataclass(frozen=True)
class _Asked:
    scheme: Scheme
    population: Population
    source: Source
    account: AccountValues
    fields: Mapping[str, Field]

    def position(self, tier: str | None) -> int:
        """Return the place of a tier, from the best; no tier comes last."""
        return len(self.scheme.tiers) if tier is None else self.scheme.position(tier)

    def place(self, account: AccountValues) -> int:
        return self.position(self._tier(account))

    def _tier(self, account: AccountValues) -> str | None:
        return evaluate(self.scheme, self.population, self.source, account, self.fields).tier

    def nearest(self, changes: Iterable[Change]) -> list[Change]:
        """Return the smallest change of each metric, the least effort first."""
        found: dict[str, Change] = {}
        for change in sorted(changes, key=lambda each: abs(each.after - each.before)):
            found.setdefault(change.metric, change)
        return sorted(found.values(), key=lambda each: (each.effort, each.metric))

    def changes(self, metric: str) -> Iterator[Change]:
        """Yield the tier of the account with the metric's value just beyond each border.

        Upwards that is the border itself, the first value beyond; downwards the one before it.
        """
        unit, now = self.source.units[metric], self.account.metrics.get(metric)
        before = from_stored(now, unit)
        if now is None or before is None:
            return
        for border in sorted(set(self._borders(metric))):
            stored = border if border > now else border - 1
            if abs(stored) > BOUND:
                continue
            after = from_stored(stored, unit) or Decimal(0)
            tier = self._tier(self._with(metric, stored))
            yield Change(metric, before, after, stored, tier)

    def _with(self, metric: str, stored: int) -> AccountValues:
        return replace(self.account, metrics={**self.account.metrics, metric: stored})

    def _borders(self, metric: str) -> Iterator[int]:
        """Yield every value of the metric at which the rule may say something else than below."""
        match self.scheme.rule:
            case AbcRule() | RankRule():
                for floor in self.population.floors:
                    yield from (floor.value, floor.value + 1) if floor else ()
            case ValueRule() as rule:
                for threshold in rule.thresholds(self.source.units[metric]):
                    yield from (threshold, threshold + 1)
            case ScoreRule() as rule:
                cuts = [cut.border for cut in rule.cuts if cut.border is not None]
                yield from self._of_score(rule.scoring, cuts, metric)
                yield from self._of_leaves(_all_leaves(gate.when for gate in rule.gates), metric)
            case GridRule() as rule:
                for axis in (rule.rows, rule.columns):
                    if axis.scoring is not None:
                        yield from self._of_score(axis.scoring, axis.edges, metric)
                    elif axis.metric == metric:
                        unit = self.source.units[metric]
                        yield from ladder_of(axis.edges, unit, axis.better).thresholds
            case TableRule() as rule:
                for row in rule.bins:
                    if row.metric == metric:
                        cuts_of = self.population.cuts[row.id]
                        yield from ladder_of_cuts(cuts_of, row.better).thresholds
                yield from self._of_leaves(_all_leaves(row.when for row in rule.rules), metric)

    def _of_leaves(self, found: Iterable[Leaf], metric: str) -> Iterator[int]:
        scale = SCALES[self.source.units[metric]]
        for leaf in found:
            if (leaf.subject, leaf.name) == ("metric", metric) and leaf.value is not None:
                for value in leaf.value if isinstance(leaf.value, tuple) else (leaf.value,):
                    yield from (reaches(value, scale), exceeds(value, scale))

    def _of_score(self, scoring: Scoring, cuts: Iterable[Decimal], metric: str) -> Iterator[int]:
        """Yield a criterion's edges and, where it is in points already, where a cut is reached."""
        weights = weigh(scoring, self.source)
        own = [part for part in weights.parts if part.criterion.metric == metric]
        edges = [t for part in own if part.ladder is not None for t in part.ladder.thresholds]
        yield from edges
        slope = sum(part.weight for part in own if part.ladder is None)
        if slope:
            ends = sorted({POINT, 5 * POINT, *(t for t in edges if POINT < t < 5 * POINT)})
            yield from (POINT, 5 * POINT)
            for first, last in pairwise(ends):
                yield from self._reached(weights, cuts, metric, slope, range(first, last + 1))

    def _reached(
        self, weights: Weights, cuts: Iterable[Decimal], metric: str, slope: int, values: range
    ) -> Iterator[int]:
        """Yield where the score reaches each cut while points rise evenly with the value."""
        over, present = 0, 0
        at_first = self._with(metric, values[0]).metrics
        for part in weights.parts:
            stored = at_first.get(part.criterion.metric)
            if stored is not None:
                over += part.weight * part.points(stored)
                present += part.weight
        for cut in cuts:
            missing = Fraction(cut) * present * POINT - over
            needed = values[0] - int(-missing // slope)
            if needed in values:
                yield needed


def _all_leaves(conditions: Iterable[Condition]) -> Iterator[Leaf]:
    for condition in conditions:
        yield from leaves(condition)
