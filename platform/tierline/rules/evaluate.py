"""Rules in Python, for one account: the same answer as the SQL's, with every step of the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tierline.metrics.fields import read_number, read_text
from tierline.metrics.source import Source
from tierline.metrics.units import SCALES, from_stored
from tierline.packs.contributions import Field
from tierline.rules.conditions import (
    NUMBER_TYPES,
    Condition,
    Leaf,
    compare_value,
    holds,
    leaves,
)
from tierline.rules.ladder import ladder_of, ladder_of_cuts
from tierline.rules.population import AccountValues, Population
from tierline.rules.scheme import (
    AbcRule,
    Axis,
    Bin,
    Criterion,
    Gate,
    GridRule,
    RankRule,
    Scheme,
    ScoreRule,
    Scoring,
    TableRow,
    TableRule,
    ValueRule,
)
from tierline.rules.weights import POINT, weigh


@dataclass(frozen=True)
class CriterionStep:
    """A criterion: its value, its points (both None where unknown)."""

    criterion: Criterion
    value: Decimal | None
    points: Decimal | None


@dataclass(frozen=True)
class ScoreStep:
    """A weighted score: None where nothing is known; `present` is the percent of weight known."""

    criteria: tuple[CriterionStep, ...]
    score: Fraction | None
    present: Fraction
    incomplete: bool


@dataclass(frozen=True)
class AxisStep:
    """A side of a grid: the place on it, from 0; None where unknown."""

    axis: Axis
    value: Decimal | None
    score: ScoreStep | None
    place: int | None


@dataclass(frozen=True)
class BinStep:
    """A bin: the value, the cuts of the population in the metric's unit, the points."""

    bin: Bin
    value: Decimal | None
    cuts: tuple[Fraction, ...]
    points: int | None


@dataclass(frozen=True)
class LeafStep:
    """A comparison and what it says; None is unknown."""

    leaf: Leaf
    value: Any
    holds: bool | None


@dataclass(frozen=True)
class ConditionStep:
    """A rule of a table or a gate of a score, with its comparisons."""

    row: TableRow | Gate
    leaves: tuple[LeafStep, ...]
    holds: bool | None


@dataclass(frozen=True)
class ShareStep:
    """A value, and where each tier but the last ends; None: empty tier.

    Where lower is better, floors are the greatest values of their tiers, else the least.
    """

    value: Decimal | None
    floors: tuple[tuple[str, Decimal | None], ...]
    better: str = "higher"


@dataclass(frozen=True)
class Outcome:
    """The tier of an account (None for none) and the way to it."""

    tier: str | None
    incomplete: bool = False
    score: Fraction | None = None
    share: ShareStep | None = None
    scoring: ScoreStep | None = None
    axes: tuple[AxisStep, ...] = ()
    bins: tuple[BinStep, ...] = ()
    conditions: tuple[ConditionStep, ...] = ()


def evaluate(
    scheme: Scheme,
    population: Population,
    source: Source,
    account: AccountValues,
    known_fields: Mapping[str, Field],
) -> Outcome:
    """Return the tier of an account that is in the scheme's group, with every step of the way."""
    return _Evaluation(scheme, population, source, account, known_fields).outcome()


def condition_holds(
    condition: Condition,
    scheme: Scheme,
    source: Source,
    account: AccountValues,
    known_fields: Mapping[str, Field],
) -> bool | None:
    """Return whether a condition over metrics and fields holds for an account; None: unknown."""
    return _Evaluation(scheme, Population(), source, account, known_fields).holds(condition)


