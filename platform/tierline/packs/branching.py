"""Shapes that choose: what a value holds says which shape it must have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tierline.packs.problems import did_you_mean
from tierline.packs.shapes import Description, Path, Reading, Shape, kind_of, word
from tierline.packs.strict_yaml import Node


def one_of(shapes: Mapping[str, Shape]) -> Shape:
    """Return the shape of a mapping with exactly one key, which says what follows."""

    def check(reading: Reading, node: Node, path: Path) -> Any:
        value = node.value
        if not isinstance(value, dict) or len(value) != 1:
            reading.problem(node, path, f"must hold exactly one of {', '.join(shapes)}")
            return {}
        ((key, inner),) = value.items()
        if key not in shapes:
            hint = did_you_mean(key, shapes) or f"; known are {', '.join(shapes)}"
            reading.problem(inner, (*path, key), f"is not known here{hint}")
            return {}
        return {key: shapes[key](reading, inner, (*path, key))}

    described = {
        "type": "object",
        "properties": {key: shape.description for key, shape in shapes.items()},
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }
    return Shape(check, described)


def either(scalar: Shape, mapping: Shape) -> Shape:
    """Return the shape of a value that is a mapping of one shape or a scalar of another."""

    def check(reading: Reading, node: Node, path: Path) -> Any:
        chosen = mapping if isinstance(node.value, dict) else scalar
        return chosen(reading, node, path)

    return Shape(check, _if({"type": "object"}, mapping, scalar))


def by_word(key: str, shapes: Mapping[str, Shape]) -> Shape:
    """Return the shape of a mapping whose word under `key` says which of the shapes it has."""
    known = word(*shapes)

    def check(reading: Reading, node: Node, path: Path) -> Any:
        if not isinstance(node.value, dict):
            reading.problem(node, path, f"must be a mapping, not {kind_of(node.value)}")
            return {}
        if key not in node.value:
            reading.problem(node, (*path, key), "is missing")
            return {}
        before = len(reading.problems)
        chosen = known(reading, node.value[key], (*path, key))
        return shapes[chosen](reading, node, path) if len(reading.problems) == before else {}

    branches = [
        {
            "if": {"properties": {key: {"const": each}}, "required": [key]},
            "then": shape.description,
        }
        for each, shape in shapes.items()
    ]
    described = {"type": "object", "properties": {key: known.description}, "required": [key]}
    return Shape(check, {**described, "allOf": branches})


def by_key(keys: Iterable[str], there: Shape, absent: Shape) -> Shape:
    """Return the shape of a mapping that has one shape where it holds any of the keys."""
    telling = tuple(keys)

    def check(reading: Reading, node: Node, path: Path) -> Any:
        found = isinstance(node.value, dict) and any(key in node.value for key in telling)
        return (there if found else absent)(reading, node, path)

    test = {"type": "object", "anyOf": [{"required": [key]} for key in telling]}
    return Shape(check, _if(test, there, absent))


def nullable(shape: Shape) -> Shape:
    """Return the shape of nothing, or of a value of one shape."""

    def check(reading: Reading, node: Node, path: Path) -> Any:
        return None if node.value is None else shape(reading, node, path)

    return Shape(check, {"anyOf": [{"type": "null"}, shape.description]})


def _if(test: Description, then: Shape, otherwise: Shape) -> Description:
    return {"if": test, "then": then.description, "else": otherwise.description}
