"""What the form of a scheme is made of: fields, rows and sections, each known by its path.

A field's name is its place in the document as the checker of plugins writes it
(`rule.cuts[1].until`), so that what the checker finds stands at the field it is about.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import yaml
from flask_babel import gettext as _
from flask_babel import pgettext

from tierline.packs.leaves import plain
from tierline.web.language import localized

Kind = Literal[
    "text",
    "number",
    "numbers",
    "choice",
    "flag",
    "condition",
    "judgement",
    "subject",
    "operator",
    "operand",
    "joined",
]
Options = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class FormField:
    """One value of the document that can be changed."""

    path: str
    label: str
    kind: Kind
    options: Options = ()
    optional: bool = False
    hint: str = ""

    def shown(self, document: Any) -> str:
        """Return the document's value as the form shows it."""
        found = find(document, self.path)
        if found is None:
            return ""
        if self.kind == "flag" and isinstance(found, bool):
            return "yes" if found else "no"
        if self.kind == "numbers" and isinstance(found, list):
            return " ".join(str(each) for each in found)
        if self.kind == "condition" and not isinstance(found, str):
            return _as_yaml(found)
        if self.kind == "judgement" and isinstance(found, dict):
            return f"{found['of']}|{found['over']}|{found['value']}"
        return str(found)

    def read(self, given: str) -> Any:
        """Return what was entered as the document holds it; None for nothing.

        What can't be read stays as it was entered: the checker then says what it must be.
        """
        text = given.strip()
        if not text:
            return None
        if self.kind == "number":
            return _number(text)
        if self.kind == "numbers":
            return [_number(each) for each in re.split(r"[\s;；]+", text)]
        if self.kind == "flag":
            return text == "yes"
        if self.kind == "condition":
            return _condition(text)
        if self.kind == "judgement" and text in dict(self.options):
            of, over, value = text.split("|")
            return {"of": of, "over": over, "value": _number(value)}
        return text


def _as_yaml(found: Any) -> str:
    dumped: str = yaml.safe_dump(plain(found), allow_unicode=True, sort_keys=False, width=90)
    return dumped.strip()


def _number(text: str) -> int | float | str:
    if re.fullmatch(r"-?\d+", text):
        return int(text)
    return float(text) if re.fullmatch(r"-?\d+\.\d+", text) else text


def _condition(text: str) -> Any:
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError:
        return text
    return found if isinstance(found, dict) else text


@dataclass(frozen=True)
class Action:
    """A button of a row or section that does something of its own in the document."""

    value: str
    label: str


@dataclass(frozen=True)
class Row:
    """An element of a list, or a part of the document that stands alone."""

    path: str
    title: str
    fields: tuple[FormField, ...]
    told: str = ""  # what it says, in words
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True)
class Section:
    """A part of the form: rows of one list, or one row."""

    path: str
    title: str
    rows: tuple[Row, ...]
    is_list: bool = False  # whether rows can be added, moved and removed
    block: Literal["", "absent", "present"] = ""  # whether the whole part can be added or removed
    hint: str = ""
    cells: tuple[tuple[FormField, ...], ...] = field(default=())  # of a grid, the best row first
    heads: tuple[str, ...] = ()
    sides: tuple[str, ...] = ()
    actions: tuple[Action, ...] = ()

    def fields(self) -> list[FormField]:
        """Return every field of the section."""
        return [each for row in self.rows for each in row.fields] + [
            cell for line in self.cells for cell in line
        ]


def condition_field(path: str) -> FormField:
    """Return the field of the condition that stands at a path."""
    hint = _("A condition as in a plugin: {metric: …, op: ge, value: 5}; several in all or any")
    return FormField(f"{path}.when", pgettext("rule", "When"), "condition", hint=hint)


def tier_options(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the tiers of a scheme to choose from."""
    return [(tier["id"], localized(tier["title"]) or tier["id"]) for tier in document["tiers"]]


def steps(path: str) -> list[str | int]:
    """Return a path's steps: names, and places in lists."""
    return [
        int(place) if place else name for name, place in re.findall(r"([a-z_A-Z]+)|\[(\d+)\]", path)
    ]


def find(document: Any, path: str) -> Any:
    """Return what stands at a path; None where nothing does."""
    here = document
    for step in steps(path):
        if isinstance(step, int):
            here = here[step] if isinstance(here, list) and step < len(here) else None
        else:
            here = here.get(step) if isinstance(here, dict) else None
    return here


def put(document: Any, path: str, value: Any) -> None:
    """Let a value stand at a path whose parent is there; None takes away what stands there."""
    *above, last = steps(path)
    here = document
    for step in above:
        here = here[step]
    if value is not None:
        here[last] = value
    elif isinstance(here, dict):
        here.pop(last, None)
