"""Plugins on the screen: the gallery, and what each one adds."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask import flash
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from tierline.plugins import service, words
from tierline.plugins.permissions import MANAGE, READ
from tierline.plugins.queries import catalogue, get_contents, get_entry
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


def _title(plugin: str) -> str:
    return localized(get_entry(plugin).manifest.title)
