"""The pages of people: companies to enter, oneself, the members, the API tokens."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from itertools import groupby
from typing import Any

from flask import flash, make_response, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from tierline.access.decision import get_subject
from tierline.access.permissions import permissions, role_name
from tierline.db.paging import keyset_page
from tierline.errors import Invalid, TierlineError
from tierline.identity import forms, queries, service, sessions, token_service
from tierline.identity.permissions import (
    MANAGE,
    MANAGE_TOKENS,
    READ,
    READ_TOKENS,
)
from tierline.identity.rules import parse_role, roles_within
from tierline.identity.schemas import end_of_day
from tierline.identity.security import get_signed_in_user, tenants_of_user
from tierline.identity.words import OVER_ALL, area_name, scope_name
from tierline.web import SIGNED_IN, Pages, PublicPages, navigation_entry, page, see
from tierline.web.language import COOKIE, short_name
from tierline.web.preferences import YEAR

pages = PublicPages("identity", __name__)
people = Pages("people", __name__)
tokens = Pages("tokens", __name__)

navigation_entry("people", _l("People"), "people.list_people", "users", 92, "settings")
navigation_entry("tokens", _l("API tokens"), "tokens.list_tokens", "key", 94, "settings")


@pages.get("/switch", permission=SIGNED_IN)
def switch() -> Any:
    """Show the companies that one may enter; with only one, go straight in."""
    companies = tenants_of_user()
    if len(companies) == 1 and "stay" not in request.args:
        return redirect(companies[0].url)
    return page("identity/switch.html", companies=companies, user=get_signed_in_user())


@pages.get("/me", permission=SIGNED_IN)
def me() -> Any:
    """Show one's own settings."""
    return _show_me({})


@pages.post("/me", permission=SIGNED_IN)
def save_me() -> Any:
    """Keep one's own name and language."""
    try:
        user = service.update_me(
            get_signed_in_user(), request.form.get("name", ""), request.form.get("locale", "")
        )
    except Invalid as error:
        return _show_me(error.fields), error.status
    flash(_("Saved."), "success")
    response = make_response(redirect(url_for("identity.me"), 303))
    response.set_cookie(COOKIE, user.locale, max_age=YEAR, samesite="Lax", secure=request.is_secure)
    return response


@pages.post("/me/sessions/end", permission=SIGNED_IN)
def end_sessions() -> Response:
    """Sign oneself out everywhere else."""
    ended = service.end_other_sessions(get_signed_in_user(), sessions.current_session_id())
    flash(_("%(number)s other sessions have ended.", number=ended), "success")
    return redirect(url_for("identity.me"), 303)


def _show_me(errors: Mapping[str, Any]) -> str:
    user = get_signed_in_user()
    return page(
        "identity/me.html",
        user=user,
        errors=errors,
        sessions=sessions.open_sessions(user),
        this_session=sessions.current_session_id(),
    )


@people.get("/settings/people", permission=READ)
def list_people() -> Any:
    """Show who is a member."""
    return _show_people({})


@people.post("/settings/people", permission=MANAGE)
def invite() -> Any:
    """Invite a person."""
    try:
        membership = service.invite_member(
            request.form.get("email", ""),
            parse_role(request.form.get("role", "")),
            forms.day(request.form, "expires_on", end_of_day),
            name=request.form.get("name", ""),
            locale=short_name(),
        )
    except TierlineError as error:
        return _show_people(forms.errors(error)), error.status
    flash(_("%(name)s is a member now and gets a mail.", name=membership.name), "success")
    return see("people.list_people")


@people.post("/settings/people/<uuid:membership_id>", permission=MANAGE)
def change(membership_id: uuid.UUID) -> Any:
    """Give a member another role or another end."""
    expires_at = forms.day(request.form, "expires_on", end_of_day)
    membership = service.change_role(
        membership_id, parse_role(request.form.get("role", "")), expires_at
    )
    flash(_("The role of %(name)s is changed.", name=membership.name), "success")
    return see("people.list_people")


@people.get("/settings/people/<uuid:membership_id>", permission=MANAGE)
def show_member(membership_id: uuid.UUID) -> Any:
    """Show one member, to change or remove."""
    membership = queries.get_membership(membership_id)
    return page("identity/member.html", member=membership, roles=_role_choices())


@people.post("/settings/people/<uuid:membership_id>/deactivate", permission=MANAGE)
def deactivate(membership_id: uuid.UUID) -> Response:
    """End a membership."""
    membership = service.deactivate_member(membership_id)
    flash(_("%(name)s can't enter this company any more.", name=membership.name), "success")
    return see("people.list_people")


def _show_people(errors: Mapping[str, Any]) -> str:
    members = keyset_page(queries.members(), queries.BY_SINCE, request.args.get("cursor"))
    return page(
        "identity/people.html",
        members=members,
        errors=errors,
        values=request.form,
        roles=_role_choices(),
    )


@tokens.get("/settings/api", permission=READ_TOKENS)
def list_tokens() -> Any:
    """Show the API tokens."""
    return _show_tokens({})


@tokens.post("/settings/api", permission=MANAGE_TOKENS)
def create() -> Any:
    """Make a token, and show its secret this once."""
    try:
        expires_at = forms.day(request.form, "expires_on", end_of_day, required=True)
        scopes = request.form.getlist("scopes")
        name = request.form.get("name", "")
        token, secret = token_service.create_token(name, scopes, expires_at)
    except TierlineError as error:
        return _show_tokens(forms.errors(error)), error.status
    return page("identity/token.html", token=token, secret=secret)


@tokens.post("/settings/api/<uuid:token_id>/revoke", permission=MANAGE_TOKENS)
def revoke(token_id: uuid.UUID) -> Response:
    """End a token."""
    token = token_service.revoke_token(token_id)
    flash(_("The token %(name)s does not work any more.", name=token.name), "success")
    return see("tokens.list_tokens")


def _show_tokens(errors: Mapping[str, Any]) -> str:
    found = keyset_page(queries.tokens(), queries.NEWEST_TOKEN, request.args.get("cursor"))
    return page(
        "identity/tokens.html",
        tokens=found,
        errors=errors,
        values=request.form,
        scopes=_scope_choices(),
        scope_name=scope_name,
    )


def _role_choices() -> list[tuple[str, str]]:
    return [(role.value, role_name(role)) for role in roles_within(get_subject().role)]


def _scope_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the scopes in groups, each with its title: first those over all, then area by area."""
    over_all = [(scope, scope_name(scope)) for scope in OVER_ALL]
    groups = [(_("All areas"), over_all)]
    known = sorted(permissions().values(), key=lambda each: each.key)
    for area, found in groupby(known, key=lambda each: each.area):
        acts = [(each.key, f"{each.title} ({each.key})") for each in found]
        all_of = f"{area}.*"
        groups.append((area_name(area), [(all_of, scope_name(all_of)), *acts]))
    return groups
