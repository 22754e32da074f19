"""`tierline revisions`, and what `tierline plugins` changes in a company's configuration."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from typing import Any

import click
import orjson

from tierline.configuration import approving, service
from tierline.configuration import changes as building
from tierline.configuration.models import Revision
from tierline.configuration.planning import make_plan, publish_planned
from tierline.configuration.queries import get_item, get_revision, revisions
from tierline.configuration.schemas import (
    MergeRowSchema,
    OverrideSchema,
    RevisionDetailSchema,
    RevisionSchema,
    UseSchema,
)
from tierline.configuration.uses import uses_of
from tierline.console import Exit, finish, in_tenant, json_option, show, tenant_option
from tierline.packs.differences import KINDS, Operation
from tierline.plugins.queries import get_entry, overrides
from tierline.plugins.schemas import PluginSchema

plugin_argument = click.argument("plugin")
number_argument = click.argument("number", type=int)
reason_option = click.option("--reason", default="", metavar="TEXT", help="Why; it is kept.")


@click.group("plugins")
def plugin_commands() -> None:
    """Enable, change, upgrade and disable plugins for a company."""


@click.group("revisions")
def command() -> None:
    """List, show, approve, publish, discard and undo changes of a company's configuration."""


@plugin_commands.command()
@plugin_argument
@tenant_option
@reason_option
@json_option
def enable(plugin: str, slug: str, reason: str, as_json: bool) -> None:
    """Enable PLUGIN for a company, and what it requires."""
    with in_tenant(slug):
        service.enable(plugin, reason=reason)
        entry = PluginSchema().dump(get_entry(plugin))
    show(entry, as_json, [_line(entry)])


@plugin_commands.command()
@plugin_argument
@tenant_option
@reason_option
@json_option
def disable(plugin: str, slug: str, reason: str, as_json: bool) -> None:
    """Disable PLUGIN for a company; its data stays."""
    with in_tenant(slug):
        service.disable(plugin, reason=reason)
        entry = PluginSchema().dump(get_entry(plugin))
    show(entry, as_json, [_line(entry)])


def _line(entry: dict[str, Any]) -> str:
    version = entry["version"] or entry["installed_version"] or "-"
    return f"{entry['id']:<20} {entry['state']:<10} {version:<8} {entry['title']['en']}"


@plugin_commands.command()
@plugin_argument
@tenant_option
@click.option("--take-new", "taken", multiple=True, metavar="ADDRESS", help="Take the new default.")
@reason_option
@json_option
def upgrade(plugin: str, slug: str, taken: tuple[str, ...], reason: str, as_json: bool) -> None:
    """Move PLUGIN to its installed release; exit code 3 where rows need a look."""
    with in_tenant(slug):
        change = building.upgrading(plugin, dict.fromkeys(taken, "new"))
        service.apply_now(change, reason, "command")
        rows = change.merges[plugin].rows if plugin in change.merges else ()
        entry = PluginSchema().dump(get_entry(plugin))
    told = MergeRowSchema(many=True).dump(rows)
    show({**entry, "rows": told}, as_json, [_line(entry), *_row_lines(told)])
    if any(row["state"] in ("needs_a_look", "lost") for row in told):
        finish(Exit.ATTENTION)


