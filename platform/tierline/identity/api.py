"""Members, tokens and oneself in the API."""

from __future__ import annotations

import uuid
from typing import Any

from flask import g

from tierline.access.decision import decide, get_subject
from tierline.access.permissions import permissions
from tierline.api import ApiBlueprint, page_of
from tierline.db.paging import keyset_page
from tierline.identity import queries, service, token_service
from tierline.identity.models import ApiToken
from tierline.identity.permissions import MANAGE, MANAGE_TOKENS, READ, READ_TOKENS
from tierline.identity.schemas import (
    CreatedToken,
    Invitation,
    MemberPage,
    MemberQuery,
    MemberSchema,
    MeSchema,
    RoleChange,
    TokenPage,
    TokenQuery,
    TokenRequest,
    TokenSchema,
    shown_member,
)

api = ApiBlueprint("people", __name__, description="Members and API tokens")


@api.get("/me", permission=READ)
@api.response(200, MeSchema)
def me() -> dict[str, Any]:
    """Show who you are here, and what you may do."""
    subject = get_subject()
    allowed = [key for key, each in sorted(permissions().items()) if decide(subject, each).allowed]
    return {
        "name": subject.name,
        "role": subject.role.value,
        "membership_id": subject.membership_id,
        "token_id": subject.token_id,
        "tenant": g.tenant.slug,
        "permissions": allowed,
    }


@api.get("/members", permission=READ)
@api.arguments(MemberQuery, location="query")
@api.response(200, MemberPage)
def list_members(query: dict[str, Any]) -> dict[str, Any]:
    """List the members, past ones too, in the order in which they came."""
    found = keyset_page(queries.members(), queries.BY_SINCE, query.get("cursor"), query["limit"])
    return page_of(found, shown_member)


@api.post("/members", permission=MANAGE)
@api.arguments(Invitation)
@api.response(201, MemberSchema)
def invite_member(invitation: dict[str, Any]) -> dict[str, Any]:
    """Make a person a member; a mail says so."""
    return shown_member(service.invite_member(**invitation))


@api.get("/members/<uuid:membership_id>", permission=READ)
@api.response(200, MemberSchema)
def show_member(membership_id: uuid.UUID) -> dict[str, Any]:
    """Show one member."""
    return shown_member(queries.get_membership(membership_id))


@api.patch("/members/<uuid:membership_id>", permission=MANAGE)
@api.arguments(RoleChange)
@api.response(200, MemberSchema)
def change_member(change: dict[str, Any], membership_id: uuid.UUID) -> dict[str, Any]:
    """Give a member another role and another end."""
    return shown_member(service.change_role(membership_id, **change))


@api.delete("/members/<uuid:membership_id>", permission=MANAGE)
@api.response(204)
def deactivate_member(membership_id: uuid.UUID) -> None:
    """End a membership at once, with its tokens. What the person did stays."""
    service.deactivate_member(membership_id)


@api.get("/tokens", permission=READ_TOKENS)
@api.arguments(TokenQuery, location="query")
@api.response(200, TokenPage)
def list_tokens(query: dict[str, Any]) -> dict[str, Any]:
    """List the API tokens, newest first, without their secrets."""
    order = queries.NEWEST_TOKEN
    return page_of(keyset_page(queries.tokens(), order, query.get("cursor"), query["limit"]))


@api.post("/tokens", permission=MANAGE_TOKENS)
@api.arguments(TokenRequest)
@api.response(201, CreatedToken)
def create_token(wanted: dict[str, Any]) -> dict[str, Any]:
    """Make a token. Its secret is in this answer and never shown again."""
    token, secret = token_service.create_token(**wanted)
    shown: dict[str, Any] = TokenSchema().dump(token)
    return {**{name: getattr(token, name) for name in shown}, "secret": secret}


@api.get("/tokens/<uuid:token_id>", permission=READ_TOKENS)
@api.response(200, TokenSchema)
def show_token(token_id: uuid.UUID) -> ApiToken:
    """Show one token."""
    return queries.get_token(token_id)


@api.delete("/tokens/<uuid:token_id>", permission=MANAGE_TOKENS)
@api.response(204)
def revoke_token(token_id: uuid.UUID) -> None:
    """Revoke a token."""
    token_service.revoke_token(token_id)
