"""Sign-in by Flask-Security, and who acts: the session's member, or the bearer token's.

Only the flows that we use are on: signing in and out, resetting and changing a password, all as
forms. A request with an Authorization header is judged by that alone, never by its cookie.
"""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

from flask import Flask, request
from flask_babel import force_locale, gettext
from flask_login import current_user
from flask_security import MailUtil, RoleMixin, Security, SQLAlchemyUserDatastore
from flask_security.signals import (
    password_changed,
    password_reset,
    reset_password_instructions_sent,
)

import tierline
from tierline.access.decision import Subject
from tierline.access.permissions import role_name
from tierline.audit.service import record
from tierline.audit.words import actor_name
from tierline.config import Settings
from tierline.db import db
from tierline.errors import Forbidden, Unauthenticated
from tierline.identity import limits, queries, sessions
from tierline.identity.forms import SignInForm
from tierline.identity.messages import MESSAGES, SUBJECTS
from tierline.identity.models import AppUser
from tierline.identity.passwords import SHORTEST, PasswordRules
from tierline.mail import Message, address_of, render, send_soon
from tierline.mail.service import install as install_mail
from tierline.tenancy.models import Tenant
from tierline.tenancy.queries import find_tenant
from tierline.web.guards import ANYONE, SIGNED_IN, guards
from tierline.web.language import babel_name

RESET_LIFETIME = datetime.timedelta(hours=24)

# OWASP's password storage cheat sheet: argon2id with 19 MiB, two passes, one lane.
ARGON2 = {"argon2__memory_cost": 19456, "argon2__rounds": 2, "argon2__parallelism": 1}


class Mailer(MailUtil):
    """Reads e-mails as users are kept, and sends what Flask-Security has rendered."""

    def normalize(self, email: str) -> str:
        """Return an e-mail's normal form; raises a ValueError where it is none."""
        return queries.normal_email(super().normalize(email.strip()))

    def validate(self, email: str) -> str:
        """Return an e-mail's normal form; raises a ValueError where it is none."""
        return self.normalize(email)

    def send_mail(
        self,
        template: str,
        subject: str,
        recipient: str | tuple[str, str],
        sender: str | tuple[str, str],
        body: str | None,
        html: str | None,
        **context: Any,
    ) -> None:
        """Send a mail in its reader's language, without letting the caller wait."""
        with force_locale(babel_name(context["user"].locale)):
            told = gettext(SUBJECTS[template.rpartition("/")[2]])
            send_soon(Message(str(recipient), told, render(f"{template}.txt", **context)))


def install(app: Flask) -> None:
    """Install sign-in: its pages, guards, limits, sessions and audit entries."""
    install_mail(app)
    _configure(app)
    datastore = SQLAlchemyUserDatastore(db, AppUser, RoleMixin)
    security = Security(
        app,
        datastore,
        login_form=SignInForm,
        mail_util_cls=Mailer,
        password_util_cls=PasswordRules,
    )
    security.want_json(lambda request: False)
    _keep_to_sessions(app, security)
    sessions.install(app)
    limits.install(app)
    guards(app).update(
        {
            "security.login": ANYONE,
            "security.logout": ANYONE,
            "security.forgot_password": ANYONE,
            "security.reset_password": ANYONE,
            "security.change_password": SIGNED_IN,
        }
    )
    for signal, note in AUDITED.items():
        signal.connect(note, app)
    app.add_template_filter(role_name)
    app.add_template_filter(actor_name)
    app.jinja_env.globals.update(address_of=address_of, tenants_of_user=tenants_of_user)
    app.context_processor(lambda: {"shortest_password": SHORTEST})


def _as_typed(identity: str) -> str:
    """Leave an identity as it is: the form has brought it to its normal form."""
    return identity


def _configure(app: Flask) -> None:
    settings: Settings = app.extensions["tierline.settings"]
    values: dict[str, Any] = {
        "RECOVERABLE": True,
        "USER_IDENTITY_ATTRIBUTES": [{"email": {"mapper": _as_typed, "case_insensitive": False}}],
        "CHANGEABLE": True,
        "RETURN_GENERIC_RESPONSES": True,
        "JOIN_USER_ROLES": False,
        "STATIC_FOLDER": None,
        "FRESHNESS": datetime.timedelta(seconds=-1),
        "API_ENABLED_METHODS": ["session"],
        "CLI_USERS_NAME": None,
        "CLI_ROLES_NAME": None,
        "PASSWORD_SINGLE_HASH": ["argon2"],
        "PASSWORD_SCHEMES": ["argon2"],
        "PASSWORD_HASH_PASSLIB_OPTIONS": ARGON2,
        "PASSWORD_LENGTH_MIN": SHORTEST,
        "RESET_PASSWORD_WITHIN": RESET_LIFETIME,
        "EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
        "EMAIL_SENDER": settings.mail_sender,
        "EMAIL_HTML": False,
        "POST_LOGIN_VIEW": "/switch",
        "POST_LOGOUT_VIEW": "/login",
        "POST_CHANGE_VIEW": "/me",
        "I18N_DOMAIN": "messages",
        "I18N_DIRNAME": str(Path(tierline.__file__).parent / "translations"),
    }
    app.config.update({f"SECURITY_{key}": value for key, value in values.items()})
    app.config.update({f"SECURITY_MSG_{key}": value for key, value in MESSAGES.items()})


