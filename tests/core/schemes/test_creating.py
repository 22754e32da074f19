"""A company's own schemes: begun by kind or as a copy, gone on with in the form, drafted, run."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from conftest import Company, working_in
from tierline.configuration.changes import leaving_out
from tierline.configuration.planning import draft_planned, publish_planned
from tierline.configuration.queries import revisions
from tierline.configuration.service import enable
from tierline.db import db
from tierline.errors import Invalid, NotFound
from tierline.metrics.service import bring_up_to_date, today
from tierline.packs.scheme_documents import RULES
from tierline.plugins.queries import get_scheme, tiering_schemes
from tierline.schemes import creating, editing, examples
from tierline.tiering.trying import try_out
from tierline.tiering.versions import read_version
from trading import Sale, trade

SALES = "essentials:sales_12m"


@pytest.fixture
def company(app: Flask, tenant: Company) -> Iterator[Company]:
    """A company with some trade, in scope."""
    with working_in(app, tenant):
        enable("manufacturing")
        day = today() - datetime.timedelta(days=20)
        trade([Sale(f"A{place}", day, Decimal(place * place)) for place in range(1, 101)])
        bring_up_to_date()
        db.session.commit()
        yield tenant


@pytest.mark.parametrize("kind", RULES)
def test_a_new_scheme_of_each_kind_holds_together_and_sorts_the_accounts(
    company: Company, kind: str
) -> None:
    scheme_id, document = creating.begin({"title_zh_CN": "我的分级", "kind": kind})
    assert scheme_id == "own:wo_de_fen_ji"
    assert editing.form_of(scheme_id, document).errors == {}
    found = try_out(read_version(scheme_id, document), samples=0).result
    assert found.accounts == 100
    assert sum(line.accounts > 0 for line in found.tiers) >= 2
    revision = editing.save(scheme_id, document, "ours", "screen")
    assert revision is not None
    assert editing.opened(scheme_id, revision.number)["title"] == document["title"]
    assert creating.begin({"title_en": "Wo de fen ji", "kind": kind})[0] == f"{scheme_id}_2"
    publish_planned(revision.number)
    assert get_scheme(scheme_id).kind == kind


def test_every_scheme_can_be_copied(company: Company) -> None:
    for scheme in tiering_schemes():
        scheme_id, document = creating.begin({"title_en": "A copy", "copy": scheme.id})
        assert editing.form_of(scheme_id, document).errors == {}
        assert document["rule"] == editing.opened(scheme.id)["rule"]


def test_what_is_missing_is_named(company: Company) -> None:
    with pytest.raises(Invalid) as refused:
        creating.begin({"title_en": " "})
    assert set(refused.value.fields) == {"title_en", "kind"}
    with pytest.raises(NotFound):
        creating.begin({"title_en": "X", "copy": "essentials:nothing"})


def test_on_the_screen(app: Flask, company: Company, login: Callable[..., FlaskClient]) -> None:
    administrator, address = login("administrator"), f"/t/{company.slug}/tiering/new"
    assert "New scheme" in administrator.get(f"/t/{company.slug}/tiering").text
    assert administrator.get(address).status_code == 200
    assert administrator.post(address, data={"title_en": "Mine"}).status_code == 422
    begun = administrator.post(address, data={"title_en": "Mine", "kind": "rank"}).text
    assert f'action="/t/{company.slug}/tiering/own:mine/edit#effect"' in begun
    found = re.search(r'name="document" value="([^"]*)"', begun)
    assert found is not None
    sent = {"document": unescape(found[1]), "rule.cuts[0].top": "10", "reason": "ours"}
    edit = f"/t/{company.slug}/tiering/own:mine/edit"
    checked = administrator.post(edit, data=sent | {"act": "check"})
    assert "What it would do" in checked.text
    assert administrator.post(edit, data=sent | {"act": "save"}).status_code in (302, 303)
    with working_in(app, company):
        publish_planned(revisions()[0].number)
        db.session.commit()
        assert get_scheme("own:mine").rule["cuts"][0]["top"] == 10
    assert administrator.get(f"/t/{company.slug}/tiering/own:mine").status_code == 200
    shown = administrator.get(edit)
    assert shown.status_code == 200
    assert f'class="rail-link active" href="/t/{company.slug}/tiering"' in shown.text


def published(revision: Any) -> None:
    assert revision is not None
    publish_planned(revision.number)
    db.session.commit()


@pytest.fixture
def own(company: Company) -> str:
    """A scheme of the company's own, in force: strategic from 7,500, key from 1,000 of sales."""
    scheme_id, document = creating.begin({"title_en": "Ours", "kind": "value"})
    cuts = [{"tier": "strategic", "from": 7500}, {"tier": "key", "from": 1000}]
    document["rule"] = {"metric": SALES, "better": "higher", "cuts": [*cuts, {"tier": "ordinary"}]}
    published(editing.save(scheme_id, document, "ours", "screen"))
    return scheme_id


