"""The format of condition trees in a plugin's files: `all`, `any`, `not`, and leaves.

Their meaning (to SQL and in Python) is the rules engine's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from tierline.packs.shapes import (
    Path,
    Reading,
    Shape,
    items,
    kind_of,
    name,
    number,
    record,
    refers_to,
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


def _scalar(reading: Reading, node: Node, path: Path) -> Any:
    if isinstance(node.value, dict | list) or node.value is None:
        reading.problem(node, path, f"must be one value, not {kind_of(node.value)}")
    return node.value


def _value_shape(operator: Any, scalar: Shape) -> Shape | None:
    """Return what stands under `value` with this operator; None where nothing may."""
    if operator == "in":
        return items(scalar, 1)
    if operator == "between":
        return items(scalar, 2, 2)
    return None if operator in ("known", "unknown") else scalar


def condition(*subjects: str) -> Shape:
    """Return the shape of a condition whose leaves speak of these subjects."""

    def check(reading: Reading, node: Node, path: Path) -> Any:
        value = node.value
        if not isinstance(value, dict):
            reading.problem(node, path, f"must be a condition, not {kind_of(value)}")
            return {}
        for key in ("all", "any"):
            if key in value:
                return record({key: items(check, 1)})(reading, node, path)
        if "not" in value:
            return record({"not": check})(reading, node, path)
        return _leaf(subjects, reading, node, path)

    return check


def _leaf(subjects: tuple[str, ...], reading: Reading, node: Node, path: Path) -> Any:
    named = [subject for subject in subjects if subject in node.value]
    if len(named) != 1:
        reading.problem(node, path, f"must speak of exactly one of {', '.join(subjects)}")
        return {}
    subject = named[0]
    operator = node.value.get("op")
    keys: dict[str, Any] = {subject: SUBJECTS[subject], "op": word(*OPERATORS)}
    value = _value_shape(
        operator.value if operator is not None else None,
        _scalar if subject in ("field", "item") else number(),
    )
    if value is not None:
        keys["value"] = value
    noted, problems = len(reading.references), len(reading.problems)
    leaf = record(keys)(reading, node, path)
    if len(reading.problems) == problems:
        found = reading.references[noted:]
        reading.references[noted:] = [replace(reference, leaf=leaf) for reference in found]
    return leaf


def leaves(tree: Mapping[str, Any], path: Path) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Yield the path and document of each leaf of a condition."""
    if "not" in tree:
        yield from leaves(tree["not"], (*path, "not"))
    elif "op" in tree:
        yield path, tree
    for key in ("all", "any"):
        for place, inner in enumerate(tree.get(key, ())):
            yield from leaves(inner, (*path, key, place))
