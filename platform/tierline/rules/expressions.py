"""Building blocks of compiled rules: constants, steps of ladders, comparisons."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import reduce
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Numeric,
    and_,
    case,
    cast,
    literal,
    literal_column,
    not_,
    null,
    or_,
    true,
)

from tierline.metrics import fields
from tierline.metrics.units import exceeds, reaches
from tierline.packs.contributions import Field
from tierline.rules.conditions import NUMBER_TYPES, Leaf
from tierline.rules.ladder import Ladder

Whole = ColumnElement[int]
Truth = ColumnElement[bool]

UNKNOWN: Whole = cast(null(), BigInteger)


def constant(value: int) -> Whole:
    """Return a whole number written into the statement: plans see it, and it needs no parameter."""
    return literal_column(f"{int(value)}::bigint", BigInteger)  # an int4's sums would overflow


def total(parts: Iterable[Whole]) -> Whole:
    """Return the sum of the parts, at least one."""
    return reduce(operator.add, parts)


def stepped(value: Whole, ladder: Ladder, worth: list[int], unknown: int | None) -> Whole:
    """Return what the step of a value is worth, looking from the highest threshold down."""
    steps = [
        (value >= constant(threshold), constant(worth[place]))
        for place, threshold in reversed(list(enumerate(ladder.thresholds, start=1)))
    ]
    missing = null() if unknown is None else constant(unknown)
    return case(*steps, (value.is_not(None), constant(worth[0])), else_=missing)


def on_step(value: Whole, ladder: Ladder, step: int) -> Truth:
    """Return whether a known value stands on a step of the ladder."""
    parts = []
    if step > 0:
        parts.append(value >= constant(ladder.thresholds[step - 1]))
    if step < len(ladder.thresholds):
        parts.append(value < constant(ladder.thresholds[step]))
    return and_(true(), *parts)


def compare(value: Whole, leaf: Leaf, scale: int) -> Truth:
    """Return a comparison of a stored value, `scale` in one, with the leaf's operands."""

    def at_least(operand: Any) -> Truth:
        return value >= constant(reaches(operand, scale))

    def at_most(operand: Any) -> Truth:
        return value < constant(exceeds(operand, scale))

    return _compare(leaf, value, at_least, at_most, lambda x: at_least(x) & at_most(x))


def compare_field(field: Field, leaf: Leaf) -> Truth:
    """Return a comparison of an account's field with the leaf's operands, by the field's type."""
    number = field.type in NUMBER_TYPES
    value: Any = fields.number_of(field.key) if number else fields.text_of(field.key)

    def operand(given: Any) -> ColumnElement[Any]:
        return literal(Decimal(str(given)), Numeric) if number else literal(fields.read_text(given))

    return _compare(
        leaf,
        value,
        lambda given: value >= operand(given),
        lambda given: value <= operand(given),
        lambda given: value == operand(given),
    )


Comparison = Callable[[Any], Truth]


def _compare(
    leaf: Leaf, value: Any, at_least: Comparison, at_most: Comparison, equal: Comparison
) -> Truth:
    given = leaf.value
    match leaf.op:
        case "known":
            return cast(value.is_not(None), Boolean)
        case "unknown":
            return cast(value.is_(None), Boolean)
        case "eq":
            return equal(given)
        case "ne":
            return not_(equal(given))
        case "ge":
            return at_least(given)
        case "gt":
            return not_(at_most(given))
        case "lt":
            return not_(at_least(given))
        case "le":
            return at_most(given)
        case "in":
            return or_(*(equal(operand) for operand in given))
        case "between":
            return at_least(given[0]) & at_most(given[1])
    raise ValueError(f"no such operator: {leaf.op}")
