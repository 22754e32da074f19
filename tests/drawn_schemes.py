"""Random schemes of every kind, and accounts whose values lie close together and to the edges.

Strategies are built once: Hypothesis analyses each that it meets, which costs more than drawing.
"""

from __future__ import annotations

import random
from functools import cache
from typing import Any

from hypothesis import strategies as st

from tierline.metrics.units import SCALES
from tierline.packs.contributions import Choice, Field, Tier, TieringScheme
from tierline.rules.scheme import read_scheme

UNITS: Any = {"x:sales": "money", "x:growth": "percent", "x:orders": "count", "x:rank": "points"}
TIERS = ("a", "b", "c", "d")
TEXT = {"en": "Text", "zh_CN": "文字"}
FIELDS = {
    "x:size": Field("x:size", "x__size", "account", "decimal", TEXT),
    "x:class": Field(
        "x:class",
        "x__class",
        "account",
        "choice",
        TEXT,
        choices=(Choice("s", TEXT), Choice("m", TEXT)),
    ),
    "x:won": Field("x:won", "x__won", "account", "boolean", TEXT),
    "x:day": Field("x:day", "x__day", "account", "date", TEXT),
}
SEVERAL = 200

ENTERED: dict[str, list[Any]] = {
    "x__size": [*(half / 2 for half in range(-3, 10)), "", "many"],
    "x__class": ["s", "m"],
    "x__won": [True, False],
    "x__day": ["2026-01-31", "2026-02-01"],
}

halves = st.integers(-3, 9).map(lambda half: half / 2)
percents = st.sampled_from([0, 30, 50, 70, 100])
better = st.sampled_from(["higher", "lower"])
ACTS = st.sampled_from(["at_most", "at_least"])


@st.composite
def accounts(draw: st.DrawFn, count: int = SEVERAL) -> list[dict[str, Any]]:
    """Draw what is known of many accounts: stored values, fields."""
    chance = random.Random(draw(st.integers(0, 2**32)))
    return [
        {
            "inside": chance.random() < 0.8,
            "metrics": {
                name: chance.choice([None, *(half * SCALES[unit] // 2 for half in range(-3, 10))])
                for name, unit in UNITS.items()
            },
            "fields": {
                key: chance.choice(known) for key, known in ENTERED.items() if chance.random() < 0.7
            },
        }
        for _ in range(count)
    ]


@cache
def edges(count: int) -> st.SearchStrategy[list[float]]:
    return st.lists(halves, min_size=count, max_size=count, unique=True).map(sorted)


@st.composite
def leaf(draw: st.DrawFn, bins: tuple[str, ...] = ()) -> dict[str, Any]:
    """Draw a comparison of a metric, a bin or a field."""
    subject = draw(st.sampled_from(["metric", "field", *(["bin"] if bins else [])]))
    names = {"metric": list(UNITS), "field": list(FIELDS), "bin": list(bins)}
    name = draw(st.sampled_from(names[subject]))
    exact = {
        "x:class": st.sampled_from(["s", "m"]),
        "x:won": st.booleans(),
        "x:day": st.sampled_from(["2026-01-31", "2026-02-01"]),
    }
    operand = st.integers(1, 4) if subject == "bin" else exact.get(name, halves)
    ordered = [] if name in ("x:class", "x:won") else ["lt", "le", "gt", "ge", "between"]
    op = draw(st.sampled_from(["eq", "ne", "in", "known", "unknown", *ordered]))
    document = {subject: name, "op": op}
    if op == "in":
        document["value"] = draw(st.lists(operand, min_size=1, max_size=3))
    elif op == "between":
        document["value"] = draw(st.lists(operand, min_size=2, max_size=2))
    elif op not in ("known", "unknown"):
        document["value"] = draw(operand)
    return document


@cache
def conditions(bins: tuple[str, ...] = ()) -> st.SearchStrategy[dict[str, Any]]:
    return st.recursive(
        leaf(bins),
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"all": parts}),
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
            inner.map(lambda part: {"not": part}),
        ),
        max_leaves=5,
    )


@st.composite
def scoring(draw: st.DrawFn) -> dict[str, Any]:
    """Draw weighted criteria; a metric in points may go without edges."""
    weights = draw(st.sampled_from([[100], [50, 50], [33.3, 33.3, 33.4], [12.5, 37.5, 50]]))
    criteria = []
    for place, weight in enumerate(weights):
        name = draw(st.sampled_from(list(UNITS)))
        criterion: dict[str, Any] = {"id": f"c{place}", "metric": name, "weight": weight}
        if name != "x:rank" or draw(st.booleans()):
            criterion |= {"edges": draw(edges(4)), "better": draw(better)}
        criteria.append(criterion)
    return {"criteria": criteria, "minimum_present": draw(percents)}


