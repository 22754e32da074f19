"""Signing in and out, as a browser does it, and what it leaves in the platform's audit chain."""

from __future__ import annotations

import re
import uuid

import pytest
from sqlalchemy import select

from people import make_member, make_token, program, sign_in
from tierline.audit.models import PlatformAuditEntry
from tierline.db import db
from tierline.identity import queries, service
from tierline.identity.sessions import browser_name

PASSWORD = "correct horse battery"


@pytest.fixture
def user(app):
    """Create a user with a password and no company; return the e-mail."""
    email = f"li-{uuid.uuid4().hex[:10]}@example.com"
    with app.app_context():
        service.create_user(email, "Li Na", PASSWORD)
        db.session.commit()
    return email


def form_token(client, address):
    """Return the form token of a page."""
    page = client.get(address)
    assert page.status_code == 200, page.data
    return re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]


def enter(client, email, password, **more):
    """Sign in by the form."""
    token = form_token(client, "/login")
    form = {"email": email, "password": password, "csrf_token": token, **more}
    return client.post("/login", data=form)


def audited(app, email, action):
    """Return the platform's audit entries of this user and kind."""
    with app.app_context():
        statement = select(PlatformAuditEntry).where(
            PlatformAuditEntry.actor == email, PlatformAuditEntry.action == action
        )
        return db.session.scalars(statement).all()


def test_a_person_signs_in_and_out(app, client, user):
    answer = enter(client, user, PASSWORD)
    assert (answer.status_code, answer.location) == (302, "/switch")
    assert "No company yet" in client.get("/switch").text
    answer = client.post("/logout", data={"csrf_token": form_token(client, "/switch")})
    assert answer.status_code == 302
    assert client.get("/switch").location.startswith("/login")
    assert len(audited(app, user, "identity.sign_in")) == 1
    assert len(audited(app, user, "identity.sign_out")) == 1


def test_the_e_mail_may_be_typed_in_any_case(client, user):
    assert enter(client, f"  {user.upper()}", PASSWORD).location == "/switch"


def test_a_wrong_password_and_an_unknown_e_mail_get_the_same_answer(app, client, user):
    wrong = enter(client, user, "not this password")
    unknown = enter(client, f"nobody-{uuid.uuid4().hex}@example.com", "not this password")
    assert wrong.status_code == unknown.status_code == 200
    alert = "The e-mail or the password is wrong."
    assert alert in wrong.text
    without = [re.sub(r'(nonce|value|content)="[^"]*"', "", page.text) for page in (wrong, unknown)]
    assert without[0] == without[1]
    assert len(audited(app, user, "identity.sign_in_failed")) == 1


def test_a_form_without_its_token_is_refused(client, user):
    answer = client.post("/login", data={"email": user, "password": PASSWORD})
    assert answer.status_code == 400


def test_a_stolen_cookie_is_worthless_after_signing_out(app, user):
    client, thief = app.test_client(), app.test_client()
    enter(client, user, PASSWORD)
    thief.set_cookie("tierline", client.get_cookie("tierline").value)
    assert thief.get("/me").status_code == 200
    client.post("/logout", data={"csrf_token": form_token(client, "/switch")})
    assert thief.get("/me").status_code == 302


def test_a_cookie_from_before_signing_in_does_not_get_in(app, user):
    client, attacker = app.test_client(), app.test_client()
    attacker.get("/login")
    client.set_cookie("tierline", attacker.get_cookie("tierline").value)
    before = form_token(client, "/login")
    enter(client, user, PASSWORD)
    assert attacker.get("/me").status_code == 302
    assert form_token(client, "/me") != before


def test_signing_in_goes_where_one_wanted_to_go_but_never_elsewhere(client, user):
    assert client.get("/me").location == "/login?next=/me"
    token = form_token(client, "/login?next=/me")
    form = {"email": user, "password": PASSWORD, "csrf_token": token}
    assert client.post("/login?next=/me", data=form).location == "/me"


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "/\\evil.example",
        "https:evil.example",
        "https://evil.example/",
        "\t//evil",
    ],
)
def test_next_never_leads_to_another_host(client, user, target):
    answer = enter(client, user, PASSWORD, next=target)
    location = answer.location or "/"
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))


def test_too_many_failures_slow_one_account_down_and_no_other(app, user):
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = "192.0.2.7"
    token = form_token(client, "/login")
    form = {"email": user, "password": "wrong", "csrf_token": token}
    answers = [client.post("/login", data=form).status_code for _ in range(12)]
    assert answers[:10] == [200] * 10
    assert answers[10:] == [429] * 2
    other = {**form, "email": f"x-{uuid.uuid4().hex}@example.com"}
    assert client.post("/login", data=other).status_code == 200


def test_one_company_leads_straight_in_and_two_offer_a_choice(app, user, tenant, other_tenant):
    make_member(app, tenant, "viewer", email=user)
    client = app.test_client()
    enter(client, user, PASSWORD)
    assert client.get("/switch").location == f"/t/{tenant.slug}/"
    make_member(app, other_tenant, "manager", email=user)
    page = client.get("/switch")
    assert page.status_code == 200
    assert f"/t/{tenant.slug}/" in page.text
    assert f"/t/{other_tenant.slug}/" in page.text
    assert "Manager" in page.text


def test_a_user_switched_off_is_out_at_once(app, user):
    client = app.test_client()
    enter(client, user, PASSWORD)
    switch(app, user, active=False)
    assert client.get("/me").status_code == 302
    assert "wrong" in enter(app.test_client(), user, PASSWORD).text
    switch(app, user, active=True)
    assert client.get("/me").status_code == 302, "the session has ended for good"
    assert enter(app.test_client(), user, PASSWORD).location == "/switch"


def switch(app, user, *, active):
    """Switch a user on or off."""
    with app.app_context():
        service.set_active(queries.get_user(user), active)
        db.session.commit()


def test_the_form_token_of_a_program_is_not_asked_for_but_its_cookie_does_not_count(
    app, tenant, other_tenant
):
    owner = make_member(app, tenant)
    browser = sign_in(app, owner)
    address = f"/api/v1/t/{tenant.slug}/me"
    assert browser.get(address).status_code == 200
    for header in ("Bearer wrong", "Basic eDp5", "Bearer", "bearer  "):
        assert browser.get(address, headers={"Authorization": header}).status_code == 401
    other = make_token(app, make_member(app, other_tenant))
    assert browser.get(address, headers={"Authorization": f"Bearer {other}"}).status_code == 401
    assert program(app, make_token(app, owner)).get(address).status_code == 200


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/130 Safari/537 Edg/130", "Edge, Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/130 Safari/537", "Chrome, Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18) Safari/604 MicroMessenger/8", "WeChat, iPhone"),
        ("curl/8.1", "curl/8.1"),
        ("", ""),
    ],
)
def test_a_session_is_known_by_its_browser(agent, name):
    assert browser_name(agent) == name
