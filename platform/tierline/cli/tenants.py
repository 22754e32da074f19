"""`tierline tenants`: companies, created one by one or from their files."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Any

import click
import orjson
import yaml
from flask import Flask, current_app

from tierline.console import Exit, finish, in_platform, in_tenant, json_option, show
from tierline.plugins.service import sync_releases
from tierline.provision import create_company
from tierline.tenancy.queries import find_tenant, list_tenants
from tierline.tenancy.service import LOCALES
from tierline.tenant_files import plans
from tierline.tenant_files.formats import TenantFile
from tierline.tenant_files.service import apply_file, create_missing, files_of
from tierline.tenant_files.service import export as exported


@click.group("tenants")
def command() -> None:
    """Create and list tenants; validate, plan, apply, diff and export their files."""


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


slugs_argument = click.argument("slugs", nargs=-1, metavar="[SLUG]...")


@command.command()
@slugs_argument
@json_option
def validate(slugs: tuple[str, ...], as_json: bool) -> None:
    """Check the files of tenants/; every problem as file:line:column."""
    files = files_of(_app(), slugs)
    told = {"valid": True, "tenants": [file.slug for file in files]}
    show(told, as_json, [f"{file.slug}: valid" for file in files])


@command.command()
@slugs_argument
@json_option
def plan(slugs: tuple[str, ...], as_json: bool) -> None:
    """Say what applying the files would do; exit code 3 where they differ from the companies."""
    told = [_planned(file) for file in files_of(_app(), slugs)]
    show({"tenants": told}, as_json, _plan_lines(told))
    if any(each["create"] or each["steps"] for each in told):
        finish(Exit.ATTENTION)


def _planned(file: TenantFile) -> dict[str, Any]:
    with in_platform():
        is_new = find_tenant(file.slug) is None
    steps = []
    if not is_new:
        with in_tenant(file.slug):
            steps = [vars(step) for step in plans.plan(file)]
    return {"tenant": file.slug, "create": is_new, "steps": steps}


def _plan_lines(told: list[dict[str, Any]]) -> Iterator[str]:
    for each in told:
        if each["create"]:
            yield f"{each['tenant']}: would be created"
        elif not each["steps"]:
            yield f"{each['tenant']}: nothing to do"
        for step in each["steps"]:
            yield f"{each['tenant']}: {_step_line(step)}"


def _step_line(step: dict[str, Any]) -> str:
    app, file, applied = (orjson.dumps(step[key]).decode() for key in ("app", "file", "applied"))
    if step["action"] == "add":
        return f"add      {step['field']} {file}"
    if step["action"] == "delete":
        return f"delete   {step['field']} {app}"
    if step["action"] == "change":
        return f"change   {step['field']} {app} -> {file}"
    if step["action"] == "edited":
        return f"edited   {step['field']} is {app} in the app, {file} in the file"
    return f"conflict {step['field']} was {applied}, is {app} in the app, {file} in the file"


@command.command()
@slugs_argument
@click.option("--take", type=click.Choice(["file", "app"]), help="Who wins where both changed.")
@json_option
def apply(slugs: tuple[str, ...], take: Any, as_json: bool) -> None:
    """Carry out what the files say; exit code 3 where something edited in the app is left.

    What was edited in the app stays until --take says which side wins.
    """
    files = files_of(_app(), slugs)
    sync_releases(_app())
    told = []
    for file in files:
        is_new = create_missing(file)
        with in_tenant(file.slug):
            left = [vars(step) for step in apply_file(file, take)]
        told.append({"tenant": file.slug, "created": is_new, "left": left})
    show({"tenants": told}, as_json, _apply_lines(told))
    if any(each["left"] for each in told):
        finish(Exit.ATTENTION)


def _apply_lines(told: list[dict[str, Any]]) -> Iterator[str]:
    for each in told:
        yield f"{each['tenant']}: {'created' if each['created'] else 'applied'}"
        for step in each["left"]:
            yield f"{each['tenant']}: left: {_step_line(step)}"


@command.command()
@slugs_argument
@json_option
def diff(slugs: tuple[str, ...], as_json: bool) -> None:
    """Show where companies differ from their files, as lines; exit code 3 where they do."""
    told = {}
    for file in files_of(_app(), slugs):
        with in_tenant(file.slug):
            named, app = plans.named_fields(file), plans.app_fields()
        owned = {field: app[field] for field in named if field in app}
        sides = (_field_lines(named), _field_lines(owned))
        names = (f"tenants/{file.slug}.yaml", f"company {file.slug}")
        told[file.slug] = list(difflib.unified_diff(*sides, *names, lineterm="", n=0))
    show(told, as_json, [line for lines in told.values() for line in lines])
    if any(told.values()):
        finish(Exit.ATTENTION)


def _field_lines(fields: dict[str, Any]) -> list[str]:
    return [f"{key}: {orjson.dumps(value).decode()}" for key, value in sorted(fields.items())]


@command.command()
@click.argument("slug")
@json_option
def export(slug: str, as_json: bool) -> None:
    """Print a file that says everything about the company SLUG, for tenants/SLUG.yaml."""
    with in_tenant(slug):
        document = exported()
    text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=100)
    show(document, as_json, [text.rstrip()])


def _app() -> Flask:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return app
