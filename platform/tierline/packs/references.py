"""Resolving what a plugin's files name in other files: its own, and those of what it requires.

A company's own pack (`own.py`) names whatever is enabled beside it, and may be named by whatever
the company changes.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from tierline.packs.conditions import is_number
from tierline.packs.documents import NUMBER_TYPES
from tierline.packs.names import OWN
from tierline.packs.problems import Problem, did_you_mean
from tierline.packs.shapes import Reading, Reference, show_path
from tierline.packs.survey_checks import check_variant

Documents = Mapping[str, Mapping[str, Any]]
"""Plugins' documents by plugin id."""

FOLDERS = {
    "metric": "metrics",
    "points_metric": "metrics",
    "field": "fields",
    "number_field": "fields",
    "date_field": "fields",
    "scheme": "tiering",
    "survey": "surveys",
}
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
ORDERED_OPERATORS = frozenset({"lt", "le", "gt", "ge", "between"})


def resolve(plugin: str, documents: Documents, readings: Iterable[Reading]) -> list[Problem]:
    """Return a problem for each reference that leads nowhere or to the wrong kind of thing.

    `documents` holds the plugin's own document and those of all plugins that are there.
    """
    names = _Names(plugin, documents)
    found = []
    for reading in readings:
        for reference in reading.references:
            if what := names.problem(reference):
                node, path = reference.node, show_path(reference.path)
                found.append(Problem(reading.file, node.line, node.column, path, what))
    if not found:
        found.extend(_cycles(plugin, documents, readings))
        found.extend(_variants(plugin, documents, readings))
        found.extend(_code_problems(plugin, documents, readings))
    return found


class _Names:
    """What one plugin may name."""

    def __init__(self, plugin: str, documents: Documents) -> None:
        self.plugin = plugin
        self.documents = documents
        head = documents[plugin]["manifest"]
        named = {plugin, OWN, *head["requires"], *head.get("supplements", ())} if head else ()
        names_all = not head or plugin == OWN
        self.visible = set(documents) if names_all else set(documents) & set(named)
        self.absent = set(head.get("supplements", ())) - set(documents)

    def of(self, folder: str) -> dict[str, Mapping[str, Any]]:
        """Return the items of one kind that may be named, by full id."""
        return {
            f"{plugin}:{name}": item
            for plugin in sorted(self.visible)
            for name, item in self.documents[plugin][folder].items()
        }

    def problem(self, reference: Reference) -> str | None:
        if reference.kind == "group":
            return self._group_problem(reference.id)
        if reference.kind == "tier":
            return self._tier_problem(reference)
        folder = FOLDERS[reference.kind]
        known = self.of(folder)
        if reference.id not in known:
            return self._missing(reference, known)
        item = known[reference.id]
        return _misuse(reference, item) if item else None

    def _missing(self, reference: Reference, known: Mapping[str, Any]) -> str | None:
        full, owner = reference.id, reference.id.partition(":")[0]
        if owner in self.absent:
            return None
        if owner not in self.visible and owner in self.documents:
            return f'names "{full}", but {owner} does not stand under requires'
        shown = {key.removeprefix(f"{self.plugin}:"): None for key in known}
        hint = did_you_mean(full.removeprefix(f"{self.plugin}:"), shown)
        kind = reference.kind.rpartition("_")[2]
        return f'there is no {kind} "{full}"{hint}'

    def _group_problem(self, key: str) -> str | None:
        groups = self.of("groups")
        own = [item["key"] if item else id.partition(":")[2] for id, item in groups.items()]
        known = ["customer", *own]
        if key in known or self.absent:
            return None
        return f'there is no stakeholder group "{key}"{did_you_mean(key, known)}'

    def _tier_problem(self, reference: Reference) -> str | None:
        """Return why a playbook's tier is not its scheme's; the scheme has a problem of its own."""
        named = (reference.leaf or {}).get("scheme", "")
        scheme = self.of("tiering").get(named)
        if not scheme:
            return None
        tiers = [tier["id"] for tier in scheme["tiers"]]
        if reference.id in tiers:
            return None
        hint = did_you_mean(reference.id, tiers)
        return f'"{reference.id}" is not one of the tiers {", ".join(tiers)}{hint}'


def _misuse(reference: Reference, item: Mapping[str, Any]) -> str | None:
    """Return why the item named can't serve where it is named, or None."""
    if reference.kind == "points_metric" and item["unit"] != "points":
        return f'"{reference.id}" is in {item["unit"]}, not in points: give its edges'
    if reference.kind == "number_field" and not _is_numeric(item):
        return f'"{reference.id}" has no number: neither a numeric type nor points'
    if reference.kind == "date_field" and item["type"] != "date":
        return f'"{reference.id}" is of type {item["type"]}, not date'
    if reference.kind == "scheme" and reference.leaf is not None:
        return _golden_problem(reference.leaf, item)
    if reference.kind == "field" and reference.leaf is not None:
        return _leaf_problem(reference.leaf, item)
    return None


def _is_numeric(field: Mapping[str, Any]) -> bool:
    choices = field["choices"]
    return field["type"] in NUMBER_TYPES or bool(choices and "points" in choices[0])


def _leaf_problem(leaf: Mapping[str, Any], field: Mapping[str, Any]) -> str | None:
    """Return why a condition does not fit the field that it speaks of, or None."""
    kind = field["type"]
    if leaf["op"] in ORDERED_OPERATORS and kind not in NUMBER_TYPES | {"date"}:
        return f'has no order: its type is {kind}; "{leaf["op"]}" does not fit'
    if "value" not in leaf:
        return None
    given = leaf["value"] if isinstance(leaf["value"], list) else [leaf["value"]]
    return next((what for value in given if (what := _value_problem(value, field))), None)


