"""The formats of a plugin's files: manifest, groups, fields; the other kinds stand beside.

`read` turns a file's nodes into a normalised document: defaults filled in, references in full.
Whatever is wrong with the structure is found here; references are resolved in `references.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tierline.packs.contributions import LOCALES
from tierline.packs.golden import GOLDEN, check_golden
from tierline.packs.metric_documents import METRIC, check_metric
from tierline.packs.names import OWN, group_key, name, plugin_id, refers_to
from tierline.packs.playbook_documents import PLAYBOOK, check_playbook
from tierline.packs.risk_documents import RISK, check_risk
from tierline.packs.scheme_documents import SCHEME, check_scheme
from tierline.packs.shapes import (
    Optional,
    Reading,
    Shape,
    flag,
    items,
    localized,
    mapping,
    number,
    record,
    text,
    word,
)
from tierline.packs.strict_yaml import Node
from tierline.packs.survey_documents import SURVEY, check_survey

CORE_API = 1
FIELD_TYPES = ("text", "integer", "decimal", "percent", "money", "date", "boolean", "choice")
NUMBER_TYPES = frozenset({"integer", "decimal", "percent", "money"})
EXTENSIONS_ONLY = ("permissions", "subscribes", "network", "navigation")

MANIFEST = record(
    {
        "schema": number(1, 1, integer=True),
        "id": plugin_id,
        "version": text(30, r"\d+\.\d+\.\d+", "a version of three numbers, like 1.0.0"),
        "kind": word("pack", "extension"),
        "title": localized(),
        "summary": localized(500),
        "publisher": text(),
        "license": text(),
        "support": text(),
        "category": word("essentials", "industry", "stakeholders", "method", "integration"),
        "lifecycle": word("incubation", "production", "mature", "deprecated"),
        "core_api": text(40),
        "requires": Optional(items(plugin_id), []),
        "supplements": Optional(items(plugin_id), []),
        "conflicts": Optional(items(plugin_id), []),
        "restricted": Optional(flag, False),
        "default": Optional(flag, False),
        "permissions": Optional(items(text()), []),
        "subscribes": Optional(items(text()), []),
        "network": Optional(items(text()), []),
        "personal_data": Optional(
            record({"what": localized(500), "why": localized(500), "retention": localized(500)})
        ),
        "settings": Optional(
            mapping(record({"type": word(*FIELD_TYPES), "title": localized()})), {}
        ),
        "navigation": Optional(items(record({"title": localized(), "path": text()}), 0, 3), []),
        "locales": Optional(items(word(*LOCALES), 1), list(LOCALES)),
        "exemptions": Optional(mapping(text(500))),
    }
)

GROUP = record(
    {
        "key": Optional(name),
        "title": localized(),
        "plural": localized(),
        "summary": localized(500),
        "kinds": Optional(items(record({"key": name, "title": localized()})), []),
        "fields": Optional(items(refers_to("field")), []),
        "collection": Optional(localized(1000), {}),
        "weight": Optional(number(0, 1000, integer=True), 100),
    }
)

FIELD = record(
    {
        "record": word("account", "contact"),
        "type": word(*FIELD_TYPES),
        "title": localized(),
        "summary": Optional(localized(500), {}),
        "unit": Optional(localized(40), {}),
        "minimum": Optional(number()),
        "maximum": Optional(number()),
        "choices": Optional(
            items(
                record(
                    {
                        "key": name,
                        "title": localized(),
                        "points": Optional(number(integer=True)),
                    }
                )
            ),
            [],
        ),
        "groups": Optional(items(group_key), []),
        "sensitive": Optional(flag, False),
        "weight": Optional(number(0, 1000, integer=True), 100),
    }
)


def check_manifest(reading: Reading, document: dict[str, Any]) -> None:
    """Check what the manifest's parts say about each other."""
    if problem := core_api_problem(document["core_api"]):
        reading.at(("core_api",), problem)
    if document["id"] == OWN:
        reading.at(("id",), "is kept for what companies make themselves: choose another")
    for locale in LOCALES:
        if locale not in document["locales"]:
            reading.at(("locales",), f"must hold {locale}")
    for key in EXTENSIONS_ONLY:
        if document["kind"] == "pack" and document[key]:
            reading.at((key,), "only an extension may have this")
    for key in ("requires", "supplements", "conflicts"):
        if document["id"] in document[key]:
            reading.at((key,), "must not name the plugin itself")
    for key in ("supplements", "conflicts"):
        for both in sorted(set(document["requires"]) & set(document[key])):
            reading.at((key,), f'"{both}" is required, too')


def core_api_problem(given: str) -> str | None:
    """Return why a range like `>=1,<2` does not fit this core, or None when it does."""
    parts = re.fullmatch(r">=\s*(\d+)\s*,\s*<\s*(\d+)", given.strip())
    if not parts:
        return f'"{given}" is not a range with an upper bound, like ">=1,<2"'
    least, below = int(parts[1]), int(parts[2])
    if not least <= CORE_API < below:
        return f'"{given}" does not hold this core, which offers {CORE_API}'
    return None


def check_group(reading: Reading, document: dict[str, Any]) -> None:
    """Check that the group's kinds are told apart and its key is its own."""
    reading.distinct(("kinds",), [kind["key"] for kind in document["kinds"]], "key")
    if document.get("key") == "customer":
        reading.at(("key",), "customer is built in")


def check_field(reading: Reading, document: dict[str, Any]) -> None:
    """Check that a field has what its type needs, and nothing else."""
    kind, choices = document["type"], document["choices"]
    if kind == "choice" and len(choices) < 2:
        reading.at(("choices",), "a choice needs at least two")
    if kind != "choice" and choices:
        reading.at(("choices",), f"a field of type {kind} has none")
    reading.distinct(("choices",), [choice["key"] for choice in choices], "key")
    with_points = sum("points" in choice for choice in choices)
    if with_points not in (0, len(choices)):
        reading.at(("choices",), "either every choice has points, or none has")
    for bound in ("minimum", "maximum"):
        if bound in document and kind not in NUMBER_TYPES:
            reading.at((bound,), f"a field of type {kind} has none")
    if document.get("minimum", 0) > document.get("maximum", float("inf")):
        reading.at(("maximum",), "is less than the minimum")


@dataclass(frozen=True)
class Format:
    """How one kind of file is read: its shape, then what its parts say about each other."""

    shape: Shape
    check: Callable[[Reading, dict[str, Any]], None]


FORMATS = {
    "groups": Format(GROUP, check_group),
    "fields": Format(FIELD, check_field),
    "metrics": Format(METRIC, check_metric),
    "tiering": Format(SCHEME, check_scheme),
    "surveys": Format(SURVEY, check_survey),
    "risk": Format(RISK, check_risk),
    "playbooks": Format(PLAYBOOK, check_playbook),
    "tests": Format(GOLDEN, check_golden),
}
"""The formats of items, by the folder that holds them."""

MANIFEST_FORMAT = Format(MANIFEST, check_manifest)


def read(format: Format, plugin: str, file: str, root: Node) -> tuple[dict[str, Any], Reading]:
    """Return the file's normalised document and its reading, with problems and references.

    The document is empty where there are problems.
    """
    reading = Reading(plugin, file, root)
    document = format.shape(reading, root, ())
    if not reading.problems:
        format.check(reading, document)
    return {} if reading.problems else document, reading
