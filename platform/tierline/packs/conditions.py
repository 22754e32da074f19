"""The format of condition trees in a plugin's files: `all`, `any`, `not`, and leaves.

Their meaning (to SQL and in Python) is the rules engine's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import isfinite
from typing import Any

from tierline.packs.branching import by_word
from tierline.packs.names import name, refers_to
from tierline.packs.shapes import (
    Description,
    Optional,
    Path,
    Reading,
    Shape,
    items,
    kind_of,
    number,
    record,
    scalar,
    word,
)
from tierline.packs.strict_yaml import Node

ORDER = ("lt", "le", "gt", "ge")
OPERATORS = ("eq", "ne", *ORDER, "in", "between", "known", "unknown")
SUBJECTS: dict[str, Shape] = {
    "metric": refers_to("metric"),
    "field": refers_to("field"),
    "bin": name,
    "item": name,
}
DEFINITIONS: dict[str, Description] = {}
"""What the descriptions of conditions refer to, because a condition holds conditions."""


def _value(operator: str, value: Shape) -> Shape | None:
    """Return what stands under `value` with this operator; None where nothing may."""
    if operator == "in":
        return items(value, 1)
    if operator == "between":
        return items(value, 2, 2)
    return None if operator in ("known", "unknown") else value


def _leaf(subject: str) -> Shape:
    """Return the shape of a leaf that speaks of one subject."""
    given = scalar if subject in ("field", "item") else number()
    shapes = {}
    for operator in OPERATORS:
        keys: dict[str, Shape | Optional] = {subject: SUBJECTS[subject], "op": word(operator)}
        value = _value(operator, given)
        shapes[operator] = record(keys if value is None else {**keys, "value": value})
    leaf = by_word("op", shapes)

    def check(reading: Reading, node: Node, path: Path) -> Any:
        noted, problems = len(reading.references), len(reading.problems)
        found = leaf(reading, node, path)
        if len(reading.problems) == problems:
            new = reading.references[noted:]
            reading.references[noted:] = [replace(reference, leaf=found) for reference in new]
        return found

    return Shape(check, leaf.description)


LEAVES = {subject: _leaf(subject) for subject in SUBJECTS}


def condition(*subjects: str) -> Shape:
    """Return the shape of a condition whose leaves speak of these subjects."""

    def check(reading: Reading, node: Node, path: Path) -> Any:
        value = node.value
        if not isinstance(value, dict):
            reading.problem(node, path, f"must be a condition, not {kind_of(value)}")
            return {}
        for key, shape in branches.items():
            if key in value:
                return shape(reading, node, path)
        named = [subject for subject in subjects if subject in value]
        if len(named) != 1:
            reading.problem(node, path, f"must speak of exactly one of {', '.join(subjects)}")
            return {}
        return LEAVES[named[0]](reading, node, path)

    defined = f"condition_of_{'_'.join(subjects)}"
    whole = Shape(check, {"$ref": f"#/$defs/{defined}"})
    branches = {key: record({key: items(whole, 1)}) for key in ("all", "any")}
    branches["not"] = record({"not": whole})
    DEFINITIONS[defined] = _described({**branches, **{key: LEAVES[key] for key in subjects}})
    return whole


def _described(branches: Mapping[str, Shape]) -> Description:
    """Describe a mapping whose first key among these says which shape it has."""
    described: Description = {"type": "object", "anyOf": [{"required": [key]} for key in branches]}
    tests = [
        {"if": {"required": [key]}, "then": shape.description} for key, shape in branches.items()
    ]
    return {**described, "allOf": tests}


def is_number(value: Any) -> bool:
    """Return whether a leaf's value is a number that anything can be compared with."""
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def leaves(tree: Mapping[str, Any], path: Path) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Yield the path and document of each leaf of a condition."""
    if "not" in tree:
        yield from leaves(tree["not"], (*path, "not"))
    elif "op" in tree:
        yield path, tree
    for key in ("all", "any"):
        for place, inner in enumerate(tree.get(key, ())):
            yield from leaves(inner, (*path, key, place))
