"""`tierline tenants`: creating and listing companies."""

from __future__ import annotations

import click

from tierline.console import in_platform, json_option, show
from tierline.provision import create_company
from tierline.tenancy.queries import list_tenants
from tierline.tenancy.service import LOCALES


@click.group("tenants")
def command() -> None:
    """Create and list companies."""


@command.command("create")
@click.argument("slug")
@click.option("--name", required=True, help="The company's name.")
@click.option("--locale", required=True, type=click.Choice(LOCALES), help="Its first language.")
@click.option("--time-zone", default="Asia/Shanghai", show_default=True)
@click.option("--currency", default="CNY", show_default=True, help="ISO 4217 code.")
@json_option
def create(slug: str, name: str, locale: str, time_zone: str, currency: str, as_json: bool) -> None:
    """Create the company SLUG, with the default plugins enabled."""
    create_company(slug, name, locale, time_zone=time_zone, currency=currency)
    result = {"slug": slug, "name": name, "locale": locale}
    show(result, as_json, [f"Created {name} at /t/{slug}/"])


@command.command("list")
@json_option
def list_all(as_json: bool) -> None:
    """List all companies."""
    with in_platform():
        tenants = [
            {
                "slug": tenant.slug,
                "name": tenant.name,
                "locale": tenant.locale,
                "time_zone": tenant.time_zone,
                "currency": tenant.currency,
                "archived": tenant.archived_at is not None,
            }
            for tenant in list_tenants()
        ]
    show(tenants, as_json, [f"{tenant['slug']:<24} {tenant['name']}" for tenant in tenants])
