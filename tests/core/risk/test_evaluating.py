"""What a risk model says of an account: by table, and the same in SQL and in Python."""

from __future__ import annotations

import math
import uuid
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import ARRAY, BigInteger, Uuid, column, func, literal, select, update

from drawn_schemes import FIELDS, SEVERAL, TEXT, UNITS, accounts, conditions, edges, percents
from tierline.accounts.models import Account
from tierline.db import db
from tierline.metrics.source import Source
from tierline.metrics.units import to_stored
from tierline.packs.risks import (
    Band,
    Floor,
    Indicator,
    LifecycleStage,
    ResponsePlan,
    RiskModel,
    Threshold,
)
from tierline.risk.evaluate import RiskOutcome, evaluate_risk, plans_for
from tierline.risk.reading import read_model
from tierline.risk.sql import compile_model
from tierline.rules.population import AccountValues
from trading import make_accounts

MODELS = 50
"""10,000 pairs of a model and an account."""

NEW = {"metric": "x:orders", "op": "lt", "value": 3}
LARGE = {"metric": "x:rank", "op": "ge", "value": 4}
PLANS = (
    ResponsePlan("call", TEXT, ("high",), (), ("sales",)),
    ResponsePlan("look", TEXT, ("high", "watch"), ()),
)
BY_TABLE = RiskModel(
    id="x:model",
    title=TEXT,
    summary=TEXT,
    group="customer",
    purpose="churn",
    stages=(LifecycleStage("new", TEXT, NEW), LifecycleStage("old", TEXT)),
    indicators=(
        Indicator(
            "sales",
            TEXT,
            60,
            "x:sales",
            "lower",
            {"new": Threshold(red=10, yellow=20), "old": Threshold(red=50, yellow=100)},
        ),
        Indicator(
            "growth",
            TEXT,
            40,
            "x:growth",
            "lower",
            {"all": Threshold(red=-30, yellow=-10), "new": None},
        ),
    ),
    bands=(
        Band("high", TEXT, "red", 60),
        Band("watch", TEXT, "yellow", 25),
        Band("calm", TEXT, "green"),
    ),
    minimum_present=60,
    floors=(Floor("large", TEXT, LARGE, "watch"),),
    plans=PLANS,
)


def judged(sales: Any, growth: Any, orders: Any, rank: Any = None) -> RiskOutcome:
    given = {"x:sales": sales, "x:growth": growth, "x:orders": orders, "x:rank": rank}
    stored = {k: None if v is None else to_stored(v, UNITS[k]) for k, v in given.items()}
    return evaluate_risk(
        read_model(BY_TABLE), Source.of_units(UNITS), AccountValues(stored), FIELDS
    )


@pytest.mark.parametrize(
    ("given", "stage", "score", "band"),
    [
        ((200, 0, 5), "old", 0, "calm"),
        ((100, 0, 5), "old", 30, "watch"),  # a threshold that is just reached raises
        ((50, 0, 5), "old", 60, "high"),
        ((50, -30, 5), "old", 100, "high"),
        ((50, 0, 2), "new", 0, "calm"),  # the same sales, by the thresholds of another stage
        ((15, -90, 2), "new", 50, "watch"),  # what is not judged in the stage has no weight
        ((100, None, 5), "old", 50, "watch"),  # a share of the weight that is known
        ((None, -90, 5), "old", 100, None),  # 40 percent known: incomplete, hence no band
        ((None, None, 5), "old", None, None),
        ((200, 0, None), "old", 0, "calm"),  # an unknown condition gives no stage
        ((200, 0, 5, 4), "old", 0, "watch"),  # lifted by the floor
        ((50, 0, 5, 4), "old", 60, "high"),  # a floor never makes milder
        ((None, None, 5, 4), "old", None, None),  # nor says what is not known
    ],
)
def test_stage_score_and_band_are_those_of_the_table(
    given: Any, stage: str, score: int | None, band: str | None
) -> None:
    found = judged(*given)
    assert (found.stage, found.score, found.band) == (stage, score, band)


def test_only_the_plans_of_the_band_and_of_raised_indicators_apply() -> None:
    def plans(*given: Any) -> list[str]:
        return [plan.id for plan in plans_for(BY_TABLE, judged(*given))]

    assert plans(50, 0, 5) == ["call", "look"]
    assert plans(100, 0, 5) == ["look"]
    assert plans(200, 0, 5) == []
    assert plans(None, -90, 5) == []


