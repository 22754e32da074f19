"""Reading revisions, and the items that they change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from tierline.configuration.models import Revision
from tierline.db import db
from tierline.errors import NotFound
from tierline.packs.differences import FIXED
from tierline.packs.names import OWN
from tierline.packs.own import OWN_RELEASE
from tierline.plugins.queries import enabled_plugins


def get_revision(number: int, *, lock: bool = False) -> Revision:
    """Return a revision of the tenant by its number, locked if asked; raises NotFound."""
    statement = select(Revision).where(Revision.number == number)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    revision = db.session.scalars(statement).one_or_none()
    if revision is None:
        raise NotFound(_("There is no revision %(number)s.", number=number))
    return revision


def document_in_force(plugin: str) -> Mapping[str, Any]:
    """Return the document of an enabled plugin as it is in force; raises NotFound.

    Of the company's own pack also before it has made anything.
    """
    release = enabled_plugins().get(plugin) or (OWN_RELEASE if plugin == OWN else None)
    if release is None:
        raise NotFound(_('The plugin "%(plugin)s" is not enabled.', plugin=plugin))
    return release.document


def get_item(plugin: str, folder: str, name: str) -> Mapping[str, Any]:
    """Return the document of an item of an enabled plugin as it is in force; raises NotFound."""
    release = enabled_plugins().get(plugin)
    items = release.document.get(folder) if release and folder not in FIXED else None
    if not items or name not in items:
        raise NotFound(_("There is no such item."))
    item: Mapping[str, Any] = items[name]
    return item


def revisions(limit: int = 200, plugin: str | None = None) -> list[Revision]:
    """Return the latest revisions, newest first; those that change one plugin where it is named."""
    statement = select(Revision).order_by(Revision.number.desc()).limit(limit)
    if plugin is not None:
        statement = statement.where(Revision.changes.has_key(plugin))
    return list(db.session.scalars(statement))
