"""The configuration on the screen, in the API and on the command line, as people use it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.testing import FlaskClient

from conftest import Company, working_in
from releases import pin_older
from tierline.cli.plugins import command as plugins
from tierline.configuration import service
from tierline.configuration.commands import command as revisions
from tierline.db import db
from tierline.packs.differences import Operation
from tierline.plugins.queries import get_scheme

Login = Callable[..., FlaskClient]
TITLE = {"en": "Our matrix", "zh_CN": "本公司矩阵"}


def retitle(document: dict[str, Any]) -> None:
    document["tiering"]["kraljic"]["title"] = {"en": "Old matrix", "zh_CN": "旧矩阵"}
    document["fields"]["annual_spend"]["title"] = {"en": "Old spend", "zh_CN": "旧采购额"}


@pytest.fixture
def upgradeable(app: Flask, tenant: Company) -> Company:
    """A company whose suppliers stand at an older release, with a change of its own."""
    with working_in(app, tenant):
        pin_older("suppliers", retitle)
        mine = Operation("tiering/kraljic#/title", "set", TITLE)
        service.override("suppliers", [mine], reason="Our word for it")
        db.session.commit()
    return tenant


def seen(client: FlaskClient, address: str) -> str:
    """Return a page's text without its tags."""
    response = client.get(address)
    assert response.status_code == 200
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", response.text)).split())


def send(client: FlaskClient, page: str, address: str, **values: str) -> Any:
    """Send a form of a page to an address, with the page's token."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).text)
    assert token is not None
    return client.post(address, data={"csrf_token": token[1], **values})


def test_an_upgrade_stands_in_three_columns_and_is_published(
    login: Login, upgradeable: Company
) -> None:
    client, base = login("administrator"), f"/t/{upgradeable.slug}"
    text = seen(client, f"{base}/plugins/suppliers/upgrade")
    assert "Needs a look Old matrix Our matrix Kraljic" in text
    assert "Will update Old spend Old spend Annual spend" in text
    assert "Old spend" not in seen(client, f"{base}/plugins/suppliers/upgrade?state=needs_a_look")
    page = f"{base}/plugins/suppliers/upgrade"
    draft = send(client, page, page).location
    assert "goes from version 0.9.0 to 1" in seen(client, draft)
    send(client, draft, f"{draft}/publish")
    assert "Undo" in seen(client, draft)
    assert "Our matrix" in seen(client, f"{base}/plugins/suppliers")
    assert "Old spend" not in seen(client, f"{base}/plugins/suppliers")
    send(client, draft, f"{draft}/undo")
    assert "Old spend" in seen(client, f"{base}/plugins/suppliers")


def test_changes_are_listed_beside_the_default_and_taken_back(
    login: Login, upgradeable: Company
) -> None:
    client, base = login("administrator"), f"/t/{upgradeable.slug}/plugins/suppliers"
    text = seen(client, f"{base}/changes")
    assert "changed Old matrix Our matrix Our word for it" in text
    draft = send(client, f"{base}/changes", f"{base}/reset").location
    send(client, draft, f"{draft}/publish")
    assert "You follow the defaults" in seen(client, f"{base}/changes")


def test_an_item_is_changed_as_text(login: Login, tenant: Company) -> None:
    client, base = login("administrator"), f"/t/{tenant.slug}/plugins/essentials"
    item = f"{base}/items/tiering/abc_sales"
    text = client.get(item).text
    shown = unescape(re.search(r"<textarea[^>]*>(.*?)</textarea>", text, re.DOTALL)[1])  # type: ignore[index]
    wrong = send(client, item, item, text=shown.replace("until: 80", "until: 101"), reason="x")
    assert wrong.status_code == 422
    assert "must be from 0 to 100" in unescape(wrong.text)
    missing = send(client, item, item, text=shown, reason="")
    assert "Say why" in unescape(missing.text) or "is missing" in unescape(missing.text)
    right = send(client, item, item, text=shown.replace("until: 80", "until: 70"), reason="Steeper")
    draft = right.location
    assert "cuts changed the default" in seen(client, draft)
    send(client, draft, f"{draft}/publish")
    assert "A 70%" in seen(client, base)


def test_who_may_not_change_sees_no_editor(login: Login, tenant: Company) -> None:
    item = f"/t/{tenant.slug}/plugins/essentials/items/tiering/abc_sales"
    assert login("manager").get(item).status_code == 403
    assert login("viewer").get(f"/t/{tenant.slug}/revisions").status_code == 403


@pytest.fixture
def run(app: Flask) -> Any:
    with app.app_context():

        def invoke(group: Any, *arguments: str) -> Result:
            return CliRunner().invoke(group, arguments, catch_exceptions=False)

        yield invoke


def test_the_command_line_changes_lists_upgrades_and_undoes(
    run: Callable[..., Result], app: Flask, upgradeable: Company
) -> None:
    here = ("--tenant", upgradeable.slug)
    listed = json.loads(run(plugins, "changes", "suppliers", *here, "--json").output)
    assert [each["address"] for each in listed] == ["tiering/kraljic#/title"]
    upgraded = run(plugins, "upgrade", "suppliers", *here, "--json")
    assert upgraded.exit_code == 3  # a row needs a look
    rows = {each["address"]: each["state"] for each in json.loads(upgraded.output)["rows"]}
    assert rows["tiering/kraljic#/title"] == "needs_a_look"
    address = "fields/annual_spend#/weight"
    changed = run(plugins, "change", "suppliers", address, "3", *here, "--reason", "x", "--json")
    number = json.loads(changed.output)["number"]
    assert run(revisions, "undo", str(number), *here).exit_code == 0
    states = {
        each["number"]: each["state"]
        for each in json.loads(run(revisions, "list", *here, "--json").output)
    }
    assert states[number] == "undone"


def test_a_preview_on_the_command_line_can_be_published(
    run: Callable[..., Result], tenant: Company
) -> None:
    here = ("--tenant", tenant.slug)
    plan = json.loads(run(plugins, "preview", "manufacturing", *here, "--json").output)
    assert "manufacturing:weighted_score" in [each["scheme"] for each in plan["plan"]["schemes"]]
    assert run(revisions, "publish", str(plan["number"]), *here).exit_code == 0
    listed = json.loads(run(plugins, "list", *here, "--json").output)
    assert {each["id"]: each["state"] for each in listed}["manufacturing"] == "enabled"


def test_the_api_changes_and_drafts(
    api: Callable[..., FlaskClient], app: Flask, tenant: Company
) -> None:
    client, base = api("*"), f"/api/v1/t/{tenant.slug}"
    operations = [{"address": "tiering/abc_sales#/title", "value": TITLE}]
    body = {"operations": operations, "reason": "Our word", "draft": True}
    drafted = client.post(f"{base}/plugins/essentials/changes", json=body).get_json()
    number = drafted["revision"]["number"]
    shown = client.get(f"{base}/revisions/{number}").get_json()
    assert (shown["state"], shown["plan"]["examples_changed"]) == ("draft", [])
    assert client.post(f"{base}/revisions/{number}/publish").status_code == 200
    with working_in(app, tenant):
        assert get_scheme("essentials:abc_sales").title == TITLE
    wrong = {"operations": [{"address": "nowhere#/x", "value": 1}], "reason": "x"}
    refused = client.post(f"{base}/plugins/essentials/changes", json=wrong)
    assert refused.status_code == 422
    assert "nowhere#/x" in json.dumps(refused.get_json())
