"""Members: inviting, changing, letting go, through service, pages and API."""

from __future__ import annotations

import re
import uuid

import pytest
from sqlalchemy import text, update

from conftest import working_in
from people import make_member, make_token, program, sign_in, soon
from tierline.access.decision import acting_as
from tierline.access.permissions import Role
from tierline.audit.queries import select_entries
from tierline.db import db
from tierline.errors import Conflict, Forbidden, Invalid, NotFound
from tierline.identity import queries, service, token_service
from tierline.identity.models import ApiToken, Membership
from tierline.identity.rules import LastOwner, RoleTooHigh
from tierline.jobs.running import run_job


def email() -> str:
    return f"p-{uuid.uuid4().hex[:10]}@example.com"


def as_member(app, person):
    """Let the person act, in the scope of its company that is in force."""
    return acting_as(queries.subject_of(queries.get_membership(person.membership_id)))


def test_an_invited_person_gets_a_mail_with_a_link_to_set_a_password(app, tenant, capsys, client):
    address = email()
    with working_in(app, tenant):
        membership = service.invite_member(address, Role.MEMBER, name="Wang Fang", locale="zh_CN")
        assert membership.state == "invited"
        membership_id = membership.id
        job = db.session.execute(text("SELECT id, arguments FROM job")).one()
        assert list(job.arguments) == ["membership_id"]
        db.session.commit()
    assert run_job(app, tenant.id, job.id) == "done"
    mail = capsys.readouterr().out
    assert f"Mail to {address}" in mail
    link = re.search(r"http://localhost:8000(/reset/\S+)", mail)[1]
    page = client.get(link)
    assert page.status_code == 200
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
    words = {"password": "three green bottles", "password_confirm": "three green bottles"}
    assert client.post(link, data={**words, "csrf_token": token}).location == "/login"
    assert client.get(link).location == "/reset", "the link works once"
    with working_in(app, tenant):
        assert queries.get_membership(membership_id).state == "active"


def test_a_known_person_is_invited_without_a_second_user(app, tenant, other_tenant, capsys):
    address = email()
    with working_in(app, tenant):
        first = service.add_member(address, Role.OWNER).user_id
        db.session.commit()
    with working_in(app, other_tenant):
        assert service.add_member(address, Role.VIEWER).user_id == first
        with pytest.raises(Conflict, match="already"):
            service.add_member(address.upper(), Role.MEMBER)


def test_somebody_who_left_can_come_back(app, tenant):
    owner, guest = make_member(app, tenant), make_member(app, tenant, "member")
    with working_in(app, tenant):
        service.deactivate_member(guest.membership_id)
        with pytest.raises(Conflict):
            service.deactivate_member(guest.membership_id)
        back = service.add_member(guest.email, Role.VIEWER)
        assert (back.id, back.role, back.state) == (guest.membership_id, "viewer", "invited")
        assert owner.membership_id != back.id


def test_the_last_owner_can_be_neither_removed_nor_lowered(app, tenant):
    owner = make_member(app, tenant)
    with working_in(app, tenant):
        with pytest.raises(LastOwner):
            service.deactivate_member(owner.membership_id)
        with pytest.raises(LastOwner):
            service.change_role(owner.membership_id, Role.MEMBER)
        with pytest.raises(LastOwner):
            service.change_role(owner.membership_id, Role.OWNER, soon())
        service.add_member(email(), Role.OWNER)
        service.change_role(owner.membership_id, Role.MEMBER)


@pytest.mark.parametrize("role", ["viewer", "member", "manager", "consultant"])
def test_only_administrators_and_owners_manage_members(app, tenant, role):
    person, other = make_member(app, tenant, role), make_member(app, tenant, "viewer")
    with working_in(app, tenant), as_member(app, person):
        with pytest.raises(Forbidden):
            service.add_member(email(), Role.VIEWER)
        with pytest.raises(Forbidden):
            service.change_role(other.membership_id, Role.MEMBER)
        with pytest.raises(Forbidden):
            service.deactivate_member(other.membership_id)


