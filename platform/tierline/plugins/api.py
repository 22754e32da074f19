"""Plugins in the API."""

from __future__ import annotations

from typing import Any

from flask import Response, send_file

from tierline.access.decision import get_subject
from tierline.api import ApiBlueprint
from tierline.plugins import purging, service
from tierline.plugins.admin import install_upload
from tierline.plugins.contents import get_contents
from tierline.plugins.installing import Installer
from tierline.plugins.permissions import INSTALL, MANAGE, READ
from tierline.plugins.queries import CatalogueEntry, catalogue, get_entry
from tierline.plugins.schemas import (
    HeldListSchema,
    PackFileSchema,
    PluginDetailSchema,
    PluginListSchema,
    PluginSchema,
    PurgedSchema,
    PurgeSchema,
)

api = ApiBlueprint("plugins", __name__, description="What fits the company to its industry")


@api.get("/plugins", permission=READ)
@api.response(200, PluginListSchema)
def list_plugins() -> dict[str, Any]:
    """List every plugin with its state here."""
    return {"items": catalogue()}


@api.post("/plugins", permission=INSTALL)
@api.arguments(PackFileSchema, location="files")
@api.response(201, PluginSchema)
def install_plugin(upload: dict[str, Any]) -> CatalogueEntry:
    """Install a pack that a trusted publisher has signed, for every tenant of the platform."""
    by = Installer(get_subject().name)
    return get_entry(install_upload(upload["file"], by).plugin)


@api.get("/plugins/<plugin>", permission=READ)
@api.response(200, PluginDetailSchema)
def show_plugin(plugin: str) -> dict[str, Any]:
    """Show one plugin with what it adds."""
    return {**vars(get_entry(plugin)), "id": plugin, "contents": get_contents(plugin)}


@api.post("/plugins/<plugin>/resume", permission=MANAGE)
@api.response(200, PluginSchema)
def resume_plugin(plugin: str) -> CatalogueEntry:
    """Ask a plugin again that was suspended after repeated failures."""
    service.resume(plugin)
    return get_entry(plugin)


@api.get("/plugins/<plugin>/held", permission=MANAGE)
@api.response(200, HeldListSchema)
def show_held(plugin: str) -> dict[str, Any]:
    """Show what the company holds of a disabled plugin's: what a purge would remove."""
    held = purging.count_held(plugin)
    return {"items": [{"key": each.holding.key, "count": each.count} for each in held]}


@api.post("/plugins/<plugin>/export", permission=MANAGE)
@api.response(200, content_type="application/zip")
def export_plugin(plugin: str) -> Response:
    """Take out what the company holds of a disabled plugin's: a ZIP archive of JSON lines."""
    file = purging.export(plugin)
    return send_file(file, "application/zip", as_attachment=True, download_name=f"{plugin}.zip")


@api.post("/plugins/<plugin>/purge", permission=MANAGE)
@api.arguments(PurgeSchema)
@api.response(200, PurgedSchema)
def purge_plugin(values: dict[str, Any], plugin: str) -> dict[str, Any]:
    """Remove for good what the company holds of a disabled plugin's."""
    return {"removed": purging.purge(plugin, values["confirm"])}
