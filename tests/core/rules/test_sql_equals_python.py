"""The SQL of a rule and its Python say the same, of any rule and any accounts.

Values are drawn close together and close to the edges, so that ties, borders and unknown values
meet all the time.
"""

from __future__ import annotations

import math
import random
import uuid
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Uuid, cast, column, select, update, values

from tierline.accounts.models import Account
from tierline.db import db
from tierline.metrics.source import Source
from tierline.metrics.units import SCALES
from tierline.packs.contributions import Choice, Field, Tier, TieringScheme
from tierline.rules.evaluate import evaluate
from tierline.rules.measuring import measure, population_of
from tierline.rules.population import AccountValues
from tierline.rules.scheme import read_scheme
from tierline.rules.sql import compile_scheme
from trading import make_accounts

UNITS: Any = {"x:sales": "money", "x:growth": "percent", "x:orders": "count", "x:rank": "points"}
TIERS = ("a", "b", "c", "d")
CODES = {"a": 3, "b": 1, "c": 7, "d": 2}
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
SCHEMES = 50
"""Of each kind: 10,000 pairs of a scheme and an account."""

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
def accounts(draw: st.DrawFn) -> list[dict[str, Any]]:
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
        for _ in range(SEVERAL)
    ]


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


def schemes(kind: Any, rule: dict[str, Any]) -> Any:
    tiers = tuple(Tier(tier, TEXT) for tier in TIERS)
    return read_scheme(TieringScheme("x:scheme", TEXT, TEXT, "customer", kind, tiers, rule))


@pytest.fixture
def known_accounts(in_tenant: Any) -> dict[str, uuid.UUID]:
    """Make the accounts of which examples tell; their keys sort otherwise than their ids."""
    return make_accounts(f"K{place}" for place in range(SEVERAL))


def source_over(ids: list[uuid.UUID], drawn: list[dict[str, Any]]) -> Source:
    """Return the drawn values as rows."""
    labels = {name: f"v{place}" for place, name in enumerate(UNITS)}
    given_rows = values(
        column("account_id", Uuid),
        column("groups", BigInteger),
        *(column(label, BigInteger) for label in labels.values()),
        name="given_rows",
    ).data(
        [
            (id, int(each["inside"]), *each["metrics"].values())
            for id, each in zip(ids, drawn, strict=True)
        ]
    )
    rows = select(
        *(cast(each, each.type).label(each.name) for each in given_rows.c)  # a column of NULLs
    ).subquery("drawn")
    columns = {name: rows.c[label] for name, label in labels.items()}
    return Source(rows, rows.c.account_id, rows.c.groups, columns, UNITS, {"customer": 0})


Answer = tuple[int | None, int | None, bool]


def by_sql(scheme: Any, source: Source) -> dict[uuid.UUID, Answer]:
    """Return code, score in ten-thousandths and incompleteness of each account, from SQL."""
    compiled = compile_scheme(scheme, measure(scheme, source), source, CODES, FIELDS)
    statement = select(source.account_id, compiled.tier, compiled.score, compiled.incomplete)
    if scheme.fields():
        statement = statement.join_from(source.rows, Account, Account.id == source.account_id)
    return {row[0]: (row[1], row[2], row[3]) for row in db.session.execute(statement)}


def by_python(
    scheme: Any, source: Source, keys: list[str], drawn: list[dict[str, Any]]
) -> Iterator[Answer]:
    """Yield the same from Python."""
    told = [
        AccountValues(each["metrics"], each["fields"], key)
        for key, each in zip(keys, drawn, strict=True)
    ]
    inside = [each for each, one in zip(told, drawn, strict=True) if one["inside"]]
    population = population_of(scheme, source, inside)
    for account, one in zip(told, drawn, strict=True):
        outcome = evaluate(scheme, population, source, account, FIELDS)
        code = CODES[outcome.tier] if outcome.tier and one["inside"] else None
        yield code, _ten_thousandths(outcome.score), outcome.incomplete


def _ten_thousandths(score: Fraction | None) -> int | None:
    return None if score is None else math.floor(score * 10_000 + Fraction(1, 2))


@pytest.mark.parametrize(
    ("kind", "rules"),
    [
        ("abc", abc()),
        ("value", value()),
        ("rank", rank()),
        ("score", score()),
        ("grid", grid()),
        ("table", table()),
    ],
    ids=["abc", "value", "rank", "score", "grid", "table"],
)
def test_sql_and_python_agree(
    known_accounts: dict[str, uuid.UUID], kind: str, rules: st.SearchStrategy[dict[str, Any]]
) -> None:
    keys, ids = list(known_accounts), list(known_accounts.values())

    @settings(max_examples=SCHEMES, suppress_health_check=[HealthCheck.too_slow])
    @given(rules, accounts())
    def agree(rule: dict[str, Any], drawn: list[dict[str, Any]]) -> None:
        scheme = schemes(kind, rule)
        source = source_over(ids, drawn)
        if scheme.fields():
            told = [
                {"tenant_id": db.session().scope.tenant_id, "id": id, "fields": each["fields"]}
                for id, each in zip(ids, drawn, strict=True)
            ]
            db.session.execute(update(Account), told)
        with db.session.begin_nested():
            found = by_sql(scheme, source)
        expected = by_python(scheme, source, keys, drawn)
        for id, answer in zip(ids, expected, strict=True):
            assert found[id] == answer

    agree()
