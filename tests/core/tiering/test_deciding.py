"""Decisions about tiers over time: SQL and Python say the same, of any scheme and any history."""

from __future__ import annotations

import datetime
import random
import uuid
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from drawn_schemes import FIELDS, KINDS, SEVERAL, accounts, adjustments, schemes
from tierline.accounts.models import Account
from tierline.db import db
from tierline.metrics.models import STATE
from tierline.rules.adjusting import Decision, Standing, decide
from tierline.rules.measuring import measure
from tierline.rules.population import AccountValues, Population
from tierline.rules.sql import compile_scheme
from tierline.tiering import deciding
from tierline.tiering.deciding import Deciding
from tierline.tiering.evaluation import Evaluation
from tierline.tiering.models import Assignment, Override, Scheme, Watch
from trading import insert_rows, make_accounts

from ..rules.test_sql_equals_python import CODES, source_over

SCHEMES = 25
"""Of each kind: 5,000 decisions."""

AS_OF = datetime.date(2026, 8, 17)
GONE = 5
"""The code of a tier that the scheme had once."""


@pytest.fixture
def known_accounts(in_tenant: Any) -> dict[str, uuid.UUID]:
    """Make the accounts of which examples tell, and the scheme that is run."""
    ids = make_accounts(f"K{place}" for place in range(SEVERAL))
    insert_rows("account_state", [{"account_id": id, "groups": 1} for id in ids.values()])
    names = {code: tier for tier, code in CODES.items()}
    tier_ids = [names.get(code, f"gone_{code}") for code in range(1, max(CODES.values()) + 1)]
    db.session.add(Scheme(number=1, scheme_id="x:scheme", version=1, tier_ids=tier_ids))
    db.session.flush()
    return ids


def histories(seed: int) -> list[dict[str, Any]]:
    """Return where accounts stand."""
    chance = random.Random(seed)
    return [_history(chance) for _ in range(SEVERAL)]


def _history(chance: random.Random) -> dict[str, Any]:
    codes = [None, *CODES.values(), GONE]
    before, now = chance.choice(codes), chance.choice(codes)
    corrects = chance.choice([None, "run", "people"])
    return {
        "now": now,
        "before": before if corrects == "run" else now,
        "corrects": corrects,
        "since": AS_OF - datetime.timedelta(days=chance.choice([1, 20, 40, 41, 300, 400, 500])),
        "watch": chance.choice([None, chance.choice(list(CODES.values()))]),
        "below": chance.randint(1, 3),
        "counted_on": AS_OF - datetime.timedelta(days=chance.choice([0, 1, 10, 20, 60, 300])),
        "override": chance.choice([None, None, None, chance.choice(list(CODES.values()))]),
        "ends_on": AS_OF + datetime.timedelta(days=chance.choice([-5, 0, 1, 30])),
    }


def write(ids: list[uuid.UUID], told: list[dict[str, Any]]) -> None:
    """Write histories as the store and the tables hold them."""
    for model in (Assignment, Watch, Override):
        db.session.execute(delete(model))
    pairs = list(zip(ids, told, strict=True))
    for now in {each["now"] for each in told}:
        those = [id for id, each in pairs if each["now"] == now]
        db.session.execute(update(STATE).where(STATE.c.account_id.in_(those)).values(t1=now))
    number = {"scheme_number": 1}
    assigned = [
        number
        | {
            "account_id": id,
            "begins_on": each["since"],
            "tier": each["before"],
            "previous": None if each["before"] else CODES["a"],
            "incomplete": False,
            "run_id": uuid.uuid4(),
        }
        for id, each in pairs
    ]
    assigned += [
        number
        | {
            "account_id": id,
            "begins_on": AS_OF,
            "tier": each["now"],
            "previous": each["before"] if each["corrects"] == "run" else CODES["b"],
            "incomplete": False,
            "run_id": uuid.uuid4(),
            "decision_id": uuid.uuid4() if each["corrects"] == "people" else None,
        }
        for id, each in pairs
        if each["corrects"]
    ]
    for row in assigned:
        row.setdefault("decision_id", None)
    insert_rows("tier_assignment", assigned)
    insert_rows(
        "tier_watch",
        [
            number
            | {
                "account_id": id,
                "tier": each["watch"],
                "below": each["below"],
                "counted_on": each["counted_on"],
            }
            for id, each in pairs
            if each["watch"]
        ],
    )
    insert_rows(
        "tier_override",
        [
            number
            | {
                "id": uuid.uuid4(),
                "account_id": id,
                "tier": each["override"],
                "reason": "because",
                "state": "approved",
                "asked_by": "Ada",
                "begins_on": AS_OF - datetime.timedelta(days=10),
                "ends_on": each["ends_on"],
                "created_at": datetime.datetime.now(datetime.UTC),
            }
            for id, each in pairs
            if each["override"]
        ],
    )