def test_an_administrator_does_not_reach_an_owner(app, tenant):
    owner, administrator = make_member(app, tenant), make_member(app, tenant, "administrator")
    with working_in(app, tenant), as_member(app, administrator):
        with pytest.raises(RoleTooHigh):
            service.change_role(administrator.membership_id, Role.OWNER)
        with pytest.raises(RoleTooHigh):
            service.deactivate_member(owner.membership_id)


def test_another_companys_member_does_not_exist(app, tenant, other_tenant):
    stranger = make_member(app, other_tenant)
    with working_in(app, tenant):
        for act in (queries.get_membership, service.deactivate_member):
            with pytest.raises(NotFound):
                act(stranger.membership_id)


@pytest.mark.parametrize("wrong", ["", "nobody", "a@b", "a b@example.com", "x@example.com\nBcc: y"])
def test_an_invitation_to_no_e_mail_is_refused(in_tenant, wrong):
    with pytest.raises(Invalid) as caught:
        service.add_member(wrong, Role.VIEWER)
    assert "email" in caught.value.fields


def test_who_is_let_go_is_out_at_the_next_request_with_all_tokens(app, tenant):
    make_member(app, tenant)
    administrator = make_member(app, tenant, "administrator")
    browser = sign_in(app, administrator)
    machine = program(app, make_token(app, administrator))
    address = f"/api/v1/t/{tenant.slug}/me"
    assert (browser.get(address).status_code, machine.get(address).status_code) == (200, 200)
    with working_in(app, tenant):
        service.deactivate_member(administrator.membership_id)
        db.session.commit()
    assert (browser.get(address).status_code, machine.get(address).status_code) == (404, 401)


def test_a_consultants_membership_ends_by_itself(app, tenant):
    consultant = make_member(app, tenant, "consultant")
    browser = sign_in(app, consultant)
    assert browser.get(f"/t/{tenant.slug}/settings/people").status_code == 200
    with working_in(app, tenant):
        db.session.execute(update(Membership).values(expires_at=soon(-1)))
        db.session.commit()
    assert browser.get(f"/t/{tenant.slug}/settings/people").status_code == 404


def test_members_are_managed_on_the_page(app, tenant, login):
    owner = login("owner")
    page = f"/t/{tenant.slug}/settings/people"
    address = email()
    form = {"email": address, "role": "member", "name": "Chen Jie", "expires_on": ""}
    assert owner.post(page, data=form).status_code == 303
    again = owner.post(page, data=form)
    assert again.status_code == 409
    assert "is a member" in again.text
    wrong = owner.post(page, data={**form, "email": email(), "expires_on": "soon"})
    assert wrong.status_code == 422
    with working_in(app, tenant):
        member = queries.get_membership_of(queries.get_user(address))
    assert "Chen Jie" in owner.get(page).text
    change = f"{page}/{member.id}"
    assert owner.get(change).status_code == 200
    assert owner.post(change, data={"role": "manager"}).status_code == 303
    assert owner.post(f"{change}/deactivate").status_code == 303
    assert "Deactivated" in owner.get(page).text
    assert login("viewer").post(page, data=form).status_code == 403
    assert "Invite a person" not in login("viewer").get(page).text


def test_members_are_managed_by_the_api(tenant, api):
    machine = api("people.*")
    base = f"/api/v1/t/{tenant.slug}/members"
    made = machine.post(base, json={"email": email(), "role": "member"})
    assert made.status_code == 201
    member = f"{base}/{made.json['id']}"
    assert machine.patch(member, json={"role": "viewer"}).json["role"] == "viewer"
    consultant = machine.patch(member, json={"role": "consultant"})
    assert consultant.status_code == 422
    assert "expires_at" in consultant.json["errors"]
    assert machine.delete(member).status_code == 204
    listed = {each["id"]: each["state"] for each in machine.get(base).json["items"]}
    assert listed[made.json["id"]] == "deactivated"
    assert machine.get(f"/api/v1/t/{tenant.slug}/tokens").status_code == 403