@st.composite
def score(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a weighted score with gates."""
    froms = draw(
        st.lists(st.sampled_from([1, 1.5, 2.34, 3, 3.67, 4.5]), min_size=1, max_size=3, unique=True)
    )
    cuts: list[dict[str, Any]] = [
        {"tier": tier, "from": least}
        for tier, least in zip(TIERS, sorted(froms, reverse=True), strict=False)
    ]
    gates = [
        {"id": f"g{place}", "title": TEXT, "when": when, acts: tier}
        for place, (when, acts, tier) in enumerate(
            draw(st.lists(st.tuples(conditions(), ACTS, st.sampled_from(TIERS)), max_size=4))
        )
    ]
    last = {"tier": TIERS[len(cuts)]}
    return {**draw(scoring()), "cuts": [*cuts, last], "gates": gates}


@st.composite
def axis(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a side of a grid: a metric or a score."""
    if draw(st.booleans()):
        cut = [2.34, 3.67]
        return {"title": TEXT, "labels": [TEXT] * 3, **draw(scoring()), "edges": cut}
    return {
        "title": TEXT,
        "labels": [TEXT] * 3,
        "metric": draw(st.sampled_from(list(UNITS))),
        "edges": draw(edges(2)),
        "better": draw(better),
    }


@st.composite
def grid(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a grid of three by three."""
    row = st.lists(st.sampled_from(TIERS), min_size=3, max_size=3)
    cells = draw(st.lists(row, min_size=3, max_size=3))
    return {"rows": draw(axis()), "columns": draw(axis()), "cells": cells}


@st.composite
def table(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a decision table with bins over the population."""
    bins = [
        {
            "id": f"b{place}",
            "metric": draw(st.sampled_from(list(UNITS))),
            "quantiles": draw(st.integers(2, 5)),
            "better": draw(better),
            "offset": draw(st.sampled_from([0, 0.5, 1])),
        }
        for place in range(draw(st.integers(0, 2)))
    ]
    names = tuple(row["id"] for row in bins)
    rules = [
        {"id": f"r{place}", "when": when, "tier": tier}
        for place, (when, tier) in enumerate(
            draw(
                st.lists(
                    st.tuples(conditions(names), st.sampled_from(TIERS)), min_size=1, max_size=4
                )
            )
        )
    ]
    last = draw(st.sampled_from([{}, {"otherwise": "d"}]))
    return {"bins": bins, "rules": rules, **last}


@st.composite
def abc(draw: st.DrawFn) -> dict[str, Any]:
    """Draw cuts by cumulative share."""
    first, second = sorted(draw(st.lists(st.integers(5, 95), min_size=2, max_size=2, unique=True)))
    untils = zip(TIERS, (first, second, 100), strict=False)
    cuts = [{"tier": tier, "until": until} for tier, until in untils]
    return {"metric": draw(st.sampled_from(list(UNITS))), "cuts": cuts}


@st.composite
def value(draw: st.DrawFn) -> dict[str, Any]:
    """Draw cuts by value."""
    side = draw(better)
    borders = sorted(draw(edges(3)), reverse=side == "higher")
    cuts = [{"tier": tier, "from": border} for tier, border in zip(TIERS, borders, strict=False)]
    name = draw(st.sampled_from(list(UNITS)))
    return {"metric": name, "better": side, "cuts": [*cuts, {"tier": "d"}]}


@st.composite
def rank(draw: st.DrawFn) -> dict[str, Any]:
    """Draw cuts by percent of the accounts."""
    percent = st.sampled_from([0.5, 5, 12.5, 20, 50, 99])
    tops = sorted(draw(st.lists(percent, min_size=3, max_size=3, unique=True)))
    cuts = [{"tier": tier, "top": top} for tier, top in zip(TIERS, tops, strict=False)]
    name = draw(st.sampled_from(list(UNITS)))
    return {"metric": name, "better": draw(better), "cuts": [*cuts, {"tier": "d"}]}


@st.composite
def adjustments(draw: st.DrawFn) -> dict[str, Any]:
    """Draw how tiers follow a rule over time."""
    grace = {"when": draw(conditions())}
    if draw(st.booleans()):
        grace["tier"] = draw(st.sampled_from(TIERS))
    sizes = st.one_of(
        st.fixed_dictionaries({"accounts": st.sampled_from([0, 1, 7, 30, 500])}),
        st.fixed_dictionaries({"percent": st.sampled_from([0, 0.5, 5, 12.5, 50, 100])}),
    )
    capped = draw(st.lists(st.sampled_from(TIERS[:-1]), max_size=3, unique=True))
    caps = [
        {"tier": tier, "by": draw(st.sampled_from(list(UNITS))), "better": draw(better)}
        | draw(sizes)
        for tier in capped
    ]
    return {
        "every": draw(st.sampled_from(["day", "week", "month", "quarter", "year"])),
        "margin": draw(st.sampled_from([0, 2.5, 10, 50])),
        "reviews": draw(st.integers(1, 3)),
        "minimum_stay": draw(st.sampled_from([0, 1, 40, 400])),
        "proposals": False,
        "caps": caps,
        **({"grace": grace} if draw(st.booleans()) else {}),
    }


def schemes(kind: Any, rule: dict[str, Any], adjustment: dict[str, Any] | None = None) -> Any:
    tiers = tuple(Tier(tier, TEXT) for tier in TIERS)
    document = TieringScheme(
        "x:scheme", TEXT, TEXT, "customer", kind, tiers, rule, adjustment=adjustment
    )
    return read_scheme(document)


KINDS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "abc": abc(),
    "value": value(),
    "rank": rank(),
    "score": score(),
    "grid": grid(),
    "table": table(),
}
"""Rules of each kind."""
