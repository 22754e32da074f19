"""The pack that each company fills itself: metrics and schemes of its own.

Its release is empty and comes with the platform. What a company makes are additions to it, so they
are drafted, tried out, approved, undone and kept in files as every change of a plugin is. It may
name whatever is enabled, and what a company changes in other plugins may name its items.
"""

from __future__ import annotations

from typing import Any

from tierline.packs.differences import FIXED
from tierline.packs.documents import FORMATS, MANIFEST
from tierline.packs.names import OWN
from tierline.packs.releases import Release, release_of
from tierline.packs.shapes import Reading
from tierline.packs.strict_yaml import nodes_of

_HEAD: dict[str, Any] = {
    "schema": 1,
    "id": OWN,
    "version": "1.0.0",
    "kind": "pack",
    "title": {"en": "Our own", "zh_CN": "本公司自建"},
    "summary": {
        "en": "Metrics and tiering schemes that this company made itself.",
        "zh_CN": "本公司自己建立的指标和分级方案。",
    },
    "publisher": "Tierline",
    "license": "same as Tierline",
    "support": "docs/own.md",
    "category": "essentials",
    "lifecycle": "production",
    "core_api": ">=1,<2",
}


def _empty() -> Release:
    root = nodes_of(_HEAD)
    reading = Reading(OWN, f"{OWN}/plugin.yaml", root)
    folders: dict[str, Any] = {key: {} for key in FORMATS if key not in FIXED}
    return release_of({"manifest": MANIFEST(reading, root, ()), "tests": {}, **folders})


OWN_RELEASE = _empty()
"""What a company's own pack is before it has made anything."""
