"""People for tests: members signed in without the cost of a password, programs with a token."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer

from tierline.access.decision import acting_as
from tierline.access.permissions import Role
from tierline.db import db
from tierline.identity import queries, service, sessions, token_service
from tierline.testing.companies import Company, working_in

CSRF = "the raw form token of tests"


@dataclass(frozen=True)
class Person:
    """A user, and the membership that it has in one company."""

    email: str
    user_id: int
    membership_id: uuid.UUID
    role: Role
    company: Company


@dataclass(frozen=True)
class Operator:
    """A user who runs the platform and is a member of no company."""

    email: str
    user_id: int


def soon(days: int = 30) -> datetime.datetime:
    """Return a moment some days ahead."""
    return datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=days)


def make_member(
    app: Flask, company: Company, role: Role | str = Role.OWNER, *, email: str | None = None
) -> Person:
    """Make somebody a member of the company: a new user unless an e-mail names one."""
    role = Role(role)
    email = email or f"{role}-{uuid.uuid4().hex[:10]}@example.com"
    with working_in(app, company):
        end = soon() if role is Role.CONSULTANT else None
        membership = service.add_member(email, role, end, name=f"A {role}")
        person = Person(email, membership.user_id, membership.id, role, company)
        db.session.commit()
    return person


def make_operator(app: Flask) -> Operator:
    """Make a new operator of the platform."""
    email = f"operator-{uuid.uuid4().hex[:10]}@example.com"
    with app.app_context():
        user, _ = service.create_operator(email)
        person = Operator(email, user.id)
        db.session.commit()
    return person


def sign_in(app: Flask, person: Person | Operator) -> FlaskClient:
    """Return a browser where the person is signed in; its requests carry the form token."""
    with app.app_context():
        user = queries.get_user(person.email)
        session_id = sessions.begin(user, "test").id
        uniquifier = user.fs_uniquifier
        db.session.commit()
    client = app.test_client()
    with client.session_transaction() as session:
        session.update(
            {"_user_id": uniquifier, "_fresh": True, sessions.KEY: str(session_id)},
            csrf_token=CSRF,
        )
    client.environ_base["HTTP_X_CSRFTOKEN"] = csrf_token(app)
    return client


def csrf_token(app: Flask) -> str:
    """Return what a form of a signed-in test browser would hold."""
    key = app.config["SECRET_KEY"]
    return str(URLSafeTimedSerializer(key, salt="wtf-csrf-token").dumps(CSRF))


def make_token(app: Flask, person: Person, *scopes: str) -> str:
    """Return the secret of a new API token of the person (who must be an administrator)."""
    with working_in(app, person.company):
        membership = queries.get_membership(person.membership_id)
        with acting_as(queries.subject_of(membership)):
            _, secret = token_service.create_token("tests", scopes or ("*",), soon())
        db.session.commit()
    return secret


def program(app: Flask, secret: str) -> FlaskClient:
    """Return a client whose requests carry the token."""
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    return client
