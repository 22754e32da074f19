"""A risk model compiled to SQL: stage, score and band of all accounts at once.

`evaluate.py` says the same of one account, and a property test holds the two equal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import SmallInteger, and_, case, cast, func, null, or_

from tierline.metrics.source import Source
from tierline.metrics.units import SCALES, exceeds, reaches
from tierline.packs.contributions import Field
from tierline.packs.risks import Threshold
from tierline.risk.reading import EXACT, Model, Sign
from tierline.rules.conditions import Condition
from tierline.rules.expressions import Truth, Whole, constant, total
from tierline.rules.sql import compile_condition


@dataclass(frozen=True)
class CompiledRisk:
    """Expressions over a source's columns; places count from 0.

    `score` is in ten-thousandths. Outside the group all are NULL.
    """

    stage: Whole
    score: Whole
    incomplete: Truth
    band: Whole


def compile_model(model: Model, source: Source, known_fields: Mapping[str, Field]) -> CompiledRisk:
    """Return the model compiled; where it reads fields, rows must be joined with the account."""
    scheme = model.as_scheme()

    def condition(when: Condition) -> Truth:
        return compile_condition(when, scheme, source, known_fields)

    stage = _stage(model, condition)
    levels = [(sign, _level(model, sign, stage, source, condition)) for sign in model.signs]
    raised = total(_or_zero(level) * constant(sign.weight) for sign, level in levels)
    known = total(
        case((level.is_(None), constant(0)), else_=constant(sign.weight)) for sign, level in levels
    )
    judged = _by_stage(model, stage, lambda each: constant(_judged(model, each)))
    incomplete = or_(
        known == constant(0),
        known * constant(100 * EXACT) < judged * constant(model.minimum),
    )
    doubled = raised * constant(100 * EXACT) + known
    score = case((known > constant(0), doubled // (known * constant(2))))
    reached = [
        (raised * constant(50 * EXACT) >= known * constant(least), constant(place))
        for place, (_id, least) in enumerate(model.bands)
        if least is not None
    ]
    band = case(*reached, else_=constant(len(model.bands) - 1))
    for _id, when, place in model.floors:
        band = case((and_(condition(when), band > constant(place)), constant(place)), else_=band)
    inside = source.in_group(model.group)
    told = null() if not model.stages else stage
    return CompiledRisk(
        stage=cast(case((inside, told)), SmallInteger),
        score=case((inside, score)),
        incomplete=case((inside, incomplete)),
        band=cast(case((and_(inside, incomplete.is_(False)), band)), SmallInteger),
    )


def _stage(model: Model, condition: Callable[[Condition], Truth]) -> Whole:
    rows = [
        (condition(when), constant(place))
        for place, (_id, when) in enumerate(model.stages)
        if when is not None
    ]
    return case(*rows, else_=constant(len(rows))) if rows else constant(0)


def _judged(model: Model, stage: str | None) -> int:
    return sum(sign.weight for sign in model.signs if sign.is_judged(stage))


def _by_stage(model: Model, stage: Whole, each: Callable[[str | None], Whole]) -> Whole:
    rows = [(stage == constant(place), each(id)) for place, id in enumerate(model.stage_ids)]
    return case(*rows)


def _level(
    model: Model,
    sign: Sign,
    stage: Whole,
    source: Source,
    condition: Callable[[Condition], Truth],
) -> Whole:
    """Return 0 for green, 1 for yellow, 2 for red; NULL where unknown or not judged."""
    if sign.metric is None:
        given = [(when, n) for when, n in ((sign.red, 2), (sign.yellow, 1)) if when is not None]
        held = [(condition(when), constant(n)) for when, n in given]
        said = (condition(when) for when, _n in given)
        missing = func.num_nulls(*said) > constant(0)  # IS NULL would bind closer than NOT
        return case(*held, (missing, null()), else_=constant(0))
    value, scale = source.value(sign.metric), SCALES[source.units[sign.metric]]

    def measured(each: str | None) -> Whole:
        threshold = sign.threshold(each)
        if threshold is None:
            return cast(null(), SmallInteger)
        return case(
            (value.is_(None), null()), *_raised(value, sign, threshold, scale), else_=constant(0)
        )

    return _by_stage(model, stage, measured)


def _raised(value: Whole, sign: Sign, given: Threshold, scale: int) -> list[tuple[Truth, Whole]]:
    edges = [(edge, n) for edge, n in ((given.red, 2), (given.yellow, 1)) if edge is not None]
    if sign.worse == "higher":
        return [(value >= constant(reaches(edge, scale)), constant(n)) for edge, n in edges]
    return [(value < constant(exceeds(edge, scale)), constant(n)) for edge, n in edges]


def _or_zero(level: Whole) -> Whole:
    return case((level.is_(None), constant(0)), else_=level)
