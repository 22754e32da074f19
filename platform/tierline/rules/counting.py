"""Where accounts stand within a rule, step by step, so that an editor can count them live.

Each part of a rule (criterion, axis, bin, decision table) becomes one whole number an account: the
place of the step that it stands on, from 0 for the lowest value; NULL where that is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import cast, func, null
from sqlalchemy.types import BigInteger

from tierline.metrics.source import Source
from tierline.packs.contributions import Field
from tierline.rules.expressions import Whole, constant, stepped
from tierline.rules.ladder import Ladder, ladder_of, ladder_of_cuts
from tierline.rules.population import Population
from tierline.rules.scheme import Criterion, GridRule, Scheme, ScoreRule, TableRow, TableRule
from tierline.rules.sql import Compiled, compile_scheme
from tierline.rules.weights import POINT

OTHERWISE = "otherwise"


@dataclass(frozen=True)
class Part:
    """A part of a rule whose steps are counted.

    `path` says where in the rule's document it stands: "criteria.sales", "rows", "columns",
    "rows.criteria.growth", "bins.r", "cells", "rules". `places` is the number of its steps.
    """

    path: str
    places: int
    place: Whole


def parts_of(
    scheme: Scheme,
    population: Population,
    source: Source,
    compiled: Compiled,
    known_fields: Mapping[str, Field],
) -> list[Part]:
    """Return the parts of a scheme's rule, compiled for the source."""
    match scheme.rule:
        case ScoreRule(scoring=scoring):
            return list(_criteria(scoring.criteria, source, "criteria"))
        case GridRule() as rule:
            return list(_grid(rule, source, compiled))
        case TableRule() as rule:
            bins = [
                _part(f"bins.{row.id}", ladder_of_cuts(population.cuts[row.id], "higher"), value)
                for row in rule.bins
                for value in (source.value(row.metric),)
            ]
            return [*bins, _rows(scheme, rule, population, source, known_fields)]
        case _:
            return []


def _criteria(criteria: Iterable[Criterion], source: Source, path: str) -> Iterator[Part]:
    for criterion in criteria:
        value, own = source.value(criterion.metric), f"{path}.{criterion.id}"
        if criterion.edges is None:
            held = func.least(func.greatest(value, constant(POINT)), constant(5 * POINT))
            points = (held + constant(POINT // 2)) / constant(POINT) - constant(1)
            yield Part(own, 5, cast(func.trunc(points), BigInteger))
        else:
            unit = source.units[criterion.metric]
            yield _part(own, _rising(ladder_of(criterion.edges, unit, criterion.better)), value)


def _rising(ladder: Ladder) -> Ladder:
    """Return the ladder with its steps in the order of the values, whichever are better."""
    return replace(ladder, descending=False)


def _part(path: str, ladder: Ladder, value: Whole) -> Part:
    places = len(ladder.thresholds) + 1
    return Part(path, places, stepped(value, ladder, list(range(places)), unknown=None))


def _grid(rule: GridRule, source: Source, compiled: Compiled) -> Iterator[Part]:
    height, width = len(rule.rows.labels), len(rule.columns.labels)
    cell = compiled.cell if compiled.cell is not None else cast(null(), BigInteger)
    yield Part("cells", height * width, cell)
    for path, axis in (("rows", rule.rows), ("columns", rule.columns)):
        if axis.scoring is not None:
            yield from _criteria(axis.scoring.criteria, source, f"{path}.criteria")
        elif axis.metric is not None:
            ladder = ladder_of(axis.edges, source.units[axis.metric], axis.better)
            yield _part(path, _rising(ladder), source.value(axis.metric))


def _rows(
    scheme: Scheme,
    rule: TableRule,
    population: Population,
    source: Source,
    known_fields: Mapping[str, Field],
) -> Part:
    """Return which row of a decision table decides: the table itself, giving rows for tiers."""
    names = [*(str(place) for place in range(len(rule.rules))), OTHERWISE]
    rows = tuple(
        TableRow(row.id, row.when, name) for row, name in zip(rule.rules, names, strict=False)
    )
    table = replace(rule, rules=rows, otherwise=OTHERWISE)
    decided = replace(scheme, tiers=tuple(names), rule=table)
    codes = {name: place for place, name in enumerate(names)}
    compiled = compile_scheme(decided, population, source, codes, known_fields)
    return Part("rules", len(names), compiled.tier)
