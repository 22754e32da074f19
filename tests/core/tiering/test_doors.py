"""The doors to tiering: commands, pages, API say the same; explanations lead to the values."""

from __future__ import annotations

import datetime
import json
import re
import uuid
from collections.abc import Callable
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from conftest import working_in
from tierline.access.decision import Subject, acting_as
from tierline.access.permissions import Role
from tierline.accounts.models import Account
from tierline.configuration.editing import replacing
from tierline.configuration.queries import get_item
from tierline.configuration.service import apply_now, enable
from tierline.db import db
from tierline.errors import Invalid
from tierline.jobs.models import Job
from tierline.jobs.running import run_job
from tierline.metrics.service import today, touch
from tierline.packs.leaves import plain
from tierline.plugins.queries import tiering_schemes
from tierline.tiering import overrides
from tierline.tiering.commands import command
from tierline.tiering.comparing import compare
from tierline.tiering.explain import explain, find_by_key
from tierline.tiering.service import run_now
from trading import Sale, make_accounts, trade

ABC, RFM = "essentials:abc_sales_total", "essentials:rfm"
BY_DEPENDENCE = "subcontractors:value_by_dependence"
MARCH = datetime.date(2026, 3, 1)


@pytest.fixture
def traded(app: Flask, tenant: Any) -> Any:
    """Let two accounts trade."""
    with working_in(app, tenant):
        trade([Sale("A'1", MARCH, Decimal("80.50")), Sale("B", MARCH, Decimal("19.50"))])
        db.session.commit()
    return tenant


