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
from tierline.schemes.parts import find, put

RFM = "essentials:rfm"
AT = "rule.rules[0].when"
GATED, GATE = "property:weighted_score", "rule.gates[0].when"
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


def with_condition(when: Any, scheme: str = RFM, at: str = AT) -> dict[str, Any]:
    document = editing.opened(scheme)
    put(document, at, copy.deepcopy(when))
    return document


def sent(document: dict[str, Any], scheme: str = RFM, at: str = AT, **values: str) -> Any:
    carried = {"document": editing.signed(scheme, document)}
    return find(editing.entered(scheme, carried | values), at)


def sent_back(document: dict[str, Any], scheme: str = RFM, at: str = AT) -> Any:
    """Send the form as a browser does: of a choice that is not offered it sends the first."""
    form = editing.form_of(scheme, document)
    shown = {}
    for field in (field for part in form.sections for field in part.fields()):
        value = form.shown(field)
        offered = [key for key, _title in field.options]
        shown[field.path] = offered[0] if offered and value not in offered else value
    return sent(document, scheme, at, **shown)


def gate(when: Any) -> dict[str, Any]:
    return with_condition(when, GATED, GATE)


def problems_of(when: Any) -> str:
    """Return what checking the form says of a gate's condition; empty when it is sound."""
    errors = editing.form_of(GATED, gate(when)).errors
    return " ".join(what for path, said in errors.items() if path.startswith(GATE) for what in said)


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


FIELDS = {
    "choice": "property:showcase",
    "boolean": "property:tender_started",
    "date": "property:contract_end",
    "integer": "property:repeat_complaints_3m",
}
"""A field of each type."""

UNFIT: list[tuple[str, str, Any, str]] = [
    ("a number is no word", "integer", "abc", 'has numbers like 12 or 0.5, not "abc"'),
    ("a number has no commas", "integer", "1,000", 'has numbers like 12 or 0.5, not "1,000"'),
    ("a number is not empty", "integer", "", 'has numbers like 12 or 0.5, not ""'),
    ("a number is no yes", "integer", True, 'has numbers like 12 or 0.5, not "True"'),
    ("a date is no word", "date", "soon", 'has dates like 2026-01-31, not "soon"'),
    ("a date is whole", "date", "2026-0", 'has dates like 2026-01-31, not "2026-0"'),
    ("a date is in the calendar", "date", "2026-02-30", "has dates like 2026-01-31"),
    ("a date is no number", "date", 5, 'has dates like 2026-01-31, not "5"'),
    ("yes or no is no word", "boolean", "national", 'is true or false, never "national"'),
    ("yes or no is no number", "boolean", 1, 'is true or false, never "1"'),
    ("a choice is one of its choices", "choice", "gone", 'has no choice "gone"'),
]


@pytest.mark.parametrize(("told", "type", "value", "says"), UNFIT, ids=[u[0] for u in UNFIT])
@pytest.mark.parametrize("op", ["eq", "in"])
def test_a_value_that_does_not_fit_its_field_is_refused_and_stays_in_the_form(
    app: Flask, shaped: Company, told: str, type: str, value: Any, says: str, op: str
) -> None:
    with working_in(app, shaped):
        leaf = {"field": FIELDS[type], "op": op, "value": [value] if op == "in" else value}
        assert says in problems_of(leaf)
        assert sent_back(gate(leaf), GATED, GATE) == leaf


def test_what_was_chosen_for_another_field_is_refused_and_not_replaced(
    app: Flask, shaped: Company
) -> None:
    with working_in(app, shaped):
        leaf = {"field": FIELDS["choice"], "op": "eq", "value": "national"}
        chosen = {f"{GATE}.subject": f"field:{FIELDS['boolean']}"}
        after = sent(gate(leaf), GATED, GATE, **chosen)
        assert after == {"field": FIELDS["boolean"], "op": "eq", "value": "national"}
        assert 'is true or false, never "national"' in problems_of(after)
        assert sent_back(gate(after), GATED, GATE) == after


numbers = st.integers(-9, 9) | st.sampled_from([0.5, -2.25])


VALUES = {
    "choice": st.sampled_from(["national", "district", "gone"]),
    "boolean": st.booleans(),
    "date": st.dates().map(str) | st.just("soon"),
    "integer": numbers | st.sampled_from(["abc", "1,000"]),
}


@st.composite
def field_leaf(draw: st.DrawFn) -> dict[str, Any]:
    """A leaf of a field, whose value may be one that no check lets through."""
    type = draw(st.sampled_from(sorted(FIELDS)))
    op = draw(st.sampled_from(OPERATORS))
    subject = {"field": FIELDS[type], "op": op}
    if op in ("known", "unknown"):
        return subject
    value = VALUES[type]
    if op == "in":
        return {**subject, "value": draw(st.lists(value, min_size=1, max_size=3))}
    if op == "between":
        return {**subject, "value": [draw(value), draw(value)]}
    return {**subject, "value": draw(value)}


@st.composite
def leaf(draw: st.DrawFn) -> dict[str, Any]:
    subject = draw(st.sampled_from([{"metric": SALES}, {"bin": "r"}, {"bin": "m"}]))
    op = draw(st.sampled_from(OPERATORS))
    if op in ("known", "unknown"):
        return {**subject, "op": op}
    if op == "between":
        return {**subject, "op": op, "value": [1, draw(st.integers(1, 9))]}
    return {**subject, "op": op, "value": [draw(numbers)] if op == "in" else draw(numbers)}


def trees_of(leaves: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.recursive(leaves, _nested, max_leaves=6)


def _nested(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"all": parts}),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
        inner.map(lambda part: {"not": part}),
    )


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(when=trees_of(leaf()))
def test_whatever_a_condition_is_it_comes_through_the_form_as_it_was(
    app: Flask, shaped: Company, when: Any
) -> None:
    with working_in(app, shaped):
        assert sent_back(with_condition(when)) == when


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(when=trees_of(field_leaf()))
def test_a_condition_of_fields_comes_through_as_it_was_and_is_tried_or_refused(
    app: Flask, shaped: Company, when: Any
) -> None:
    with working_in(app, shaped):
        assert sent_back(gate(when), GATED, GATE) == when
        form = editing.form_of(GATED, gate(when), tried=True)
        assert (form.trial is None) == bool(form.errors)
