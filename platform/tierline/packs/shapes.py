"""Shapes: what a value in a plugin's file must look like, composed from small parts.

A shape is called with a reading (which collects problems), a node and its path, and returns the
plain value; after a problem the value returned is of no use, and the caller looks at the problems.
It also describes itself as JSON Schema, for editors, so that both come from one definition.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tierline.packs.contributions import LOCALES
from tierline.packs.problems import Problem, did_you_mean
from tierline.packs.strict_yaml import Node

Path = tuple[str | int, ...]
MARKUP = re.compile(r"<[a-zA-Z/!?]")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Reference:
    """A name of something defined in another file, to be resolved when all files are read.

    `kind` is metric, points_metric, field, number_field, date_field, scheme, survey, group or
    tier; `leaf` is what the name must fit: the condition or document that it stands in.
    """

    kind: str
    id: str
    node: Node
    path: Path
    leaf: Mapping[str, Any] | None = None


class Reading:
    """The reading of one file of a plugin: its nodes, the problems and references found so far."""

    def __init__(self, plugin: str, file: str, root: Node) -> None:
        self.plugin = plugin
        self.file = file
        self.root = root
        self.problems: list[Problem] = []
        self.references: list[Reference] = []

    def problem(self, node: Node, path: Path, what: str) -> None:
        """Note that the value at `path` is wrong."""
        self.problems.append(Problem(self.file, node.line, node.column, show_path(path), what))

    def at(self, path: Path, what: str) -> None:
        """Note a problem at a path, placed at its nearest node that stands in the file."""
        node = self.root
        for step in path:
            inner = node.value
            if isinstance(inner, dict) and step in inner:
                node = inner[str(step)]
            elif isinstance(inner, list) and isinstance(step, int) and step < len(inner):
                node = inner[step]
            else:
                break
        self.problem(node, path, what)

    def distinct(self, path: Path, ids: Sequence[str], key: str = "id") -> None:
        """Note each id in the list at `path` that stands there before; ids stand under `key`."""
        for place, given in enumerate(ids):
            if given in ids[:place]:
                self.at((*path, place, key), f'"{given}" stands here twice')


Check = Callable[[Reading, Node, Path], Any]
Description = Mapping[str, Any]
"""A JSON Schema (2020-12)."""


@dataclass(frozen=True)
class Shape:
    """What a value must look like: to check it, and to describe it."""

    check: Check
    description: Description

    def __call__(self, reading: Reading, node: Node, path: Path) -> Any:
        return self.check(reading, node, path)


def show_path(path: Path) -> str:
    """Return a path as people write it: `rule.criteria[2].weight`."""
    shown = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return shown.removeprefix(".")


def kind_of(value: Any) -> str:
    """Return a value's kind in an author's words."""
    if value is None:
        return "nothing"
    kinds = {bool: "true or false", str: "text", dict: "a mapping", list: "a list"}
    return kinds.get(type(value), "a number")


def text(most: int = 200, pattern: str | None = None, hint: str = "") -> Shape:
    """Return the shape of a text of 1 to `most` characters, whole matching `pattern`."""

    def check(reading: Reading, node: Node, path: Path) -> Any:
        value = node.value
        if not isinstance(value, str):
            reading.problem(node, path, f"must be text, not {kind_of(value)}")
        elif not value.strip():
            reading.problem(node, path, "must not be empty")
        elif len(value) > most:
            reading.problem(node, path, f"has more than {most} characters")
        elif MARKUP.search(value) or CONTROL.search(value):
            reading.problem(node, path, "must hold no HTML and no control characters")
        elif pattern and not re.fullmatch(pattern, value):
            reading.problem(node, path, f'"{value}" is not {hint or "in the right form"}')
        return value

    return Shape(check, _text_description(most, pattern, hint))


def _text_description(most: int, pattern: str | None, hint: str) -> Description:
    described: dict[str, Any] = {"type": "string", "maxLength": most}
    described["pattern"] = f"^({pattern})$" if pattern else r"\S"
    if not pattern:
        described["not"] = {"pattern": f"{MARKUP.pattern}|{CONTROL.pattern}"}
    return described | ({"description": hint} if hint else {})


def word(*known: str) -> Shape:
    """Return the shape of one of the words given."""

    def check(reading: Reading, node: Node, path: Path) -> Any:
        if node.value not in known:
            given = str(node.value)
            hint = did_you_mean(given, known)
            reading.problem(node, path, f'"{given}" is not one of {", ".join(known)}{hint}')
        return node.value

    return Shape(check, {"enum": list(known)})


def number(
    least: float | None = None, most: float | None = None, *, integer: bool = False
) -> Shape:
    """Return the shape of a number between `least` and `most`, both included."""

    def check(reading: Reading, node: Node, path: Path) -> Any:
        value = node.value
        if isinstance(value, bool) or not isinstance(value, int | float):
            reading.problem(node, path, f"must be a number, not {kind_of(value)}")
        elif integer and not isinstance(value, int):
            reading.problem(node, path, "must be a whole number")
        elif (least is not None and value < least) or (most is not None and value > most):
            reading.problem(node, path, f"must be {_range(least, most)}")
        return value

    bounds = {"minimum": least, "maximum": most}
    given = {key: bound for key, bound in bounds.items() if bound is not None}
    return Shape(check, {"type": "integer" if integer else "number", **given})


def _range(least: float | None, most: float | None) -> str:
    if least is None or least == most:
        return f"at most {most}" if least is None else str(least)
    return f"at least {least}" if most is None else f"from {least} to {most}"


def _flag(reading: Reading, node: Node, path: Path) -> Any:
    if not isinstance(node.value, bool):
        reading.problem(node, path, f"must be true or false, not {kind_of(node.value)}")
    return node.value


flag = Shape(_flag, {"type": "boolean"})
"""True or false."""


def _scalar(reading: Reading, node: Node, path: Path) -> Any:
    if isinstance(node.value, dict | list) or node.value is None:
        reading.problem(node, path, f"must be one value, not {kind_of(node.value)}")
    return node.value


scalar = Shape(_scalar, {"type": ["string", "number", "boolean"]})
"""One value of any kind, but not nothing."""


def items(shape: Shape, least: int = 0, most: int = 500) -> Shape:
    """Return the shape of a list of `least` to `most` items."""

    def check(reading: Reading, node: Node, path: Path) -> Any:
        if not isinstance(node.value, list):
            reading.problem(node, path, f"must be a list, not {kind_of(node.value)}")
            return []
        if not least <= len(node.value) <= most:
            reading.problem(node, path, f"must hold {_range(least, most)} items")
        return [shape(reading, item, (*path, place)) for place, item in enumerate(node.value)]

    described = {"type": "array", "items": shape.description, "minItems": least, "maxItems": most}
    return Shape(check, described)


class Optional:
    """A key that may be left out; it then has the default (or, with none, is left out)."""

    MISSING = object()

    def __init__(self, shape: Shape, default: Any = MISSING) -> None:
        self.shape = shape
        self.default = default


def record(keys: Mapping[str, Shape | Optional]) -> Shape:
    """Return the shape of a mapping with these keys and no others."""

    def check(reading: Reading, node: Node, path: Path) -> Any:
        if not isinstance(node.value, dict):
            reading.problem(node, path, f"must be a mapping, not {kind_of(node.value)}")
            return {}
        for key, inner in node.value.items():
            if key not in keys:
                hint = did_you_mean(key, keys) or f"; known are {', '.join(keys)}"
                reading.problem(inner, (*path, key), f"is not known here{hint}")
        return _known_keys(keys, reading, node, path)

    return Shape(check, _record_description(keys))


def _record_description(keys: Mapping[str, Shape | Optional]) -> Description:
    properties: dict[str, Any] = {}
    for key, shape in keys.items():
        properties[key] = (shape.shape if isinstance(shape, Optional) else shape).description
        if isinstance(shape, Optional) and shape.default is not Optional.MISSING:
            properties[key] = {**properties[key], "default": shape.default}
    required = [key for key, shape in keys.items() if not isinstance(shape, Optional)]
    described = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**described, "required": required} if required else described


def _known_keys(
    keys: Mapping[str, Shape | Optional], reading: Reading, node: Node, path: Path
) -> dict[str, Any]:
    found = {}
    for key, shape in keys.items():
        if key in node.value:
            found[key] = _known_key(shape, reading, node.value[key], (*path, key))
        elif not isinstance(shape, Optional):
            reading.problem(node, (*path, key), "is missing")
        elif shape.default is not Optional.MISSING:
            found[key] = shape.default
    return found


def _known_key(shape: Shape | Optional, reading: Reading, node: Node, path: Path) -> Any:
    if not isinstance(shape, Optional):
        return shape(reading, node, path)
    if node.plain() == shape.default:  # also where it would not fit: a normalised document has it
        return shape.default
    return shape.shape(reading, node, path)


def localized(most: int = 200) -> Shape:
    """Return the shape of a text in every language of LOCALES."""
    return record({locale: text(most) for locale in LOCALES})


NAME = "[a-z][a-z0-9_]{0,62}"
"""The form of ids, keys and the names of files."""


def mapping(shape: Shape, most: int = 50) -> Shape:
    """Return the shape of a mapping of free names to values of one shape."""

    def check(reading: Reading, node: Node, path: Path) -> Any:
        if not isinstance(node.value, dict):
            reading.problem(node, path, f"must be a mapping, not {kind_of(node.value)}")
            return {}
        if len(node.value) > most:
            reading.problem(node, path, f"must hold at most {most} entries")
        for key, inner in node.value.items():
            if not re.fullmatch(NAME, key):
                reading.problem(inner, (*path, key), "is not a name")
        return {key: shape(reading, inner, (*path, key)) for key, inner in node.value.items()}

    described = {
        "type": "object",
        "propertyNames": {"pattern": f"^({NAME})$"},
        "additionalProperties": shape.description,
        "maxProperties": most,
    }
    return Shape(check, described)
