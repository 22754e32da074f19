"""Plugins as operators see them, on the screen and in the API: installed for every tenant."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from tierline.api import PlatformApiBlueprint
from tierline.db import db
from tierline.errors import Invalid, TierlineError
from tierline.identity.security import get_operator
from tierline.plugins import installing, overview, processes, words
from tierline.plugins.installing import Installer
from tierline.plugins.overview import InstalledPlugin
from tierline.plugins.schemas import (
    InstalledListSchema,
    InstalledSchema,
    PackFileSchema,
    RunningProcessListSchema,
)
from tierline.plugins.trust import trusted_keys
from tierline.web import OPERATOR, PublicPages, page

pages = PublicPages("admin_plugins", __name__)
api = PlatformApiBlueprint("platform_plugins", __name__, description="Plugins of the platform")


def _operator() -> Installer:
    return Installer(get_operator(), operator=True)


@pages.get("/admin/plugins", permission=OPERATOR)
def list_installed() -> Any:
    """Show what is installed, from where, how far it can be trusted, and who pins what."""
    return _list(None)


def _list(error: TierlineError | None) -> str:
    running = processes.running_processes()
    return page(
        "plugins/admin.html",
        running=running,
        behind=processes.behind(running),
        reload=processes.RELOAD,
        entries=overview.overview(),
        left_out=overview.left_out(),
        keys=trusted_keys(),
        error=error,
        words=words,
    )


@pages.post("/admin/plugins", permission=OPERATOR)
def install() -> Any:
    """Install the pack in an uploaded archive."""
    try:
        row = install_upload(request.files.get("file"), _operator())
    except TierlineError as error:
        db.session.rollback()
        return _list(error), error.status
    flash(_("%(plugin)s %(version)s is installed.", **named(row)), "success")
    return _back()


@pages.post("/admin/plugins/<plugin>/retire", permission=OPERATOR)
def retire(plugin: str) -> Response:
    """Offer a plugin no longer."""
    installing.retire(plugin, _operator())
    flash(_("%(plugin)s is no longer offered; who has it keeps it.", plugin=plugin), "success")
    return _back()


@pages.post("/admin/plugins/<plugin>/restore", permission=OPERATOR)
def restore(plugin: str) -> Response:
    """Offer a retired plugin again."""
    installing.restore(plugin, _operator())
    flash(_("%(plugin)s is offered again.", plugin=plugin), "success")
    return _back()


def _back() -> Response:
    return redirect(url_for("admin_plugins.list_installed"), 303)


def install_upload(upload: FileStorage | None, by: Installer) -> Any:
    """Install the pack in an upload; raises Invalid where there is none."""
    if upload is None or not upload.filename:
        message = _("Choose a file.")
        raise Invalid(message, fields={"file": [message]})
    return installing.install_archive(upload.stream, upload.filename, by)


def named(row: Any) -> dict[str, str]:
    """Return what a message calls an installation."""
    return {"plugin": row.plugin, "version": row.release.version}


@api.get("/plugins", permission=OPERATOR)
@api.response(200, InstalledListSchema)
def list_plugins() -> dict[str, Any]:
    """List what is installed on the platform. For operators."""
    return {"items": overview.overview()}


@api.get("/processes", permission=OPERATOR)
@api.response(200, RunningProcessListSchema)
def list_processes() -> dict[str, Any]:
    """List the processes that run, each with the code that it has loaded. For operators."""
    return {"items": processes.running_processes()}


@api.post("/plugins", permission=OPERATOR)
@api.arguments(PackFileSchema, location="files")
@api.response(201, InstalledSchema)
def install_plugin(upload: dict[str, Any]) -> InstalledPlugin:
    """Install a pack from an archive (.zip or .tar.gz), for every tenant. For operators."""
    return overview.get_installed(install_upload(upload["file"], _operator()).plugin)


@api.post("/plugins/<plugin>/retire", permission=OPERATOR)
@api.response(200, InstalledSchema)
def retire_plugin(plugin: str) -> InstalledPlugin:
    """Offer a plugin no longer; who has it keeps it. For operators."""
    return overview.get_installed(installing.retire(plugin, _operator()).plugin)


@api.post("/plugins/<plugin>/restore", permission=OPERATOR)
@api.response(200, InstalledSchema)
def restore_plugin(plugin: str) -> InstalledPlugin:
    """Offer a retired plugin again. For operators."""
    return overview.get_installed(installing.restore(plugin, _operator()).plugin)
