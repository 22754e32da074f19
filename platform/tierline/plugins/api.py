"""Plugins in the API."""

from __future__ import annotations

from typing import Any

from tierline.access.decision import get_subject
from tierline.api import ApiBlueprint
from tierline.plugins import service
from tierline.plugins.admin import install_upload
from tierline.plugins.installing import Installer
from tierline.plugins.permissions import INSTALL, MANAGE, READ
from tierline.plugins.queries import CatalogueEntry, catalogue, get_contents, get_entry
from tierline.plugins.schemas import (
    PackFileSchema,
    PluginDetailSchema,
    PluginListSchema,
    PluginSchema,
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
