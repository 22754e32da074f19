"""Creating users, and what a tenant does with its members: invite, change, let go."""

from __future__ import annotations

import datetime
import uuid

import email_validator
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tierline.access.decision import require
from tierline.access.permissions import Role
from tierline.audit.service import record
from tierline.db import db
from tierline.errors import Conflict, Invalid
from tierline.identity import sessions
from tierline.identity.models import AppUser, Membership
from tierline.identity.passwords import checked_hash, random_password
from tierline.identity.permissions import MANAGE
from tierline.identity.queries import (
    active_owners,
    find_membership,
    find_user,
    get_membership,
    normal_email,
)
from tierline.identity.rules import LastOwner, check_expiry, check_role_change
from tierline.identity.token_service import revoke_tokens_of
from tierline.jobs.service import enqueue
from tierline.tenancy.queries import current_tenant

LOCALES = ("en", "zh_CN")
LONGEST_NAME = 120


def create_user(
    email: str,
    name: str = "",
    password: str | None = None,
    *,
    locale: str = "en",
    operator: bool = False,
) -> AppUser:
    """Create a user, who can sign in once a password is set; raises Invalid or Conflict."""
    user = AppUser(
        email=checked_email(email),
        name=_checked_name(name),
        password=checked_hash(password, email, name) if password else None,
        active=True,
        fs_uniquifier=uuid.uuid4().hex,
        locale=_checked_locale(locale),
        operator=operator,
    )
    try:
        with db.session.begin_nested():
            db.session.add(user)
    except IntegrityError as error:
        raise Conflict(
            _("There is a user %(email)s already.", email=user.email),
            fields={"email": [_("is taken")]},
        ) from error
    about = {"email": user.email, "operator": operator}
    record("identity.create_user", user, about)
    return user


def create_operator(email: str, password: str | None = None) -> tuple[AppUser, str | None]:
    """Create the operator, who runs the platform; return it with its password, made up if need be.

    Where the user is there already, it becomes an operator, keeps its password, and None is
    returned in its place.
    """
    user = find_user(email)
    if user is None:
        secret = password or random_password()
        return create_user(email, "Operator", secret, operator=True), secret
    user.operator = True
    db.session.flush()
    return user, None


def set_active(user: AppUser, active: bool) -> AppUser:
    """Switch a user off everywhere, with all sessions and tokens at once, or on again."""
    user.active = active
    ended = 0 if active else sessions.end_all(user)
    record("identity.set_active", user, {"active": active, "sessions_ended": ended})
    db.session.flush()
    return user


def update_me(user: AppUser, name: str, locale: str) -> AppUser:
    """Change the user's own name and language."""
    before = [user.name, user.locale]
    user.name, user.locale = _checked_name(name), _checked_locale(locale)
    changes = {"name": [before[0], user.name], "locale": [before[1], user.locale]}
    record("identity.update_me", user, changes, actor=user.email)
    db.session.flush()
    return user


def end_other_sessions(user: AppUser, current: uuid.UUID | None) -> int:
    """Sign the user out everywhere else; return how many sessions ended."""
    ended = sessions.end_all(user, but=current)
    record("identity.end_sessions", user, {"ended": ended}, actor=user.email)
    return ended


def invite_member(
    email: str,
    role: Role,
    expires_at: datetime.datetime | None = None,
    *,
    name: str = "",
    locale: str | None = None,
) -> Membership:
    """Make a person a member of the tenant in scope, and send a mail that says so.

    A person unknown to the platform becomes a user, who reads the company's language unless
    `locale` says another, and the mail holds a link to set a password.
    Somebody who was a member comes back. Raises Conflict for a member, RoleTooHigh, Invalid.
    """
    membership = add_member(email, role, expires_at, name=name, locale=locale)
    enqueue("identity.send_invitation", {"membership_id": str(membership.id)})
    return membership


