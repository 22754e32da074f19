"""Members, tokens and oneself as the API shows them, and the forms of the pages."""

from __future__ import annotations

import datetime
from typing import Any
from zoneinfo import ZoneInfo

import marshmallow as ma

from tierline.access.permissions import Role
from tierline.api import PageQuery, Schema, page_schema
from tierline.identity.models import Membership
from tierline.tenancy.queries import current_tenant

ROLES = ma.validate.OneOf([role.value for role in Role])


class MemberSchema(Schema):
    """A member: a person with a role in this tenant."""

    id = ma.fields.UUID(required=True)
    name = ma.fields.String(required=True)
    email = ma.fields.String(required=True)
    role = ma.fields.String(required=True, validate=ROLES)
    state = ma.fields.String(
        required=True, metadata={"description": "active, invited, expired or deactivated"}
    )
    expires_at = ma.fields.AwareDateTime(required=True, allow_none=True)
    created_at = ma.fields.AwareDateTime(required=True)


class RoleChange(Schema):
    """A member's role, and when the membership ends (needed for a consultant)."""

    role = ma.fields.Enum(Role, by_value=True, required=True)
    expires_at = ma.fields.AwareDateTime(load_default=None, allow_none=True)


class Invitation(RoleChange):
    """Who is to become a member."""

    email = ma.fields.String(required=True, validate=ma.validate.Length(3, 254))
    name = ma.fields.String(load_default="", validate=ma.validate.Length(max=120))
    locale = ma.fields.String(load_default="en", validate=ma.validate.OneOf(["en", "zh_CN"]))


class TokenSchema(Schema):
    """An API token, without its secret."""

    id = ma.fields.UUID(required=True)
    name = ma.fields.String(required=True)
    prefix = ma.fields.String(required=True)
    scopes = ma.fields.List(ma.fields.String(), required=True)
    state = ma.fields.String(required=True, metadata={"description": "active, expired or revoked"})
    expires_at = ma.fields.AwareDateTime(required=True)
    last_used_at = ma.fields.AwareDateTime(required=True, allow_none=True)
    created_at = ma.fields.AwareDateTime(required=True)


class CreatedToken(TokenSchema):
    """A token as it is made: the only time that its secret is shown."""

    secret = ma.fields.String(required=True)


class TokenRequest(Schema):
    """What a new token is called, what it may do, and until when."""

    name = ma.fields.String(required=True, validate=ma.validate.Length(1, 80))
    scopes = ma.fields.List(
        ma.fields.String(validate=ma.validate.Length(1, 100)),
        required=True,
        validate=ma.validate.Length(1, 200),
        metadata={"description": 'permissions, "<area>.*", "*.read", "*.write" or "*"'},
    )
    expires_at = ma.fields.AwareDateTime(required=True)


class MeSchema(Schema):
    """Who acts, where, and what it may do."""

    name = ma.fields.String(required=True)
    role = ma.fields.String(required=True, validate=ROLES)
    membership_id = ma.fields.UUID(required=True, allow_none=True)
    token_id = ma.fields.UUID(required=True, allow_none=True)
    tenant = ma.fields.String(required=True, metadata={"description": "the tenant's slug"})
    permissions = ma.fields.List(ma.fields.String(), required=True)


MemberPage = page_schema(MemberSchema)
TokenPage = page_schema(TokenSchema)
MemberQuery = PageQuery
TokenQuery = PageQuery


def shown_member(membership: Membership) -> dict[str, Any]:
    """Return a membership as MemberSchema wants it."""
    return {
        "id": membership.id,
        "name": membership.name,
        "email": membership.user.email,
        "role": membership.role,
        "state": membership.state,
        "expires_at": membership.expires_at,
        "created_at": membership.created_at,
    }


def end_of_day(day: str | None) -> datetime.datetime | None:
    """Return the end of a day ("2026-11-30") in the tenant's time zone, None for no day.

    Raises ValueError for anything else.
    """
    if not day:
        return None
    last = datetime.datetime.combine(datetime.date.fromisoformat(day), datetime.time.max)
    return last.replace(microsecond=0, tzinfo=ZoneInfo(current_tenant().time_zone))