def _row_lines(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    for row in rows:
        yield f"{row['state']:<14} {row['address']}"
        for side in ("old", "yours", "new"):
            yield f"    {side:<6} {orjson.dumps(row[side]).decode()}"


@plugin_commands.command()
@plugin_argument
@tenant_option
@json_option
def preview(plugin: str, slug: str, as_json: bool) -> None:
    """Say what enabling PLUGIN, or upgrading it, would do; a draft is kept of it."""
    with in_tenant(slug):
        enabled = get_entry(plugin).state == "enabled"
        change = building.upgrading(plugin) if enabled else building.enabling(plugin)
        revision = service.draft(change, "", "command")
        if revision is not None:
            make_plan(revision)
        told = RevisionDetailSchema().dump(revision) if revision else None
    show(told, as_json, _plan_lines(told))


def _plan_lines(told: dict[str, Any] | None) -> Iterator[str]:
    if told is None:
        yield "There is nothing to change."
        return
    plan = told["plan"]
    if "problem" in plan:
        yield f"can't be carried out: {plan['problem']}"
        return
    for folder, items in plan["adds"].items():
        yield f"adds {folder}: {', '.join(item['id'] for item in items)}"
    for folder, items in plan["removes"].items():
        yield f"removes {folder}: {', '.join(item['id'] for item in items)}"
    for scheme in plan["schemes"]:
        yield f"{scheme['scheme']}: {scheme['moved']} of {scheme['accounts']} would change tier"
        for move in scheme["moves"]:
            yield f"    {move['previous'] or '-'} -> {move['tier'] or '-'}: {move['accounts']}"
    for example in plan["examples_changed"]:
        yield f"example {example['account']!r}: {example['expected']} becomes {example['found']}"
    yield f"publish it: tierline revisions publish {told['number']} --tenant …"


@plugin_commands.command()
@click.argument("item", metavar="FOLDER/PLUGIN:NAME")
@tenant_option
@json_option
def uses(item: str, slug: str, as_json: bool) -> None:
    """List what uses an item of a plugin, such as metrics/essentials:sales_12m."""
    folder, _slash, id = item.partition("/")
    plugin, _colon, name = id.partition(":")
    with in_tenant(slug):
        get_item(plugin, folder, name)
        told = UseSchema(many=True).dump(uses_of(folder, id))
    show(told, as_json, map(_use_line, told))


def _use_line(use: dict[str, Any]) -> str:
    through = f"  through {use['through']}" if use["through"] else ""
    return f"{use['kind']:<9} {use['id']}{through}"


@plugin_commands.command()
@plugin_argument
@tenant_option
@json_option
def changes(plugin: str, slug: str, as_json: bool) -> None:
    """List what the company changed in PLUGIN, with authors and reasons."""
    with in_tenant(slug):
        get_entry(plugin)
        told = OverrideSchema(many=True).dump(overrides(plugin))
    lines = (
        f"{each['kind']:<7} {each['address']} {orjson.dumps(each['value']).decode()}"
        f"  ({each['author']}: {each['reason']})"
        for each in told
    )
    show(told, as_json, lines)


@plugin_commands.command()
@plugin_argument
@click.argument("address")
@click.argument("value", default="null")
@click.option("--kind", type=click.Choice(KINDS), default="set", show_default=True)
@tenant_option
@reason_option
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The first day without it.")
@json_option
def change(
    plugin: str,
    address: str,
    value: str,
    kind: Any,
    slug: str,
    reason: str,
    until: datetime.datetime | None,
    as_json: bool,
) -> None:
    """Give what stands at ADDRESS in PLUGIN a VALUE (JSON), for one company.

    Several changes that only fit together are sent to the API, or stand in the company's file.
    """
    try:
        given = orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise click.BadParameter(f"is not JSON: {error}", param_hint="VALUE") from error
    with in_tenant(slug):
        operations = [Operation(address, kind, given)]
        day = until.date() if until else None
        told = _told(service.override(plugin, operations, reason=reason, expires_on=day))
    show(told, as_json, _revision_lines([told] if told else []))


@plugin_commands.command()
@plugin_argument
@click.argument("addresses", nargs=-1)
@tenant_option
@reason_option
@json_option
def reset(plugin: str, addresses: tuple[str, ...], slug: str, reason: str, as_json: bool) -> None:
    """Take changes of PLUGIN at ADDRESSES back to the default; all where none is named."""
    with in_tenant(slug):
        told = _told(service.reset(plugin, addresses or None, reason=reason))
    show(told, as_json, _revision_lines([told] if told else []))


@command.command("list")
@tenant_option
@json_option
def list_revisions(slug: str, as_json: bool) -> None:
    """List the latest revisions, newest first."""
    with in_tenant(slug):
        told = RevisionSchema(many=True).dump(revisions())
    show(told, as_json, _revision_lines(told))


@command.command("show")
@number_argument
@tenant_option
@json_option
def show_revision(number: int, slug: str, as_json: bool) -> None:
    """Show revision NUMBER with its changes and its plan."""
    with in_tenant(slug):
        told = RevisionDetailSchema().dump(get_revision(number))
    more = _plan_lines(told) if told["plan"] else ()
    show(told, as_json, [*_revision_lines([told]), *more])


@command.command()
@number_argument
@tenant_option
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="A later day; else now.")
@json_option
def publish(number: int, slug: str, day: datetime.datetime | None, as_json: bool) -> None:
    """Publish draft NUMBER: now, or at the beginning of a later day."""
    with in_tenant(slug):
        _planned(number)
        on = day and day.date()
        told = _told(approving.publish_on(number, on) if on else publish_planned(number))
    show(told, as_json, _revision_lines([told] if told else []))


