"""What the properties of accounts, contacts and plugins' fields may be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierline.accounts import checking
from tierline.accounts.plugin_fields import clean_fields, clean_value, fields_for, shown_value
from tierline.errors import Invalid
from tierline.packs.contributions import Choice, Field

EN = {"en": "x", "zh_CN": "x"}


def field(type: str, **more: object) -> Field:
    return Field(f"pack:{type}", f"pack__{type}", "account", type, EN, **more)  # type: ignore[arg-type]


KEPT = [
    # a property, what is typed, what is kept
    ("name", "  华兴  ", "华兴"),
    ("external_key", " C-1 ", "C-1"),
    ("external_key", "", None),
    ("external_key", None, None),
    ("kind", "government", "government"),
    ("owner_id", "", None),
    ("region", None, ""),
    ("credit_code", "", None),
    ("credit_code", "91110000600037341L", "91110000600037341L"),
    ("credit_code", "９１１１００００６０００３７３４１ｌ", "91110000600037341L"),
    ("credit_code", " 91110000-600037341L ", "91110000600037341L"),
]
REFUSED = [
    ("name", "", "is needed"),
    ("name", "   ", "is needed"),
    ("name", "x" * 301, "more than 300"),
    ("name", "a\nb", "line breaks"),
    ("name", "a\x00b", "control characters"),
    ("name", 7, "must be text"),
    ("kind", "goverment", 'did you mean "government"'),
    ("lifecycle_stage", "", "must be one of prospect, active"),
    ("owner_id", "somebody", "is not known"),
    ("credit_code", "9111000060003734", "18 characters"),
    ("credit_code", "911100006000373410", "mistyped"),
    ("credit_code", "91110000600037341!", "is not a unified social credit code"),
    ("regoin", "x", 'did you mean "region"'),
]


@pytest.mark.parametrize(("name", "typed", "kept"), KEPT)
def test_a_property_is_cleaned(in_tenant, name, typed, kept):
    assert checking.checked(checking.ACCOUNT, {name: typed}) == {name: kept}


@pytest.mark.parametrize(("name", "typed", "problem"), REFUSED)
def test_a_wrong_property_is_named_with_what_is_wrong(in_tenant, name, typed, problem):
    with pytest.raises(Invalid) as caught:
        checking.checked(checking.ACCOUNT, {name: typed})
    assert problem in caught.value.fields[name][0]


CONTACTS = [
    ("email", "li@example.com", None),
    ("email", "", None),
    ("email", "li", "is not an e-mail address"),
    ("email", "li@exa mple.com", "is not an e-mail address"),
    ("phone", "+86 138 0013 8000", None),
    ("phone", "(0574) 8765-4321 转 12", None),
    ("phone", "call me", "is not a phone number"),
    ("phone", "138<script>", "is not a phone number"),
    ("note", "line\nline", None),
    ("title", "x" * 121, "more than 120"),
]


@pytest.mark.parametrize(("name", "typed", "problem"), CONTACTS)
def test_a_contact_is_checked(in_tenant, name, typed, problem):
    problems = checking.Problems()
    problems.clean(checking.CONTACT, {name: typed})
    found = problems.found.get(name, [])
    assert (problem in found[0]) if problem and found else not (problem or found), found


def test_every_problem_is_found_at_once(in_tenant):
    with pytest.raises(Invalid) as caught:
        checking.checked(checking.ACCOUNT, {"name": "", "kind": "x", "credit_code": "1"})
    assert set(caught.value.fields) == {"name", "kind", "credit_code"}


CHOICE = field("choice", choices=(Choice("high", EN), Choice("low", EN)))
BOUNDED = field("percent", minimum=0, maximum=100)
VALUES = [
    # a field, what is typed, what is kept
    (field("integer"), "1,200", 1200),
    (field("integer"), 12, 12),
    (field("integer"), "１２", 12),
    (field("decimal"), "12.50", "12.50"),
    (field("decimal"), -3, "-3"),
    (field("money"), "900,000.00", "900000.00"),
    (BOUNDED, "14 %", "14"),
    (BOUNDED, 14.5, "14.5"),
    (field("date"), "2026-11-30", "2026-11-30"),
    (field("boolean"), "yes", True),
    (field("boolean"), False, False),
    (CHOICE, "low", "low"),
    (field("text"), " x ", "x"),
    (field("text"), "  ", None),
    (field("integer"), "", None),
    (CHOICE, None, None),
]
NO_VALUES = [
    (field("integer"), "1.5", "whole number"),
    (field("integer"), "many", "must be a number"),
    (field("decimal"), True, "must be a number"),
    (field("decimal"), "1e400", "must be a number"),
    (field("decimal"), "nan", "must be a number"),
    (field("decimal"), float("inf"), "must be a number"),
    (field("decimal"), [1], "must be a number"),
    (BOUNDED, "-1", "at least 0"),
    (BOUNDED, "140", "at most 100"),
    (field("date"), "30.11.2026", "must be a day such as"),
    (field("date"), "2026-02-30", "must be a day such as"),
    (field("boolean"), "perhaps", "yes or no"),
    (CHOICE, "hihg", 'did you mean "high"'),
    (field("text"), {"a": 1}, "must be text"),
    (field("text"), "x" * 501, "more than 500"),
]


@pytest.mark.parametrize(("which", "typed", "kept"), VALUES)
def test_a_fields_value_is_kept_exactly(in_tenant, which, typed, kept):
    found = clean_value(which, typed)
    assert (found, type(found)) == (kept, type(kept))


@pytest.mark.parametrize(("which", "typed", "problem"), NO_VALUES)
def test_a_fields_wrong_value_is_refused(in_tenant, which, typed, problem):
    with pytest.raises(ValueError, match=problem):
        clean_value(which, typed)


def test_an_unknown_field_is_named_with_its_nearest(in_tenant):
    problems = checking.Problems()
    clean_fields([field("money")], {"pack__mony": "1"}, problems)
    assert problems.found == {"fields.pack__mony": ['is not known; did you mean "pack__money"?']}


@given(value=st.one_of(st.text(), st.floats(), st.integers(), st.booleans(), st.none()))
def test_whatever_is_typed_is_kept_in_a_form_that_is_kept_again_or_refused(app, value):
    with app.app_context():
        for kind in ("integer", "decimal", "percent", "money", "date", "boolean", "text"):
            try:
                kept = clean_value(field(kind), value)
            except ValueError:
                continue
            assert clean_value(field(kind), kept) == kept
            assert shown_value(field(kind), kept)


def test_fields_apply_by_group():
    both, theirs = field("text"), field("date", groups=("supplier",))
    assert fields_for([both, theirs], ["customer"]) == [both]
    assert fields_for([both, theirs], ["supplier"]) == [theirs, both]
