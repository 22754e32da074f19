"""What is offered to tenants: the plugins of this process, and packs installed while it runs.

A pack that was installed by archive stands in the database, so that every process offers it at
once, without a restart. Of a plugin that is built in, too, the higher version is offered; at the
same version the one that is built in.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import contains_eager

from tierline.db import db
from tierline.errors import Conflict, NotFound
from tierline.packs.documents import FORMATS
from tierline.packs.own import OWN_RELEASE
from tierline.packs.releases import Release, release_of
from tierline.packs.signing import Signature, is_genuine
from tierline.plugins.manager import Plugins, installed, log
from tierline.plugins.models import PluginInstallation, PluginRelease
from tierline.plugins.trust import trusted_keys

_pinned: dict[str, Release] = {OWN_RELEASE.digest: OWN_RELEASE}


@dataclass(frozen=True)
class Offer:
    """The release of a plugin that a tenant gets when it enables it now."""

    release: Release
    source: str = "built_in"
    retired: bool = False
    publisher_key: str | None = None
    installed_by: str | None = None
    installed_at: datetime.datetime | None = None


def offers() -> dict[str, Offer]:
    """Return what is installed by plugin id, retired ones included."""
    plugins = installed()
    found = {plugin: Offer(release) for plugin, release in plugins.releases.items()}
    for row in installations(UNUSUAL):
        if plugins.chooses(row.plugin) and (offer := _offer(row, plugins)) is not None:
            found[row.plugin] = offer
    return found


def get_offer(plugin: str) -> Offer | None:
    """Return what is installed of one plugin, or None."""
    return offers().get(plugin)


UNUSUAL = or_(PluginRelease.source != "built_in", PluginInstallation.state == "retired")
"""The condition of installations that say more than the process itself knows."""


def installations(*conditions: ColumnElement[bool]) -> list[PluginInstallation]:
    """Return the installations, by plugin, with their releases but without the documents."""
    release = contains_eager(PluginInstallation.release).defer(PluginRelease.document)
    statement = (
        select(PluginInstallation)
        .join(PluginRelease, PluginRelease.digest == PluginInstallation.digest)
        .where(*conditions)
        .order_by(PluginInstallation.plugin)
        .options(release)
    )
    return list(db.session.scalars(statement))


def _offer(row: PluginInstallation, plugins: Plugins) -> Offer | None:
    """Return what a row offers here, or None for what is not in this process or was altered."""
    here = plugins.releases.get(row.plugin)
    if row.release.source == "built_in" or (here and not is_newer(row.release.version, here)):
        if here is None:
            return None
        return Offer(here, retired=row.state == "retired")
    try:
        release = pinned_release(row.digest)
    except Conflict as error:  # one altered row must not take every page down
        _tell_once(row.plugin, row.digest, error.message)
        return None
    return Offer(
        release,
        row.release.source,
        row.state == "retired",
        row.publisher_key,
        row.installed_by,
        row.installed_at,
    )


@cache
def _tell_once(plugin: str, digest: str, problem: str) -> None:
    log.error("plugin.left_out", plugin=plugin, digest=digest, problems=[problem])


def number_of(version: str) -> tuple[int, ...]:
    """Return a version as numbers, which compare as people expect."""
    return tuple(int(part) for part in version.split("."))


def is_newer(version: str, release: Release) -> bool:
    """Return whether a version is higher than that of a release."""
    return number_of(version) > number_of(release.version)


def pinned_release(digest: str) -> Release:
    """Return a stored release by its digest, kept for the life of the process: it is immutable.

    Raises NotFound, and Conflict for one whose document or signature was changed where it is kept.
    """
    if digest not in _pinned:
        row = db.session.get(PluginRelease, digest)
        if row is None:
            raise NotFound(_("There is no release %(digest)s.", digest=digest))
        release = release_of(row.document)
        if release.digest != digest or not _fits(row.signature, release):
            message = _(
                "The stored release %(digest)s of %(plugin)s was changed.",
                digest=digest,
                plugin=row.plugin,
            )
            raise Conflict(message)
        kinds: dict[str, Any] = {key: {} for key in FORMATS}  # the release may be older than one
        _pinned[digest] = replace(release, document={**kinds, **release.document})
    return _pinned[digest]


def _fits(signature: Signature | None, release: Release) -> bool:
    """Return whether a release's signature, where it has one, is of it and genuine."""
    if signature is None:
        return True
    named = (signature.get("plugin"), signature.get("version"))
    return named == (release.plugin, release.version) and is_genuine(signature)


def signature_state(source: str, signature: Signature | None, trusted: Mapping[str, str]) -> str:
    """Return how far a release can be trusted: built_in, trusted, unknown, unsigned, modified."""
    if source == "built_in":
        return "built_in"
    if signature is None:
        return "unsigned"
    if not is_genuine(signature):
        return "modified"
    return "trusted" if signature["key"] in trusted else "unknown"


def signature_states(digests: set[str]) -> dict[str, str]:
    """Return the state of the signature of each of these releases, by digest."""
    trusted = {each.key: each.name for each in trusted_keys()}
    statement = select(PluginRelease.digest, PluginRelease.source, PluginRelease.signature).where(
        PluginRelease.digest.in_(digests)
    )
    return {
        digest: signature_state(source, signature, trusted)
        for digest, source, signature in db.session.execute(statement)
    }