def test_every_act_on_members_is_in_the_tenants_chain(app, tenant):
    guest = make_member(app, tenant, "viewer")
    with working_in(app, tenant):
        service.change_role(guest.membership_id, Role.MEMBER)
        service.deactivate_member(guest.membership_id)
        db.session.commit()
        actions = {entry.action for entry in db.session.scalars(select_entries())}
    assert {"people.invite", "people.change_role", "people.deactivate"} <= actions


def test_a_token_is_shown_once_and_kept_as_a_digest(app, tenant, login):
    owner = login("owner")
    form = {"name": "Shop", "scopes": ["*.read"], "expires_on": soon().date().isoformat()}
    page = owner.post(f"/t/{tenant.slug}/settings/api", data=form)
    secret = re.search(rf"tl_{tenant.slug}_[A-Za-z0-9_-]{{43}}", page.text)[0]
    listed = owner.get(f"/t/{tenant.slug}/settings/api").text
    assert secret not in listed
    assert "Shop" in listed
    with working_in(app, tenant):
        stored = db.session.execute(text("SELECT t::text FROM api_token t")).scalars().all()
        assert secret not in " ".join(stored)
    machine = program(app, secret)
    assert machine.get(f"/api/v1/t/{tenant.slug}/members").status_code == 200
    invite = {"email": email(), "role": "member"}
    assert machine.post(f"/api/v1/t/{tenant.slug}/members", json=invite).status_code == 403


def test_a_token_does_no_more_than_its_scopes_and_makes_no_other(tenant, api):
    machine = api("*")
    wanted = {"name": "child", "scopes": ["*"], "expires_at": soon().isoformat()}
    assert machine.post(f"/api/v1/t/{tenant.slug}/tokens", json=wanted).status_code == 403
    reader = api("people.read")
    assert reader.get(f"/api/v1/t/{tenant.slug}/members").status_code == 200
    assert reader.get(f"/api/v1/t/{tenant.slug}/tokens").status_code == 403


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"scopes": ["accounts.fly"]}, "scopes"),
        ({"scopes": []}, "scopes"),
        ({"expires_at": soon(-1).isoformat()}, "expires_at"),
        ({"expires_at": soon(500).isoformat()}, "expires_at"),
        ({"owner": "me"}, "owner"),
    ],
)
def test_a_wrong_token_request_names_the_field(tenant, login, change, field):
    wanted = {"name": "Shop", "scopes": ["*.read"], "expires_at": soon().isoformat(), **change}
    answer = login("owner").post(f"/api/v1/t/{tenant.slug}/tokens", json=wanted)
    assert answer.status_code == 422
    assert any(field in name for name in answer.json["errors"])


@pytest.mark.parametrize(
    "fault", ["revoked", "expired", "its maker switched off", "another company's", "made up"]
)
def test_a_bad_token_opens_nothing(app, tenant, other_tenant, fault):
    owner = make_member(app, tenant)
    secret = make_token(app, owner)
    with working_in(app, tenant):
        if fault == "revoked":
            token_service.revoke_token(db.session.scalars(queries.tokens()).one().id)
        elif fault == "expired":
            db.session.execute(update(ApiToken).values(expires_at=soon(-1)))
        elif fault == "its maker switched off":
            service.set_active(queries.get_user(owner.email), False)
        elif fault == "another company's":
            secret = make_token(app, make_member(app, other_tenant))
        else:
            secret = secret[:-4] + "abcd"
        db.session.commit()
    answer = program(app, secret).get(f"/api/v1/t/{tenant.slug}/me")
    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"


def test_when_a_token_was_last_used_is_noted_even_by_a_read(app, tenant):
    owner = make_member(app, tenant)
    program(app, make_token(app, owner)).get(f"/api/v1/t/{tenant.slug}/members")
    with working_in(app, tenant):
        assert db.session.scalars(queries.tokens()).one().last_used_at is not None


def test_oneself_says_who_acts_and_what_it_may(app, tenant, login):
    answer = login("viewer").get(f"/api/v1/t/{tenant.slug}/me").json
    assert (answer["role"], answer["tenant"], answer["token_id"]) == ("viewer", tenant.slug, None)
    assert "people.read" in answer["permissions"]
    assert "people.manage" not in answer["permissions"]
