"""`tierline audit`: verifying the chains."""

from __future__ import annotations

import click

from tierline.audit.queries import Verification, verify_chain
from tierline.console import Exit, finish, json_option, show
from tierline.db import tenant_scope
from tierline.tenancy.queries import get_tenant, list_tenants


@click.group("audit")
def command() -> None:
    """Verify who did what."""


def _verify(slug: str | None) -> Verification:
    if slug is None:
        return verify_chain()
    with tenant_scope(get_tenant(slug).id):
        return verify_chain()


def _line(name: str, found: Verification) -> str:
    if found.good:
        return f"{name}: {found.entries} entries, the chain holds"
    return f"{name}: entry {found.bad_position} {found.problem}"


@command.command()
@click.option("--tenant", "slug", metavar="SLUG", help="Only this tenant's chain.")
@json_option
def verify(slug: str | None, as_json: bool) -> None:
    """Verify every chain; exit code 3 and the first bad entry where one does not hold."""
    names = [slug] if slug else [None, *(tenant.slug for tenant in list_tenants())]
    found = {name or "platform": _verify(name) for name in names}
    result = {
        name: {"entries": each.entries, "bad": each.bad_position, "problem": each.problem}
        for name, each in found.items()
    }
    show(result, as_json, [_line(name, each) for name, each in found.items()])
    finish(Exit.DONE if all(each.good for each in found.values()) else Exit.ATTENTION)
