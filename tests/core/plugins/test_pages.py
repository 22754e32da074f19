"""Plugins on the screen and in the API: what people see, and what their buttons do."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from flask.testing import FlaskClient

from conftest import Company
from tierline.config import home_folder
from tierline.packs.loading import load, plugin_folders

Login = Callable[..., FlaskClient]
LOADED = load(plugin_folders(home_folder() / "plugins"))


def seen(client: FlaskClient, address: str) -> str:
    """Return a page's text without its tags."""
    response = client.get(address)
    assert response.status_code == 200
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", response.text)).split())


def press(client: FlaskClient, page: str, address: str) -> str:
    """Press the button on a page that posts to this address; return where the answer leads."""
    text = client.get(page).text
    form = re.search(rf'<form method="post" action="{address}".*?</form>', text, re.DOTALL)
    assert form is not None
    token = re.search(r'name="csrf_token" value="([^"]+)"', form[0])
    assert token is not None
    response = client.post(address, data={"csrf_token": token[1]})
    assert response.status_code == 303
    return response.location


def press_and_publish(client: FlaskClient, page: str, address: str) -> None:
    """Press a button that drafts a change, and publish the draft on the page that follows."""
    draft = press(client, page, address)
    assert press(client, draft, f"{draft}/publish") == draft
    assert "Published" in seen(client, draft)


def test_the_gallery_shows_every_plugin_with_what_it_adds(login: Login, tenant: Company) -> None:
    text = seen(login("member"), f"/t/{tenant.slug}/plugins")
    assert "Essentials Enabled" in text
    assert "Manufacturing Available" in text
    assert "3 tiering schemes · 1 playbook · 1 risk model · 5 survey templates" in text
    assert "15 metrics · 14 fields" in text
    assert "Enable" not in text.replace("Enabled", "")


def test_an_administrator_enables_and_disables(login: Login, tenant: Company) -> None:
    client = login("administrator")
    gallery, saas = f"/t/{tenant.slug}/plugins", f"/t/{tenant.slug}/plugins/saas"
    press_and_publish(client, gallery, f"{saas}/enable")
    assert "Software as a service Enabled" in seen(client, gallery)
    assert "Needed by Software as a service" in seen(client, gallery)
    press_and_publish(client, saas, f"{saas}/disable")
    assert "Software as a service Disabled" in seen(client, gallery)


def test_what_others_need_has_no_button_to_disable(login: Login, tenant: Company) -> None:
    client = login("administrator")
    essentials = f"/t/{tenant.slug}/plugins/essentials"
    assert f'action="{essentials}/disable"' in client.get(essentials).text
    gallery = f"/t/{tenant.slug}/plugins"
    press_and_publish(client, gallery, f"{gallery}/saas/enable")
    assert f'action="{essentials}/disable"' not in client.get(essentials).text


def test_a_plugins_page_says_its_rules_in_words(login: Login, tenant: Company) -> None:
    client = login("viewer")
    text = seen(client, f"/t/{tenant.slug}/plugins/manufacturing")
    assert "Sales, 12 months 25% 500,000 · 2,000,000 · 8,000,000 · 30,000,000 higher" in text
    assert "Altman Z′ < 1.23 or Credit grade = D → at most Key" in text
    assert "Strategic from 4.0 Key from 3.0 Ordinary the rest" in text
    text = seen(client, f"/t/{tenant.slug}/plugins/essentials")
    assert "Champions R ≥ 4 and F ≥ 4 and M ≥ 4" in text
    assert "A 80% B 95% C 100%" in text


def test_a_plugins_page_says_what_it_asks_warns_of_and_does(login: Login, tenant: Company) -> None:
    text = seen(login("viewer"), f"/t/{tenant.slug}/plugins/essentials")
    assert "1 playbook · 1 risk model · 1 survey template" in text
    assert "Satisfaction from 1 to 10 (1 very dissatisfied – 10 very satisfied)" in text
    assert (
        "Has it been resolved? EC8_RESOLVED Dissatisfaction Yes or no (Yes / No) EC8_REPORTED = Yes"
        in text
    )
    assert (
        "Mature: yellow ≥ 2.5 · red ≥ 4 Declining: yellow ≥ 1.5 · red ≥ 2 Dormant: red ≥ 0" in text
    )
    assert "otherwise: yellow ≤ -10 · red ≤ -30 New: not judged" in text
    assert "owner 1 day before · owner on the day · owner’s superior 2 days after" in text
    assert "A 7 days visit Prospect 14 days call all 30 days call" in text
    assert "Investigate and answer complaint all 5 working days" in text
    assert "Judged by Paid on time, by count (target 95) · Growth, 12 months" in text


