"""Changing a scheme by a form: every kind, mistakes at their fields, rows added and moved."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from conftest import Company, working_in
from tierline.configuration.planning import publish_planned
from tierline.configuration.service import enable
from tierline.db import db
from tierline.errors import Invalid, NotFound
from tierline.packs.problems import PluginInvalid
from tierline.plugins.queries import get_scheme, tiering_schemes
from tierline.schemes import editing
from trading import Sale, trade

ABC, GRID, RFM = "essentials:abc_sales", "essentials:current_by_potential", "essentials:rfm"
SCORE = "manufacturing:weighted_score"
FIRST = "rule.rules[0].when.all[0]"
MARCH = datetime.date(2026, 3, 1)


@pytest.fixture
def company(app: Flask, tenant: Company) -> Iterator[Company]:
    """A company with schemes of every kind, in scope."""
    with working_in(app, tenant):
        enable("manufacturing")
        db.session.commit()
        yield tenant


def sent(scheme_id: str, document: Mapping[str, Any], **values: str) -> dict[str, Any]:
    """Return the document after the form was sent with these values."""
    form = {"document": editing.signed(scheme_id, document)}
    return editing.entered(scheme_id, form | values)


def test_each_scheme_comes_through_its_form_as_it_was(company: Company) -> None:
    for scheme in tiering_schemes():
        document = editing.opened(scheme.id)
        form = editing.form_of(scheme.id, document)
        assert form.errors == {}
        shown = {
            field.path: form.shown(field) for section in form.sections for field in section.fields()
        }
        assert sent(scheme.id, document, **shown) == document
        assert editing.save(scheme.id, document, "No change", "screen") is None


def test_how_a_scheme_goes_over_time_is_added_changed_and_taken_away(company: Company) -> None:
    document = editing.opened(ABC)
    added = sent(ABC, document, act="add:adjustment")
    added = sent(ABC, added, act="add:adjustment.grace")
    added = sent(ABC, added, act="add:adjustment.caps")
    values = {
        "adjustment.margin": "12.5",
        "adjustment.proposals": "yes",
        "adjustment.grace.tier": "b",
        "adjustment.caps[0].percent": "",
        "adjustment.caps[0].accounts": "40",
    }
    changed = sent(ABC, added, **values)
    found = changed["adjustment"]
    assert (found["margin"], found["proposals"], found["grace"]["tier"]) == (12.5, True, "b")
    assert {key: found["caps"][0].get(key) for key in ("tier", "percent", "accounts")} == {
        "tier": "a",
        "percent": None,
        "accounts": 40,
    }
    wrong = sent(ABC, changed, **{"adjustment.caps[0].percent": "5"})
    assert list(editing.form_of(ABC, wrong).errors) == ["adjustment.caps[0].accounts"]
    publish(editing.save(ABC, changed, "More calm", "screen"))
    assert (get_scheme(ABC).adjustment or {})["margin"] == 12.5
    without_grace = sent(ABC, editing.opened(ABC), act="remove:adjustment.grace")
    publish(editing.save(ABC, without_grace, "No grace", "screen"))
    assert "grace" not in (get_scheme(ABC).adjustment or {})
    publish(
        editing.save(ABC, sent(ABC, editing.opened(ABC), act="remove:adjustment"), "No", "screen")
    )
    assert get_scheme(ABC).adjustment is None


def test_what_a_plugin_says_of_time_can_be_taken_away_and_comes_back(company: Company) -> None:
    assert get_scheme(SCORE).adjustment is not None
    publish(
        editing.save(
            SCORE, sent(SCORE, editing.opened(SCORE), act="remove:adjustment"), "No", "screen"
        )
    )
    assert get_scheme(SCORE).adjustment is None
    added = sent(SCORE, editing.opened(SCORE), act="add:adjustment")
    publish(editing.save(SCORE, added, "Again", "screen"))
    assert (get_scheme(SCORE).adjustment or {})["reviews"] == 2


def publish(revision: Any) -> None:
    assert revision is not None
    publish_planned(revision.number)


@pytest.mark.parametrize(("kind", "border"), [("value", "from"), ("rank", "top")])
def test_a_scheme_by_one_metric_comes_through_too(company: Company, kind: str, border: str) -> None:
    document = editing.opened(ABC)
    borders = {"value": (90, 10), "rank": (10, 90)}[kind]
    cuts = [{"tier": tier, border: place} for tier, place in zip("ab", borders, strict=True)]
    metric = document["rule"]["metric"]
    rule = {"metric": metric, "better": "higher", "cuts": [*cuts, {"tier": "c"}]}
    document |= {"kind": kind, "rule": rule}
    form = editing.form_of(ABC, document)
    assert form.errors == {}
    shown = {field.path: form.shown(field) for part in form.sections for field in part.fields()}
    assert sent(ABC, document, **shown) == document
    assert sent(ABC, document, **{f"rule.cuts[0].{border}": "20"})["rule"]["cuts"][0] == {
        "tier": "a",
        border: 20,
    }


def test_what_is_entered_becomes_a_draft(company: Company) -> None:
    document = sent(ABC, editing.opened(ABC), **{"rule.cuts[0].until": "60.5"})
    revision = editing.save(ABC, document, "Steeper", "screen")
    assert revision is not None
    assert (revision.state, revision.plan is not None) == ("draft", True)
    assert get_scheme(ABC).rule["cuts"][0]["until"] == 80
    publish_planned(revision.number)
    assert get_scheme(ABC).rule["cuts"][0]["until"] == 60.5


@pytest.mark.parametrize(
    ("scheme", "entered", "path", "what"),
    [
        (ABC, {"rule.cuts[0].until": "many"}, "rule.cuts[0].until", "must be a number"),
        (ABC, {"rule.cuts[1].until": "70"}, "rule.cuts[1].until", "greater than the one before"),
        (ABC, {"rule.cuts[2].until": "99"}, "rule.cuts[2].until", "must be 100"),
        (ABC, {"title.zh_CN": ""}, "title.zh_CN", "is missing"),
        (SCORE, {"rule.criteria[0].weight": "1"}, "rule.criteria", "not to 100"),
        (SCORE, {"rule.cuts[0].from": ""}, "rule.cuts[0].from", "is missing"),
        (RFM, {f"{FIRST}.value": "often"}, f"{FIRST}.value", "must be a number"),
        (RFM, {f"{FIRST}.op": "between"}, f"{FIRST}.value", "2"),
        (GRID, {"rule.rows.edges": "5 x"}, "rule.rows.edges[1]", "must be a number"),
    ],
)
def test_a_mistake_stands_at_its_field(
    company: Company, scheme: str, entered: dict[str, str], path: str, what: str
) -> None:
    document = sent(scheme, editing.opened(scheme), **entered)
    errors = editing.problems_of(scheme, document)
    assert path in errors or any(place.startswith(path) for place in errors), errors
    assert what in " ".join(" ".join(whats) for whats in errors.values())
    with pytest.raises(PluginInvalid):
        editing.save(scheme, document, "x", "screen")


def test_rows_are_added_moved_and_removed(company: Company) -> None:
    document = editing.opened(SCORE)
    ids = [each["id"] for each in document["rule"]["criteria"]]
    added = sent(SCORE, document, act="add:rule.criteria")["rule"]["criteria"]
    assert [each["id"] for each in added[:-1]] == ids
    assert added[-1]["id"] not in ids
    assert added[-1]["weight"] == 0
    down = sent(SCORE, document, act="down:rule.criteria[0]")["rule"]["criteria"]
    assert [each["id"] for each in down][:2] == [ids[1], ids[0]]
    removed = sent(SCORE, document, act="remove:rule.criteria[0]")["rule"]["criteria"]
    assert [each["id"] for each in removed] == ids[1:]
    for nonsense in ("remove:rule.criteria[99]", "remove:rule.kind[0]", "up:x", "add:rule"):
        assert sent(SCORE, document, act=nonsense) == document


def test_a_list_without_rows_gets_its_first(company: Company) -> None:
    document = editing.opened(SCORE)
    document["rule"]["gates"] = []
    (gate,) = sent(SCORE, document, act="add:rule.gates")["rule"]["gates"]
    assert gate["at_most"] == document["tiers"][-1]["id"]


def test_a_grid_gets_the_cells_that_its_edges_make(company: Company) -> None:
    wider = sent(GRID, editing.opened(GRID), **{"rule.columns.edges": "100000 1000000 5000000"})
    assert [len(line) for line in wider["rule"]["cells"]] == [4, 4, 4]
    assert len(wider["rule"]["columns"]["labels"]) == 4
    lower = sent(GRID, wider, **{"rule.rows.edges": "100000"})
    assert [len(line) for line in lower["rule"]["cells"]] == [4, 4]


def test_weights_changed_by_hand_come_from_no_method_any_more(company: Company) -> None:
    document = editing.opened(SCORE)
    method = {"method": "entropy", "accounts": 50, "as_of": "2026-03-01"}
    document["rule"]["weighting"] = method
    kept = sent(SCORE, document, **{"title.en": "Ours"})
    assert kept["rule"]["weighting"] == method
    changed = sent(SCORE, document, **{"rule.criteria[0].weight": "1"})
    assert "weighting" not in changed["rule"]


def test_only_a_form_made_for_the_scheme_is_taken(company: Company) -> None:
    other = editing.signed(RFM, editing.opened(RFM))
    for carried in (other, "", other[:-2]):
        with pytest.raises(Invalid):
            editing.entered(ABC, {"document": carried})


def test_the_page_shows_mistakes_and_saves(
    login: Callable[..., FlaskClient], company: Company
) -> None:
    client, base = login("administrator"), f"/t/{company.slug}/tiering"
    for scheme in (ABC, GRID, RFM, SCORE):
        assert client.get(f"{base}/{scheme}/edit").status_code == 200
    address = f"{base}/{ABC}/edit"
    page = client.get(address).text
    hidden = {
        name: unescape(re.search(rf'name="{name}" value="([^"]+)"', page)[1])  # type: ignore[index]
        for name in ("csrf_token", "document")
    }
    wrong = client.post(
        address, data={**hidden, "act": "save", "reason": "x", "rule.cuts[0].until": "999"}
    )
    assert wrong.status_code == 422
    assert "must be from 0 to 100" in unescape(wrong.text)
    checked = client.post(address, data={**hidden, "act": "check", "rule.cuts[0].until": "60"})
    assert "What it would do" in checked.text
    missing = client.post(address, data={**hidden, "act": "save", "rule.cuts[0].until": "60"})
    assert missing.status_code == 422
    right = client.post(
        address, data={**hidden, "act": "save", "reason": "x", "rule.cuts[0].until": "60"}
    )
    assert "/revisions/" in right.location
    assert "1 change" in client.get(f"{base}/{ABC}").text
    assert login("manager").get(address).status_code == 403


def test_checking_counts_the_accounts_on_each_step(company: Company) -> None:
    trade([Sale(f"K{place}", MARCH, Decimal(10 + place)) for place in range(20)])
    counts = {
        each.title: (each.steps, each.unknown)
        for each in editing.form_of(RFM, editing.opened(RFM), tried=True).counts
    }
    assert counts["M"] == ((5, 4, 4, 4, 3), 0)
    assert sum(counts["Rows of the table"][0]) == 20
    for scheme in (SCORE, GRID):
        found = editing.form_of(scheme, editing.opened(scheme), tried=True).counts
        assert found
        assert {sum(each.steps) + each.unknown for each in found} == {20}
    assert editing.form_of(SCORE, editing.opened(SCORE)).counts == []


def test_a_scheme_that_is_in_no_file_can_not_be_changed_by_a_form(company: Company) -> None:
    for wrong in ("essentials:none", "nowhere:abc", "essentials"):
        with pytest.raises(NotFound):
            editing.opened(wrong)


def test_a_second_draft_can_start_from_the_first(
    company: Company, login: Callable[..., FlaskClient]
) -> None:
    cuts = {"rule.cuts[0].until": "70"}
    first = editing.save(ABC, sent(ABC, editing.opened(ABC), **cuts), "Steeper", "screen")
    assert first is not None
    db.session.commit()
    where = f"/t/{company.slug}/tiering/{ABC}/edit"
    browser = login("owner")
    shown = browser.get(where).text
    assert f"Draft {first.number} changes this scheme too" in shown
    assert f"{where}?draft={first.number}" in unescape(shown)
    assert 'value="70"' in browser.get(f"{where}?draft={first.number}").text
    again = editing.opened(ABC, first.number)
    assert (again["rule"]["cuts"][0]["until"], editing.opened(ABC)["rule"]["cuts"][0]["until"]) == (
        70,
        80,
    )
    both = editing.save(ABC, sent(ABC, again, **{"rule.cuts[1].until": "90"}), "Both", "screen")
    assert both is not None
    publish_planned(both.number)
    assert [cut["until"] for cut in get_scheme(ABC).rule["cuts"]] == [70, 90, 100]


def scored(company: Company) -> dict[str, Any]:
    """Return a score of three criteria, over accounts whose sales and orders differ."""
    day = MARCH - datetime.timedelta(days=60)
    trade([Sale(f"A{n}", day, Decimal(n * n * 10)) for n in range(1, 21)])
    trade([Sale(f"A{n}", day, Decimal(5)) for n in range(1, 8) for _again in range(n)])
    names = ("sales_total", "orders_total", "products_12m")
    edges = [1, 5, 20, 100]
    criteria = [
        {"id": name, "metric": f"essentials:{name}", "weight": weight, "edges": edges}
        for name, weight in zip(names, (40, 30, 30), strict=True)
    ]
    cuts = [{"tier": "a", "from": 4}, {"tier": "b", "from": 2}, {"tier": "c"}]
    rule = {"criteria": criteria, "minimum_present": 50, "cuts": cuts, "gates": []}
    return {**editing.opened(ABC), "kind": "score", "rule": rule}


def weights(document: Mapping[str, Any]) -> list[Any]:
    return [each["weight"] for each in document["rule"]["criteria"]]


def test_weights_follow_judgements_in_pairs(company: Company) -> None:
    document = sent(ABC, scored(company), act="ahp:rule")
    assert weights(document) == [34, 33, 33]
    assert editing.form_of(ABC, document).errors == {}
    path = "rule.weighting.judgements"
    judged = {
        f"{path}[0]": "sales_total|orders_total|3",
        f"{path}[1]": "sales_total|products_12m|5",
        f"{path}[2]": "orders_total|products_12m|2",
    }
    document = sent(ABC, document, **judged)
    assert weights(document) == [65, 23, 12]
    form = editing.form_of(ABC, document)
    assert form.errors == {}
    shown = {field.path: form.shown(field) for part in form.sections for field in part.fields()}
    assert sent(ABC, document, **shown) == document
    swapped = sent(ABC, document, **{f"{path}[2]": "products_12m|orders_total|2"})
    assert swapped["rule"]["weighting"]["judgements"][2] == {
        "of": "products_12m",
        "over": "orders_total",
        "value": 2,
    }
    circle = sent(ABC, document, **{f"{path}[1]": "products_12m|sales_total|9"})
    errors = editing.form_of(ABC, circle).errors
    assert "contradict each other" in errors[path][0]
    hints = [part.hint for part in editing.form_of(ABC, circle).sections]
    assert any("Furthest off is" in hint for hint in hints)


def test_a_criterion_more_or_less_is_judged_too_and_a_hand_ends_it(company: Company) -> None:
    document = sent(ABC, scored(company), act="ahp:rule")
    more = sent(ABC, document, act="add:rule.criteria")
    assert len(more["rule"]["weighting"]["judgements"]) == 6
    assert weights(more) == [25, 25, 25, 25]
    less = sent(ABC, document, act="remove:rule.criteria[0]")
    assert (weights(less), len(less["rule"]["weighting"]["judgements"])) == ([50, 50], 1)
    assert "weighting" not in sent(ABC, document, act="direct:rule")["rule"]
    by_hand = sent(ABC, document, **{"rule.criteria[0].weight": "40"})
    assert "weighting" not in by_hand["rule"]


def test_weights_come_from_the_accounts_by_entropy(company: Company) -> None:
    document = scored(company)
    with pytest.raises(Invalid, match="No weights by entropy"):
        editing.weighed_by_entropy(ABC, document, "rule")  # nobody bought a known product
    del document["rule"]["criteria"][2]
    document["rule"]["criteria"][0]["weight"] = 70
    found = editing.weighed_by_entropy(ABC, document, "rule")
    assert found["rule"]["weighting"]["method"] == "entropy"
    assert found["rule"]["weighting"]["accounts"] == 20
    assert sum(weights(found)) == 100
    assert weights(found)[0] > 50  # sales differ more than the numbers of orders
    assert editing.form_of(ABC, found).errors == {}
    with pytest.raises(Invalid, match="no weighted criteria"):
        editing.weighed_by_entropy(ABC, document, "rule.rows")


def test_examples_turn_red_when_they_come_out_otherwise(company: Company) -> None:
    as_it_is = editing.form_of(ABC, editing.opened(ABC)).examples
    assert as_it_is
    assert all(each.passed for each in as_it_is)
    steeper = sent(ABC, editing.opened(ABC), **{"rule.cuts[0].until": "1"})
    assert not all(each.passed for each in editing.form_of(ABC, steeper).examples)


def test_counts_come_by_themselves_as_a_part_of_the_page(
    company: Company, login: Callable[..., FlaskClient]
) -> None:
    trade([Sale("A", MARCH, Decimal(100))])
    db.session.commit()
    form = {"document": editing.signed(ABC, editing.opened(ABC)), "act": "check"}
    address = f"/t/{company.slug}/tiering/{ABC}/edit"
    part = login("administrator").post(address, data=form, headers={"HX-Request": "true"}).text
    assert part.lstrip().startswith('<div id="effect"')
    assert "What it would do" in part
    assert "as expected" in part