@dataclass(frozen=True)
class _Evaluation:
    scheme: Scheme
    population: Population
    source: Source
    account: AccountValues
    fields: Mapping[str, Field]

    def outcome(self) -> Outcome:
        match self.scheme.rule:
            case AbcRule() as rule:
                return self._abc(rule)
            case ValueRule() as rule:
                return self._at_floors(rule, rule.thresholds(self.source.units[rule.metric]))
            case RankRule() as rule:
                return self._at_floors(rule, self.population.floor_values())
            case ScoreRule() as rule:
                return self._score(rule)
            case GridRule() as rule:
                return self._grid(rule)
            case TableRule() as rule:
                return self._table(rule)

    def _value(self, metric: str) -> Decimal | None:
        return from_stored(self.account.metrics.get(metric), self.source.units[metric])

    def _abc(self, rule: AbcRule) -> Outcome:
        stored, unit = self.account.metrics.get(rule.metric), self.source.units[rule.metric]
        floors = self.population.floors
        shown = tuple(
            (cut.tier, from_stored(floor.value if floor else None, unit))
            for cut, floor in zip(rule.cuts, floors, strict=False)
        )
        share = ShareStep(self._value(rule.metric), shown)
        if stored is None:
            return Outcome(None, share=share)
        for cut, floor in zip(rule.cuts, floors, strict=False):
            if floor is not None and floor.holds(stored, self.account.key):
                return Outcome(cut.tier, share=share)
        return Outcome(rule.cuts[-1].tier, share=share)

    def _at_floors(self, rule: ValueRule | RankRule, floors: Sequence[int | None]) -> Outcome:
        stored, unit = self.account.metrics.get(rule.metric), self.source.units[rule.metric]
        tiers = [cut.tier for cut in rule.cuts]
        named = list(zip(tiers, floors, strict=False))
        shown = tuple((tier, from_stored(floor, unit)) for tier, floor in named)
        share = ShareStep(self._value(rule.metric), shown, rule.better)
        if stored is None:
            return Outcome(None, share=share)
        sign = -1 if rule.better == "lower" else 1
        reached = (t for t, floor in named if floor is not None and sign * (stored - floor) >= 0)
        return Outcome(next(reached, tiers[-1]), share=share)

    def _score(self, rule: ScoreRule) -> Outcome:
        step = self._scored(rule.scoring)
        gates = tuple(self._step(gate) for gate in rule.gates)
        tier = None if step.score is None else self._gated(_tier_of(rule, step.score), gates)
        return Outcome(tier, step.incomplete, step.score, scoring=step, conditions=gates)

    def _gated(self, tier: str, gates: Sequence[ConditionStep]) -> str:
        """Return the tier after the gates that hold: lifts first, then limits."""
        held = [step.row for step in gates if step.holds and isinstance(step.row, Gate)]
        lifts = [gate.tier for gate in held if gate.lifts]
        limits = [gate.tier for gate in held if not gate.lifts]
        lifted = min([tier, *lifts], key=self.scheme.position)
        return max([lifted, *limits], key=self.scheme.position)

    def _scored(self, scoring: Scoring) -> ScoreStep:
        weights = weigh(scoring, self.source)
        steps, over, present = [], 0, 0
        for part in weights.parts:
            stored = self.account.metrics.get(part.criterion.metric)
            points = None if stored is None else part.points(stored)
            if points is not None:
                over += part.weight * points
                present += part.weight
            shown = None if points is None else Decimal(points) / POINT
            value = self._value(part.criterion.metric)
            steps.append(CriterionStep(part.criterion, value, shown))
        score = Fraction(over, present * POINT) if present else None
        share = Fraction(present, weights.total)
        return ScoreStep(tuple(steps), score, share * 100, share < weights.minimum)

    def _grid(self, rule: GridRule) -> Outcome:
        axes = (self._axis(rule.rows), self._axis(rule.columns))
        row, column = (axis.place for axis in axes)
        tier = None if row is None or column is None else rule.cells[row][column]
        incomplete = any(axis.score.incomplete for axis in axes if axis.score is not None)
        return Outcome(tier, incomplete, axes=axes)

    def _axis(self, axis: Axis) -> AxisStep:
        if axis.scoring is not None:
            step = self._scored(axis.scoring)
            score = step.score
            place = None if score is None else sum(score >= Fraction(e) for e in axis.edges)
            return AxisStep(axis, None, step, place)
        metric = axis.metric or ""
        stored = self.account.metrics.get(metric)
        ladder = ladder_of(axis.edges, self.source.units[metric], axis.better)
        place = None if stored is None else ladder.points(stored) - 1
        return AxisStep(axis, self._value(metric), None, place)

    def _table(self, rule: TableRule) -> Outcome:
        bins = tuple(self._bin(row) for row in rule.bins)
        points = {step.bin.id: step.points for step in bins}
        steps = []
        for row in rule.rules:
            step = self._step(row, points)
            steps.append(step)
            if step.holds:
                return Outcome(row.tier, bins=bins, conditions=tuple(steps))
        return Outcome(rule.otherwise, bins=bins, conditions=tuple(steps))

    def _bin(self, row: Bin) -> BinStep:
        stored = self.account.metrics.get(row.metric)
        cuts = self.population.cuts[row.id]
        points = None if stored is None else ladder_of_cuts(cuts, row.better).points(stored)
        scale = SCALES[self.source.units[row.metric]]
        return BinStep(row, self._value(row.metric), tuple(cut / scale for cut in cuts), points)

    def _step(
        self, row: TableRow | Gate, points: Mapping[str, int | None] | None = None
    ) -> ConditionStep:
        said = {leaf: self._leaf(leaf, points or {}) for leaf in leaves(row.when)}
        whole = holds(row.when, lambda leaf: said[leaf].holds)
        return ConditionStep(row, tuple(said.values()), whole)

    def holds(self, condition: Condition) -> bool | None:
        """Return whether a condition without bins holds."""
        return holds(condition, lambda leaf: self._leaf(leaf, {}).holds)

    def _leaf(self, leaf: Leaf, points: Mapping[str, int | None]) -> LeafStep:
        value: Any
        match leaf.subject:
            case "metric":
                value = self._value(leaf.name)
            case "bin":
                found = points[leaf.name]
                value = None if found is None else Decimal(found)
            case _:
                value = self._field(self.fields[leaf.name])
        return LeafStep(leaf, value, compare_value(value, leaf))

    def _field(self, known: Field) -> Any:
        raw = self.account.fields.get(known.key)
        return read_number(raw) if known.type in NUMBER_TYPES else read_text(raw)


def _tier_of(rule: ScoreRule, score: Fraction) -> str:
    for cut in rule.cuts:
        if cut.border is None or score >= Fraction(cut.border):
            return cut.tier
    return rule.cuts[-1].tier
