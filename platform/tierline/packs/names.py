"""Shapes of names: of the parts of a file, and of what other files define."""

from __future__ import annotations

from typing import Any

from tierline.packs.shapes import NAME, Path, Reading, Reference, Shape, text
from tierline.packs.strict_yaml import Node

PLUGIN_ID = "[a-z][a-z0-9_]{1,62}"
OWN = "own"
"""The id of the pack that each company fills itself (`own.py`)."""

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

    what = kind.rpartition("_")[2]
    hint = f"a {what}: a bare name of the plugin's own, or plugin:name"
    return Shape(check, {**_reference.description, "description": hint})


def names(kind: str) -> Shape:
    """Return the shape of a name that is looked up as it stands: of a group, or of a tier."""

    def check(reading: Reading, node: Node, path: Path) -> Any:
        before = len(reading.problems)
        value = name(reading, node, path)
        if len(reading.problems) == before:
            reading.references.append(Reference(kind, value, node, path))
        return value

    return Shape(check, {**name.description, "description": f"a {kind}"})


group_key = names("group")
"""The key of a stakeholder group."""
