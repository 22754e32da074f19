"""Making and revoking API tokens."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable

from flask_babel import gettext as _
from sqlalchemy import func, update

from tierline.access.decision import require
from tierline.access.permissions import permissions
from tierline.audit.service import record
from tierline.db import db
from tierline.errors import Conflict, Forbidden, Invalid
from tierline.identity.models import ApiToken, Membership
from tierline.identity.permissions import MANAGE_TOKENS
from tierline.identity.queries import get_token
from tierline.identity.tokens import make_token
from tierline.tenancy.queries import current_tenant

LONGEST = datetime.timedelta(days=366)
LONGEST_NAME = 80
COMMON_SCOPES = ("*.read", "*.write")


def create_token(
    name: str, scopes: Iterable[str], expires_at: datetime.datetime
) -> tuple[ApiToken, str]:
    """Make a token for the acting member; return it with its secret, which is kept nowhere.

    Scopes are permissions ("accounts.read"), all of an area ("accounts.*"), all reading ("*.read"),
    all writing ("*.write") or everything ("*"). Raises Invalid; Forbidden for anybody but a member
    who is signed in, so that no token makes another one.
    """
    subject = require(MANAGE_TOKENS)
    if subject.membership_id is None or subject.token_id is not None:
        raise Forbidden(_("Only a member who is signed in can make a token."))
    made = make_token(current_tenant().slug)
    token = ApiToken(
        membership_id=subject.membership_id,
        name=_checked_name(name),
        prefix=made.prefix,
        hash=made.hash,
        scopes=_checked_scopes(scopes),
        expires_at=_checked_expiry(expires_at),
    )
    db.session.add(token)
    db.session.flush()
    about = {"name": token.name, "scopes": token.scopes, "expires_at": token.expires_at}
    record("tokens.create", token, about)
    return token, made.secret


def revoke_token(token_id: uuid.UUID) -> ApiToken:
    """End a token at once; raises NotFound, or Conflict where it is revoked already."""
    require(MANAGE_TOKENS)
    token = get_token(token_id)
    if token.revoked_at is not None:
        raise Conflict(_("The token is revoked already."))
    token.revoked_at = datetime.datetime.now(datetime.UTC)
    record("tokens.revoke", token, {"name": token.name})
    db.session.flush()
    return token


def revoke_tokens_of(membership: Membership) -> int:
    """End every token that the member made; return how many ended."""
    statement = (
        update(ApiToken)
        .where(ApiToken.membership_id == membership.id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=func.now())
        .returning(ApiToken.id)
        .execution_options(synchronize_session=False)
    )
    return len(db.session.execute(statement).all())


def known_scopes() -> list[str]:
    """Return every scope that a token may hold."""
    known = permissions()
    areas = sorted({each.area for each in known.values()})
    return ["*", *COMMON_SCOPES, *(f"{area}.*" for area in areas), *sorted(known)]


def _checked_name(name: str) -> str:
    plain = name.strip()
    if not plain or len(plain) > LONGEST_NAME or "\x00" in plain:
        problem = _("must have 1 to %(number)s characters", number=LONGEST_NAME)
        message = _("The token's name %(problem)s.", problem=problem)
        raise Invalid(message, fields={"name": [problem]})
    return plain


def _checked_scopes(scopes: Iterable[str]) -> list[str]:
    chosen = sorted(set(scopes))
    unknown = sorted(set(chosen) - set(known_scopes()))
    if not chosen:
        message = _("Choose what the token may do.")
        raise Invalid(message, fields={"scopes": [_("must not be empty")]})
    if unknown:
        problem = _("unknown: %(names)s", names=", ".join(unknown))
        message = _("There is no such scope: %(names)s.", names=", ".join(unknown))
        raise Invalid(message, fields={"scopes": [problem]})
    return chosen


def _checked_expiry(expires_at: datetime.datetime) -> datetime.datetime:
    now = datetime.datetime.now(datetime.UTC)
    if not now < expires_at <= now + LONGEST:
        problem = _("must be in the future and within a year")
        message = _("The token's end %(problem)s.", problem=problem)
        raise Invalid(message, fields={"expires_at": [problem]})
    return expires_at
