"""Carrying out what companies' files say, and writing a file from what a company is."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any, Literal

from flask import Flask
from flask_babel import gettext as _
from sqlalchemy.dialects.postgresql import insert

from tierline.audit.service import record
from tierline.config import Settings
from tierline.configuration import changes, service
from tierline.configuration.approving import require_second_person
from tierline.configuration.changes import Change
from tierline.console import in_platform, in_tenant
from tierline.db import db
from tierline.db.scope import current_tenant_id
from tierline.errors import Conflict
from tierline.packs.differences import Operation
from tierline.plugins.manager import installed
from tierline.plugins.queries import enablements, state_of
from tierline.plugins.service import installed_release, sync_releases
from tierline.plugins.states import PluginState
from tierline.provision import create_company
from tierline.tenancy.queries import current_tenant, find_tenant
from tierline.tenancy.service import update_tenant
from tierline.tenant_files.formats import COMPANY, SETTINGS, TenantFile, read_tenant_files
from tierline.tenant_files.models import TenantFileState
from tierline.tenant_files.plans import Fields, Step, applied_fields, named_fields, plan

Take = Literal["file", "app"]


def files_of(app: Flask, slugs: tuple[str, ...] = ()) -> list[TenantFile]:
    """Return what the application's files say; raises TenantFilesInvalid."""
    settings: Settings = app.extensions["tierline.settings"]
    return read_tenant_files(settings.home / "tenants", installed(), slugs)


def apply_tenant_files(app: Flask, *, demonstration: bool = True) -> list[str]:
    """Create the tenants that the files name and that are missing; return their slugs.

    Tenants that are there get the plugins that they never had, and keep everything else: what a
    start does must surprise nobody. Those of the demonstration are left out where it is not wanted.
    Raises TenantFilesInvalid before anything is done, naming every problem as file:line:column.
    """
    with app.app_context():
        files = files_of(app)
        sync_releases(app)
        wanted = [file for file in files if demonstration or not file.demonstration]
        return [file.slug for file in wanted if _begin(file)]


def _begin(file: TenantFile) -> bool:
    is_new = create_missing(file)
    with in_tenant(file.slug):
        if is_new:
            apply_file(file)
        else:
            known = {each.plugin for each in enablements()}
            for plugin in file.plugins:
                if plugin["id"] not in known and plugin["state"] == "enabled":
                    service.enable(plugin["id"], reason=_reason(file), source="file")
    return is_new


def create_missing(file: TenantFile) -> bool:
    """Create a file's company where it is missing; return whether it was."""
    with in_platform():
        is_new = find_tenant(file.slug) is None
    if is_new:
        company = {"locale": "en", "time_zone": "Asia/Shanghai", "currency": "CNY", **file.company}
        create_company(file.slug, company.pop("name"), company.pop("locale"), **company)
    return is_new


def apply_file(file: TenantFile, take: Take | None = None) -> list[Step]:
    """Carry out what a file says in its company, in scope; return the steps that are left.

    What was edited in the app, alone or in conflict with the file, is left unless `take` says
    which side wins; of the app's side the file then stays behind. Raises Conflict for a version
    that is not installed, and what changes of the configuration raise; then nothing is done.
    """
    left: list[Step] = []
    done: list[Step] = []
    for step in plan(file):
        held = step.action in ("edited", "conflict") and take != "file"
        (left if held else done).append(step)
    _change_company(done)
    _change_plugins(file, done)
    _remember(file, left if take is None else [])
    return [] if take == "app" else left


def _change_company(steps: list[Step]) -> None:
    values = {step.field: step.file for step in steps if step.field in COMPANY}
    if values:
        tenant = current_tenant()
        record("tenants.update", tenant, update_tenant(tenant, values))
    for step in steps:
        if step.field in SETTINGS:
            require_second_person(step.file)


