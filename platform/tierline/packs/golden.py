"""Golden examples: accounts in, expected tiers out, which every release of a pack must keep to.

They stand in `tests/<name>.yaml` and travel with the release, so that a tenant's changed rules can
be held against them as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tierline.packs.branching import nullable
from tierline.packs.contributions import Document
from tierline.packs.frozen import freeze
from tierline.packs.names import name, refers_to
from tierline.packs.shapes import (
    Optional,
    Path,
    Reading,
    Shape,
    flag,
    items,
    kind_of,
    number,
    record,
    scalar,
    text,
)
from tierline.packs.strict_yaml import Node


@dataclass(frozen=True)
class GoldenAccount:
    """What is known of an account, and the tier that it must get. What is not there is unknown."""

    name: str
    tier: str | None  # None: no tier
    metrics: Document  # by full id
    fields: Document  # by full id
    score: float | None = None  # of a score scheme, rounded to two digits
    incomplete: bool | None = None


@dataclass(frozen=True)
class GoldenExample:
    """Accounts that are tiered together, as one population, by one scheme."""

    scheme: str  # full id
    accounts: tuple[GoldenAccount, ...]


def golden_examples(document: Mapping[str, Any]) -> list[GoldenExample]:
    """Return the golden examples of a plugin's document."""
    return [
        GoldenExample(
            item["scheme"],
            tuple(GoldenAccount(**freeze(account)) for account in item["accounts"]),
        )
        for item in document["tests"].values()
    ]


def _by_reference(kind: str, shape: Shape) -> Shape:
    """Return the shape of a mapping from references to values."""
    refer = refers_to(kind)

    def check(reading: Reading, node: Node, path: Path) -> Any:
        if not isinstance(node.value, dict):
            reading.problem(node, path, f"must be a mapping, not {kind_of(node.value)}")
            return {}
        found = {}
        for key, inner in node.value.items():
            full = refer(reading, Node(key, inner.line, inner.column), (*path, key))
            found[full] = shape(reading, inner, (*path, key))
        return found

    described = {
        "type": "object",
        "propertyNames": refer.description,
        "additionalProperties": shape.description,
    }
    return Shape(check, described)


GOLDEN = record(
    {
        "scheme": refers_to("scheme"),
        "accounts": items(
            record(
                {
                    "name": text(),
                    "metrics": Optional(_by_reference("metric", number()), {}),
                    "fields": Optional(_by_reference("field", nullable(scalar)), {}),
                    "tier": nullable(name),
                    "score": Optional(number(0, 5)),
                    "incomplete": Optional(flag),
                }
            ),
            1,
        ),
    }
)


def check_golden(reading: Reading, document: dict[str, Any]) -> None:
    """Hand the document to the scheme's reference, which knows whether the tiers exist."""
    reading.references[:] = [
        replace(reference, leaf=document) if reference.kind == "scheme" else reference
        for reference in reading.references
    ]
