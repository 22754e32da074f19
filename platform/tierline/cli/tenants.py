"""`tierline tenants`: companies, created one by one or from their files."""

from __future__ import annotations

import click
from flask import current_app

from tierline.console import in_platform, json_option, show
from tierline.instance.tenants import apply_tenant_files
from tierline.provision import create_company
from tierline.tenancy.queries import list_tenants
from tierline.tenancy.service import LOCALES


@click.group("tenants")
def command() -> None:
    """Create and list tenants, and apply their files."""


@command.command("create")
@click.argument("slug")
@click.option("--name", required=True, help="The company's name.")
@click.option("--locale", type=click.Choice(LOCALES), default="en", show_default=True)
@click.option("--time-zone", default="Asia/Shanghai", show_default=True, metavar="ZONE")
@click.option("--currency", default="CNY", show_default=True, metavar="CODE")
@json_option
def create(slug: str, name: str, locale: str, time_zone: str, currency: str, as_json: bool) -> None:
    """Create the tenant SLUG, with the plugins that every tenant begins with."""
    create_company(slug, name, locale, time_zone=time_zone, currency=currency)
    show({"slug": slug, "name": name, "locale": locale}, as_json, [f"Created {slug}."])


@command.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List all tenants."""
    with in_platform():
        rows = [
            {"slug": each.slug, "name": each.name, "locale": each.locale, "currency": each.currency}
            for each in list_tenants()
        ]
    show({"tenants": rows}, as_json, [f"{row['slug']:<24} {row['name']}" for row in rows])


@command.command("apply")
@json_option
def apply(as_json: bool) -> None:
    """Create the tenants of tenants/*.yaml that are missing."""
    created = apply_tenant_files(current_app._get_current_object())  # type: ignore[attr-defined]
    show({"created": created}, as_json, [f"Created {slug}." for slug in created] or ["All there."])
