"""Rows that are added to a scheme's lists, and how its parts fit again after a change."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any

from tierline.schemes.choices import Choices
from tierline.schemes.parts import find

Document = Mapping[str, Any]


def new_element(document: Document, path: str, choices: Choices) -> dict[str, Any]:
    """Return what is added to the list at a path: like its last element, with an id of its own."""
    rows = find(document, path)
    if rows:
        added: dict[str, Any] = copy.deepcopy(rows[-1])
    else:
        added = copy.deepcopy(_BLANK[path.rpartition(".")[2]])
        for key in ("metric", "by"):
            if key in added:
                added[key] = choices.metrics[0][0]
        for key in ("tier", "at_most"):
            if key in added:
                added[key] = document["tiers"][-1]["id"]
    if path.endswith("caps"):
        capped = [row["tier"] for row in rows]
        added["tier"] = next(
            (tier["id"] for tier in document["tiers"] if tier["id"] not in capped), added["tier"]
        )
    if "id" in added:
        stem = path.rpartition(".")[2].rstrip("s")
        added["id"] = _fresh(stem, (row["id"] for row in rows))
    if "weight" in added:
        added["weight"] = 0
    return added


_UNKNOWN = {"metric": "", "op": "known"}
_BLANK: dict[str, dict[str, Any]] = {
    "gates": {"id": "", "title": {"en": "", "zh_CN": ""}, "when": _UNKNOWN, "at_most": ""},
    "bins": {"id": "", "metric": "", "quantiles": 5, "better": "higher", "offset": 0},
    "rules": {"id": "", "when": _UNKNOWN, "tier": ""},
    "cuts": {"tier": ""},
    "caps": {"tier": "", "by": "", "better": "higher", "percent": 5},
}


def _fresh(stem: str, taken: Iterable[str]) -> str:
    known = set(taken)
    return next(name for place in range(1, 1000) if (name := f"{stem}_{place}") not in known)


def fit(document: dict[str, Any], before: Document) -> None:
    """Let the parts of a document fit what was entered.

    A grid gets as many labels and cells as its edges make. Weights that were changed by hand no
    longer come from a method.
    """
    rule, old = document["rule"], before["rule"]
    for now, then in [(rule, old), *((rule.get(s), old.get(s)) for s in ("rows", "columns"))]:
        if isinstance(now, dict) and "weighting" in now and _weights(now) != _weights(then):
            del now["weighting"]
    if document["kind"] == "grid":
        sizes = [_fit_axis(rule[side]) for side in ("rows", "columns")]
        lines = [_sized(line, sizes[1]) for line in rule["cells"]]
        rule["cells"] = _sized(lines, sizes[0])


def _weights(scoring: Any) -> list[Any]:
    return [(each["id"], each.get("weight")) for each in scoring["criteria"]]


def _fit_axis(axis: dict[str, Any]) -> int:
    edges = axis.get("edges")
    size = len(edges) + 1 if isinstance(edges, list) else len(axis["labels"])
    axis["labels"] = _sized(axis["labels"], min(size, 21))
    return len(axis["labels"])


def _sized(given: list[Any], size: int) -> list[Any]:
    more = [copy.deepcopy(given[-1]) for _more in range(size - len(given))]
    return [*given[:size], *more]
