"""Conditions in the form: entered in rows, joined, taken away; what nests deeper stays as it is."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import Company, working_in
from tierline.configuration.service import enable
from tierline.db import db
from tierline.packs.conditions import OPERATORS
from tierline.plugins.queries import fields
from tierline.schemes import editing

RFM = "essentials:rfm"
AT = "rule.rules[0].when"
SALES = "essentials:sales_12m"


@pytest.fixture(scope="module")
def shaped(app: Flask, make_tenant: Any) -> Company:
    """A company with fields of every type that the form knows."""
    company: Company = make_tenant()
    with working_in(app, company):
        for plugin in ("manufacturing", "saas", "property"):
            enable(plugin)
        db.session.commit()
    return company


def with_condition(when: Any) -> dict[str, Any]:
    document = editing.opened(RFM)
    document["rule"]["rules"][0]["when"] = copy.deepcopy(when)
    return document


def sent(document: dict[str, Any], **values: str) -> Any:
    carried = {"document": editing.signed(RFM, document)}
    return editing.entered(RFM, carried | values)["rule"]["rules"][0]["when"]


def sent_back(document: dict[str, Any]) -> Any:
    form = editing.form_of(RFM, document)
    shown = {field.path: form.shown(field) for part in form.sections for field in part.fields()}
    return sent(document, **shown)


LEAF = {"metric": SALES, "op": "ge", "value": 5}
BIN = {"bin": "r", "op": "lt", "value": 3}

STEPS: list[tuple[str, Any, dict[str, str], Any]] = [
    ("a value is changed", LEAF, {f"{AT}.value": "7.5"}, {**LEAF, "value": 7.5}),
    (
        "what it speaks of is changed",
        LEAF,
        {f"{AT}.subject": "bin:r"},
        {"bin": "r", "op": "ge", "value": 5},
    ),
    ("nothing but known is asked", LEAF, {f"{AT}.op": "known"}, {"metric": SALES, "op": "known"}),
    (
        "a range",
        LEAF,
        {f"{AT}.op": "between", f"{AT}.value": "1; 9"},
        {"metric": SALES, "op": "between", "value": [1, 9]},
    ),
    ("one more", LEAF, {"act": f"more:{AT}"}, {"all": [LEAF, LEAF]}),
    ("joined otherwise", {"all": [LEAF, BIN]}, {f"{AT}.join": "any"}, {"any": [LEAF, BIN]}),
    (
        "joined otherwise and changed at once",
        {"all": [LEAF, BIN]},
        {f"{AT}.join": "any", f"{AT}.all[1].value": "2"},
        {"any": [LEAF, {**BIN, "value": 2}]},
    ),
    ("one less", {"any": [LEAF, BIN]}, {"act": f"less:{AT}.any[0]"}, BIN),
    (
        "one of three less",
        {"any": [LEAF, BIN, LEAF]},
        {"act": f"less:{AT}.any[1]"},
        {"any": [LEAF, LEAF]},
    ),
    ("an unknown subject is not taken", LEAF, {f"{AT}.subject": "metric:no:thing"}, LEAF),
    ("nothing to take away", LEAF, {"act": f"less:{AT}.all[0]"}, LEAF),
]


@pytest.mark.parametrize(("told", "before", "values", "after"), STEPS, ids=[s[0] for s in STEPS])
def test_each_step_in_the_form(
    app: Flask, shaped: Company, told: str, before: Any, values: dict[str, str], after: Any
) -> None:
    with working_in(app, shaped):
        assert sent(with_condition(before), **values) == after


def test_a_value_has_the_type_of_its_field(app: Flask, shaped: Company) -> None:
    with working_in(app, shaped):
        by_type = {field.type: field for field in fields("account")}
        choice = by_type["choice"]
        leaf = {"field": choice.id, "op": "eq", "value": choice.choices[0].key}
        other = choice.choices[-1].key
        assert sent(with_condition(leaf), **{f"{AT}.value": other}) == {**leaf, "value": other}
        date = {"field": by_type["date"].id, "op": "ge", "value": "2026-01-01"}
        assert sent(with_condition(date), **{f"{AT}.value": "2027-01-01"})["value"] == "2027-01-01"
        number = {"field": by_type["integer" if "integer" in by_type else "decimal"].id}
        number |= {"op": "ge", "value": 1}
        assert sent(with_condition(number), **{f"{AT}.value": "12"})["value"] == 12


numbers = st.integers(-9, 9) | st.sampled_from([0.5, -2.25])


@st.composite
def leaf(draw: st.DrawFn) -> dict[str, Any]:
    subject = draw(st.sampled_from([{"metric": SALES}, {"bin": "r"}, {"bin": "m"}]))
    op = draw(st.sampled_from(OPERATORS))
    if op in ("known", "unknown"):
        return {**subject, "op": op}
    if op == "between":
        return {**subject, "op": op, "value": [1, draw(st.integers(1, 9))]}
    return {**subject, "op": op, "value": [draw(numbers)] if op == "in" else draw(numbers)}


conditions = st.recursive(
    leaf(),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"all": parts}),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
        inner.map(lambda part: {"not": part}),
    ),
    max_leaves=6,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(when=conditions)
def test_whatever_a_condition_is_it_comes_through_the_form_as_it_was(
    app: Flask, shaped: Company, when: Any
) -> None:
    with working_in(app, shaped):
        assert sent_back(with_condition(when)) == when