def test_a_variant_is_shown_whole_with_what_it_adds(login: Login, tenant: Company) -> None:
    text = seen(login("viewer"), f"/t/{tenant.slug}/plugins/manufacturing")
    assert "Builds on Suppliers" in text
    added = "Versions of drawings are managed clearly. SU_MAN2 · added What matters in the industry"
    assert f"{added} Agreement from 1 to 5" in text
    assert text.index("SU7 · required") < text.index("SU_MAN1 · added") < text.index("SU8 Diss")
    assert "Product (First article, Series quality) · Delivery (Late delivery" in text
    assert "anonymous: no answer leads back to who gave it" in text


@pytest.mark.parametrize("plugin", LOADED.releases)
@pytest.mark.parametrize("locale", ["en", "zh_CN"])
def test_every_plugins_page_opens_in_both_languages(
    login: Login, tenant: Company, plugin: str, locale: str
) -> None:
    client = login("viewer")
    client.set_cookie("locale", locale)
    text = seen(client, f"/t/{tenant.slug}/plugins/{plugin}")
    assert LOADED.releases[plugin].document["manifest"]["summary"][locale] in text


def test_an_unknown_plugin_is_not_found(login: Login, tenant: Company) -> None:
    response = login("viewer").get(f"/t/{tenant.slug}/plugins/nothing")
    assert response.status_code == 404


def test_the_api_lists_shows_enables_and_disables(
    api: Callable[..., FlaskClient], tenant: Company
) -> None:
    client, base = api("plugins.*"), f"/api/v1/t/{tenant.slug}/plugins"
    listed = {each["id"]: each for each in client.get(base).get_json()["items"]}
    assert listed["essentials"]["state"] == "enabled"
    adds = listed["suppliers"]["adds"]
    assert {kind: adds[kind] for kind in ("groups", "fields", "metrics", "schemes")} == {
        "groups": 1,
        "fields": 6,
        "metrics": 6,
        "schemes": 1,
    }
    shown = client.get(f"{base}/suppliers").get_json()
    assert shown["id"] == "suppliers"
    assert [scheme["id"] for scheme in shown["contents"]["schemes"]] == ["suppliers:kraljic"]
    contents = client.get(f"{base}/essentials").get_json()["contents"]
    assert contents["surveys"][0]["scales"][0]["unknown"]["code"] == 99
    assert contents["risks"][0]["bands"][0]["from"] == 60
    assert contents["risks"][0]["indicators"][1]["thresholds"]["new"] is None
    assert contents["playbooks"][0]["reminders"][2] == {"id": "overdue", "day": 2, "to": "superior"}
    assert shown["contents"]["fields"][1]["choices"][0]["points"] == 5
    enabled = client.post(f"{base}/suppliers/enable").get_json()
    assert (enabled["state"], enabled["version"]) == ("enabled", "1.1.0")
    assert client.get(f"{base}/suppliers").get_json()["state"] == "enabled"
    refused = client.post(f"{base}/essentials/disable")
    assert (refused.status_code, refused.get_json()["type"]) == (
        409,
        "urn:tierline:problem:conflict",
    )
    assert client.post(f"{base}/suppliers/resume").status_code == 409
    assert client.post(f"{base}/nothing/enable").status_code == 404
    assert client.post(f"{base}/suppliers/disable").get_json()["state"] == "disabled"


def test_a_token_that_may_only_read_enables_nothing(
    api: Callable[..., FlaskClient], tenant: Company
) -> None:
    client, base = api("*.read"), f"/api/v1/t/{tenant.slug}/plugins"
    assert client.get(base).status_code == 200
    assert client.post(f"{base}/saas/enable").status_code == 403
