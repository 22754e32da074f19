"""Plugins on the screen: the gallery, and what each one adds."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask import flash, request, send_file
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from tierline.access.decision import get_subject
from tierline.db import db
from tierline.errors import Invalid, TierlineError
from tierline.plugins import purging, service, words
from tierline.plugins.admin import install_upload, named
from tierline.plugins.contents import get_contents
from tierline.plugins.installing import Installer
from tierline.plugins.permissions import INSTALL, MANAGE, READ
from tierline.plugins.queries import catalogue, get_entry
from tierline.plugins.trust import trusted_keys
from tierline.plugins.views import Shown
from tierline.web import Pages, navigation_entry, page, see
from tierline.web.language import localized

pages = Pages("plugins", __name__)
navigation_entry("plugins", _l("Plugins"), "plugins.list_plugins", "puzzle", 80, "settings")


@pages.get("/plugins", permission=READ)
def list_plugins() -> Any:
    """Show every plugin by category, with its state here."""
    entries = catalogue()
    shelves = [(key, list(found)) for key, found in groupby(entries, lambda e: e.manifest.category)]
    titles = {entry.id: entry.manifest.title for entry in entries}
    return page("plugins/list.html", shelves=shelves, titles=titles, words=words)


@pages.get("/plugins/install", permission=INSTALL)
def new_installation() -> Any:
    """Show how a pack is installed."""
    return _installation(None)


def _installation(error: TierlineError | None) -> str:
    return page("plugins/install.html", error=error, keys=trusted_keys())


@pages.post("/plugins/install", permission=INSTALL)
def install_plugin() -> Any:
    """Install the pack in an uploaded archive."""
    try:
        row = install_upload(request.files.get("file"), Installer(get_subject().name))
    except TierlineError as error:
        db.session.rollback()
        return _installation(error), error.status
    flash(_("%(plugin)s %(version)s is installed.", **named(row)), "success")
    return see("plugins.show_plugin", plugin=row.plugin)


@pages.get("/plugins/<plugin>", permission=READ)
def show_plugin(plugin: str) -> Any:
    """Show what a plugin is and adds."""
    contents = get_contents(plugin)
    return page(
        "plugins/show.html",
        entry=get_entry(plugin),
        contents=contents,
        shown=Shown(contents),
        titles={entry.id: entry.manifest.title for entry in catalogue()},
        told=words.Words([*contents.metrics, *contents.fields]),
        words=words,
    )


@pages.post("/plugins/<plugin>/resume", permission=MANAGE)
def resume_plugin(plugin: str) -> Response:
    """Ask a suspended plugin again."""
    service.resume(plugin)
    flash(_("%(plugin)s is asked again.", plugin=_title(plugin)), "success")
    return see("plugins.show_plugin", plugin=plugin)


@pages.get("/plugins/<plugin>/purge", permission=MANAGE)
def show_purge(plugin: str) -> Any:
    """Show what the company holds of a disabled plugin's, and the form that removes it."""
    return _purge_page(plugin)


def _purge_page(plugin: str, error: Invalid | None = None) -> Any:
    shown = page(
        "plugins/purge.html",
        entry=get_entry(plugin),
        held=purging.count_held(plugin),
        errors=error.fields if error else {},
    )
    return shown if error is None else (shown, error.status)


@pages.post("/plugins/<plugin>/export", permission=MANAGE)
def export_plugin(plugin: str) -> Response:
    """Send what the company holds of a disabled plugin's, as an archive."""
    file = purging.export(plugin)
    return send_file(file, "application/zip", as_attachment=True, download_name=f"{plugin}.zip")


@pages.post("/plugins/<plugin>/purge", permission=MANAGE)
def purge_plugin(plugin: str) -> Any:
    """Remove what the company holds of a disabled plugin's."""
    title = _title(plugin)
    try:
        purging.purge(plugin, request.form.get("confirm", "").strip())
    except Invalid as error:
        return _purge_page(plugin, error)
    flash(_("What was held of %(plugin)s is removed.", plugin=title), "success")
    return see("plugins.list_plugins")


def _title(plugin: str) -> str:
    return localized(get_entry(plugin).manifest.title)
