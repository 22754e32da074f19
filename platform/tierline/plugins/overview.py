"""What is installed on the platform, as its operators see it: with trust, and counts of tenants."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from tierline.db import db, system
from tierline.packs.contributions import Text
from tierline.plugins.manager import installed
from tierline.plugins.models import PluginEnablement, PluginInstallation, PluginRelease
from tierline.plugins.offers import installations, offers, signature_state
from tierline.plugins.trust import trusted_keys


@dataclass(frozen=True)
class Pins:
    """How many tenants pin a release that they have enabled."""

    version: str
    tenants: int


@dataclass(frozen=True)
class InstalledPlugin:
    """A plugin as it is installed for every tenant."""

    id: str
    title: Text
    version: str
    source: str  # built_in, archive, folder
    signature: str  # built_in, trusted, unknown, unsigned, modified
    publisher_key: str | None
    publisher: str | None  # whom the platform knows the key by
    installed_by: str
    installed_at: datetime.datetime
    state: str  # installed, retired
    pins: Sequence[Pins]
    missing: bool  # built in, but not in this process: left out at the start, or its folder is gone


def overview() -> list[InstalledPlugin]:
    """Return what is installed, by plugin id."""
    pins, there, rows = pinned(), offers(), installations()
    titles = _titles([row.digest for row in rows])
    trusted = {each.key: each.name for each in trusted_keys()}
    return [
        _installed(row, titles, trusted, pins.get(row.plugin, []), row.plugin not in there)
        for row in rows
    ]


def get_installed(plugin: str) -> InstalledPlugin:
    """Return one plugin of the overview; it must be there."""
    return next(each for each in overview() if each.id == plugin)


def left_out() -> dict[str, list[str]]:
    """Return the plugins that this process could not load, with their problems."""
    failed = installed().loaded.failed
    return {plugin: [str(each) for each in error.problems] for plugin, error in failed.items()}


def pinned() -> Mapping[str, list[Pins]]:
    """Return how many tenants pin which version, by plugin id; counts only, no names."""
    statement = (
        select(PluginRelease.plugin, PluginRelease.version, func.count())
        .join(PluginEnablement, PluginEnablement.digest == PluginRelease.digest)
        .where(PluginEnablement.state != "disabled")
        .group_by(PluginRelease.plugin, PluginRelease.version)
        .order_by(PluginRelease.plugin, PluginRelease.version)
    )
    with system("count how many tenants pin which release"):
        rows = db.session.execute(statement).all()
    found: dict[str, list[Pins]] = defaultdict(list)
    for plugin, version, tenants in rows:
        found[plugin].append(Pins(version, tenants))
    return found


def _titles(digests: Sequence[str]) -> dict[str, Text]:
    title = PluginRelease.document["manifest"]["title"].label("title")
    statement = select(PluginRelease.digest, title).where(PluginRelease.digest.in_(digests))
    return {row.digest: row.title for row in db.session.execute(statement)}


def _installed(
    row: PluginInstallation,
    titles: Mapping[str, Text],
    trusted: Mapping[str, str],
    pins: Sequence[Pins],
    missing: bool,
) -> InstalledPlugin:
    release, key = row.release, row.publisher_key
    return InstalledPlugin(
        id=row.plugin,
        title=titles[row.digest],
        version=release.version,
        source=release.source,
        signature=signature_state(release.source, release.signature, trusted),
        publisher_key=key,
        publisher=trusted.get(key) if key else None,
        installed_by=row.installed_by,
        installed_at=row.installed_at,
        state=row.state,
        pins=pins,
        missing=missing,
    )