def call(app: Flask, *words: str) -> Any:
    """Return what a command printed, as JSON."""
    with app.app_context():
        result = CliRunner().invoke(command, [*words, "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def test_the_commands_have_the_forms_that_are_promised(app: Flask, traded: Any) -> None:
    where = ["--tenant", traded.slug, "--scheme", ABC]
    result = call(app, "run", *where, "--as-of", "2026-03-01")
    assert result == {
        "as_of": "2026-03-01",
        "accounts": 2,
        "tiers": [
            {"tier": "a", "accounts": 1, "sales": 80.5, "share": 80.5},
            {"tier": "b", "accounts": 1, "sales": 19.5, "share": 19.5},
            {"tier": "c", "accounts": 0, "sales": 0, "share": 0},
        ],
        "changed": 2,
        "recorded": True,
        "without_tier": 0,
    }
    why = call(app, "explain", *where, "--account", "A'1")
    assert (why["tier"], why["recorded_tier"], why["as_of"]) == ("a", "a", "2026-03-01")
    assert why["metrics"][0] | {"definition": 0} == {
        "id": "essentials:sales_total",
        "title": "Sales, whole history",
        "unit": "money",
        "digits": 0,
        "period": "the whole history",
        "unknown_when": why["metrics"][0]["unknown_when"],
        "value": 80.5,
        "rows": 1,
        "definition": 0,
    }


def test_bad_words_end_with_usage(app: Flask, traded: Any) -> None:
    where = ["run", "--tenant", traded.slug, "--scheme", ABC, "--as-of", "31.12.2026"]
    with app.app_context():
        result = CliRunner().invoke(command, where)
    assert result.exit_code == 2
    assert "is not a date like 2026-12-31" in result.output


@pytest.mark.usefixtures("in_tenant")
def test_an_explanation_names_points_cuts_and_the_rule_that_matched() -> None:
    trade([Sale(f"K{n}", MARCH - datetime.timedelta(n), Decimal(10 * n + 10)) for n in range(10)])
    run_now(RFM, MARCH)
    why = explain(RFM, "K0")
    assert {each["id"]: each["points"] for each in why["bins"]} == {"r": 5, "f": 1, "m": 1}
    assert why["bins"][0]["cuts"][0] == Decimal("2.8")
    assert why["rules"][-1]["holds"] is True
    assert why["rules"][-1]["tier"] == why["tier"] == why["recorded_tier"]


@pytest.mark.usefixtures("in_tenant")
def test_an_explanation_of_a_day_without_a_run_measures_that_day() -> None:
    trade([Sale("A", MARCH, Decimal(80)), Sale("B", datetime.date(2026, 4, 1), Decimal(500))])
    assert explain(ABC, "A", MARCH)["tier"] == "a"
    assert explain(ABC, "A", datetime.date(2026, 4, 1))["tier"] == "b"
    assert explain(ABC, "B", MARCH)["tier"] is None
    with pytest.raises(Invalid, match="after today"):
        explain(ABC, "A", datetime.date(2999, 1, 1))


@pytest.mark.usefixtures("in_tenant")
def test_an_explanation_says_what_would_move_the_account() -> None:
    trade([Sale("A", MARCH, Decimal(80)), Sale("B", MARCH, Decimal("10.50"))])
    moves = explain(ABC, "B", MARCH)["moves"]
    (up,) = moves["up"]
    assert (up["metric"], up["value"], up["needed"]) == (
        "essentials:sales_total",
        Decimal("10.5"),
        Decimal(80),
    )
    assert (up["difference"], up["tier"], moves["rests_on_all"]) == (Decimal("69.5"), "a", True)
    assert explain(ABC, "A", MARCH)["moves"]["down"][0]["needed"] == Decimal("79.99")


def test_a_run_from_the_screen_ends_in_its_result(
    app: Flask, traded: Any, login: Callable[..., FlaskClient]
) -> None:
    browser = login("manager")
    address = f"/t/{traded.slug}/tiering/{ABC}"
    assert "Not run yet" in browser.get(f"/t/{traded.slug}/tiering").get_data(as_text=True)
    answer = browser.post(f"{address}/runs", data={"as_of": ""})
    assert (answer.status_code, answer.location) == (303, address)
    assert "Running now" in browser.get(address).get_data(as_text=True)
    with working_in(app, traded):
        job_id = db.session.scalars(select(Job.id).where(Job.kind == "tiering.run")).one()
        account_id = db.session.scalars(select(Account.id).where(Account.external_key == "B")).one()
    assert run_job(app, traded.id, job_id) == "done"
    shown = browser.get(address).get_data(as_text=True)
    assert "Results by tier" in shown
    assert "Running now" not in shown
    why = browser.get(f"/t/{traded.slug}/accounts/{account_id}/tier?scheme={ABC}")
    assert "Where each tier begins" in why.get_data(as_text=True)


def test_a_viewer_sees_tiers_and_can_not_run(
    traded: Any, login: Callable[..., FlaskClient]
) -> None:
    browser = login("viewer")
    assert browser.get(f"/t/{traded.slug}/tiering").status_code == 200
    assert browser.post(f"/t/{traded.slug}/tiering/{ABC}/runs").status_code == 403


def test_the_api_runs_shows_and_explains(
    app: Flask, traded: Any, api: Callable[..., FlaskClient]
) -> None:
    program, base = api(), f"/api/v1/t/{traded.slug}"
    started = program.post(f"{base}/tiering/schemes/{ABC}/runs", json={"as_of": "2026-03-01"})
    assert started.status_code == 202
    again = program.post(f"{base}/tiering/schemes/{ABC}/runs", json={})
    assert again.json["id"] == started.json["id"]
    with app.app_context():
        run_job(app, traded.id, uuid.UUID(started.json["id"]))
    scheme = program.get(f"{base}/tiering/schemes/{ABC}").json
    assert scheme["last_run"]["result"]["tiers"][0]["sales"] == "80.5"
    with working_in(app, traded):
        account_id = db.session.scalars(select(Account.id).where(Account.external_key == "B")).one()
    tiers = program.get(f"{base}/accounts/{account_id}/tiers").json["items"]
    assert [(each["scheme"], each["tier"]) for each in tiers] == [(ABC, "b")]
    why = program.get(f"{base}/accounts/{account_id}/tiers/{ABC}").json
    assert (why["tier"], why["as_of"]) == ("b", "2026-03-01")
    late = program.post(f"{base}/tiering/schemes/{ABC}/runs", json={"as_of": "2999-01-01"})
    assert (late.status_code, late.json["errors"]) == (422, {"as_of": ["is still to come"]})


def test_the_commands_speak_to_people_too(app: Flask, traded: Any) -> None:
    where = ["--tenant", traded.slug, "--scheme", RFM]
    with app.app_context():
        ran = CliRunner().invoke(command, ["run", *where, "--as-of", "2026-03-01"])
        why = CliRunner().invoke(command, ["explain", *where, "--account", "B"])
    assert ran.output.startswith("As of 2026-03-01: 2 accounts, 2 changed")
    assert "  r 0 → 5 points (1 · 1 · 1 · 1)\n" in why.output
    assert "essentials:recency" in why.output


def test_the_command_says_what_criteria_would_weigh_by_entropy(app: Flask, tenant: Any) -> None:
    """Of what is 3 and 1 the entropy is 0.8113; what is equal for both tells them not apart."""
    where = ["--tenant", tenant.slug, "--scheme"]
    with working_in(app, tenant):
        enable("subcontractors")
        for key, much in (("A", 3), ("B", 1), ("C", None)):
            entered = {"annual_fee": much, "customer_exposure": "high", "acceptance_rate": 90}
            entered |= {"work_share": much, "alternatives": much, "replacement_days": 5}
            fields = {f"subcontractors__{name}": each for name, each in entered.items()}
            make_accounts([key], "subcontractor", fields=fields)
        db.session.commit()
    with app.app_context():
        refused = CliRunner().invoke(command, ["weights", *where, ABC])
        told = CliRunner().invoke(command, ["weights", *where, BY_DEPENDENCE])
    assert "has no weighted criteria" in str(refused.exception or refused.output)
    assert "rule.rows: over 2 accounts\n  annual_fee               100 %" in told.output
    rows, columns = call(app, "weights", *where, BY_DEPENDENCE)
    assert rows["weights"] == {"annual_fee": 100, "customer_exposure": 0, "acceptance_rate": 0}
    assert columns["weights"] == {"work_share": 50, "alternatives": 50, "replacement_days": 0}
    assert columns["weighting"] == {
        "method": "entropy",
        "accounts": 2,
        "as_of": str(rows["weighting"]["as_of"]),
    }


@pytest.fixture
def decided(app: Flask, tenant: Any) -> Any:
    """Let a scheme make proposals: K has one, and a tier is asked for L."""
    with working_in(app, tenant):
        document = plain(get_item("essentials", "tiering", "abc_sales_total"))
        document["adjustment"] = {
            "every": "day",
            "margin": 0,
            "reviews": 1,
            "minimum_stay": 0,
            "proposals": True,
        }
        change = replacing("essentials", "tiering", "abc_sales_total", document, "Test")
        apply_now(change, "Test", "screen")
        trade([Sale("K", MARCH, Decimal(80)), Sale("L", MARCH, Decimal(20))])
        run_now(ABC, MARCH)
        touch(list(trade([Sale("L", MARCH, Decimal(900))]).values()))
        run_now(ABC)
        member = Subject("Member", tenant.id, Role.MEMBER, membership_id=uuid.uuid4())
        account = find_by_key("L")
        until = today() + datetime.timedelta(days=30)
        with acting_as(member):
            overrides.ask(ABC, account.id, "c", "They close", until)
        db.session.commit()
    return tenant


def test_people_decide_on_a_page(
    app: Flask, decided: Any, login: Callable[..., FlaskClient]
) -> None:
    browser = login("manager")
    page = f"/t/{decided.slug}/tiering/{ABC}/decisions"
    shown = browser.get(page).text
    assert "They close" in shown
    assert "Proposed changes" in shown
    (hand_id,) = re.findall(r"/tiering/overrides/([0-9a-f-]+)/approve", shown)
    approved = browser.post(f"/t/{decided.slug}/tiering/overrides/{hand_id}/approve")
    assert approved.status_code == 303
    accepted = browser.post(
        f"/t/{decided.slug}/tiering/{ABC}/proposals", data={"act": "accept", "which": "all"}
    )
    assert accepted.status_code == 303
    with working_in(app, decided):
        told = {key: explain(ABC, key) for key in "KL"}
        assert (told["K"]["proposal"], told["K"]["recorded_tier"]) == (None, "b")
        assert told["L"]["adjustment"]["reason"] == "override"
        account_id = find_by_key("L").id
    why = browser.get(f"/t/{decided.slug}/accounts/{account_id}/tier?scheme={ABC}").text
    assert "a tier by hand" in why
    assert "By the rule alone it would be in A." in unescape(why)


def test_what_is_entered_wrongly_by_hand_comes_back_with_the_reason(
    app: Flask, decided: Any, login: Callable[..., FlaskClient]
) -> None:
    browser = login("manager")
    with working_in(app, decided):
        account_id = find_by_key("K").id
    entered = {"scheme": ABC, "tier": "c", "reason": "", "ends_on": "2020-01-01"}
    answer = browser.post(f"/t/{decided.slug}/accounts/{account_id}/tier/override", data=entered)
    assert answer.status_code == 422
    for text in ("must not be empty", "must lie after today", 'value="2020-01-01"'):
        assert text in answer.text


def test_the_commands_decide(app: Flask, decided: Any) -> None:
    where = ["--tenant", decided.slug, "--scheme", ABC]
    found = call(app, "decisions", *where)
    assert [hand["tier"] for hand in found["overrides"]] == ["c"]
    assert sorted(move["previous"] for move in found["moves"]) == ["a", "b"]
    rejected = call(app, "decide", *where, "--account", "L", "--reject", "Not yet")
    assert rejected == {"accounts": 1}
    assert call(app, "decide", *where, "--account", "K") == {"accounts": 1}
    until = str(datetime.date.today() + datetime.timedelta(days=9))
    by_hand = ["--account", "K", "--tier", "c", "--until", until, "--reason", "They leave"]
    assert call(app, "override", *where, *by_hand)["state"] == "approved"


def test_an_explanation_says_why_the_rule_is_not_all(app: Flask, tenant: Any) -> None:
    with working_in(app, tenant):
        document = plain(get_item("essentials", "tiering", "abc_sales_total"))
        document["adjustment"] = {"every": "month", "margin": 0, "reviews": 2, "minimum_stay": 0}
        change = replacing("essentials", "tiering", "abc_sales_total", document, "Test")
        apply_now(change, "Test", "screen")
        trade([Sale("K", MARCH, Decimal(80)), Sale("L", MARCH, Decimal(20))])
        run_now(ABC, MARCH)
        touch(list(trade([Sale("L", MARCH, Decimal(900))]).values()))
        run_now(ABC)
        why = explain(ABC, "K")
        assert (why["tier"], why["recorded_tier"]) == ("a", "a")
        adjusted = why["adjustment"]
        assert (adjusted["reason"], adjusted["rule_tier"], adjusted["below"]) == ("reviews", "b", 1)
        assert "until 2 reviews in a row find it below; so far it is 1." in adjusted["told"]


def test_accounts_stand_beside_each_other_and_differences_are_marked(
    app: Flask, traded: Any, login: Callable[..., FlaskClient]
) -> None:
    with working_in(app, traded):
        run_now(ABC)
        db.session.commit()
    browser, where = login("viewer"), f"/t/{traded.slug}/tiering/{ABC}/compare"
    shown = browser.get(f"{where}?account=A'1&account=B").text
    for part in ("differs", "¥80", "¥20"):
        assert part in shown
    for asked, says in (("A'1", "2 to 5 accounts"), ("A'1&account=X", 'with the number "X"')):
        answer = browser.get(f"{where}?account={asked}")
        assert answer.status_code == 422
        assert says in unescape(answer.text)
    assert "Compare" in browser.get(where).text


@pytest.mark.usefixtures("in_tenant")
def test_every_kind_of_scheme_can_be_compared() -> None:
    enable("manufacturing")
    trade([Sale(f"K{n}", MARCH, Decimal(10 * n)) for n in range(1, 6)])
    for scheme in tiering_schemes():
        if scheme.group == "customer":
            found = compare(scheme.id, ["K1", "K5"])
            assert [line.title for line in found.values]
            assert found.points or scheme.kind in ("abc", "value", "rank")
