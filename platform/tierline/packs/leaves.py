"""Items of a plugin's document taken apart into leaves, and put together again.

A leaf is the smallest thing that can be changed by itself. Its path names keys and, in lists whose
elements have an `id`, elements by that id and never by position: `rule/criteria/[sales]/weight`.
The order of such a list is a leaf of its own (`rule/criteria/[]`). What makes sense only as a whole
(a text in all its languages, edges, cuts, choices, conditions) is one leaf.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tierline.packs.contributions import LOCALES

Path = tuple[str, ...]
Leaves = dict[Path, Any]

ORDER = "[]"
WHOLE = frozenset(
    {
        "accounts",
        "bands",
        "caps",
        "cells",
        "choices",
        "collection",
        "compute",
        "cuts",
        "edges",
        "kinds",
        "labels",
        "scales",
        "thresholds",
        "visible_if",
        "weighting",
        "when",
    }
)
"""Keys whose values are one leaf, whatever they hold."""

_LOCALES = frozenset(LOCALES)
_GRID = frozenset({("rule", "cells")}) | {
    ("rule", axis, part) for axis in ("rows", "columns") for part in ("edges", "labels")
}


def leaves(value: Any) -> Leaves:
    """Return the leaves of an item, by path."""
    found: Leaves = {}
    _collect(value, (), found)
    return found


def _collect(value: Any, path: Path, found: Leaves) -> None:
    whole = bool(path) and path[-1] in WHOLE
    if isinstance(value, dict) and value and not whole and not _is_text(value):
        for key, inner in value.items():
            _collect(inner, (*path, key), found)
    elif isinstance(value, (list, tuple)) and not whole and _is_identified(value):
        found[(*path, ORDER)] = [element["id"] for element in value]
        for element in value:
            _collect(element, (*path, f"[{element['id']}]"), found)
    else:
        found[path] = plain(value)


def _is_text(value: Mapping[str, Any]) -> bool:
    return value.keys() <= _LOCALES


def _is_identified(value: list[Any] | tuple[Any, ...]) -> bool:
    """Return whether elements can be told apart by id; an empty list may come to hold such."""
    ids = [element.get("id") for element in value if isinstance(element, dict)]
    return len(set(filter(None, ids))) == len(value)


def plain(value: Any) -> Any:
    """Return a frozen value as plain mappings and lists."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    return value


def together(found: Mapping[Path, Any]) -> Any:
    """Return the item that has these leaves; elements that no order names are left out."""
    tree: dict[str, Any] = {}
    for path, value in found.items():
        if not path:
            return value
        node = tree
        for step in path[:-1]:
            node = node.setdefault(step, {})
        node[path[-1]] = _Leaf(value)
    return _built(tree)


class _Leaf:
    """A value that stands at the end of a path, told from the mappings on the way."""

    def __init__(self, value: Any) -> None:
        self.value = value


def _built(node: Any) -> Any:
    if isinstance(node, _Leaf):
        return node.value
    if ORDER in node:
        return [_built(node[f"[{id}]"]) for id in node[ORDER].value]
    return {key: _built(inner) for key, inner in node.items()}


def unit_of(path: Path) -> Path:
    """Return the unit that a leaf belongs to: leaves that make sense only together.

    A list's order and its elements' weights (they sum to a whole) are one unit, with the judgements
    that weights come from, and so are the edges, labels and cells of a grid.
    """
    if path[-1] == ORDER:
        return path[:-1]
    if len(path) > 2 and path[-1] == "weight" and is_element(path[-2]):
        return path[:-2]
    if path[-1] == "weighting":
        return (*path[:-1], "criteria")
    return ("rule", "cells") if path in _GRID else path


def is_element(step: str) -> bool:
    """Return whether a step names an element of a list."""
    return step.startswith("[") and step != ORDER
