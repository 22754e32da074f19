"""`tierline plugins` for a tenant: what it may have, and turning it on and off."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import copyfileobj
from typing import Any

import click

from tierline.console import Exit, finish, in_tenant, json_option, show, tenant_option
from tierline.plugins import purging, service
from tierline.plugins.contents import get_contents
from tierline.plugins.queries import catalogue, get_entry
from tierline.plugins.schemas import ContentsSchema, PluginSchema

plugin_argument = click.argument("plugin")


@click.group("plugins")
def command() -> None:
    """See, enable, disable and purge plugins."""


def _line(entry: dict[str, Any]) -> str:
    version = entry["version"] or entry["installed_version"] or "-"
    return f"{entry['id']:<20} {entry['state']:<10} {version:<8} {entry['title']['en']}"


@command.command("list")
@tenant_option
@json_option
def list_plugins(slug: str, as_json: bool) -> None:
    """List every plugin with its state in the company."""
    with in_tenant(slug):
        entries = PluginSchema(many=True).dump(catalogue())
    show(entries, as_json, map(_line, entries))


@command.command("show")
@plugin_argument
@tenant_option
@json_option
def show_plugin(plugin: str, slug: str, as_json: bool) -> None:
    """Show one PLUGIN and what it adds."""
    with in_tenant(slug):
        entry = PluginSchema().dump(get_entry(plugin))
        contents = ContentsSchema().dump(get_contents(plugin))
    show({**entry, "contents": contents}, as_json, _lines(entry, contents))


def _lines(entry: dict[str, Any], contents: dict[str, Any]) -> Iterator[str]:
    yield _line(entry)
    yield entry["summary"]["en"]
    if entry["reason"]:
        yield f"suspended: {entry['reason']}"
    for label in ("needs", "needed_by"):
        if entry[label]:
            yield f"{label.replace('_', ' ')}: {', '.join(entry[label])}"
    for kind, items in contents.items():
        if items:
            yield f"{kind}:"
        for item in items:
            yield f"  {item['id']:<40} {item['title']['en']}"


@command.command()
@plugin_argument
@tenant_option
@json_option
def resume(plugin: str, slug: str, as_json: bool) -> None:
    """Ask PLUGIN again after it was suspended."""
    with in_tenant(slug):
        service.resume(plugin)
        entry = PluginSchema().dump(get_entry(plugin))
    show(entry, as_json, [_line(entry)])


@command.command()
@plugin_argument
@tenant_option
@click.option(
    "--export",
    "archive",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    help="First write what is held into this ZIP archive.",
)
@click.option("--yes", is_flag=True, help="Remove it; without this, only say what would be.")
@json_option
def purge(plugin: str, slug: str, archive: Path | None, yes: bool, as_json: bool) -> None:
    """Remove for good what a company holds of a disabled PLUGIN."""
    with in_tenant(slug):
        held = {each.holding.key: each.count for each in purging.count_held(plugin)}
        if archive is not None:
            with purging.export(plugin) as file, archive.open("wb") as kept:
                copyfileobj(file, kept)
        if yes:
            purging.purge(plugin, plugin)
    verb = "removed" if yes else "would be removed"
    result = {"plugin": plugin, "purged": yes, "held": held}
    show(result, as_json, [f"{count} {key} {verb}" for key, count in held.items()])
    if not yes:
        finish(Exit.ATTENTION)
