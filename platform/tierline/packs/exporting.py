"""The formats of a plugin's files as JSON Schema: editors complete and mark by it while one types.

What one file's parts say about each other (weights that sum to 100, a metric that exists) is beyond
JSON Schema: `tierline plugins check` says that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tierline.packs.conditions import DEFINITIONS
from tierline.packs.documents import FORMATS, MANIFEST_FORMAT

DIALECT = "https://json-schema.org/draft/2020-12/schema"
KINDS = {
    "plugin": (MANIFEST_FORMAT, "plugin.yaml", "The manifest of a plugin"),
    "groups": (FORMATS["groups"], "groups/<name>.yaml", "A stakeholder group"),
    "fields": (FORMATS["fields"], "fields/<name>.yaml", "An extra field on a record"),
    "metrics": (FORMATS["metrics"], "metrics/<name>.yaml", "A metric"),
    "tiering": (FORMATS["tiering"], "tiering/<name>.yaml", "A tiering scheme"),
    "surveys": (FORMATS["surveys"], "surveys/<name>.yaml", "A survey template"),
    "risk": (FORMATS["risk"], "risk/<name>.yaml", "A risk model"),
    "playbooks": (FORMATS["playbooks"], "playbooks/<name>.yaml", "A playbook"),
    "tests": (FORMATS["tests"], "tests/<name>.yaml", "Golden examples"),
}
"""By kind: its format, the files that have it, and what one of them is."""


def json_schema(kind: str) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of one kind of file."""
    format, files, title = KINDS[kind]
    head = {"$schema": DIALECT, "title": f"{title} of Tierline", "description": files}
    described = dict(format.shape.description)
    definitions = dict(sorted(_referred(described)))
    return {**head, **described, **({"$defs": definitions} if definitions else {})}


def _referred(value: Any, seen: frozenset[str] = frozenset()) -> Iterator[tuple[str, Any]]:
    """Yield the definitions that a description refers to, directly or through others."""
    if isinstance(value, Mapping):
        name = str(value.get("$ref", "")).removeprefix("#/$defs/")
        if name and name not in seen:
            yield name, DEFINITIONS[name]
            yield from _referred(DEFINITIONS[name], seen | {name})
        for inner in value.values():
            yield from _referred(inner, seen)
    elif isinstance(value, list):
        for inner in value:
            yield from _referred(inner, seen)
