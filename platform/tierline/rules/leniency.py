"""A scheme as lenient as its margin allows: what it says of an account that is to keep its tier.

Every edge, border and cut is moved by the margin to the account's good: 100 becomes 90 at 10
percent. Gates that lift hold sooner, gates that limit later. In a decision table rows that give the
account's tier or a better one hold sooner, the others later. The result is a scheme like any other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction
from itertools import pairwise

from tierline.rules.conditions import All, AnyOf, Condition, Leaf, Not
from tierline.rules.population import Floor, Population
from tierline.rules.scheme import (
    DECIMALS,
    AbcRule,
    Axis,
    Bin,
    Cut,
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

Lenient = tuple[Scheme, Population]
_EXACT = Decimal(1).scaleb(-DECIMALS["from"])


def lenient(scheme: Scheme, population: Population, tier: str) -> tuple[Lenient, ...]:
    """Return the schemes by which an account keeps its tier: where one gives it or a better one.

    Several only for a grid in which a better place may give a worse tier.
    """
    assert scheme.adjustment is not None  # noqa: S101 - asked of schemes that adjust
    share = scheme.adjustment.margin / 100
    match scheme.rule:
        case AbcRule():
            return ((scheme, _eased_floors(population, share, "higher")),)
        case RankRule(better=better):
            return ((scheme, _eased_floors(population, share, better)),)
        case ValueRule() as rule:
            cuts = _eased_cuts(rule.cuts, share, rule.better)
            return ((replace(scheme, rule=replace(rule, cuts=cuts)), population),)
        case ScoreRule() as rule:
            return ((replace(scheme, rule=_score(rule, share)), population),)
        case GridRule() as rule:
            grids = _grids(rule, share, scheme.position)
            return tuple((replace(scheme, rule=grid), population) for grid in grids)
        case TableRule() as rule:
            return (_table(scheme, rule, population, scheme.position(tier), share),)


def _eased(edge: Decimal, share: Decimal, better: str) -> Decimal:
    """Return an edge moved by a share of its size to where it is reached sooner."""
    return edge - abs(edge) * share * (-1 if better == "lower" else 1)


def _eased_border(border: Decimal, share: Decimal) -> Decimal:
    """Return a score's border, eased; no more exact than the integer arithmetic can hold."""
    return _eased(border, share, "higher").quantize(_EXACT, ROUND_FLOOR)


def _eased_floors(population: Population, share: Decimal, better: str) -> Population:
    floors = tuple(
        None if floor is None else Floor(_eased_value(floor.value, share, better))
        for floor in population.floors
    )
    return replace(population, floors=floors)


def _eased_value(value: int, share: Decimal, better: str) -> int:
    by = math.floor(Fraction(share) * abs(value))
    return value + by if better == "lower" else value - by


def _eased_cuts(cuts: Sequence[Cut], share: Decimal, better: str) -> tuple[Cut, ...]:
    return tuple(
        cut if cut.border is None else replace(cut, border=_eased(cut.border, share, better))
        for cut in cuts
    )


def _score(rule: ScoreRule, share: Decimal) -> ScoreRule:
    cuts = tuple(
        cut if cut.border is None else replace(cut, border=_eased_border(cut.border, share))
        for cut in rule.cuts
    )
    return ScoreRule(
        _scoring(rule.scoring, share), cuts, tuple(_gate(gate, share) for gate in rule.gates)
    )


def _gate(gate: Gate, share: Decimal) -> Gate:
    return replace(gate, when=_moved(gate.when, share if gate.lifts else -share))


def _scoring(scoring: Scoring, share: Decimal) -> Scoring:
    criteria = tuple(
        each
        if each.edges is None
        else replace(each, edges=tuple(_eased(edge, share, each.better) for edge in each.edges))
        for each in scoring.criteria
    )
    return replace(scoring, criteria=criteria)


def _grids(rule: GridRule, share: Decimal, place: Callable[[str], int]) -> list[GridRule]:
    """Return the grid with its axes eased; where a better place may be worse, in every mixture.

    Then the places between the farthest ones count too: those of an axis as it is, and of a score
    whose criteria alone were moved.
    """
    if _is_monotone(rule, place):
        return [replace(rule, rows=_axis(rule.rows, share), columns=_axis(rule.columns, share))]
    return [
        replace(rule, rows=row, columns=column)
        for row in _axes(rule.rows, share)
        for column in _axes(rule.columns, share)
    ]


