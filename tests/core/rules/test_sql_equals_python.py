"""The SQL of a rule and its Python say the same, of any rule and any accounts.

Values are drawn close together and close to the edges, so that ties, borders and unknown values
meet all the time.
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import ARRAY, BigInteger, Uuid, column, func, literal, select, update

from drawn_schemes import FIELDS, KINDS, SEVERAL, UNITS, accounts, schemes
from tierline.accounts.models import Account
from tierline.db import db
from tierline.metrics.source import Source
from tierline.rules.evaluate import evaluate
from tierline.rules.measuring import measure, population_of
from tierline.rules.population import AccountValues
from tierline.rules.sql import compile_scheme
from trading import make_accounts

CODES = {"a": 3, "b": 1, "c": 7, "d": 2}
SCHEMES = 50
"""Of each kind: 10,000 pairs of a scheme and an account."""


@pytest.fixture
def known_accounts(in_tenant: Any) -> dict[str, uuid.UUID]:
    """Make the accounts of which examples tell; their keys sort otherwise than their ids."""
    return make_accounts(f"K{place}" for place in range(SEVERAL))


def source_over(ids: list[uuid.UUID], drawn: list[dict[str, Any]]) -> Source:
    """Return the drawn values as rows."""
    labels = {name: f"v{place}" for place, name in enumerate(UNITS)}
    given = [
        literal(ids, ARRAY(Uuid)),
        literal([int(each["inside"]) for each in drawn], ARRAY(BigInteger)),
        *(literal([each["metrics"][name] for each in drawn], ARRAY(BigInteger)) for name in UNITS),
    ]
    # Arrays, because a statement with a parameter for each value takes long to compile.
    given_rows = (
        func.unnest(*given)
        .table_valued(
            column("account_id", Uuid),
            column("groups", BigInteger),
            *(column(label, BigInteger) for label in labels.values()),
            name="given_rows",
        )
        .render_derived()
    )
    rows = select(*given_rows.c).subquery("drawn")
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


@pytest.mark.parametrize("kind", KINDS)
def test_sql_and_python_agree(known_accounts: dict[str, uuid.UUID], kind: str) -> None:
    keys, ids = list(known_accounts), list(known_accounts.values())

    @settings(max_examples=SCHEMES, suppress_health_check=[HealthCheck.too_slow])
    @given(KINDS[kind], accounts())
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