def _planned(number: int) -> None:
    """Let a draft have a plan, where nobody has looked at it on a page."""
    revision = get_revision(number)
    if revision.plan is None:
        make_plan(revision)


@command.command()
@number_argument
@tenant_option
@json_option
def submit(number: int, slug: str, as_json: bool) -> None:
    """Hand draft NUMBER to a second person."""
    with in_tenant(slug):
        _planned(number)
        told = _told(service.submit(number))
    show(told, as_json, _revision_lines([told] if told else []))


@command.command()
@number_argument
@tenant_option
@json_option
def approve(number: int, slug: str, as_json: bool) -> None:
    """Approve what draft NUMBER of somebody else would do."""
    with in_tenant(slug):
        told = _told(approving.approve(number))
    show(told, as_json, _revision_lines([told] if told else []))


@command.command()
@number_argument
@tenant_option
@reason_option
@json_option
def reject(number: int, slug: str, reason: str, as_json: bool) -> None:
    """Reject draft NUMBER of somebody else; give a reason."""
    with in_tenant(slug):
        told = _told(approving.reject(number, reason))
    show(told, as_json, _revision_lines([told] if told else []))


@command.command("second-person")
@click.argument("wanted", type=click.Choice(["on", "off"]))
@tenant_option
@json_option
def second_person(wanted: str, slug: str, as_json: bool) -> None:
    """Say whether a company's changes need a second person."""
    with in_tenant(slug):
        approving.require_second_person(wanted == "on")
    show({"second_person": wanted == "on"}, as_json, [f"second person: {wanted}"])


@command.command("plan")
@number_argument
@tenant_option
@json_option
def plan_revision(number: int, slug: str, as_json: bool) -> None:
    """Work out what draft NUMBER would do."""
    with in_tenant(slug):
        told = RevisionDetailSchema().dump(approving.refresh(number))
    show(told, as_json, _plan_lines(told) if told["plan"] else [])


@command.command()
@number_argument
@tenant_option
@json_option
def discard(number: int, slug: str, as_json: bool) -> None:
    """Throw draft NUMBER away."""
    with in_tenant(slug):
        told = _told(service.discard(number))
    show(told, as_json, _revision_lines([told] if told else []))


@command.command()
@number_argument
@tenant_option
@reason_option
@json_option
def undo(number: int, slug: str, reason: str, as_json: bool) -> None:
    """Take published revision NUMBER back; what was changed since stays."""
    with in_tenant(slug):
        told = _told(service.undo(number, reason=reason))
    show(told, as_json, _revision_lines([told] if told else []))


def _told(revision: Revision | None) -> dict[str, Any] | None:
    told: dict[str, Any] | None = RevisionSchema().dump(revision) if revision else None
    return told


def _revision_lines(told: Iterable[dict[str, Any]]) -> Iterator[str]:
    for each in told:
        what = f"{', '.join(each['plugins'])}: {each['reason']}"
        yield f"{each['number']:>5} {each['state']:<10} {each['author']:<20} {what}"
