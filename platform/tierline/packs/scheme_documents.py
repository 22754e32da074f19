"""The format of `tiering/<name>.yaml`. What the words mean is written in docs/plugins.md.

Each kind of scheme has a shape for its rule and a check of what the rule's parts say about each
other: weights, edges, cells, and that every tier is given by something.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any

from tierline.packs.adjustment_documents import ADJUSTMENT, check_adjustment
from tierline.packs.branching import by_key, by_word
from tierline.packs.conditions import condition, leaves
from tierline.packs.names import group_key, name, refers_to
from tierline.packs.problems import did_you_mean
from tierline.packs.reachability import dead_rows
from tierline.packs.scoring_documents import (
    SCORING,
    ascending,
    better,
    check_scoring,
    edges,
)
from tierline.packs.shapes import (
    Optional,
    Path,
    Reading,
    Shape,
    items,
    localized,
    number,
    record,
    word,
)

COLORS = ("violet", "blue", "green", "yellow", "orange", "red", "gray")
when = condition("metric", "field")

_AXIS = {
    "title": localized(),
    "edges": edges,
    "labels": items(localized(60), 2, 21),
}
_METRIC_AXIS = record({**_AXIS, "metric": refers_to("metric"), "better": better})
_SCORE_AXIS = record({**_AXIS, **SCORING})
axis = by_key(("criteria",), _SCORE_AXIS, _METRIC_AXIS)
"""An axis of a grid: one metric, or a weighted score."""

_GATE: dict[str, Shape | Optional] = {"id": name, "title": localized(), "when": when}
gate = by_key(
    ("at_least",), record({**_GATE, "at_least": name}), record({**_GATE, "at_most": name})
)
"""A gate of a score: a lift to at least a tier, or a limit to at most one."""

RULES: dict[str, Shape] = {
    "abc": record(
        {
            "metric": refers_to("metric"),
            "cuts": items(record({"tier": name, "until": number(0, 100)}), 2, 20),
        }
    ),
    "value": record(
        {
            "metric": refers_to("metric"),
            "better": better,
            "cuts": items(record({"tier": name, "from": Optional(number())}), 2, 20),
        }
    ),
    "rank": record(
        {
            "metric": refers_to("metric"),
            "better": better,
            "cuts": items(record({"tier": name, "top": Optional(number(0, 100))}), 2, 20),
        }
    ),
    "score": record(
        {
            **SCORING,
            "cuts": items(record({"tier": name, "from": Optional(number())}), 2, 20),
            "gates": Optional(items(gate), []),
        }
    ),
    "grid": record({"rows": axis, "columns": axis, "cells": items(items(name, 2, 21), 2, 21)}),
    "table": record(
        {
            "bins": Optional(
                items(
                    record(
                        {
                            "id": name,
                            "metric": refers_to("metric"),
                            "quantiles": number(2, 100, integer=True),
                            "better": better,
                            "offset": Optional(number(), 0),
                        }
                    )
                ),
                [],
            ),
            "rules": items(
                record({"id": name, "when": condition("metric", "field", "bin"), "tier": name}),
                1,
            ),
            "otherwise": Optional(name),
        }
    ),
}

_HEAD: dict[str, Shape | Optional] = {
    "title": localized(),
    "summary": localized(500),
    "group": group_key,
    "tiers": items(
        record(
            {
                "id": name,
                "title": localized(60),
                "color": word(*COLORS),
                "summary": Optional(localized(500), {}),
            }
        ),
        2,
        30,
    ),
    "weight": Optional(number(0, 1000, integer=True), 100),
    "adjustment": Optional(ADJUSTMENT),
}
SCHEME = by_word(
    "kind",
    {kind: record({**_HEAD, "kind": word(kind), "rule": rule}) for kind, rule in RULES.items()},
)


def check_scheme(reading: Reading, document: dict[str, Any]) -> None:
    """Check that the scheme's parts fit each other and every tier is given by something."""
    tiers = [tier["id"] for tier in document["tiers"]]
    reading.distinct(("tiers",), tiers)
    if "cuts" in document["rule"]:
        _check_order(reading, tiers, document["rule"]["cuts"])
    given = list(_CHECKS[document["kind"]](reading, document["rule"]))
    for path, tier in given:
        if tier not in tiers:
            what = f'"{tier}" is not one of the tiers {", ".join(tiers)}'
            reading.at(path, what + did_you_mean(tier, tiers))
    if document["kind"] == "score":
        _check_gates(reading, tiers, document["rule"]["gates"])
    if "adjustment" in document:
        check_adjustment(reading, tiers, document["adjustment"])
    for place, tier in enumerate(tiers):
        if tier not in [named for _, named in given]:
            reading.at(("tiers", place, "id"), f'"{tier}" is never given by the rule')


def _check_gates(reading: Reading, tiers: list[str], gates: list[dict[str, Any]]) -> None:
    """Note each gate that can never act: no tier is above the best or below the least."""
    for place, gate in enumerate(gates):
        for key, end, which in (("at_most", tiers[0], "best"), ("at_least", tiers[-1], "least")):
            if gate.get(key) == end:
                what = f'"{end}" is the {which} tier: the gate can never act'
                reading.at(("rule", "gates", place, key), what)


