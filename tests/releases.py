"""Other releases of installed plugins, for tests of upgrades: pinned as if they had come first."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from sqlalchemy import update

from tierline.configuration.service import enable
from tierline.db import db
from tierline.packs.leaves import plain
from tierline.packs.releases import Release, release_of
from tierline.plugins.manager import installed
from tierline.plugins.models import PluginEnablement
from tierline.plugins.service import store_release

Edit = Callable[[dict[str, Any]], object]


def leave_alone(document: dict[str, Any]) -> None:
    """Change nothing: the release differs in its version only."""


def older_release(plugin: str, edit: Edit = leave_alone, version: str = "0.9.0") -> Release:
    """Return a release of an installed plugin with an older version and what `edit` makes of it."""
    document = copy.deepcopy(plain(installed().releases[plugin].document))
    document["manifest"]["version"] = version
    edit(document)
    return release_of(document)


def pin_older(plugin: str, edit: Edit = leave_alone) -> Release:
    """Enable a plugin in the tenant in scope, and let it have an older release pinned."""
    release = older_release(plugin, edit)
    enable(plugin)
    store_release(release)
    mine = update(PluginEnablement).where(PluginEnablement.plugin == plugin)
    db.session.execute(mine.values(digest=release.digest, effective=None))
    db.session.flush()
    db.session.expire_all()
    return release
