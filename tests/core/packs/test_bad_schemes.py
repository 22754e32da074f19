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
}
Step = tuple[str | int, ...]
REMOVED = object()


def problems(kind: str, *changes: tuple[Step, Any]) -> list[str]:
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
    document = nodes_of({**head, "rule": rule})
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
    ],
)
def test_a_bad_scheme_is_refused_with_its_path(
    kind: str, path: Step, value: Any, says: str
) -> None:
    assert says in problems(kind, (path, value))