def _change_plugins(file: TenantFile, steps: list[Step]) -> None:
    """Enable and upgrade first, then change, then disable: what is needed comes before its use.

    All plugins are changed together: what one is changed to may name what is added to another.
    """
    by_field = {step.field: step for step in steps}
    entries = {entry["id"]: entry for entry in file.plugins}
    for plugin, entry in entries.items():
        if f"plugins/{plugin}" in by_field and entry["state"] == "enabled":
            service.enable(plugin, reason=_reason(file), source="file")
        if f"plugins/{plugin}/version" in by_field:
            _move(file, plugin, entry["version"])
    states = {
        plugin: state
        for plugin in _with_changes(steps)
        for state in _changed(file, plugin, by_field, entries.get(plugin, {"changes": []}))
    }
    service.apply_now(Change(states), _reason(file), "file")
    for field, step in by_field.items():
        parts = field.split("/")
        gone = step.action == "delete" or step.file == "disabled"
        if len(parts) == 2 and parts[0] == "plugins" and gone:
            service.disable(parts[1], reason=_reason(file), source="file")


def _with_changes(steps: Iterable[Step]) -> list[str]:
    parts = [step.field.split("/", 2) for step in steps]
    named = [each[1] for each in parts if len(each) == 3 and each[2] != "version"]
    return list(dict.fromkeys(named))


def _changed(
    file: TenantFile, plugin: str, steps: dict[str, Step], entry: Any
) -> Iterable[PluginState]:
    """Return the state of a plugin with its changes, and those undone that the file no longer
    names; none where it is not enabled."""
    if state_of(plugin).state != "enabled":
        return ()
    mine = {change["address"]: change for change in entry["changes"]}
    prefix = f"plugins/{plugin}/"
    touched = [field.removeprefix(prefix) for field in steps if field.startswith(prefix)]
    gone = [address for address in touched if steps[prefix + address].action == "delete"]
    wanted = [address for address in touched if address in mine]
    change = changes.replacing(
        plugin,
        [Operation(each, mine[each]["kind"], mine[each]["value"]) for each in wanted],
        {*gone, *wanted},
        {address: mine[address].get("reason", _reason(file)) for address in wanted},
    )
    return change.states.values()


def _move(file: TenantFile, plugin: str, version: str) -> None:
    release = installed_release(plugin)
    if release.version != version:
        message = _(
            'Version %(version)s of "%(plugin)s" is not installed; %(installed)s is.',
            version=version,
            plugin=plugin,
            installed=release.version,
        )
        raise Conflict(message, fields={f"plugins/{plugin}/version": [message]})
    if state_of(plugin).digest != release.digest:
        service.upgrade(plugin, reason=_reason(file), source="file")


def _reason(file: TenantFile) -> str:
    return f"tenants/{file.slug}.yaml"


def _remember(file: TenantFile, left: Iterable[Step]) -> None:
    """Keep what the file names as applied, but for the steps that are left."""
    before = applied_fields()
    fields: Fields = named_fields(file)
    for step in left:
        if step.applied is None:
            fields.pop(step.field, None)
        else:
            fields[step.field] = before[step.field]
    now = datetime.datetime.now(datetime.UTC)
    values = {"tenant_id": current_tenant_id(), "fields": fields, "applied_at": now}
    statement = insert(TenantFileState).values(values)
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["tenant_id"], set_={"fields": fields, "applied_at": now}
        )
    )


def export() -> dict[str, Any]:
    """Return the document of a file that says everything about the company in scope.

    Planning it finds nothing to do.
    """
    tenant = current_tenant()
    return {
        "schema": 1,
        "slug": tenant.slug,
        **{key: getattr(tenant, key) for key in (*COMPANY, *SETTINGS)},
        "plugins": [_exported(row.plugin) for row in enablements()],
    }


def _exported(plugin: str) -> dict[str, Any] | str:
    state = state_of(plugin)
    changed = [
        {
            "address": each.operation.address,
            "kind": each.operation.kind,
            "value": each.operation.value,
            "reason": each.reason or "–",
        }
        for each in state.overrides
    ]
    entry: dict[str, Any] = {"id": plugin}
    if state.state == "disabled":
        entry["state"] = "disabled"
    if changed:
        entry["changes"] = changed
    return entry if len(entry) > 1 else plugin
