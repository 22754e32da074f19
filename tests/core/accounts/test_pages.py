"""Accounts on the screen, as members of different roles use them."""

from __future__ import annotations

import re

import pytest

from conftest import working_in
from people import make_member, sign_in
from tierline.accounts import queries, service
from tierline.configuration.service import enable
from tierline.db import db


@pytest.fixture
def base(tenant):
    """Return the address of the list."""
    return f"/t/{tenant.slug}/accounts"


FORM = {
    "name": "华兴精密",
    "external_key": "C-1",
    "kind": "enterprise",
    "lifecycle_stage": "active",
    "owner_id": "",
    "groups": "customer",
}


def test_an_empty_company_is_told_what_to_do(base, login):
    page = login("manager").get(base).text
    assert "No accounts yet" in page
    assert f'href="{base}/new"' in page
    assert "Search:" not in page
    viewer = login("viewer").get(base).text
    assert f"{base}/new" not in viewer


def test_an_account_is_added_found_changed_and_archived(base, login):
    browser = login("manager")
    made = browser.post(f"{base}/new", data=FORM)
    assert made.status_code == 303
    address = made.location
    assert "华兴精密" in browser.get(f"{base}?q=hxjm").text
    assert "No account matches" in browser.get(f"{base}?q=zzz").text
    page = browser.get(address).text
    assert "C-1" in page
    assert "Created" in page
    form = browser.get(f"{address}/edit").text
    assert 'value="华兴精密"' in form
    version = re.search(r'name="version" value="(\d+)"', form)[1]
    edited = {**FORM, "version": version, "region": "宁波", "reason": "Moved"}
    assert browser.post(f"{address}/edit", data=edited).location == address
    page = browser.get(address).text
    assert "Region: – → 宁波" in page
    assert "Moved" in page
    assert browser.post(f"{address}/archive").status_code == 303
    assert "No account matches" in browser.get(base).text
    assert "华兴精密" in browser.get(f"{base}?archived=1").text
    assert browser.post(f"{address}/edit", data=FORM).status_code == 409
    assert browser.post(f"{address}/restore").status_code == 303
    assert "华兴精密" in browser.get(base).text


def test_a_refused_form_keeps_what_was_typed_and_says_what_is_wrong(app, tenant, base, login):
    with working_in(app, tenant):
        enable("manufacturing")
        db.session.commit()
    typed = {
        **FORM,
        "credit_code": "9111",
        "industry": "<Moulds>",
        "fields.manufacturing__share_of_wallet": "140",
    }
    answer = login("member").post(f"{base}/new", data=typed)
    assert answer.status_code == 422
    assert "must have 18 characters" in answer.text
    assert "must be at most 100" in answer.text
    assert 'value="140"' in answer.text
    assert "&lt;Moulds&gt;" in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert 'href="#field-fields.manufacturing__share_of_wallet"' in answer.text


def test_who_changed_it_in_between_is_not_overwritten(app, tenant, base, login):
    browser = login("manager")
    address = browser.post(f"{base}/new", data=FORM).location
    first = {**FORM, "version": "1", "region": "宁波"}
    assert browser.post(f"{address}/edit", data=first).status_code == 303
    second = {**FORM, "version": "1", "region": "杭州"}
    answer = browser.post(f"{address}/edit", data=second)
    assert answer.status_code == 412
    assert "Somebody changed this account in between" in answer.text
    assert "宁波" in answer.text
    assert 'value="杭州"' in answer.text
    again = re.search(r'name="version" value="(\d+)"', answer.text)[1]
    assert browser.post(f"{address}/edit", data={**second, "version": again}).status_code == 303


def test_a_taken_number_is_said_beside_the_field(base, login):
    browser = login("manager")
    assert browser.post(f"{base}/new", data=FORM).status_code == 303
    answer = browser.post(f"{base}/new", data=FORM)
    assert answer.status_code == 409
    assert "is the number of another account" in answer.text


