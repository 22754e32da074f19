"""Releases: one version of a plugin's contributions, immutable, known by its document's digest.

What a tenant has enabled is a release, never a folder.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson


@dataclass(frozen=True)
class Release:
    """One version of a plugin's contributions: its normalised document and that one's digest."""

    document: Mapping[str, Any]
    digest: str
    plugin: str
    version: str
    kind: str

    @property
    def name(self) -> str:
        """Return the name under which the plugin manager knows the release."""
        return f"{self.plugin}@{self.digest}"


def release_of(document: Mapping[str, Any]) -> Release:
    """Return the release of a normalised document; equal documents have equal digests."""
    canonical = orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    head = document["manifest"]
    digest = hashlib.sha256(canonical).hexdigest()
    return Release(document, digest, head["id"], head["version"], head["kind"])
