"""What the tenant in scope has of plugins: putting it into a state, suspending, resuming.

States are put by the revisions of `tierline.configuration` only, so that each change has an author,
a reason and an inverse.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask import Flask
from flask_babel import gettext as _
from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import OperationalError

from tierline.access.decision import acting_as, get_subject, platform_subject
from tierline.audit.service import record
from tierline.db import db, tenant_scope
from tierline.errors import Conflict, Forbidden, NotFound
from tierline.packs.checking import check_documents
from tierline.packs.problems import did_you_mean
from tierline.packs.releases import Release
from tierline.plugins.effective import ChangesInvalid, effective_release
from tierline.plugins.installing import note_built_in, store
from tierline.plugins.manager import check_choice, installed, log
from tierline.plugins.models import PluginEnablement, PluginOverride
from tierline.plugins.offers import get_offer, installations, offers, pinned_release
from tierline.plugins.queries import enabled_plugins, enablements, needed_by, overrides
from tierline.plugins.states import PluginState


def sync_releases(app: Flask) -> int:
    """Store every release of this process that is not stored yet; return how many were new.

    Raises SettingsError where TIERLINE_PLUGINS names a plugin that is not installed.
    """
    with app.app_context():
        new = sum(note_built_in(release) for release in installed().releases.values())
        db.session.commit()
        check_installed_choice()
    return new


def check_installed_choice() -> None:
    """Raise SettingsError where TIERLINE_PLUGINS names a plugin that is not installed."""
    plugins = installed()
    rows = [row.plugin for row in installations() if row.release.source != "built_in"]
    check_choice(plugins.setting, [*plugins.loaded.releases, *plugins.loaded.failed, *rows])


def put_plugins(wanted: Mapping[str, PluginState]) -> None:
    """Put plugins into the states given, together; what is entered in them stays.

    Raises Forbidden for a restricted plugin, Conflict where plugins are in each other's way or lack
    one that they require, ChangesInvalid where a document does not hold together.
    """
    before = enabled_plugins()
    for plugin, state in sorted(wanted.items()):
        _put(plugin, state)
    db.session.flush()
    after = enabled_plugins()
    for plugin in sorted(after.keys() - before.keys()):
        _check_allowed(after[plugin], after)
    _check_required()
    _check_documents(wanted, after)


def _put(plugin: str, state: PluginState) -> None:
    row = _locked_row(plugin, state)
    if state.state == "absent" or state.digest is None:
        db.session.delete(row)
        db.session.execute(delete(PluginOverride).where(PluginOverride.plugin == plugin))
        return
    release = effective_release(pinned_release(state.digest), state.operations)
    _put_overrides(plugin, state)
    row.digest = state.digest
    row.effective = release.digest if state.operations else None
    held = row.state == "suspended" and state.state == "enabled"
    if not held and row.state != state.state:
        row.state, row.reason, row.since = state.state, None, func.now()


def _put_overrides(plugin: str, state: PluginState) -> None:
    known = {override.address: override for override in overrides(plugin)}
    kept = [each.address for each in state.overrides if known.get(each.address) == each]
    mine = PluginOverride.plugin == plugin
    db.session.execute(delete(PluginOverride).where(mine, PluginOverride.address.not_in(kept)))
    for override in state.overrides:
        if override.address not in kept:
            db.session.add(
                PluginOverride(
                    plugin=plugin,
                    **vars(override.operation),
                    author=override.author,
                    reason=override.reason,
                    changed_at=override.at,
                    expires_on=override.expires_on,
                )
            )
    db.session.flush()


def store_release(release: Release) -> None:
    """Store a release, where it is not stored yet, so that tenants can pin it."""
    store(release)


def store_installed(plugins: Iterable[str]) -> None:
    """Store the installed releases of some plugins, where they are not stored yet."""
    for plugin in plugins:
        if plugin in installed().releases:
            store(installed().releases[plugin])


def suspend(plugin: str, reason: str) -> PluginEnablement:
    """Stop asking an enabled plugin until somebody resumes it; raises NotFound."""
    row = get_row(plugin)
    if row.state == "enabled":
        row.state, row.reason = "suspended", reason[:500]
        _finish(row, "plugins.suspend", reason=row.reason)
    return row


def resume(plugin: str) -> PluginEnablement:
    """Ask a suspended plugin again; raises NotFound, and Conflict where it is not suspended."""
    row = get_row(plugin)
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


def installed_release(plugin: str) -> Release:
    """Return the release of a plugin that is offered; raises Conflict where it can't be loaded."""
    loaded, there = installed().loaded, offers()
    if plugin in loaded.failed and plugin not in there:
        problems = loaded.failed[plugin].fields
        message = _('The plugin "%(plugin)s" can\'t be loaded.', plugin=plugin)
        raise Conflict(message, fields=problems)
    if plugin not in there:
        hint = did_you_mean(plugin, there)
        message = _('There is no plugin "%(plugin)s"%(hint)s.', plugin=plugin, hint=hint)
        raise NotFound(message, plugin=plugin)
    return there[plugin].release