def test_contacts_and_notes_are_written_on_the_page(base, login):
    browser = login("member")
    address = browser.post(f"{base}/new", data=FORM).location
    wrong = browser.post(f"{address}/contacts/new", data={"name": "Li", "email": "li"})
    assert wrong.status_code == 422
    assert "is not an e-mail address" in wrong.text
    added = browser.post(f"{address}/contacts/new", data={"name": "李明朗", "title": "Buyer"})
    assert added.location == address
    page = browser.get(address).text
    contact = re.search(rf'href="({address}/contacts/[0-9a-f-]{{36}})"', page)[1]
    assert 'value="李明朗"' in browser.get(contact).text
    renamed = {"name": "李小朗", "version": "1"}
    assert browser.post(contact, data=renamed).status_code == 303
    assert browser.post(contact, data=renamed).status_code == 412
    assert browser.post(f"{contact}/remove").status_code == 303
    assert browser.get(contact).status_code == 404
    note = browser.post(f"{address}/notes", data={"text": "Called <b>"})
    assert note.location == f"{address}#timeline"
    assert "Called &lt;b&gt;" in browser.get(address).text
    assert browser.post(f"{address}/notes", data={"text": ""}).status_code == 422


def test_a_member_sees_lis_account_and_can_not_change_it(app, tenant, base, login, add_account):
    li = make_member(app, tenant, "member")
    address = f"{base}/{add_account('x', owner_id=li.membership_id)}"
    for role, may in (("viewer", False), ("member", False), ("manager", True)):
        browser = login(role)
        page = browser.get(address)
        assert page.status_code == 200
        assert (f"{address}/edit" in page.text) == may, role
        assert browser.get(f"{address}/edit").status_code == (200 if may else 403)
        answer = browser.post(f"{address}/edit", data=FORM)
        assert answer.status_code == (303 if may else 403), role
    assert sign_in(app, li).get(f"{address}/edit").status_code == 200


def test_another_companys_account_does_not_exist(app, base, login, other_tenant):
    with working_in(app, other_tenant):
        account_id = service.create_account({"name": "theirs"}).id
        db.session.commit()
    browser = login("owner")
    for path in ("", "/edit", "/contacts/new"):
        assert browser.get(f"{base}/{account_id}{path}").status_code == 404
    assert browser.post(f"{base}/{account_id}/edit", data=FORM).status_code == 404


def test_groups_are_tabs_and_the_form_asks_for_their_fields(app, tenant, base, login, add_account):
    with working_in(app, tenant):
        enable("suppliers")
        db.session.commit()
    add_account("Steel works", {"supplier": "material"})
    add_account("Shop")
    browser = login("manager")
    assert "Suppliers" in browser.get(base).text
    suppliers = browser.get(f"{base}?group=supplier").text
    assert "Steel works" in suppliers
    assert "Shop" not in suppliers
    form = browser.get(f"{base}/new?group=supplier").text
    assert 'name="fields.suppliers__annual_spend"' in form
    assert 'name="fields.suppliers__annual_spend"' not in browser.get(f"{base}/new").text
    filled = {**FORM, "groups": "supplier", "party_kind.supplier": "part"}
    address = browser.post(f"{base}/new", data=filled).location
    with working_in(app, tenant):
        assert queries.groups_of(address.rpartition("/")[2]) == {"supplier": "part"}


def test_the_list_says_how_it_is_sorted_and_filtered(base, login, add_account):
    for place in range(60):
        add_account(f"n{place:02}", region="Ningbo")
    browser = login("viewer")
    page = browser.get(base).text
    assert page.count('scope="row"') == 50
    assert 'aria-sort="ascending"' in page
    assert "60 accounts" in page
    more = re.search(r'rel="next" href="([^"]+)"', page)[1].replace("&amp;", "&")
    assert browser.get(more).text.count('scope="row"') == 10
    down = browser.get(f"{base}?sort=-name&region=ningbo").text
    assert 'aria-sort="descending"' in down
    assert "Region: ningbo" in down
    assert "n59" in down
    assert browser.get(f"{base}?sort=nothing").status_code == 422
    assert browser.get(f"{base}?owner=x").status_code == 422
    assert browser.get(f"{base}?cursor=x").status_code == 422


def test_the_pages_speak_chinese(tenant, base, login):
    browser = login("manager")
    browser.set_cookie("locale", "zh_CN")
    for path in ("", "/new"):
        assert browser.get(base + path).status_code == 200
