"""Setting, resetting and changing a password; one's own settings; the commands."""

from __future__ import annotations

import re
import uuid

import pytest
from click.testing import CliRunner

from people import make_member, sign_in
from tierline.db import db
from tierline.errors import Conflict, Invalid
from tierline.identity import queries, service
from tierline.identity.commands import command

OLD, NEW = "correct horse battery", "seven quiet mountains"


@pytest.fixture
def user(app):
    """Create a user with a password; return the e-mail."""
    email = f"u-{uuid.uuid4().hex[:10]}@example.com"
    with app.app_context():
        service.create_user(email, "Li Na", OLD)
        db.session.commit()
    return email


def enter(app, email, password):
    """Return a browser that tried to sign in, and whether it succeeded."""
    client = app.test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/login").text)[1]
    form = {"email": email, "password": password, "csrf_token": token}
    return client, client.post("/login", data=form).status_code == 302


def post_form(client, address, **form):
    """Post to a page with the token that its form holds."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(address).text)[1]
    return client.post(address, data={**form, "csrf_token": token})


def test_a_forgotten_password_is_reset_by_mail_and_ends_all_sessions(app, user, capsys):
    other, _ = enter(app, user, OLD)
    answer = post_form(app.test_client(), "/reset", email=user)
    mail = capsys.readouterr().out
    assert f"Mail to {user}" in mail
    assert "on its way" in answer.text
    link = re.search(r"http://localhost:8000(/reset/\S+)", mail)[1]
    client = app.test_client()
    done = post_form(client, link, password=NEW, password_confirm=NEW)
    assert done.location == "/login"
    assert other.get("/me").status_code == 302
    assert not enter(app, user, OLD)[1]
    assert enter(app, user, NEW)[1]
    assert client.get(link).location == "/reset"


def test_asking_to_reset_tells_nobody_whether_an_e_mail_is_known(app, user, capsys):
    known = post_form(app.test_client(), "/reset", email=user)
    assert capsys.readouterr().out
    unknown = post_form(app.test_client(), "/reset", email=f"{uuid.uuid4().hex}@example.com")
    assert not capsys.readouterr().out
    pages = [re.sub(r'(nonce|value|content)="[^"]*"', "", page.text) for page in (known, unknown)]
    assert pages[0] == pages[1]


def test_the_link_leads_to_our_address_whatever_the_host_header_says(app, user, capsys):
    client = app.test_client()
    client.environ_base["HTTP_HOST"] = "evil.example"
    post_form(client, "/reset", email=user)
    mail = capsys.readouterr().out
    assert "evil" not in mail


@pytest.mark.parametrize("password", ["short", "password1234", "tierline12"])
def test_a_weak_new_password_is_refused_with_the_reason(app, user, capsys, password):
    post_form(app.test_client(), "/reset", email=user)
    link = re.search(r"http://localhost:8000(/reset/\S+)", capsys.readouterr().out)[1]
    answer = post_form(app.test_client(), link, password=password, password_confirm=password)
    assert answer.status_code == 200
    assert "field-error" in answer.text


def test_changing_the_password_keeps_this_session_and_ends_the_others(app, user):
    here, _ = enter(app, user, OLD)
    there, _ = enter(app, user, OLD)
    form = {"password": OLD, "new_password": NEW, "new_password_confirm": NEW}
    assert post_form(here, "/change", **form).location == "/me"
    assert here.get("/me").status_code == 200
    assert there.get("/me").status_code == 302


def test_other_sessions_can_be_ended(app, user):
    here, _ = enter(app, user, OLD)
    there, _ = enter(app, user, OLD)
    assert "Sign out everywhere else" in here.get("/me").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', here.get("/me").text)[1]
    assert here.post("/me/sessions/end", data={"csrf_token": token}).status_code == 303
    assert here.get("/me").status_code == 200
    assert there.get("/me").status_code == 302


def test_ones_own_name_and_language_are_kept(app, tenant):
    person = make_member(app, tenant)
    browser = sign_in(app, person)
    assert browser.post("/me", data={"name": "王芳", "locale": "zh_CN"}).status_code == 303
    assert browser.get_cookie("locale").value == "zh_CN"
    assert "王芳" in browser.get("/me").text
    wrong = browser.post("/me", data={"name": "x" * 200, "locale": "xx"})
    assert wrong.status_code == 422


def test_the_operator_is_made_once(app):
    email = f"op-{uuid.uuid4().hex[:8]}@example.com"
    with app.app_context():
        user, password = service.create_operator(email)
        assert user.operator
        assert len(password) >= 20
        assert service.create_operator(email) == (user, None)
        db.session.commit()
    assert enter(app, email, password)[1]


def test_a_user_is_made_once_and_properly(app, user):
    with app.app_context():
        with pytest.raises(Conflict):
            service.create_user(user.upper())
        with pytest.raises(Invalid) as caught:
            service.create_user(f"{uuid.uuid4().hex}@example.com", password="password1234")
        assert "password" in caught.value.fields


def run(app, *arguments, **options):
    """Run `tierline users …` inside the application."""
    with app.app_context():
        return CliRunner().invoke(command, arguments, catch_exceptions=False, **options)


def test_users_are_managed_from_the_command_line(app, tenant):
    email = f"cli-{uuid.uuid4().hex[:8]}@example.com"
    made = run(app, "create", email, "--name", "Ops", "--password-stdin", input=f"{NEW}\n")
    assert made.exit_code == 0
    assert NEW not in made.output
    assert enter(app, email, NEW)[1]
    granted = run(app, "grant", email, "--tenant", tenant.slug, "--role", "owner")
    assert "owner" in granted.output
    listed = run(app, "list", "--json").output
    assert email in listed
    assert tenant.slug in listed
    other = run(app, "grant", "new-" + email, "--tenant", tenant.slug, "--role", "owner")
    assert other.exit_code == 0
    assert run(app, "grant", email, "--tenant", tenant.slug, "--role", "viewer").exit_code == 0
    assert run(app, "revoke", email, "--tenant", tenant.slug).exit_code == 0
    with app.app_context():
        assert queries.companies_of(queries.get_user(email).id) == []
    assert "/reset/" in run(app, "password-link", email).output
    assert run(app, "deactivate", email).exit_code == 0
    assert not enter(app, email, NEW)[1]
    assert "switched on" in run(app, "activate", email).output
    assert enter(app, email, NEW)[1]