def test_examples_of_an_own_scheme_turn_red_when_it_is_changed(own: str) -> None:
    big = {"name": "Big", "tier": "strategic", f"metric:{SALES}": "8000"}
    published(examples.add(own, big, "sure of it", "screen"))
    nothing = {"name": "Nothing known", "tier": ""}
    published(examples.add(own, nothing, "sure of it", "screen"))
    assert [each.passed for each in examples.examples_of(own).outcomes] == [True, True]
    steeper = editing.opened(own)
    steeper["rule"]["cuts"][0]["from"] = 9000
    form = editing.form_of(own, steeper)
    assert {each.account: each.found[0] for each in form.examples} == {
        "Big": "key",
        "Nothing known": None,
    }
    revision = editing.save(own, steeper, "steeper", "screen")
    assert revision is not None
    assert [each["account"] for each in revision.plan["examples_changed"]] == ["Big"]
    published(examples.remove(own, "Big", "no more", "screen"))
    published(examples.remove(own, "Nothing known", "no more", "screen"))
    assert examples.examples_of(own).outcomes == []


def test_a_tier_that_an_example_must_get_cannot_go_but_the_scheme_can(own: str) -> None:
    least = {"name": "Little", "tier": "ordinary", f"metric:{SALES}": "1"}
    published(examples.add(own, least, "sure of it", "screen"))
    fewer = editing.opened(own)
    fewer["tiers"].pop()
    fewer["rule"]["cuts"] = [fewer["rule"]["cuts"][0], {"tier": "key"}]
    revision = editing.save(own, fewer, "two are enough", "screen")
    assert revision is not None
    assert 'has no tier "ordinary"' in str(revision.plan)
    published(draft_planned(leaving_out("own", "tiering", "ours", "no more"), "no", "screen"))
    assert own not in {scheme.id for scheme in tiering_schemes()}


BAD: list[tuple[dict[str, str], str]] = [
    ({"name": " ", "tier": "key"}, "name"),
    ({"name": "X", "tier": "golden"}, "tier"),
    ({"name": "X", "tier": "key", f"metric:{SALES}": "much"}, SALES),
    ({"name": "X", "tier": "key"}, "reason"),
]


@pytest.mark.parametrize(("given", "field"), BAD)
def test_what_is_wrong_with_an_example_is_named(
    own: str, given: dict[str, str], field: str
) -> None:
    reason = "" if field == "reason" else "a test"
    with pytest.raises(Invalid) as refused:
        examples.add(own, given, reason, "screen")
    assert field in refused.value.fields


def test_an_account_becomes_an_example_on_the_screen(
    app: Flask, company: Company, own: str, login: Callable[..., FlaskClient]
) -> None:
    administrator, address = login("administrator"), f"/t/{company.slug}/tiering/{own}/examples"
    shown = administrator.get(f"{address}?account=A100").text
    assert 'value="10000"' in shown
    assert administrator.get(f"{address}?account=nobody").status_code == 404
    assert (
        administrator.get(f"/t/{company.slug}/tiering/essentials:rfm/examples").status_code == 404
    )
    assert administrator.post(address, data={"name": ""}).status_code == 422
    sent = {"name": "A100", "tier": "strategic", f"metric:{SALES}": "10000", "reason": "sure"}
    assert administrator.post(address, data=sent).status_code in (302, 303)
    with working_in(app, company):
        publish_planned(revisions()[0].number)
        db.session.commit()
    assert "as expected" in administrator.get(address).text
    assert administrator.post(address, data={"remove": "A100"}).status_code in (302, 303)
