"""From normalised documents (as files and releases hold them) to the records of `contributions`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tierline.packs.contributions import (
    Choice,
    Field,
    Manifest,
    Metric,
    StakeholderGroup,
    Tier,
    TieringScheme,
)
from tierline.packs.frozen import freeze

Item = Mapping[str, Any]


def manifest(document: Item) -> Manifest:
    """Return the manifest of a plugin's document."""
    frozen = freeze(document["manifest"])
    return Manifest(**{key: value for key, value in frozen.items() if key != "schema"})


def groups(document: Item) -> list[StakeholderGroup]:
    """Return the stakeholder groups of a plugin's document."""
    return [
        StakeholderGroup(
            id=full,
            key=item["key"],
            title=item["title"],
            plural=item["plural"],
            summary=item["summary"],
            kinds=tuple((kind["key"], kind["title"]) for kind in item["kinds"]),
            fields=item["fields"],
            collection=item["collection"],
            weight=item["weight"],
        )
        for full, item in _items(document, "groups")
    ]


def fields(document: Item) -> list[Field]:
    """Return the fields of a plugin's document."""
    return [
        Field(
            id=full,
            key=full.replace(":", "__"),
            choices=tuple(Choice(**choice) for choice in item["choices"]),
            **{key: value for key, value in item.items() if key != "choices"},
        )
        for full, item in _items(document, "fields")
    ]


def metrics(document: Item) -> list[Metric]:
    """Return the metrics of a plugin's document."""
    return [Metric(id=full, **item) for full, item in _items(document, "metrics")]


def schemes(document: Item) -> list[TieringScheme]:
    """Return the tiering schemes of a plugin's document."""
    return [
        TieringScheme(
            id=full,
            tiers=tuple(Tier(**tier) for tier in item["tiers"]),
            **{key: value for key, value in item.items() if key != "tiers"},
        )
        for full, item in _items(document, "tiering")
    ]


def _items(document: Item, folder: str) -> list[tuple[str, dict[str, Any]]]:
    plugin = document["manifest"]["id"]
    return [(f"{plugin}:{name}", dict(freeze(item))) for name, item in document[folder].items()]