def _locked_row(plugin: str, state: PluginState) -> PluginEnablement:
    """Return the tenant's row of a plugin, locked; a new one is disabled."""
    if state.digest is not None:
        new = {"plugin": plugin, "digest": state.digest, "state": "disabled"}
        db.session.execute(insert(PluginEnablement).values(new).on_conflict_do_nothing())
    return get_row(plugin)


def get_row(plugin: str, *, lock: bool = True) -> PluginEnablement:
    """Return the tenant's row of a plugin, locked unless told otherwise; raises NotFound."""
    statement = select(PluginEnablement).where(PluginEnablement.plugin == plugin)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    row = db.session.scalars(statement).one_or_none()
    if row is None:
        installed_release(plugin)
        message = _('The plugin "%(plugin)s" was never enabled here.', plugin=plugin)
        raise NotFound(message, plugin=plugin)
    return row


def check_offered(plugin: str) -> None:
    """Raise Conflict for a plugin that is retired."""
    offer = get_offer(plugin)
    if offer is not None and offer.retired:
        message = _('The plugin "%(plugin)s" is retired: it is no longer offered.', plugin=plugin)
        raise Conflict(message, plugin=plugin)


def _check_allowed(release: Release, together: Mapping[str, Release]) -> None:
    head = release.document["manifest"]
    if head["restricted"] and get_subject().membership_id is not None:
        message = _('Only operators may enable "%(plugin)s".', plugin=release.plugin)
        raise Forbidden(message, plugin=release.plugin)
    for other, theirs in together.items():
        if other == release.plugin:
            continue
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


def _check_required() -> None:
    """Refuse where a plugin that is not disabled lacks one that it requires."""
    rows = [row for row in enablements() if row.state != "disabled"]
    there = {row.plugin for row in rows}
    missing = {
        required
        for row in rows
        for required in pinned_release(row.digest).document["manifest"]["requires"]
        if required not in there
    }
    for plugin in sorted(missing):
        needing = needed_by(plugin, rows)
        names = ", ".join(needing)
        message = _(
            '"%(plugin)s" can\'t be disabled: %(names)s needs it.', plugin=plugin, names=names
        )
        raise Conflict(message, needed_by=needing)


def _check_documents(wanted: Iterable[str], together: Mapping[str, Release]) -> None:
    """Check the documents against each other, where they are not just what is installed."""
    if not any(_is_changed(plugin, release) for plugin, release in together.items()):
        return
    documents = {plugin: release.document for plugin, release in together.items()}
    problems = check_documents(documents, wanted)
    if problems:
        raise ChangesInvalid(problems)


def _is_changed(plugin: str, release: Release) -> bool:
    offer = get_offer(plugin)
    return offer is None or offer.release.digest != release.digest


def _group_keys(release: Release) -> set[str]:
    return {group["key"] for group in release.document["groups"].values()}


def _finish(row: PluginEnablement, action: str, **changes: str | None) -> None:
    row.since = func.now()
    db.session.flush()
    record(action, row, {"plugin": row.plugin, **changes})