def _check_order(reading: Reading, tiers: list[str], cuts: list[dict[str, Any]]) -> None:
    """Note each cut whose tier stands above that of the cut before it."""
    places = [tiers.index(cut["tier"]) if cut["tier"] in tiers else None for cut in cuts]
    for place, (before, after) in enumerate(pairwise(places), start=1):
        if before is not None and after is not None and after < before:
            what = "must give the tiers in their order, the best first"
            reading.at(("rule", "cuts", place, "tier"), what)


Given = Iterable[tuple[Path, str]]


def _check_abc(reading: Reading, rule: dict[str, Any]) -> Given:
    untils = [cut["until"] for cut in rule["cuts"]]
    ascending(reading, ("rule", "cuts"), untils, "until")
    if untils[-1] != 100:
        reading.at(("rule", "cuts", len(untils) - 1, "until"), "the last cut must be 100")
    return _tiers_of(rule["cuts"], ("rule", "cuts"))


def _check_score(reading: Reading, rule: dict[str, Any]) -> Given:
    check_scoring(reading, ("rule",), rule)
    given = _check_cuts(reading, rule["cuts"], "from", falling=True)
    path = ("rule", "gates")
    reading.distinct(path, [gate["id"] for gate in rule["gates"]])
    for place, gate in enumerate(rule["gates"]):
        key = "at_least" if "at_least" in gate else "at_most"
        given.append(((*path, place, key), gate[key]))
    return given


def _check_value(reading: Reading, rule: dict[str, Any]) -> Given:
    return _check_cuts(reading, rule["cuts"], "from", falling=rule["better"] == "higher")


def _check_rank(reading: Reading, rule: dict[str, Any]) -> Given:
    for place, cut in enumerate(rule["cuts"]):
        if cut.get("top") in (0, 100):
            what = "must lie between 0 and 100; the last cut takes the rest"
            reading.at(("rule", "cuts", place, "top"), what)
    return _check_cuts(reading, rule["cuts"], "top", falling=False)


def _check_cuts(
    reading: Reading, cuts: list[dict[str, Any]], key: str, *, falling: bool
) -> list[tuple[Path, str]]:
    """Check the borders of cuts whose last takes the rest; return the tiers that they give."""
    path = ("rule", "cuts")
    for place, cut in enumerate(cuts[:-1]):
        if key not in cut:
            reading.at((*path, place, key), "is missing; only the last cut has none")
    if key in cuts[-1]:
        reading.at((*path, len(cuts) - 1, key), "the last cut takes the rest: leave this out")
    borders = [-cut[key] if falling else cut[key] for cut in cuts if key in cut]
    order = "less than the one before" if falling else "greater than the one before"
    ascending(reading, path, borders, key, order)
    return _tiers_of(cuts, path)


def _check_grid(reading: Reading, rule: dict[str, Any]) -> Given:
    sizes = {}
    for side in ("rows", "columns"):
        axis, path = rule[side], ("rule", side)
        sizes[side] = len(axis["edges"]) + 1
        ascending(reading, (*path, "edges"), axis["edges"])
        if "criteria" in axis:
            check_scoring(reading, path, axis)
        if len(axis["labels"]) != sizes[side]:
            what = f"must hold {sizes[side]} labels, one more than edges"
            reading.at((*path, "labels"), what)
    cells = rule["cells"]
    if len(cells) != sizes["rows"]:
        reading.at(("rule", "cells"), f"must hold {sizes['rows']} rows, not {len(cells)}")
    for place, row in enumerate(cells):
        if len(row) != sizes["columns"]:
            what = f"must hold {sizes['columns']} columns, not {len(row)}"
            reading.at(("rule", "cells", place), what)
    return [
        (("rule", "cells", y, x), tier) for y, row in enumerate(cells) for x, tier in enumerate(row)
    ]


def _check_table(reading: Reading, rule: dict[str, Any]) -> Given:
    bins, before = [row["id"] for row in rule["bins"]], len(reading.problems)
    reading.distinct(("rule", "bins"), bins)
    reading.distinct(("rule", "rules"), [row["id"] for row in rule["rules"]])
    for place, row in enumerate(rule["rules"]):
        for path, leaf in leaves(row["when"], ("rule", "rules", place, "when")):
            used = leaf.get("bin")
            if used is not None and used not in bins:
                what = f'"{used}" is not one of the bins{did_you_mean(used, bins)}'
                reading.at((*path, "bin"), what)
    if len(reading.problems) == before:
        _check_reachable(reading, rule["rules"])
    given = _tiers_of(rule["rules"], ("rule", "rules"))
    if "otherwise" in rule:
        given.append((("rule", "otherwise"), rule["otherwise"]))
    return given


def _check_reachable(reading: Reading, rows: list[dict[str, Any]]) -> None:
    for place, winner in dead_rows(rows):
        why = "its comparisons contradict each other"
        if winner is not None:
            why = f'"{winner}" comes first and holds whenever this does'
        reading.at(("rule", "rules", place, "when"), f"can never act: {why}")


_CHECKS: dict[str, Callable[[Reading, dict[str, Any]], Given]] = {
    "abc": _check_abc,
    "value": _check_value,
    "rank": _check_rank,
    "score": _check_score,
    "grid": _check_grid,
    "table": _check_table,
}


def _tiers_of(rows: list[dict[str, Any]], path: Path, key: str = "tier") -> list[tuple[Path, str]]:
    return [((*path, place, key), row[key]) for place, row in enumerate(rows)]
