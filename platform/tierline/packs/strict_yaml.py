"""YAML read strictly: hostile or ambiguous input is a problem with a place, never a surprise.

Built on the parser's events, because the constructors of PyYAML resolve YAML 1.1 (`on`, `no`,
`12:30`), follow aliases (324 bytes can expand without end) and recurse (100,000 brackets).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from tierline.packs.problems import Problem

MAXIMUM_BYTES = 256 * 1024
MAXIMUM_DEPTH = 24
INTEGER = re.compile(r"[-+]?[0-9]+")
DECIMAL = re.compile(r"[-+]?[0-9]+\.[0-9]+")
WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(frozen=True)
class Node:
    """A value with its place: a scalar, a list of nodes, or a mapping of text to nodes."""

    value: Any
    line: int
    column: int

    def plain(self) -> Any:
        """Return the value without places."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value


def nodes_of(value: Any) -> Node:
    """Return a plain value as nodes; it stands in no file, so all of them are at its beginning."""
    if isinstance(value, Mapping):
        return Node({key: nodes_of(inner) for key, inner in value.items()}, 1, 1)
    if isinstance(value, list | tuple):
        return Node([nodes_of(inner) for inner in value], 1, 1)
    return Node(value, 1, 1)


class _Refused(Exception):
    def __init__(self, what: str, mark: Any) -> None:
        super().__init__(what)
        self.what, self.line, self.column = what, mark.line + 1, mark.column + 1


def parse(content: bytes, file: str) -> tuple[Node | None, list[Problem]]:
    """Return the file's one document as a node, or None with what makes it unreadable.

    Duplicate keys are problems, too, but do not stop the reading.
    """
    if len(content) > MAXIMUM_BYTES:
        return None, [Problem(file, 1, 1, "", f"has more than {MAXIMUM_BYTES // 1024} KiB")]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return None, [Problem(file, line, 1, "", "is not UTF-8 text")]
    reader = _Reader(text, file)
    try:
        return reader.document(), reader.problems
    except _Refused as refused:
        problem = Problem(file, refused.line, refused.column, "", refused.what)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        problem = Problem(file, line, column, "", f"is not YAML: {error.problem or error.context}")
    except yaml.YAMLError as error:
        first_line = str(error).splitlines()[0]
        problem = Problem(file, 1, 1, "", f"is not YAML: {first_line}")
    return None, [*reader.problems, problem]


class _Reader:
    """Builds nodes from the parser's events; depth is bounded, so recursion is safe."""

    def __init__(self, text: str, file: str) -> None:
        self.events: Iterator[Any] = yaml.parse(text, Loader=yaml.CSafeLoader)
        self.file = file
        self.problems: list[Problem] = []

    def document(self) -> Node:
        next(self.events)  # the stream starts
        event = next(self.events)
        if isinstance(event, yaml.StreamEndEvent):
            raise _Refused("is empty", event.start_mark)
        node = self.node(next(self.events), 1)
        next(self.events)  # the document ends
        event = next(self.events)
        if not isinstance(event, yaml.StreamEndEvent):
            raise _Refused("holds more than one document", event.start_mark)
        return node

    def node(self, event: Any, depth: int) -> Node:
        mark = event.start_mark
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            raise _Refused("uses an alias or anchor; write the value out", mark)
        if event.tag and event.tag != "!":
            raise _Refused("uses a tag; only plain values are allowed", mark)
        if depth > MAXIMUM_DEPTH:
            raise _Refused(f"is deeper than {MAXIMUM_DEPTH} levels", mark)
        if isinstance(event, yaml.ScalarEvent):
            return Node(self.scalar(event), mark.line + 1, mark.column + 1)
        if isinstance(event, yaml.SequenceStartEvent):
            return Node(self.sequence(depth), mark.line + 1, mark.column + 1)
        return Node(self.mapping(depth), mark.line + 1, mark.column + 1)

    def sequence(self, depth: int) -> list[Node]:
        items = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self.node(event, depth + 1))
        return items

    def mapping(self, depth: int) -> dict[str, Node]:
        items: dict[str, Node] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            mark = event.start_mark
            if not isinstance(event, yaml.ScalarEvent) or event.anchor or event.tag:
                raise _Refused("a key must be plain text", mark)
            if event.value in items:
                problem = Problem(
                    self.file, mark.line + 1, mark.column + 1, event.value, "stands here twice"
                )
                self.problems.append(problem)
            items[event.value] = self.node(next(self.events), depth + 1)
        return items

    def scalar(self, event: Any) -> Any:
        text = event.value
        if not event.implicit[0] or event.style in ("'", '"', "|", ">"):
            return text
        if text in WORDS:
            return WORDS[text]
        if INTEGER.fullmatch(text) or DECIMAL.fullmatch(text):
            return self.number(text, event.start_mark)
        return text

    def number(self, text: str, mark: Any) -> int | float:
        digits = text.lstrip("+-").replace(".", "")
        if len(digits) > 15:  # a float holds 15 digits exactly
            raise _Refused("is a number of more than 15 digits", mark)
        return float(text) if "." in text else int(text)
