"""`tierline users`: users of the platform and their memberships."""

from __future__ import annotations

import datetime
import sys

import click

from tierline.access.permissions import Role
from tierline.console import in_platform, in_tenant, json_option, show, tenant_option
from tierline.identity import queries, service
from tierline.identity.models import AppUser, Membership
from tierline.identity.passwords import random_password
from tierline.identity.recovery import password_link


@click.group("users")
def command() -> None:
    """Create users, and let them into tenants."""


@command.command()
@click.argument("email")
@click.option("--name", default="", help="The person's name.")
@click.option("--locale", type=click.Choice(service.LOCALES), default="en")
@click.option("--operator", is_flag=True, help="Let the person run the platform.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@json_option
def create(
    email: str, name: str, locale: str, operator: bool, password_stdin: bool, as_json: bool
) -> None:
    """Create a user; without --password-stdin a password is made up and printed once."""
    password = sys.stdin.readline().rstrip("\n") if password_stdin else random_password()
    with in_platform():
        user = service.create_user(email, name, password, locale=locale, operator=operator)
        result = {"email": user.email, "password": None if password_stdin else password}
    lines = [f"created {result['email']}"]
    if not password_stdin:
        lines.append(f"password: {password}")
    show(result, as_json, lines)


@command.command("list")
@json_option
def list_users(as_json: bool) -> None:
    """List all users with the tenants that they may enter."""
    found = [_shown(user) for user in queries.list_users()]
    show(found, as_json, [_line(each) for each in found])


def _shown(user: AppUser) -> dict[str, object]:
    companies = {each.slug: each.role.value for each in queries.companies_of(user.id)}
    return {
        "email": user.email,
        "name": user.name,
        "active": user.active,
        "operator": user.operator,
        "tenants": companies,
    }


def _line(shown: dict[str, object]) -> str:
    marks = " operator" if shown["operator"] else ""
    tenants = shown["tenants"]
    entered = ", ".join(f"{slug} ({role})" for slug, role in tenants.items())  # type: ignore[attr-defined]
    return f"{shown['email']}{marks}: {entered or 'no tenant'}"


@command.command()
@click.argument("email")
@tenant_option
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--expires", type=click.DateTime(["%Y-%m-%d"]), help="The last day; UTC.")
@json_option
def grant(
    email: str, slug: str, role: str, expires: datetime.datetime | None, as_json: bool
) -> None:
    """Give a user a role in a tenant; a person unknown yet becomes a user."""
    end = expires and expires.replace(hour=23, minute=59, second=59, tzinfo=datetime.UTC)
    with in_tenant(slug):
        membership = _granted(email, Role(role), end)
        result = {"email": membership.user.email, "tenant": slug, "role": membership.role}
    show(result, as_json, [f"{result['email']} is {role} of {slug}"])


def _granted(email: str, role: Role, end: datetime.datetime | None) -> Membership:
    user = queries.find_user(email)
    membership = queries.find_membership(user) if user else None
    if membership is None or membership.state in ("deactivated", "expired"):
        return service.add_member(email, role, end)
    return service.change_role(membership.id, role, end)


@command.command()
@click.argument("email")
@tenant_option
@json_option
def revoke(email: str, slug: str, as_json: bool) -> None:
    """End a user's membership in a tenant, with its tokens."""
    with in_tenant(slug):
        membership = queries.get_membership_of(queries.get_user(email))
        service.deactivate_member(membership.id)
    show({"email": email, "tenant": slug}, as_json, [f"{email} can't enter {slug} any more"])


@command.command()
@click.argument("email")
@json_option
def deactivate(email: str, as_json: bool) -> None:
    """Switch a user off in every tenant: sessions and tokens stop at once."""
    _set_active(email, False, as_json)


@command.command()
@click.argument("email")
@json_option
def activate(email: str, as_json: bool) -> None:
    """Switch a user on again."""
    _set_active(email, True, as_json)


def _set_active(email: str, active: bool, as_json: bool) -> None:
    with in_platform():
        user = service.set_active(queries.get_user(email), active)
        result = {"email": user.email, "active": user.active}
    show(result, as_json, [f"{result['email']} is switched {'on' if active else 'off'}"])


@command.command("password-link")
@click.argument("email")
@json_option
def print_password_link(email: str, as_json: bool) -> None:
    """Print a link with which the user can set a new password, once, within a day."""
    with in_platform():
        link = password_link(queries.get_user(email))
    show({"email": email, "link": link}, as_json, [link])
