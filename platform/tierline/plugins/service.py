"""Enabling plugins for the tenant in scope, disabling, suspending, resuming.

A tenant pins the release that is installed when it enables a plugin. Disabling keeps its data.
"""

from __future__ import annotations

from flask import Flask
from flask_babel import gettext as _
from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import OperationalError

from tierline.access.decision import acting_as, get_subject, platform_subject
from tierline.audit.service import record
from tierline.db import db, tenant_scope
from tierline.errors import Conflict, Forbidden, NotFound
from tierline.packs.problems import did_you_mean
from tierline.packs.releases import Release
from tierline.plugins.manager import installed, log
from tierline.plugins.models import PluginEnablement, PluginRelease
from tierline.plugins.queries import enabled_plugins, enablements, needed_by


def sync_releases(app: Flask) -> int:
    """Store every installed release that is not stored yet; return how many were new."""
    with app.app_context():
        new = sum(_store(release) for release in installed().releases.values())
        db.session.commit()
    return new


def _store(release: Release) -> int:
    statement = insert(PluginRelease).values(
        digest=release.digest,
        plugin=release.plugin,
        version=release.version,
        kind=release.kind,
        document=release.document,
    )
    added = statement.on_conflict_do_nothing().returning(PluginRelease.digest)
    return len(db.session.execute(added).all())


def enable_defaults() -> None:
    """Enable what a new tenant begins with: the plugins whose manifest says `default: true`."""
    for plugin, release in sorted(installed().releases.items()):
        if release.document["manifest"]["default"]:
            enable(plugin)


def enable(plugin: str) -> PluginEnablement:
    """Enable a plugin at its installed release, and first what it requires.

    Enabling it again changes nothing. Raises NotFound, Forbidden for a restricted plugin, and
    Conflict where an enabled plugin is in its way or it is suspended (see `resume`).
    """
    release = _installed_release(plugin)
    row = _locked_row(release)
    if row.state == "enabled":
        return row
    if row.state == "suspended":
        message = _('The plugin "%(plugin)s" is suspended: resume it.', plugin=plugin)
        raise Conflict(message, plugin=plugin)
    _check_allowed(release)
    for required in release.document["manifest"]["requires"]:
        enable(required)
    row.state, row.digest, row.reason = "enabled", release.digest, None
    _finish(row, "plugins.enable", version=release.version, digest=release.digest)
    return row


def disable(plugin: str) -> PluginEnablement:
    """Disable a plugin, keeping its data; raises NotFound, and Conflict while another needs it."""
    row = _get_row(plugin)
    if row.state == "disabled":
        return row
    needing = needed_by(plugin, enablements())
    if needing:
        names = ", ".join(needing)
        message = _(
            '"%(plugin)s" can\'t be disabled: %(names)s needs it.', plugin=plugin, names=names
        )
        raise Conflict(message, needed_by=needing)
    row.state, row.reason = "disabled", None
    _finish(row, "plugins.disable")
    return row


def suspend(plugin: str, reason: str) -> PluginEnablement:
    """Stop asking an enabled plugin until somebody resumes it; raises NotFound."""
    row = _get_row(plugin)
    if row.state == "enabled":
        row.state, row.reason = "suspended", reason[:500]
        _finish(row, "plugins.suspend", reason=row.reason)
    return row


def resume(plugin: str) -> PluginEnablement:
    """Ask a suspended plugin again; raises NotFound, and Conflict where it is not suspended."""
    row = _get_row(plugin)
    if row.state != "suspended":
        message = _('The plugin "%(plugin)s" is not suspended.', plugin=plugin)
        raise Conflict(message, plugin=plugin)
    row.state, row.reason = "enabled", None
    _finish(row, "plugins.resume")
    return row


def suspend_apart(app: Flask, tenant_id: int, plugin: str, reason: str) -> None:
    """Suspend a plugin in a unit of work of its own, after it failed repeatedly.

    Where its row is held by a change under way, the plugin is tried again instead.
    """
    subject = platform_subject(tenant_id, "failure guard")
    with app.app_context(), tenant_scope(tenant_id), acting_as(subject):
        try:
            db.session.execute(text("SET LOCAL lock_timeout = '2s'"))
            suspend(plugin, reason)
            db.session.commit()
        except (OperationalError, NotFound) as error:
            log.error("plugin.not_suspended", plugin=plugin, tenant=tenant_id, error=str(error))


def _installed_release(plugin: str) -> Release:
    loaded = installed().loaded
    if plugin in loaded.failed:
        problems = loaded.failed[plugin].fields
        message = _('The plugin "%(plugin)s" can\'t be loaded.', plugin=plugin)
        raise Conflict(message, fields=problems)
    if plugin not in loaded.releases:
        hint = did_you_mean(plugin, loaded.releases)
        message = _('There is no plugin "%(plugin)s"%(hint)s.', plugin=plugin, hint=hint)
        raise NotFound(message, plugin=plugin)
    return loaded.releases[plugin]


def _locked_row(release: Release) -> PluginEnablement:
    """Return the tenant's row of a plugin, locked; a new one is disabled."""
    _store(release)
    new = {"plugin": release.plugin, "digest": release.digest, "state": "disabled"}
    db.session.execute(insert(PluginEnablement).values(new).on_conflict_do_nothing())
    return _get_row(release.plugin)


def _get_row(plugin: str) -> PluginEnablement:
    statement = select(PluginEnablement).where(PluginEnablement.plugin == plugin)
    locked = statement.with_for_update().execution_options(populate_existing=True)
    row = db.session.scalars(locked).one_or_none()
    if row is None:
        _installed_release(plugin)
        message = _('The plugin "%(plugin)s" was never enabled here.', plugin=plugin)
        raise NotFound(message, plugin=plugin)
    return row


def _check_allowed(release: Release) -> None:
    head, mine = release.document["manifest"], enabled_plugins()
    if head["restricted"] and get_subject().membership_id is not None:
        message = _('Only operators may enable "%(plugin)s".', plugin=release.plugin)
        raise Forbidden(message, plugin=release.plugin)
    for other, theirs in mine.items():
        if other in head["conflicts"] or release.plugin in theirs.document["manifest"]["conflicts"]:
            raise Conflict(
                _(
                    '"%(plugin)s" does not go together with "%(other)s".',
                    plugin=release.plugin,
                    other=other,
                )
            )
        shared = _group_keys(release) & _group_keys(theirs)
        if shared:
            names = ", ".join(sorted(shared))
            message = _(
                '"%(plugin)s" and "%(other)s" both define the group %(names)s.',
                plugin=release.plugin,
                other=other,
                names=names,
            )
            raise Conflict(message, groups=sorted(shared))


def _group_keys(release: Release) -> set[str]:
    return {group["key"] for group in release.document["groups"].values()}


def _finish(row: PluginEnablement, action: str, **changes: str | None) -> None:
    row.since = func.now()
    db.session.flush()
    record(action, row, {"plugin": row.plugin, **changes})
