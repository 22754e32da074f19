"""Sign-in sessions: a row each, so that signing out ends one on the server, whatever a cookie says.

The signed cookie holds the row's id; it ends by itself after a week without use, and a session
after a month at most.
"""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from flask import Flask, g, request, session
from flask_login import user_logged_out
from flask_security.signals import user_authenticated
from flask_security.utils import set_request_attr
from sqlalchemy import func, select, update

from tierline.audit.service import record
from tierline.db import db
from tierline.identity import queries
from tierline.identity.models import AppUser, LoginSession
from tierline.identity.queries import SignIn

KEY = "session_id"
CSRF_KEY = "csrf_token"
IDLE = datetime.timedelta(days=7)
LONGEST = datetime.timedelta(days=30)
BROWSER_LENGTH = 60

# In the order in which they are told apart: most name others as well.
BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def load_user(uniquifier: str) -> AppUser | None:
    """Return the user of the request's session if both still live, else None."""
    found = find_sign_in()
    if found is None or found.user.fs_uniquifier != uniquifier:
        return None
    set_request_attr("fs_authn_via", "session")  # Flask-Security's own pages ask for it
    set_request_attr("fs_paa", session.get("fs_paa", 0))
    user: AppUser = db.session.merge(found.user, load=False)  # a change of it is to be kept
    return user


def find_sign_in() -> SignIn | None:
    """Return whom the request's session signs in and where to, or None; read once a request."""
    session_id = current_session_id()
    if session_id is None:
        return None
    if g.get("sign_in_of") != session_id:
        oldest = datetime.datetime.now(datetime.UTC) - LONGEST
        g.sign_in, g.sign_in_of = queries.find_sign_in(session_id, oldest), session_id
    found: SignIn | None = g.sign_in
    return found


def current_session_id() -> uuid.UUID | None:
    """Return the id of the request's session, or None where its cookie names none."""
    try:
        return uuid.UUID(session[KEY])
    except (KeyError, ValueError, TypeError):
        return None


def browser_name(agent: str) -> str:
    """Return which browser a User-Agent header names, and on what: "Firefox, Windows"."""
    browser = next((name for mark, name in BROWSERS if mark in agent), "")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    return ", ".join(part for part in (browser, system) if part) or agent[:BROWSER_LENGTH]


def begin(user: AppUser, browser: str = "") -> LoginSession:
    """Begin a session of the user in the database."""
    begun = LoginSession(user_id=user.id, browser=browser_name(browser))
    db.session.add(begun)
    db.session.flush()
    return begun


def end(session_id: uuid.UUID) -> None:
    """End one session."""
    _end(LoginSession.id == session_id)


def end_all(user: AppUser, but: uuid.UUID | None = None) -> int:
    """End the user's sessions, but for one where it is named; return how many ended."""
    others = LoginSession.user_id == user.id
    return _end(others if but is None else others & (LoginSession.id != but))


def _end(which: Any) -> int:
    statement = (
        update(LoginSession)
        .where(which, LoginSession.ended_at.is_(None))
        .values(ended_at=func.now())
        .returning(LoginSession.id)
        .execution_options(synchronize_session=False)
    )
    return len(db.session.execute(statement).all())


def open_sessions(user: AppUser) -> list[LoginSession]:
    """Return the user's live sessions, newest first."""
    oldest = datetime.datetime.now(datetime.UTC) - LONGEST
    statement = (
        select(LoginSession)
        .where(
            LoginSession.user_id == user.id,
            LoginSession.ended_at.is_(None),
            LoginSession.started_at > oldest,
        )
        .order_by(LoginSession.started_at.desc())
    )
    return list(db.session.scalars(statement))


def install(app: Flask) -> None:
    """Tie the rows to what Flask-Security does; a cookie without use ends after IDLE."""
    app.config["PERMANENT_SESSION_LIFETIME"] = IDLE
    user_authenticated.connect(_signed_in, app)
    user_logged_out.connect(_signed_out, app)


def _signed_in(app: Flask, user: AppUser, authn_via: list[str] | None = None, **_: Any) -> None:
    """Begin a new session in place of any that the cookie had, with a new form token."""
    before = current_session_id()
    if before is not None:
        end(before)
    for place in (session, g):
        place.pop(CSRF_KEY, None)
    session[KEY] = str(begin(user, request.user_agent.string).id)
    session.permanent = True
    how = {"by": authn_via or [], "address": request.remote_addr}
    record("identity.sign_in", user, how, actor=user.email)


def _signed_out(app: Flask, user: AppUser | None = None, **_: Any) -> None:
    ended = current_session_id()
    if ended is not None:
        end(ended)
    session.clear()
    if isinstance(user, AppUser):
        record("identity.sign_out", user, actor=user.email)
