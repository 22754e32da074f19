"""Accounts in the API."""

from __future__ import annotations

import uuid

import pytest

from conftest import working_in
from people import make_member, make_token, program
from tierline.accounts import service
from tierline.configuration.service import enable
from tierline.db import db


@pytest.fixture
def base(tenant):
    """Return the address of the accounts."""
    return f"/api/v1/t/{tenant.slug}/accounts"


def test_an_account_lives_through_the_api(app, tenant, base, api):
    with working_in(app, tenant):
        enable("manufacturing")
        enable("suppliers")
        db.session.commit()
    machine = api("*")
    new = {
        "name": "华兴精密",
        "external_key": "C-1",
        "groups": ["customer", "supplier"],
        "fields": {"manufacturing__share_of_wallet": 14.5, "manufacturing__credit_grade": "a"},
        "reason": "From the shop",
    }
    made = machine.post(base, json=new)
    assert made.status_code == 201
    assert made.headers["ETag"] == '"1"'
    assert made.json["fields"]["manufacturing__share_of_wallet"] == "14.5"
    assert made.json["groups"] == ["customer", "supplier"]
    address = f"{base}/{made.json['id']}"
    change = {"region": "宁波", "fields": {"manufacturing__credit_grade": None}}
    changed = machine.patch(address, json=change, headers={"If-Match": '"1"'})
    assert changed.status_code == 200
    assert changed.headers["ETag"] == '"2"'
    assert changed.json["fields"] == {"manufacturing__share_of_wallet": "14.5"}
    assert machine.get(f"{base}?q=hxjm").json["items"][0]["region"] == "宁波"
    timeline = machine.get(f"{address}/timeline").json["items"]
    assert [entry["kind"] for entry in timeline] == ["accounts.updated", "accounts.created"]
    assert timeline[1]["text"] == "From the shop"
    gone = machine.delete(f"{address}?reason=Closed", headers={"If-Match": '"2"'})
    assert gone.json["archived_at"] is not None
    assert machine.get(base).json["items"] == []
    assert len(machine.get(f"{base}?archived=true").json["items"]) == 1
    assert machine.post(f"{address}/restore").json["archived_at"] is None


def test_a_change_says_what_it_is_based_on(base, api, add_account):
    machine, address = api("accounts.*"), f"{base}/{add_account('x')}"
    put = f"{address}/groups"
    for method, path, body in (
        (machine.patch, address, {"name": "y"}),
        (machine.delete, address, None),
        (machine.put, put, {"items": [{"key": "customer"}]}),
    ):
        assert method(path, json=body).status_code == 428
        assert method(path, json=body, headers={"If-Match": '"7"'}).status_code == 412
    assert machine.get(address).json["name"] == "x"


def test_contacts_groups_and_notes_are_below_their_account(app, tenant, base, api, add_account):
    with working_in(app, tenant):
        enable("suppliers")
        db.session.commit()
    machine, address = api("accounts.*"), f"{base}/{add_account('x')}"
    made = machine.post(f"{address}/contacts", json={"name": "Li", "phone": "138 0013 8000"})
    assert made.status_code == 201
    contact = f"{address}/contacts/{made.json['id']}"
    assert machine.patch(contact, json={"title": "Buyer"}).status_code == 428
    changed = machine.patch(contact, json={"title": "Buyer"}, headers={"If-Match": '"1"'})
    assert (changed.json["title"], changed.headers["ETag"]) == ("Buyer", '"2"')
    assert [each["name"] for each in machine.get(f"{address}/contacts").json["items"]] == ["Li"]
    assert machine.delete(contact, headers={"If-Match": '"2"'}).status_code == 204
    assert machine.get(contact).status_code == 404
    wanted = {"items": [{"key": "supplier", "party_kind": "part"}, {"key": "customer"}]}
    put = machine.put(f"{address}/groups", json=wanted, headers={"If-Match": '"1"'})
    assert {each["key"]: each["party_kind"] for each in put.json["items"]} == {
        "customer": None,
        "supplier": "part",
    }
    assert machine.post(f"{address}/timeline", json={"text": "Called"}).status_code == 201
    assert machine.get(f"{address}/timeline?limit=1").json["items"][0]["text"] == "Called"


WRONG = [
    ({"name": ""}, "name"),
    ({"kind": "goverment"}, "kind"),
    ({"credit_code": "911100006000373410"}, "credit_code"),
    ({"fields": {"manufacturing__share_of_walet": 1}}, "fields.manufacturing__share_of_walet"),
    ({"owner_id": str(uuid.UUID(int=1))}, "owner_id"),
    ({"colour": "red"}, "colour"),
    ({"name": "a\x00b"}, "name"),
]


@pytest.mark.parametrize(("change", "path"), WRONG)
def test_what_is_wrong_is_named(app, tenant, base, api, add_account, change, path):
    machine, address = api("*"), f"{base}/{add_account('x')}"
    for answer in (
        machine.patch(address, json=change, headers={"If-Match": '"1"'}),
        machine.post(base, json={"name": "y", **change}),
    ):
        assert answer.status_code == 422
        assert path in answer.json["errors"], answer.json


def test_the_roles_and_scopes_hold_in_the_api(app, tenant, base, api, login, add_account):
    li = make_member(app, tenant, "member")
    address = f"{base}/{add_account('x', owner_id=li.membership_id)}"
    reader = api("accounts.read")
    assert reader.get(address).status_code == 200
    assert reader.post(base, json={"name": "y"}).status_code == 403
    administrator = make_member(app, tenant, "administrator")
    writer = program(app, make_token(app, administrator, "accounts.update"))
    assert writer.get(address).status_code == 403
    change = {"json": {"name": "y"}, "headers": {"If-Match": '"1"'}}
    assert login("viewer").patch(address, **change).status_code == 403
    assert login("member").patch(address, **change).status_code == 403
    assert writer.patch(address, **change).status_code == 200


def test_another_companys_account_is_not_found(app, base, api, other_tenant):
    with working_in(app, other_tenant):
        account_id = service.create_account({"name": "theirs"}).id
        db.session.commit()
    machine, address = api("*"), f"{base}/{account_id}"
    change = {"json": {"name": "ours"}, "headers": {"If-Match": '"1"'}}
    for answer in (
        machine.get(address),
        machine.patch(address, **change),
        machine.delete(address, headers={"If-Match": '"1"'}),
        machine.get(f"{address}/timeline"),
        machine.get(f"{address}/groups"),
        machine.get(f"{address}/contacts"),
        machine.post(f"{address}/timeline", json={"text": "x"}),
    ):
        assert answer.status_code == 404


def test_the_list_is_filtered_and_paged(app, tenant, base, api, add_account):
    for place in range(5):
        add_account(f"n{place}", kind="channel" if place % 2 else "person")
    machine = api("accounts.read")
    first = machine.get(f"{base}?limit=2&sort=-name").json
    assert [each["name"] for each in first["items"]] == ["n4", "n3"]
    second = machine.get(f"{base}?limit=2&sort=-name&cursor={first['next']}").json
    assert [each["name"] for each in second["items"]] == ["n2", "n1"]
    assert len(machine.get(f"{base}?kind=channel").json["items"]) == 2
    for query in ("kind=x", "sort=x", "owner=x", "filter=tier.x=a", "filter=x", "limit=0"):
        assert machine.get(f"{base}?{query}").status_code == 422, query