def _keep_to_sessions(app: Flask, security: Security) -> None:
    """Load users by our session rows only; leave Flask-Security's own tokens and needs aside."""
    security.login_manager.user_loader(sessions.load_user)
    security.login_manager.request_loader(lambda request: None)
    # Flask-Principal would load the user outside the edge's transaction, for static files too.
    app.before_request_funcs[None].remove(security.principal._on_before_request)


def bearer_token() -> str | None:
    """Return the request's bearer token, or None without an Authorization header.

    Raises Unauthenticated for a header that holds anything else: it spared the request the check
    against forgery, so the cookie must not count.
    """
    header = request.headers.get("Authorization")
    if header is None:
        return None
    kind, _, token = header.partition(" ")
    if kind.lower() != "bearer" or not token:
        raise Unauthenticated(gettext("Send the token as: Authorization: Bearer <token>."))
    return token


def find_asked_tenant(slug: str) -> Tenant | None:
    """Return the tenant of an address as far as the caller may know of it, else None.

    A token is judged in the tenant's scope, a session has read where its user may go.
    """
    if bearer_token() is not None:
        return find_tenant(slug)
    found = _find_sign_in()
    company = found.find_company(slug) if found is not None else None
    return company.tenant if company is not None else None


def identify(tenant: Tenant) -> Subject | None:
    """Return who acts in the tenant in scope: the token's or the session's member, or None.

    Raises Unauthenticated for a token that is not valid here.
    """
    token = bearer_token()
    if token is not None:
        return queries.get_token_subject(token, tenant.slug)
    found = _find_sign_in()
    company = found.find_company(tenant.slug) if found is not None else None
    if found is None or company is None:
        return None
    db.session.add(signed_in_user())  # from the session before the tenant was known
    return found.subject_in(company)


def _find_sign_in() -> queries.SignIn | None:
    """Return whom the session signs in, if anyone, and where that person may go."""
    return sessions.find_sign_in() if signed_in_user() is not None else None


def is_signed_in() -> bool:
    """Return whether a user's session carries the request; a token signs nobody in."""
    return bearer_token() is None and signed_in_user() is not None


def signed_in_user() -> AppUser | None:
    """Return the user of the request's session, or None."""
    return current_user._get_current_object() if current_user.is_authenticated else None


def get_signed_in_user() -> AppUser:
    """Return the user of the request's session; raises Unauthenticated."""
    user = signed_in_user()
    if user is None:
        raise Unauthenticated(gettext("Sign in first."))
    return user


def get_operator() -> str:
    """Return the name of the operator who acts, by a session or by a token made for it.

    A token acts for an operator only where it has the scope `plugins.install` by name: one that
    may do everything in a company was not made to change the platform. Raises Unauthenticated, and
    Forbidden for whoever is no operator.
    """
    token = bearer_token()
    user = signed_in_user() if token is None else queries.find_operator_of_token(token)
    if user is None and token is None:
        raise Unauthenticated(gettext("Sign in first."))
    if user is None or not user.operator:
        raise Forbidden(gettext("Only the platform's operators may do this."))
    return user.shown_name


def tenants_of_user() -> list[queries.Company]:
    """Return the companies that the signed-in user may enter, for the switcher."""
    user = signed_in_user() if "Authorization" not in request.headers else None
    if user is None:
        return []
    found = sessions.find_sign_in()
    return found.companies if found is not None else queries.companies_of(user.id)


def _note_reset(app: Flask, user: AppUser, **_: Any) -> None:
    sessions.end_all(user)
    record("identity.password_reset", user, actor=user.email)


def _note_change(app: Flask, user: AppUser, **_: Any) -> None:
    sessions.end_all(user, but=sessions.current_session_id())
    record("identity.password_change", user, actor=user.email)


def _note_request(app: Flask, user: AppUser, **_: Any) -> None:
    about = {"address": request.remote_addr}
    record("identity.password_reset_requested", user, about, actor="anonymous")


AUDITED = {
    password_reset: _note_reset,
    password_changed: _note_change,
    reset_password_instructions_sent: _note_request,
}

__all__ = [
    "find_asked_tenant",
    "get_signed_in_user",
    "identify",
    "install",
    "is_signed_in",
    "signed_in_user",
]