def add_member(
    email: str,
    role: Role,
    expires_at: datetime.datetime | None = None,
    *,
    name: str = "",
    locale: str | None = None,
    password: str | None = None,
) -> Membership:
    """Make a person a member of the tenant in scope, without a mail (commands, demonstration)."""
    actor = require(MANAGE)
    check_role_change(actor.role, None, role)
    check_expiry(role, expires_at, datetime.datetime.now(datetime.UTC))
    user = find_user(checked_email(email))
    if user is None:
        user = create_user(email, name, password, locale=locale or current_tenant().locale)
    membership = find_membership(user) or Membership(user_id=user.id, user=user)
    if membership.id is not None and membership.state in ("active", "invited"):
        message = _("%(email)s is a member already.", email=user.email)
        raise Conflict(message, fields={"email": [_("is a member already")]})
    membership.role, membership.expires_at = role.value, expires_at
    membership.deactivated_at = None
    db.session.add(membership)
    db.session.flush()
    about = {"email": user.email, "role": role.value, "expires_at": expires_at}
    record("people.invite", membership, about)
    return membership


def change_role(
    membership_id: uuid.UUID, role: Role, expires_at: datetime.datetime | None = None
) -> Membership:
    """Give a member another role, and another end; raises RoleTooHigh, LastOwner, Invalid."""
    actor = require(MANAGE)
    membership = get_membership(membership_id)
    check_role_change(actor.role, Role(membership.role), role)
    check_expiry(role, expires_at, datetime.datetime.now(datetime.UTC))
    if role is not Role.OWNER or expires_at is not None:
        _keep_an_owner(membership)
    changes = {
        "role": [membership.role, role.value],
        "expires_at": [membership.expires_at, expires_at],
    }
    membership.role, membership.expires_at = role.value, expires_at
    record("people.change_role", membership, changes)
    db.session.flush()
    return membership


def deactivate_member(membership_id: uuid.UUID) -> Membership:
    """End a membership at once, with the tokens made by it; raises RoleTooHigh, LastOwner.

    What the person did and owns stays. Its session ends here too: a membership is asked for at
    every request.
    """
    actor = require(MANAGE)
    membership = get_membership(membership_id)
    check_role_change(actor.role, Role(membership.role), None)
    if membership.deactivated_at is not None:
        raise Conflict(_("The member is deactivated already."))
    _keep_an_owner(membership)
    membership.deactivated_at = datetime.datetime.now(datetime.UTC)
    revoked = revoke_tokens_of(membership)
    record("people.deactivate", membership, {"role": membership.role, "tokens_revoked": revoked})
    db.session.flush()
    return membership


def _keep_an_owner(membership: Membership) -> None:
    """Raise LastOwner where the tenant would be left without an owner who can act for good."""
    # Owners are locked in one order, so that two who remove each other at once can't both succeed.
    if membership.role == Role.OWNER.value and membership.state in ("active", "invited"):
        _lock_owners()
        if active_owners(but=membership) == 0:
            raise LastOwner(
                _("A company keeps at least one owner. Make somebody else owner first.")
            )


def _lock_owners() -> None:
    owners = select(Membership.id).where(Membership.role == Role.OWNER.value)
    db.session.execute(owners.order_by(Membership.id).with_for_update()).all()


def checked_email(email: str) -> str:
    """Return the e-mail in its normal form; raises Invalid where it is none."""
    try:
        found = email_validator.validate_email(normal_email(email), check_deliverability=False)
    except email_validator.EmailNotValidError as error:
        raise Invalid(
            _("%(email)s is not an e-mail address.", email=email),
            fields={"email": [_("is not an e-mail address")]},
        ) from error
    return normal_email(found.normalized)


def _checked_name(name: str) -> str:
    plain = name.strip()
    if len(plain) > LONGEST_NAME or "\x00" in plain:
        problem = _("must have at most %(number)s characters", number=LONGEST_NAME)
        raise Invalid(_("The name %(problem)s.", problem=problem), fields={"name": [problem]})
    return plain


def _checked_locale(locale: str) -> str:
    if locale not in LOCALES:
        problem = _("must be one of %(known)s", known=", ".join(LOCALES))
        raise Invalid(_("The language %(problem)s.", problem=problem), fields={"locale": [problem]})
    return locale
