"""A company's own schemes: begun by kind or as a copy, gone on with in the form, drafted, run."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from conftest import Company, working_in
from tierline.configuration.planning import publish_planned
from tierline.configuration.queries import revisions
from tierline.configuration.service import enable
from tierline.db import db
from tierline.errors import Invalid, NotFound
from tierline.metrics.service import bring_up_to_date, today
from tierline.packs.scheme_documents import RULES
from tierline.plugins.queries import get_scheme, tiering_schemes
from tierline.schemes import creating, editing
from tierline.tiering.trying import try_out
from tierline.tiering.versions import read_version
from trading import Sale, trade


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