def _axes(axis: Axis, share: Decimal) -> list[Axis]:
    found = [_axis(axis, share), axis, _axis(axis, -share)]
    if axis.scoring is not None:
        for moved in (share, -share):
            found.append(replace(axis, scoring=_scoring(axis.scoring, moved)))
    return found


def _is_monotone(rule: GridRule, place: Callable[[str], int]) -> bool:
    """Return whether a better row or column never gives a worse tier."""
    lines = [*rule.cells, *zip(*rule.cells, strict=True)]
    return all(place(worse) >= place(tier) for line in lines for worse, tier in pairwise(line))


def _axis(axis: Axis, share: Decimal) -> Axis:
    if axis.scoring is not None:
        edges = tuple(_eased_border(edge, share) for edge in axis.edges)
        return replace(axis, edges=edges, scoring=_scoring(axis.scoring, share))
    return replace(axis, edges=tuple(_eased(edge, share, axis.better) for edge in axis.edges))


def _table(
    scheme: Scheme, rule: TableRule, population: Population, held: int, share: Decimal
) -> Lenient:
    """Return the table of an account that holds the tier at a place, with bins moved both ways."""
    bins, cuts = [*rule.bins], dict(population.cuts)
    for row in rule.bins:
        for name, by in ((_MORE, share), (_FEWER, -share)):
            bins.append(replace(row, id=row.id + name))
            cuts[row.id + name] = _moved_cuts(row, population.cuts[row.id], by)
    rows = tuple(
        TableRow(row.id, _moved(row.when, _towards(scheme, row.tier, held, share)), row.tier)
        for row in rule.rules
    )
    moved = TableRule(tuple(bins), rows, rule.otherwise)
    return replace(scheme, rule=moved), replace(population, cuts=cuts)


def _towards(scheme: Scheme, tier: str, held: int, share: Decimal) -> Decimal:
    return share if scheme.position(tier) <= held else -share


def _moved_cuts(row: Bin, cuts: Sequence[Fraction], share: Decimal) -> tuple[Fraction, ...]:
    sign = -1 if row.better == "lower" else 1
    return tuple(cut - abs(cut) * Fraction(share) * sign for cut in cuts)


def _moved(condition: Condition, share: Decimal) -> Condition:
    """Return a condition that holds sooner by a share of its operands; later where negative."""
    match condition:
        case All(parts=parts):
            return All(tuple(_moved(part, share) for part in parts))
        case AnyOf(parts=parts):
            return AnyOf(tuple(_moved(part, share) for part in parts))
        case Not(part=part):
            return Not(_moved(part, -share))
        case Leaf(subject="metric"):
            return _moved_metric(condition, share)
        case Leaf(subject="bin"):
            return _moved_bin(condition, share)
        case Leaf():
            return condition


_DOWN, _UP = ("ge", "gt"), ("le", "lt")


def _moved_metric(leaf: Leaf, share: Decimal) -> Leaf:
    if leaf.op in _DOWN:
        return replace(leaf, value=_eased(_exact(leaf.value), share, "higher"))
    if leaf.op in _UP:
        return replace(leaf, value=_eased(_exact(leaf.value), share, "lower"))
    if leaf.op == "between":
        low, high = map(_exact, leaf.value)
        return replace(leaf, value=(_eased(low, share, "higher"), _eased(high, share, "lower")))
    return leaf


def _exact(given: object) -> Decimal:
    return Decimal(str(given))


_MORE, _FEWER = "+", "-"
"""After a bin's id: the bins in which the same value has more points, and less."""


def _moved_bin(leaf: Leaf, share: Decimal) -> Condition:
    """Return a comparison of points, said of the bin in which it holds sooner (or later)."""
    sooner, later = (_MORE, _FEWER) if share >= 0 else (_FEWER, _MORE)
    if leaf.op in _DOWN:
        return replace(leaf, name=leaf.name + sooner)
    if leaf.op in _UP:
        return replace(leaf, name=leaf.name + later)
    spans = _spans(leaf)
    if not spans:
        return leaf
    parts = tuple(
        All(
            (
                Leaf("bin", leaf.name + sooner, "ge", low),
                Leaf("bin", leaf.name + later, "le", high),
            )
        )
        for low, high in spans
    )
    return parts[0] if len(parts) == 1 else AnyOf(parts)


def _spans(leaf: Leaf) -> list[tuple[object, object]]:
    """Return the points, from and to, between which a comparison holds; none for an open one."""
    match leaf.op:
        case "eq":
            return [(leaf.value, leaf.value)]
        case "in":
            return [(each, each) for each in leaf.value]
        case "between":
            return [(leaf.value[0], leaf.value[1])]
    return []
