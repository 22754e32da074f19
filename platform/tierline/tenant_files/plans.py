"""What applying a company's file would do: file, app, and what the file said when last applied.

A file owns the fields that it names, and no others. Fields are flat: `name`, `plugins/saas`,
`plugins/saas/version`, and a plugin's changes by their address.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import select

from tierline.db import db
from tierline.plugins.offers import pinned_release
from tierline.plugins.queries import enablements, state_of
from tierline.tenancy.queries import current_tenant
from tierline.tenant_files.formats import COMPANY, SETTINGS, TenantFile
from tierline.tenant_files.models import TenantFileState

Action = Literal["add", "change", "delete", "edited", "conflict"]
Fields = dict[str, Any]


@dataclass(frozen=True)
class Step:
    """One field in which file and app differ; None where one of them has nothing.

    `edited`: changed in the app since the file was applied. `conflict`: changed in both.
    """

    field: str
    action: Action
    file: Any
    app: Any
    applied: Any


def named_fields(file: TenantFile) -> Fields:
    """Return the fields that a file names, with their values."""
    found: Fields = {**file.company, **file.settings}
    for plugin in file.plugins:
        key = f"plugins/{plugin['id']}"
        found[key] = plugin["state"]
        if "version" in plugin:
            found[f"{key}/version"] = plugin["version"]
        for change in plugin["changes"]:
            found[f"{key}/{change['address']}"] = [change["kind"], change["value"]]
    return found


def app_fields() -> Fields:
    """Return every field of the company in scope, as it is in the app."""
    tenant = current_tenant()
    found: Fields = {key: getattr(tenant, key) for key in (*COMPANY, *SETTINGS)}
    for row in enablements():
        key = f"plugins/{row.plugin}"
        found[key] = "disabled" if row.state == "disabled" else "enabled"
        found[f"{key}/version"] = pinned_release(row.digest).version
        for override in state_of(row.plugin).overrides:
            operation = override.operation
            found[f"{key}/{operation.address}"] = [operation.kind, operation.value]
    return found


def applied_fields() -> Fields:
    """Return what the file named when it was last applied."""
    row = db.session.scalars(select(TenantFileState)).one_or_none()
    return dict(row.fields) if row is not None else {}


def plan(file: TenantFile) -> list[Step]:
    """Return every field in which a file and its company in scope differ."""
    named, app, applied = named_fields(file), app_fields(), applied_fields()
    steps = [
        Step(field, action, value, app.get(field), applied.get(field))
        for field, value in named.items()
        if (action := _action(field, value, app, applied)) is not None
    ]
    dropped = [
        field for field in applied if field not in named and _is_deleted(field, app, applied)
    ]
    return steps + [Step(field, "delete", None, app[field], applied[field]) for field in dropped]


def _action(field: str, value: Any, app: Fields, applied: Mapping[str, Any]) -> Action | None:
    here = app.get(field)
    if here == value or (here is None and value == "disabled"):
        return None
    if field not in applied:
        return "add" if here is None else "change"
    if here == applied[field]:
        return "change"
    return "edited" if value == applied[field] else "conflict"


def _is_deleted(field: str, app: Fields, applied: Mapping[str, Any]) -> bool:
    """Return whether what a file no longer names is still as the file had left it."""
    if field in (*COMPANY, *SETTINGS) or field.endswith("/version") or applied[field] == "disabled":
        return False
    return bool(app.get(field) == applied[field])
