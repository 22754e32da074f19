"""Condition trees: typed nodes over metrics, bins and fields.

Logic has three values, as in SQL: a comparison with something unknown is unknown, `not` of it too,
and only what is true matches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from tierline.metrics.fields import read_text

NUMBER_TYPES = ("integer", "decimal", "percent", "money")
"""Types of fields that are compared as numbers; all others as text, dates in ISO order."""

Subject = Literal["metric", "bin", "field"]


@dataclass(frozen=True)
class Leaf:
    """A comparison: `subject` `name` `op` `value`; the value of `in` and `between` is a tuple."""

    subject: Subject
    name: str
    op: str
    value: Any = None


@dataclass(frozen=True)
class All:
    """Every part must hold."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class AnyOf:
    """At least one part must hold."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Not:
    """The part must be known and not hold."""

    part: Condition


Condition = Leaf | All | AnyOf | Not


def read_condition(document: Mapping[str, Any]) -> Condition:
    """Return the typed condition of a document that was checked when it was loaded."""
    if "all" in document:
        return All(tuple(read_condition(part) for part in document["all"]))
    if "any" in document:
        return AnyOf(tuple(read_condition(part) for part in document["any"]))
    if "not" in document:
        return Not(read_condition(document["not"]))
    for subject in ("metric", "bin", "field"):
        if subject in document:
            value = document.get("value")
            value = tuple(value) if isinstance(value, list | tuple) else value
            return Leaf(subject, document[subject], document["op"], value)
    raise ValueError(f"not a condition: {document!r}")


def holds(condition: Condition, leaf_holds: Callable[[Leaf], bool | None]) -> bool | None:
    """Return whether a condition holds, None for unknown, given what its comparisons say."""
    match condition:
        case Leaf():
            return leaf_holds(condition)
        case Not(part=part):
            inner = holds(part, leaf_holds)
            return None if inner is None else not inner
        case All(parts=parts):
            said = [holds(part, leaf_holds) for part in parts]
            return False if False in said else None if None in said else True
        case AnyOf(parts=parts):
            said = [holds(part, leaf_holds) for part in parts]
            return True if True in said else None if None in said else False


def compare_value(value: Any, leaf: Leaf) -> bool | None:
    """Return what a comparison says of a value: a Decimal or a text; None is unknown."""
    if leaf.op == "known":
        return value is not None
    if leaf.op == "unknown":
        return value is None
    return None if value is None else compare_known(value, leaf)


def compare_known(value: Any, leaf: Leaf) -> bool:
    """Return what a comparison says of a value that is known."""
    exact = isinstance(value, Decimal)
    given = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
    operands = [Decimal(str(operand)) if exact else read_text(operand) for operand in given]
    return _OPERATORS[leaf.op](value, operands)


_OPERATORS: Mapping[str, Callable[[Any, list[Any]], bool]] = {
    "eq": lambda value, given: value == given[0],
    "ne": lambda value, given: value != given[0],
    "lt": lambda value, given: value < given[0],
    "le": lambda value, given: value <= given[0],
    "gt": lambda value, given: value > given[0],
    "ge": lambda value, given: value >= given[0],
    "in": lambda value, given: value in given,
    "between": lambda value, given: given[0] <= value <= given[1],
    "known": lambda value, given: True,
    "unknown": lambda value, given: False,
}


def leaves(condition: Condition) -> Iterator[Leaf]:
    """Yield the comparisons of a condition, in order."""
    match condition:
        case Leaf():
            yield condition
        case Not(part=part):
            yield from leaves(part)
        case All(parts=parts) | AnyOf(parts=parts):
            for part in parts:
                yield from leaves(part)
