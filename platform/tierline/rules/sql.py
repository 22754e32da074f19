"""Rules compiled to SQL: one expression over an account's columns, for all accounts at once.

Weights, edges and cuts are integer constants in it; evaluate.py says the same of one account, and
a property test holds the two equal.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

from sqlalchemy import (
    BigInteger,
    SmallInteger,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    not_,
    null,
    or_,
    true,
)

from tierline.metrics.source import Source
from tierline.metrics.units import SCALES
from tierline.packs.contributions import Field
from tierline.rules.conditions import All, AnyOf, Condition, Leaf, Not, compare_known
from tierline.rules.expressions import (
    UNKNOWN,
    Truth,
    Whole,
    compare,
    compare_field,
    constant,
    on_step,
    stepped,
    total,
)
from tierline.rules.ladder import ladder_of, ladder_of_cuts
from tierline.rules.population import Floor, Population
from tierline.rules.scheme import (
    AbcRule,
    Axis,
    Cut,
    Gate,
    GridRule,
    RankRule,
    Scheme,
    ScoreRule,
    Scoring,
    TableRule,
    ValueRule,
)
from tierline.rules.shares import key_of
from tierline.rules.weights import POINT, SCORE, Weighed, Weights, weigh


@dataclass(frozen=True)
class Compiled:
    """A scheme as expressions over a source's columns.

    `tier` is the code of the tier, NULL for none; `score` is in ten-thousandths, NULL for schemes
    without one.
    """

    tier: Whole
    score: Whole
    incomplete: Truth
    cell: Whole | None = None  # of a grid: its place, row by row from low to high


def compile_scheme(
    scheme: Scheme,
    population: Population,
    source: Source,
    codes: Mapping[str, int],
    known_fields: Mapping[str, Field],
) -> Compiled:
    """Return the scheme compiled for the source; accounts outside its group get no tier.

    `codes` gives each tier's code. Where the rule reads fields, the source's rows must be joined
    with the account.
    """
    compiled = _Compiler(scheme, population, source, codes, known_fields).compile()
    inside = case((source.in_group(scheme.group), compiled.tier))
    return replace(compiled, tier=cast(inside, SmallInteger))


def compile_condition(
    condition: Condition, scheme: Scheme, source: Source, known_fields: Mapping[str, Field]
) -> Truth:
    """Return a condition over metrics and fields, compiled for the source; NULL for unknown."""
    return _Compiler(scheme, Population(), source, {}, known_fields).condition(condition)


@dataclass(frozen=True)
class _Compiler:
    scheme: Scheme
    population: Population
    source: Source
    codes: Mapping[str, int]
    fields: Mapping[str, Field]

    def compile(self) -> Compiled:
        match self.scheme.rule:
            case AbcRule() as rule:
                return _unscored(self._abc(rule))
            case ValueRule() as rule:
                thresholds = rule.thresholds(self.source.units[rule.metric])
                return _unscored(self._at_floors(rule, thresholds))
            case RankRule() as rule:
                return _unscored(self._at_floors(rule, self.population.floor_values()))
            case ScoreRule() as rule:
                return self._score(rule)
            case GridRule() as rule:
                return self._grid(rule)
            case TableRule() as rule:
                return _unscored(self._table(rule))

    def _code(self, tier: str) -> Whole:
        return constant(self.codes[tier])

    def _abc(self, rule: AbcRule) -> Whole:
        value = self.source.value(rule.metric)
        reached = [
            (self._at_or_before(value, floor), self._code(cut.tier))
            for cut, floor in zip(rule.cuts, self.population.floors, strict=False)
            if floor is not None
        ]
        last = self._code(rule.cuts[-1].tier)
        return case((value.is_(None), null()), *reached, else_=last)

    def _at_or_before(self, value: Whole, floor: Floor) -> Truth:
        """Return whether an account stands at or before a floor; there the key counts."""
        if floor.key is None:
            return value >= constant(floor.value)
        same = case((value == constant(floor.value), key_of(self.source) <= literal(floor.key)))
        return (value > constant(floor.value)) | same

    def _at_floors(self, rule: ValueRule | RankRule, floors: Sequence[int | None]) -> Whole:
        """Return the tier by the stored values at which all but the last end; None: empty tier."""
        value = self.source.value(rule.metric)
        inside = operator.le if rule.better == "lower" else operator.ge
        reached = [
            (inside(value, constant(floor)), self._code(cut.tier))
            for cut, floor in zip(rule.cuts, floors, strict=False)
            if floor is not None
        ]
        return case((value.is_(None), null()), *reached, else_=self._code(rule.cuts[-1].tier))

    def _score(self, rule: ScoreRule) -> Compiled:
        weights = weigh(rule.scoring, self.source)
        limits = sorted(rule.limits(), key=self._place, reverse=True)  # the worst tier wins
        lifts = sorted(rule.lifts(), key=self._place)  # the best tier wins, where no limit holds
        gated = [
            *((self._held_by(gate, rule, weights), self._code(gate.tier)) for gate in limits),
            *((self._lifted_by(gate, rule, weights), self._code(gate.tier)) for gate in lifts),
        ]
        scored = self._scored(rule, weights)
        tier = case((self._nothing_known(weights), null()), *gated, else_=scored)
        return Compiled(tier, self._score_value(weights), self._incomplete(weights))

    def _scored(self, rule: ScoreRule, weights: Weights) -> Whole:
        """Return the tier by score alone; asks for the least border first, where most end."""
        tier = self._code(rule.cuts[0].tier)
        for cut, worse in pairwise(rule.cuts):
            if cut.border is not None:
                missed = not_(self._reaches(weights, cut.border))
                tier = case((missed, self._code(worse.tier)), else_=tier)
        return tier

    def _place(self, part: Gate | Cut) -> int:
        return self.scheme.position(part.tier)

    def _held_by(self, gate: Gate, rule: ScoreRule, weights: Weights) -> Truth:
        """Return whether the limit's condition holds and score or lifts give a better tier."""
        place = self._place(gate)
        lifted = [self.condition(each.when) for each in rule.lifts() if self._place(each) < place]
        better = self._scores_above(place, rule, weights)
        return self.condition(gate.when) & or_(better, *lifted)

    def _lifted_by(self, gate: Gate, rule: ScoreRule, weights: Weights) -> Truth:
        """Return whether the lift's condition holds and the score gives a worse tier."""
        reached = self._scores_above(self._place(gate) + 1, rule, weights)
        return self.condition(gate.when) & not_(reached)

    def _scores_above(self, place: int, rule: ScoreRule, weights: Weights) -> Truth:
        """Return whether the score gives a tier that stands before a place."""
        better = [cut for cut in rule.cuts if self._place(cut) < place]
        if not better:
            return false()
        border = better[-1].border
        return true() if border is None else self._reaches(weights, border)

    def _nothing_known(self, weights: Weights) -> Truth:
        return and_(*(self.source.value(p.criterion.metric).is_(None) for p in weights.parts))

    def _reaches(self, weights: Weights, least: Decimal) -> Truth:
        """Return whether the weighted score is at least `least`, something being known."""
        border = least.as_integer_ratio()
        return total(self._margin(part, *border) for part in weights.parts) >= constant(0)

    def _margin(self, part: Weighed, over: int, under: int) -> Whole:
        """Return weight * (points * under - over) in millionths, 0 where the value is unknown."""
        value = self.source.value(part.criterion.metric)
        if part.ladder is None:
            held = func.least(func.greatest(value, constant(POINT)), constant(5 * POINT))
            margin = held * constant(part.weight * under) - constant(part.weight * over * POINT)
            return case((value.is_(None), constant(0)), else_=margin)
        worth = [
            part.weight * (part.ladder.points_of(step) * under - over) * POINT
            for step in range(len(part.ladder.thresholds) + 1)
        ]
        return stepped(value, part.ladder, worth, unknown=0)

    def _score_value(self, weights: Weights) -> Whole:
        """Return the score in ten-thousandths, rounded half up; NULL where nothing is known."""
        whole = total(self._margin(part, 0, 1) for part in weights.parts)
        present = func.nullif(self._present(weights), constant(0), type_=BigInteger)
        doubled = whole * constant(2 * SCORE) + present * constant(POINT)
        return doubled // (present * constant(2 * POINT))

    def _present(self, weights: Weights) -> Whole:
        """Return the weight of the criteria that are known."""
        return total(
            case(
                (self.source.value(part.criterion.metric).is_(None), constant(0)),
                else_=constant(part.weight),
            )
            for part in weights.parts
        )

    def _incomplete(self, weights: Weights) -> Truth:
        values = [self.source.value(part.criterion.metric) for part in weights.parts]
        missing = func.num_nulls(*values) > constant(0)  # spares most rows the sum
        return missing & (self._present(weights) < constant(weights.least_present()))

    def _grid(self, rule: GridRule) -> Compiled:
        row, row_incomplete = self._axis(rule.rows)
        column, column_incomplete = self._axis(rule.columns)
        width = len(rule.columns.labels)
        cells = {
            y * width + x: self._code(tier)
            for y, line in enumerate(rule.cells)
            for x, tier in enumerate(line)
        }
        place = row * constant(width) + column
        tier = case(cells, value=place)
        return Compiled(tier, UNKNOWN, or_(row_incomplete, column_incomplete), place)

    def _axis(self, axis: Axis) -> tuple[Whole, Truth]:
        """Return the step (0 for the lowest) on an axis, and whether too little is known of it."""
        if axis.scoring is not None:
            return self._scored_axis(axis, axis.scoring)
        assert axis.metric is not None  # noqa: S101 - an axis has a metric or criteria
        value = self.source.value(axis.metric)
        ladder = ladder_of(axis.edges, self.source.units[axis.metric], axis.better)
        steps = [ladder.points_of(step) - 1 for step in range(len(ladder.thresholds) + 1)]
        return stepped(value, ladder, steps, unknown=None), false()

    def _scored_axis(self, axis: Axis, scoring: Scoring) -> tuple[Whole, Truth]:
        weights = weigh(scoring, self.source)
        steps = [
            (self._reaches(weights, edge), constant(place))
            for place, edge in reversed(list(enumerate(axis.edges, start=1)))
        ]
        step = case((self._nothing_known(weights), null()), *steps, else_=constant(0))
        return step, self._incomplete(weights)

    def _table(self, rule: TableRule) -> Whole:
        rows = [(self.condition(row.when), self._code(row.tier)) for row in rule.rules]
        last = self._code(rule.otherwise) if rule.otherwise is not None else null()
        return case(*rows, else_=last)

    def condition(self, condition: Condition) -> Truth:
        """Return a condition, NULL where it is unknown."""
        match condition:
            case All(parts=parts):
                return and_(*(self.condition(part) for part in parts))
            case AnyOf(parts=parts):
                return or_(*(self.condition(part) for part in parts))
            case Not(part=part):
                return not_(self.condition(part))
            case Leaf():
                return self._leaf(condition)

    def _leaf(self, leaf: Leaf) -> Truth:
        match leaf.subject:
            case "metric":
                scale = SCALES[self.source.units[leaf.name]]
                return compare(self.source.value(leaf.name), leaf, scale)
            case "bin":
                return self._bin(leaf)
            case _:
                return compare_field(self.fields[leaf.name], leaf)

    def _bin(self, leaf: Leaf) -> Truth:
        """Return a comparison of a bin's points, said of the value that the bin cuts."""
        rule = self.scheme.rule
        assert isinstance(rule, TableRule)  # noqa: S101 - only a table has bins
        row = next(row for row in rule.bins if row.id == leaf.name)
        value = self.source.value(row.metric)
        if leaf.op in ("known", "unknown"):
            return compare(value, leaf, 1)
        ladder = ladder_of_cuts(self.population.cuts[leaf.name], row.better)
        spans = [
            on_step(value, ladder, step)
            for step in range(len(ladder.thresholds) + 1)
            if compare_known(Decimal(ladder.points_of(step)), leaf)
        ]
        return case((value.is_not(None), or_(false(), *spans)))


def _unscored(tier: Whole) -> Compiled:
    return Compiled(tier, UNKNOWN, false())