def _value_problem(value: Any, field: Mapping[str, Any]) -> str | None:
    """Return why no value of a field can be compared with one value, or None."""
    kind = field["type"]
    if kind == "choice":
        keys = [choice["key"] for choice in field["choices"]]
        if value in keys:
            return None
        hint = did_you_mean(str(value), keys)
        return f'has no choice "{value}": its choices are {", ".join(keys)}{hint}'
    if kind == "boolean":
        return None if isinstance(value, bool) else f'is true or false, never "{value}"'
    if kind == "date":
        return None if _is_date(value) else f'has dates like 2026-01-31, not "{value}"'
    if kind in NUMBER_TYPES:
        return None if is_number(value) else f'has numbers like 12 or 0.5, not "{value}"'
    return None if isinstance(value, str) and value else f'has texts, not "{value}"'


def _is_date(value: Any) -> bool:
    if not isinstance(value, str) or not DATE.fullmatch(value):
        return False
    try:
        datetime.date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _golden_problem(example: Mapping[str, Any], scheme: Mapping[str, Any]) -> str | None:
    """Return why golden examples do not fit the scheme that they name, or None."""
    tiers = [tier["id"] for tier in scheme["tiers"]]
    for account in example["accounts"]:
        if account["tier"] is not None and account["tier"] not in tiers:
            name, tier = account["name"], account["tier"]
            return f'has no tier "{tier}", which "{name}" expects{did_you_mean(tier, tiers)}'
    return None


def metrics_used(compute: Mapping[str, Any]) -> Iterator[str]:
    """Yield the ids of the metrics that a metric is computed from."""
    ((kind, inner),) = compute.items()
    if kind == "code":
        yield from inner["metrics"]
    keys = {"ratio": ("of", "to"), "growth": ("of", "from"), "share": ("of",)}
    keys["remainder"] = ("of", "share")
    for key in keys.get(kind, ()):
        yield inner[key]


def _cycles(plugin: str, documents: Documents, readings: Iterable[Reading]) -> list[Problem]:
    """Return a problem for each of a plugin's metrics that is computed from itself, with its way.

    It may lead through other plugins: a company's changes can close a circle over their borders.
    """
    uses = {
        f"{owner}:{name}": sorted(metrics_used(item["compute"]))
        for owner, document in documents.items()
        for name, item in document["metrics"].items()
        if item
    }
    files = {reading.file: reading for reading in readings}
    found = []
    for name in documents[plugin]["metrics"]:
        if way := _way_back(f"{plugin}:{name}", uses):
            told = " → ".join(each.removeprefix(f"{plugin}:") for each in way)
            reading = files[f"{plugin}/metrics/{name}.yaml"]
            found.append(_at(reading, "compute", f"leads back to itself: {told}"))
    return found


def _way_back(metric: str, uses: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the shortest way from a metric back to itself; empty where there is none."""
    came_from: dict[str, str] = {}
    waiting = [metric]
    for here in waiting:
        for used in uses.get(here, ()):
            if used == metric:
                way = [metric, here]
                while way[-1] != metric:
                    way.append(came_from[way[-1]])
                return way[::-1]
            if used not in came_from:
                came_from[used] = here
                waiting.append(used)
    return []


def _variants(plugin: str, documents: Documents, readings: Iterable[Reading]) -> Iterator[Problem]:
    """Yield what is wrong with each own survey variant, taken together with its master."""
    files = {reading.file: reading for reading in readings}
    for name, variant in documents[plugin]["surveys"].items():
        owner, _, master = variant.get("extends", "").partition(":")
        there = documents.get(owner, {}).get("surveys", {}).get(master)
        if there:
            file = f"{plugin}/surveys/{name}.yaml"
            reading = Reading(plugin, file, files[file].root)
            check_variant(reading, variant, there)
            yield from reading.problems


def _code_problems(
    plugin: str, documents: Documents, readings: Iterable[Reading]
) -> Iterator[Problem]:
    """Yield a problem for each metric that code computes, but may not.

    A pack holds no code; and what rests on all accounts is computed apart from what code computes.
    """
    metrics = {
        f"{owner}:{name}": item["compute"]
        for owner, document in documents.items()
        for name, item in document["metrics"].items()
        if item
    }
    uses = {id: set(metrics_used(compute)) for id, compute in metrics.items()}
    is_pack = documents[plugin]["manifest"].get("kind") == "pack"
    for reading in readings:
        id = f"{plugin}:{reading.file.rpartition('/')[2].removesuffix('.yaml')}"
        if "/metrics/" not in reading.file or "code" not in metrics.get(id, {}):
            continue
        if is_pack:
            yield _at(reading, "compute", "only an extension may compute by code")
        elif any("share" in metrics.get(used, {}) for used in _reached(id, uses)):
            yield _at(reading, "compute", "rests on a share of all accounts, which code may not")


def _at(reading: Reading, path: str, what: str) -> Problem:
    return Problem(reading.file, reading.root.line, reading.root.column, path, what)


def _reached(start: str, uses: Mapping[str, set[str]]) -> set[str]:
    reached: set[str] = set()
    waiting = list(uses[start])
    while waiting:
        metric = waiting.pop()
        if metric not in reached:
            reached.add(metric)
            waiting.extend(uses.get(metric, ()))
    return reached
