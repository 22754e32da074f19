"""Shapes: what a value in a plugin's file must look like, composed from small functions.

A shape takes a reading (which collects problems), a node and its path, and returns the plain
value; after a problem the value returned is of no use, and the caller looks at the problems.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
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


Shape = Callable[[Reading, Node, Path], Any]


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

    return check


def word(*known: str) -> Shape:
    """Return the shape of one of the words given."""

    def check(reading: Reading, node: Node, path: Path) -> Any:
        if node.value not in known:
            given = str(node.value)
            hint = did_you_mean(given, known)
            reading.problem(node, path, f'"{given}" is not one of {", ".join(known)}{hint}')
        return node.value

    return check


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

    return check


def _range(least: float | None, most: float | None) -> str:
    if least is None or least == most:
        return f"at most {most}" if least is None else str(least)
    return f"at least {least}" if most is None else f"from {least} to {most}"


def flag(reading: Reading, node: Node, path: Path) -> Any:
    """Check for true or false."""
    if not isinstance(node.value, bool):
        reading.problem(node, path, f"must be true or false, not {kind_of(node.value)}")
    return node.value


def items(shape: Shape, least: int = 0, most: int = 500) -> Shape:
    """Return the shape of a list of `least` to `most` items."""

    def check(reading: Reading, node: Node, path: Path) -> Any:
        if not isinstance(node.value, list):
            reading.problem(node, path, f"must be a list, not {kind_of(node.value)}")
            return []
        if not least <= len(node.value) <= most:
            reading.problem(node, path, f"must hold {_range(least, most)} items")
        return [shape(reading, item, (*path, place)) for place, item in enumerate(node.value)]

    return check


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

    return check


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

    return check


def either(scalar: Shape, mapping: Shape) -> Shape:
    """Return the shape of a value that is a mapping of one shape or a scalar of another."""

    def check(reading: Reading, node: Node, path: Path) -> Any:
        chosen = mapping if isinstance(node.value, dict) else scalar
        return chosen(reading, node, path)

    return check


def localized(most: int = 200) -> Shape:
    """Return the shape of a text in every language of LOCALES."""
    return record({locale: text(most) for locale in LOCALES})


NAME = "[a-z][a-z0-9_]{0,62}"
PLUGIN_ID = "[a-z][a-z0-9_]{1,62}"

name = text(63, NAME, "a name: small letters, digits and _, beginning with a letter")
plugin_id = text(63, PLUGIN_ID, "a plugin's id: small letters, digits and _, at least two")
_reference = text(127, f"({PLUGIN_ID}:)?{NAME}", "a name or plugin:name")


def refers_to(kind: str) -> Shape:
    """Return the shape of a reference; its value is the full id."""

    def check(reading: Reading, node: Node, path: Path) -> Any:
        before = len(reading.problems)
        value = _reference(reading, node, path)
        if len(reading.problems) > before:
            return value
        full = value if ":" in value else f"{reading.plugin}:{value}"
        reading.references.append(Reference(kind, full, node, path))
        return full

    return check


def group_key(reading: Reading, node: Node, path: Path) -> Any:
    """Check the key of a stakeholder group."""
    before = len(reading.problems)
    value = name(reading, node, path)
    if len(reading.problems) == before:
        reading.references.append(Reference("group", value, node, path))
    return value


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

    return check


def by_word(key: str, shapes: Mapping[str, Shape]) -> Shape:
    """Return the shape of a mapping whose word under `key` says which of the shapes it has."""
    known = word(*shapes)

    def check(reading: Reading, node: Node, path: Path) -> Any:
        if not isinstance(node.value, dict) or key not in node.value:
            return record({key: known})(reading, node, path)
        before = len(reading.problems)
        chosen = known(reading, node.value[key], (*path, key))
        return shapes[chosen](reading, node, path) if len(reading.problems) == before else {}

    return check
