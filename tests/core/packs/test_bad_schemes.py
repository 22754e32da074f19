"""Bad schemes are refused with the path and a sentence; each row is one flaw in a good scheme."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tierline.packs.documents import FORMATS, read
from tierline.packs.strict_yaml import nodes_of

TEXT = {"en": "Text", "zh_CN": "文字"}
KNOWN = {"metric": "sales", "op": "known"}
RULES: dict[str, dict[str, Any]] = {
    "value": {
        "metric": "sales",
        "cuts": [{"tier": "a", "from": 3000}, {"tier": "b", "from": 800}, {"tier": "c"}],
    },
    "rank": {
        "metric": "sales",
        "cuts": [{"tier": "a", "top": 5}, {"tier": "b", "top": 20}, {"tier": "c"}],
    },
    "score": {
        "criteria": [{"id": "rank", "metric": "rank", "weight": 100}],
        "cuts": [{"tier": "a", "from": 4}, {"tier": "b", "from": 3}, {"tier": "c"}],
        "gates": [{"id": "g", "title": TEXT, "when": KNOWN, "at_most": "b"}],
    },
    "abc": {
        "metric": "sales",
        "cuts": [
            {"tier": "a", "until": 70},
            {"tier": "b", "until": 90},
            {"tier": "c", "until": 100},
        ],
    },
    "grid": {
        "rows": {"title": TEXT, "metric": "sales", "edges": [10], "labels": [TEXT, TEXT]},
        "columns": {
            "title": TEXT,
            "criteria": [
                {"id": "one", "metric": "sales", "weight": 75, "edges": [1, 2, 3, 4]},
                {"id": "two", "metric": "rank", "weight": 25},
            ],
            "weighting": {
                "method": "ahp",
                "judgements": [{"of": "one", "over": "two", "value": 3}],
            },
            "edges": [2, 4],
            "labels": [TEXT, TEXT, TEXT],
        },
        "cells": [["c", "c", "b"], ["b", "a", "a"]],
    },
    "table": {
        "bins": [{"id": "r", "metric": "sales", "quantiles": 5}],
        "rules": [
            {"id": "first", "tier": "a", "when": {"metric": "sales", "op": "ge", "value": 100}},
            {
                "id": "second",
                "tier": "b",
                "when": {
                    "all": [
                        {"metric": "sales", "op": "between", "value": [20, 80]},
                        {"bin": "r", "op": "ge", "value": 2},
                    ]
                },
            },
        ],
        "otherwise": "c",
    },
}
SECOND: Any = ("rules", 1, "when")
CIRCLE = [
    {"of": "x", "over": "y", "value": 9},
    {"of": "y", "over": "z", "value": 9},
    {"of": "z", "over": "x", "value": 9},
]
CAP = {"tier": "a", "percent": 5, "by": "sales"}
THREE = [
    {"id": id, "metric": "sales", "weight": weight, "edges": [1, 2, 3, 4]}
    for id, weight in (("x", 34), ("y", 33), ("z", 33))
]
JUDGED: Any = ("columns", "weighting", "judgements")


def at_least(value: float, metric: str = "sales") -> dict[str, Any]:
    return {"metric": metric, "op": "ge", "value": value}


Step = tuple[str | int, ...]
REMOVED = object()


def problems(
    kind: str, *changes: tuple[Step, Any], adjustment: dict[str, Any] | None = None
) -> list[str]:
    """Return the problems of a good scheme with these changes to its rule, as path: what."""
    tiers = [{"id": tier, "title": TEXT, "color": "gray"} for tier in "abc"]
    rule = copy.deepcopy(RULES[kind])
    for path, value in changes:
        inner: Any = rule
        for step in path[:-1]:
            inner = inner[step]
        if value is REMOVED:
            del inner[path[-1]]
        else:
            inner[path[-1]] = value
    head = {"title": TEXT, "summary": TEXT, "group": "customer", "kind": kind, "tiers": tiers}
    over_time = {} if adjustment is None else {"adjustment": adjustment}
    document = nodes_of({**head, "rule": rule, **over_time})
    _document, reading = read(FORMATS["tiering"], "x", "x/tiering/s.yaml", document)
    return [f"{problem.path}: {problem.what}" for problem in reading.problems]


@pytest.mark.parametrize("kind", RULES)
def test_the_schemes_themselves_are_good(kind: str) -> None:
    assert problems(kind) == []


CUT: Step = ("cuts", 0)
GATE: Step = ("gates", 0)


@pytest.mark.parametrize(
    ("kind", "path", "value", "says"),
    [
        ("value", (*CUT, "from"), 800, "rule.cuts[1].from: must be less than the one before"),
        ("value", ("better",), "lower", "rule.cuts[1].from: must be greater than the one before"),
        (
            "value",
            (*CUT, "from"),
            REMOVED,
            "rule.cuts[0].from: is missing; only the last cut has none",
        ),
        (
            "value",
            ("cuts", 2, "from"),
            1,
            "rule.cuts[2].from: the last cut takes the rest: leave this out",
        ),
        ("value", (*CUT, "top"), 5, "rule.cuts[0].top: is not known here; known are tier, from"),
        ("value", (*CUT, "tier"), "b", 'tiers[0].id: "a" is never given by the rule'),
        ("value", (*CUT, "tier"), "z", 'rule.cuts[0].tier: "z" is not one of the tiers a, b, c'),
        (
            "value",
            (*CUT, "tier"),
            "c",
            "rule.cuts[1].tier: must give the tiers in their order, the best first",
        ),
        ("value", ("better",), "more", 'rule.better: "more" is not one of higher, lower'),
        ("value", ("metric",), REMOVED, "rule.metric: is missing"),
        ("value", ("cuts",), [{"tier": "a"}], "rule.cuts: must hold from 2 to 20 items"),
        ("rank", (*CUT, "top"), 20, "rule.cuts[1].top: must be greater than the one before"),
        (
            "rank",
            (*CUT, "top"),
            0,
            "rule.cuts[0].top: must lie between 0 and 100; the last cut takes the rest",
        ),
        (
            "rank",
            ("cuts", 1, "top"),
            100,
            "rule.cuts[1].top: must lie between 0 and 100; the last cut takes the rest",
        ),
        ("rank", (*CUT, "top"), 101, "rule.cuts[0].top: must be from 0 to 100"),
        ("rank", (*CUT, "top"), -5, "rule.cuts[0].top: must be from 0 to 100"),
        ("rank", (*CUT, "top"), "5 %", "rule.cuts[0].top: must be a number, not text"),
        (
            "rank",
            (*CUT, "top"),
            REMOVED,
            "rule.cuts[0].top: is missing; only the last cut has none",
        ),
        (
            "rank",
            ("cuts", 2, "top"),
            50,
            "rule.cuts[2].top: the last cut takes the rest: leave this out",
        ),
        ("rank", ("cuts", 2, "tier"), "b", 'tiers[2].id: "c" is never given by the rule'),
        (
            "score",
            (*GATE, "at_most"),
            "a",
            'rule.gates[0].at_most: "a" is the best tier: the gate can never act',
        ),
        (
            "score",
            (*GATE, "at_most"),
            "z",
            'rule.gates[0].at_most: "z" is not one of the tiers a, b, c',
        ),
        ("score", (*GATE, "at_most"), REMOVED, "rule.gates[0].at_most: is missing"),
        (
            "score",
            (*GATE, "at_least"),
            "b",
            'rule.gates[0].at_most: is not known here; did you mean "at_least"?',
        ),
        (
            "score",
            ("gates",),
            [{"id": "g", "title": TEXT, "when": KNOWN, "at_least": "c"}],
            'rule.gates[0].at_least: "c" is the least tier: the gate can never act',
        ),
        (
            "score",
            ("gates",),
            [RULES["score"]["gates"][0]] * 2,
            'rule.gates[1].id: "g" stands here twice',
        ),
        (
            "score",
            ("criteria", 0, "weight"),
            99.5,
            "rule.criteria: the weights sum to 99.5, not to 100",
        ),
        ("abc", (*CUT, "until"), 95, "rule.cuts[1].until: must be greater than the one before"),
        ("abc", ("cuts", 2, "until"), 99, "rule.cuts[2].until: the last cut must be 100"),
        ("abc", (*CUT, "until"), 170, "rule.cuts[0].until: must be from 0 to 100"),
        ("abc", ("metric",), "essentials:", "rule.metric: "),
        (
            "score",
            ("criteria", 0, "edges"),
            [1, 2, 2, 4],
            "rule.criteria[0].edges[2]: must be greater than the one before",
        ),
        ("score", ("criteria", 0, "edges"), [1, 2, 3], "rule.criteria[0].edges: must hold 4 items"),
        ("score", ("criteria", 0, "weight"), -5, "rule.criteria[0].weight: must be from 0 to 100"),
        ("score", ("criteria",), [], "rule.criteria: must hold from 1 to 50 items"),
        ("score", ("minimum_present",), 101, "rule.minimum_present: must be from 0 to 100"),
        ("score", (*GATE, "when"), {}, "rule.gates[0].when: must speak of exactly one of"),
        (
            "score",
            (*GATE, "when"),
            {"metric": "sales", "op": "between", "value": [1]},
            "rule.gates[0].when.value: must hold 2 items",
        ),
        ("grid", ("cells",), [], "rule.cells: must hold from 2 to 21 items"),
        ("grid", ("cells", 0), ["c", "c"], "rule.cells[0]: must hold 3 columns, not 2"),
        ("grid", ("cells",), [["a", "b", "c"]] * 3, "rule.cells: must hold 2 rows, not 3"),
        ("grid", ("cells", 1, 2), "d", 'rule.cells[1][2]: "d" is not one of the tiers a, b, c'),
        ("grid", ("cells", 0), ["b", "b", "b"], 'tiers[2].id: "c" is never given by the rule'),
        ("grid", ("rows", "edges"), [], "rule.rows.edges: must hold from 1 to 20 items"),
        (
            "grid",
            ("columns", "edges"),
            [4, 2],
            "rule.columns.edges[1]: must be greater than the one before",
        ),
        (
            "grid",
            ("rows", "labels"),
            [TEXT, TEXT, TEXT],
            "rule.rows.labels: must hold 2 labels, one more than edges",
        ),
        (
            "grid",
            ("columns", "criteria", 0, "weight"),
            70,
            "rule.columns.criteria: the weights sum to 95, not to 100",
        ),
        (
            "grid",
            (*JUDGED, 0, "value"),
            9,
            "rule.columns.criteria[0].weight: is 75, but the judgements say 90.0",
        ),
        ("grid", (*JUDGED, 0, "value"), 10, "rule.columns.weighting.judgements[0].value: must be"),
        (
            "grid",
            (*JUDGED, 0, "over"),
            "one",
            "rule.columns.weighting.judgements: one over two is missing: every pair is judged once",
        ),
        (
            "grid",
            (*JUDGED, 0, "over"),
            "three",
            "rule.columns.weighting.judgements[0]: one over three is not a pair of the criteria",
        ),
        (
            "grid",
            JUDGED,
            [{"of": "one", "over": "two", "value": 3}, {"of": "two", "over": "one", "value": 3}],
            "rule.columns.weighting.judgements[1]: two over one is judged twice",
        ),
        (
            "grid",
            ("columns", "weighting", "method"),
            "guess",
            'rule.columns.weighting.method: "guess" is not one of ahp, entropy',
        ),
        ("table", ("rules",), [], "rule.rules: must hold"),
        ("table", ("rules", 1, "id"), "first", 'rule.rules[1].id: "first" stands here twice'),
        ("table", ("rules", 0, "tier"), "z", 'rule.rules[0].tier: "z" is not one of the tiers'),
        (
            "table",
            SECOND,
            {"bin": "q", "op": "ge", "value": 2},
            'rule.rules[1].when.bin: "q" is not one of the bins',
        ),
        (
            "table",
            SECOND,
            at_least(200),
            'rule.rules[1].when: can never act: "first" comes first and holds whenever this does',
        ),
        (
            "table",
            SECOND,
            {"metric": "sales", "op": "between", "value": [100, 300]},
            'rule.rules[1].when: can never act: "first" comes first',
        ),
        (
            "table",
            SECOND,
            {"metric": "sales", "op": "between", "value": [80, 20]},
            "rule.rules[1].when: can never act: its comparisons contradict each other",
        ),
        (
            "table",
            SECOND,
            {"all": [at_least(50), {"metric": "sales", "op": "lt", "value": 50}]},
            "rule.rules[1].when: can never act: its comparisons contradict each other",
        ),
        (
            "table",
            ("rules", 0, "when"),
            {"metric": "sales", "op": "known"},
            'rule.rules[1].when: can never act: "first" comes first',
        ),
        ("table", ("otherwise",), "b", 'tiers[2].id: "c" is never given by the rule'),
        ("table", (*SECOND, "all", 0, "op"), "over", "rule.rules[1].when.all[0].op: "),
    ],
)
def test_a_bad_scheme_is_refused_with_its_path(
    kind: str, path: Step, value: Any, says: str
) -> None:
    assert any(problem.startswith(says) for problem in problems(kind, (path, value)))


@pytest.mark.parametrize(
    ("adjustment", "says"),
    [
        ({"margin": 60}, "adjustment.margin: must be from 0 to 50"),
        ({"margin": -1}, "adjustment.margin: must be from 0 to 50"),
        ({"reviews": 0}, "adjustment.reviews: must be from 1 to 24"),
        ({"reviews": 1.5}, "adjustment.reviews: must be a whole number"),
        ({"minimum_stay": -1}, "adjustment.minimum_stay: must be from 0 to 3650"),
        ({"every": "fortnight"}, 'adjustment.every: "fortnight" is not one of day, week'),
        ({"proposals": "yes"}, "adjustment.proposals: must be true or false"),
        ({"marjin": 5}, "adjustment.marjin: is not known here; did you mean"),
        ({"grace": {"tier": "a"}}, "adjustment.grace.when: is missing"),
        ({"grace": {"when": KNOWN, "tier": "d"}}, 'adjustment.grace.tier: "d" is not one of'),
        ({"grace": {"when": {"bin": "r", "op": "known"}}}, "adjustment.grace.when: must speak of"),
        ({"caps": [CAP | {"tier": "d"}]}, 'adjustment.caps[0].tier: "d" is not one of the tiers'),
        ({"caps": [CAP | {"tier": "c"}]}, 'adjustment.caps[0].tier: "c" is the least tier'),
        ({"caps": [CAP, CAP]}, 'adjustment.caps[1].tier: "a" stands here twice'),
        ({"caps": [CAP | {"percent": 101}]}, "adjustment.caps[0].percent: must be from 0 to 100"),
        ({"caps": [CAP | {"accounts": 5}]}, "adjustment.caps[0].accounts: is not known here"),
        ({"caps": [{"tier": "a", "by": "sales"}]}, "adjustment.caps[0].accounts: is missing"),
        ({"caps": [{"tier": "a", "percent": 5}]}, "adjustment.caps[0].by: is missing"),
    ],
)
def test_a_bad_adjustment_is_refused_with_its_path(adjustment: dict[str, Any], says: str) -> None:
    found = problems("value", adjustment=adjustment)
    assert any(problem.startswith(says) for problem in found), found


def test_an_adjustment_has_defaults() -> None:
    assert problems("value", adjustment={}) == []
    assert problems("value", adjustment={"caps": [CAP]}) == []


def test_judgements_in_a_circle_are_refused_and_the_furthest_is_named() -> None:
    found = problems(
        "score",
        (("criteria",), THREE),
        (("weighting",), {"method": "ahp", "judgements": CIRCLE}),
    )
    says = (
        "rule.weighting.judgements: the judgements contradict each other (consistency ratio 6.13, "
        "at most 0.05); furthest off is x over y: 9, while the others say 1"
    )
    assert found == [says]


@pytest.mark.parametrize(
    "when",
    [
        {"metric": "sales", "op": "ge", "value": 99},
        {"metric": "sales", "op": "lt", "value": 100},
        {"metric": "sales", "op": "unknown"},
        {"metric": "other", "op": "ge", "value": 200},
        {"any": [at_least(200), at_least(1, "other")]},
        {"not": at_least(200)},
        {"field": "size", "op": "ge", "value": 200},
    ],
)
def test_a_row_that_can_act_is_taken(when: dict[str, Any]) -> None:
    assert problems("table", (SECOND, when)) == []