def standing_of(each: dict[str, Any]) -> Standing:
    """Return a history as Python looks at it."""
    names = {code: tier for tier, code in CODES.items()}
    over = bool(each["override"]) and each["ends_on"] <= AS_OF
    held = None if over else names.get(each["before"])
    since = each["since"]
    if each["corrects"] == "people" and each["now"] != CODES["b"]:
        since = AS_OF
    counted = each["watch"] is not None and names[each["watch"]] == held
    return Standing(
        held,
        since,
        each["below"] if counted else 0,
        each["counted_on"] if counted else None,
        names[each["override"]] if each["override"] and not over else None,
    )


def found_by_sql(scheme: Any, source: Any) -> tuple[Population, dict[uuid.UUID, Any]]:
    """Return the population with its caps, and what is decided about each account."""
    population = measure(scheme, source)
    compiled = compile_scheme(scheme, population, source, CODES, FIELDS)
    record = db.session.scalars(select(Scheme)).one()
    found = Evaluation(record, scheme, source, compiled, CODES, {})
    population = Deciding.of(found, population, AS_OF).with_caps().population
    table = deciding.decide(Deciding.of(found, population, AS_OF))
    return population, {row.account_id: row for row in db.session.execute(select(table))}


def as_written(decision: Decision, each: dict[str, Any], one: dict[str, Any]) -> Any:
    """Return what is written of a decision: tier, reason, reviews; None where it is no news."""
    over = bool(each["override"]) and each["ends_on"] <= AS_OF
    tier = CODES[decision.tier] if decision.tier and one["inside"] else None
    below = decision.below if one["inside"] else 0
    news = tier != each["now"] or below or each["watch"] or over
    reason = "released" if over else None if decision.reason == "rule" else decision.reason
    return (tier, reason if one["inside"] or over else None, below) if news else None


@pytest.mark.parametrize("kind", KINDS)
def test_sql_and_python_decide_the_same(
    known_accounts: dict[str, uuid.UUID], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys, ids = list(known_accounts), list(known_accounts.values())
    monkeypatch.setattr(deciding, "fields", lambda record: list(FIELDS.values()))

    @settings(
        max_examples=SCHEMES, phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow]
    )
    @given(KINDS[kind], accounts(), adjustments(), st.integers(0, 2**32))
    def agree(
        rule: dict[str, Any],
        drawn: list[dict[str, Any]],
        adjustment: dict[str, Any],
        seed: int,
    ) -> None:
        told = histories(seed)
        scheme = schemes(kind, rule, adjustment)
        source = source_over(ids, drawn)
        if scheme.fields():
            given_fields = [
                {"tenant_id": db.session().scope.tenant_id, "id": id, "fields": each["fields"]}
                for id, each in zip(ids, drawn, strict=True)
            ]
            db.session.execute(update(Account), given_fields)
        with db.session.begin_nested():
            write(ids, told)
            population, found = found_by_sql(scheme, source)
        decided = []
        for key, id, one, each in zip(keys, ids, drawn, told, strict=True):
            values = AccountValues(one["metrics"], one["fields"], key)
            decision = decide(scheme, population, source, values, FIELDS, standing_of(each), AS_OF)
            decided.append(decision)
            expected = as_written(decision, each, one)
            row = found.get(id)
            written = (row.tier, row.reason, row.below) if row is not None else None
            assert written == expected, (key, each, decision)
        check_caps(adjustment, drawn, decided)

    agree()


def check_caps(
    adjustment: dict[str, Any],
    drawn: list[dict[str, Any]],
    decided: list[Decision],
) -> None:
    """Check that no cap is exceeded but by tiers that were set by hand."""
    inside = [each for each, one in zip(decided, drawn, strict=True) if one["inside"]]
    for cap in adjustment["caps"]:
        by_hand = [each for each in inside if each.reason == "override"]
        limit = cap.get("accounts")
        if limit is None:
            limit = int(cap["percent"] * len(inside) / 100)
        taken = sum(each.tier == cap["tier"] for each in by_hand)
        members = sum(each.tier == cap["tier"] for each in inside)
        assert members <= max(limit, taken)