@st.composite
def models(draw: st.DrawFn) -> RiskModel:
    def threshold(worse: str) -> Threshold:
        low, high = draw(edges(2))
        yellow, red = (low, high) if worse == "higher" else (high, low)
        kept = draw(st.sampled_from([(1, 1), (1, 0), (0, 1)]))
        return Threshold(red=red if kept[0] else None, yellow=yellow if kept[1] else None)

    when = conditions()
    weights = draw(st.sampled_from([[100], [50, 50], [33.3, 33.3, 33.4], [12.5, 37.5, 50]]))
    indicators = []
    for place, weight in enumerate(weights):
        id = f"i{place}"
        if draw(st.booleans()):
            levels = draw(st.sampled_from([("red",), ("yellow",), ("yellow", "red")]))
            said = {level: draw(when) for level in levels}
            indicators.append(Indicator(id, TEXT, weight, when=said))
            continue
        worse: Any = draw(st.sampled_from(["higher", "lower"]))
        stages: dict[str, Threshold | None] = {"all": threshold(worse)}
        if draw(st.booleans()):
            stages["first"] = draw(st.sampled_from([None, threshold(worse)]))
        name = draw(st.sampled_from(list(UNITS)))
        indicators.append(Indicator(id, TEXT, weight, name, worse, stages))
    froms = st.sampled_from([0.5, 12.5, 25, 33.3, 50, 62.5, 100])
    high, mid = sorted(draw(st.lists(froms, min_size=2, max_size=2, unique=True)), reverse=True)
    stages_drawn = (LifecycleStage("first", TEXT, draw(when)), LifecycleStage("rest", TEXT))
    floors = draw(st.lists(st.tuples(when, st.sampled_from(["high", "mid"])), max_size=2))
    return RiskModel(
        "x:model",
        TEXT,
        TEXT,
        "customer",
        "credit",
        tuple(indicators),
        (
            Band("high", TEXT, "red", high),
            Band("mid", TEXT, "yellow", mid),
            Band("low", TEXT, "green"),
        ),
        draw(st.sampled_from([(), stages_drawn])),
        draw(percents),
        tuple(Floor(f"f{n}", TEXT, each, band) for n, (each, band) in enumerate(floors)),
    )


def source_over(ids: list[uuid.UUID], drawn: list[dict[str, Any]]) -> Source:
    labels = {name: f"v{place}" for place, name in enumerate(UNITS)}
    given = [
        literal(ids, ARRAY(Uuid)),
        literal([int(each["inside"]) for each in drawn], ARRAY(BigInteger)),
        *(literal([each["metrics"][name] for each in drawn], ARRAY(BigInteger)) for name in UNITS),
    ]
    names = [column("account_id", Uuid), column("groups", BigInteger)]
    names += [column(label, BigInteger) for label in labels.values()]
    unnested = func.unnest(*given).table_valued(*names, name="given_rows").render_derived()
    rows = select(*unnested.c).subquery("drawn")
    columns = {name: rows.c[label] for name, label in labels.items()}
    return Source(rows, rows.c.account_id, rows.c.groups, columns, UNITS, {"customer": 0})


def test_sql_and_python_agree_on_any_model_and_account(in_tenant: Any) -> None:
    ids = list(make_accounts(f"K{place}" for place in range(SEVERAL)).values())

    @settings(max_examples=MODELS, suppress_health_check=[HealthCheck.too_slow])
    @given(models(), accounts())
    def agree(contributed: RiskModel, drawn: list[dict[str, Any]]) -> None:
        model, source = read_model(contributed), source_over(ids, drawn)
        tenant_id = db.session().scope.tenant_id
        told = [
            {"tenant_id": tenant_id, "id": id, "fields": each["fields"]}
            for id, each in zip(ids, drawn, strict=True)
        ]
        db.session.execute(update(Account), told)
        risk = compile_model(model, source, FIELDS)
        said = (risk.stage, risk.score, risk.incomplete, risk.band)
        statement = select(source.account_id, *said).join_from(
            source.rows, Account, Account.id == source.account_id
        )
        found = {row[0]: tuple(row[1:]) for row in db.session.execute(statement)}
        stages = [id for id, _when in model.stages]
        bands = [id for id, _least in model.bands]
        for id, each in zip(ids, drawn, strict=True):
            account = AccountValues(each["metrics"], each["fields"])
            outcome = evaluate_risk(model, source, account, FIELDS)
            score = outcome.score
            expected = (
                stages.index(outcome.stage) if outcome.stage else None,
                None if score is None else math.floor(score * 10_000 + Fraction(1, 2)),
                outcome.incomplete,
                bands.index(outcome.band) if outcome.band else None,
            )
            assert found[id] == (expected if each["inside"] else (None, None, None, None))

    agree()
