"""Changing a company's configuration: draft, publish, discard, undo.

The one door for screen, API, command and file. A revision is published only while what it starts
from still stands.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from tierline.access.decision import get_subject
from tierline.audit.service import record
from tierline.configuration import changes
from tierline.configuration.affected import affected, standing
from tierline.configuration.changes import Change
from tierline.configuration.models import OPEN, Revision
from tierline.configuration.queries import get_revision
from tierline.db import db
from tierline.errors import Conflict, Invalid
from tierline.jobs.service import enqueue, schedule
from tierline.marking import N_
from tierline.packs.differences import Operation
from tierline.packs.merging import Side
from tierline.plugins.offers import offers, pinned_release
from tierline.plugins.queries import enablements, state_of
from tierline.plugins.service import put_plugins, store_installed
from tierline.plugins.states import PluginState, read_state
from tierline.tenancy.queries import current_tenant
from tierline.tiering.starting import start_run

UNDO_DAYS = 30
EXPIRE = "configuration.expire"
PLAN = "configuration.plan"
WITHOUT_APPROVAL = ("file", "platform")  # reviewed where the file is kept; what the platform does
AT_NIGHT = "1 0 * * *"  # in the tenant's time zone, before the metrics of the new day


class RevisionStale(Conflict):
    """A revision may be published only while what it starts from still stands."""

    code = "revision_stale"
    title = N_("The configuration has changed since")


class ApprovalNeeded(Conflict):
    """Where a company asks for a second person, only an approved change is published."""

    code = "approval_needed"
    title = N_("A second person must approve this")


def enable_defaults() -> None:
    """Enable what a new tenant begins with: the plugins whose manifest says `default: true`."""
    for plugin, offer in sorted(offers().items()):
        if offer.release.document["manifest"]["default"] and not offer.retired:
            enable(plugin, source="platform")


def enable(plugin: str, *, reason: str = "", source: str = "command") -> Revision | None:
    """Enable a plugin at its installed release, and what it requires; None where it is already.

    Raises NotFound, Forbidden for a restricted plugin, and Conflict where an enabled plugin is in
    its way or it is suspended.
    """
    for row in enablements():
        if row.plugin == plugin and row.state == "suspended":
            message = _('The plugin "%(plugin)s" is suspended: resume it.', plugin=plugin)
            raise Conflict(message, plugin=plugin)
    return apply_now(changes.enabling(plugin), reason, source)


def disable(plugin: str, *, reason: str = "", source: str = "command") -> Revision | None:
    """Disable a plugin, keeping its data; None where it is disabled already.

    Raises NotFound, and Conflict while another plugin needs it.
    """
    return apply_now(changes.disabling(plugin), reason, source)


def upgrade(
    plugin: str,
    chosen: Mapping[str, Side] | None = None,
    *,
    reason: str = "",
    source: str = "command",
) -> Revision | None:
    """Move a plugin to its installed release, with the company's changes merged."""
    return apply_now(changes.upgrading(plugin, chosen), reason, source)


def override(
    plugin: str,
    operations: Iterable[Operation],
    *,
    reason: str,
    source: str = "command",
    expires_on: datetime.date | None = None,
) -> Revision | None:
    """Change a plugin's document for this company; None where that changes nothing.

    Raises Invalid without a reason, AddressInvalid, and ChangesInvalid naming every problem.
    """
    check_reason(reason)
    return apply_now(changes.overriding(plugin, operations, reason, expires_on), reason, source)


def reset(
    plugin: str,
    addresses: Iterable[str] | None = None,
    *,
    reason: str = "",
    source: str = "command",
) -> Revision | None:
    """Take changes back to the default; all of the plugin's where no addresses are given."""
    return apply_now(changes.resetting(plugin, addresses), reason, source)


def apply_now(change: Change, reason: str, source: str) -> Revision | None:
    """Draft a change and publish it at once; None where it changes nothing.

    Where a second person must approve it, it is submitted in place of published.
    """
    revision = draft(change, reason, source)
    return _published_or_submitted(revision) if revision is not None else None


def _published_or_submitted(revision: Revision) -> Revision:
    if not needs_approval(revision):
        return publish(revision.number)
    enqueue(PLAN, {"revision": revision.number})
    return submit(revision.number)


def needs_approval(revision: Revision) -> bool:
    """Return whether a second person must approve a revision before it is published."""
    return current_tenant().second_person and revision.source not in WITHOUT_APPROVAL


def submit(number: int) -> Revision:
    """Hand a draft to a second person; raises NotFound, and Conflict where it is no draft."""
    revision = get_revision(number, lock=True)
    check_state(revision, "draft")
    revision.state, revision.note = "submitted", None
    db.session.flush()
    record("configuration.submit", revision, {"number": number})
    return revision


def draft(change: Change, reason: str, source: str) -> Revision | None:
    """Keep a change as a draft, to be looked at and published; None where it changes nothing."""
    before = {plugin: state_of(plugin) for plugin in change.states}
    changed = {
        plugin: {"before": before[plugin].to_document(), "after": state.to_document()}
        for plugin, state in change.states.items()
        if not state.is_as(before[plugin])
    }
    if not changed:
        return None
    store_installed(changed)
    number = (db.session.scalar(select(func.max(Revision.number))) or 0) + 1
    merges = {plugin: [vars(row) for row in found.rows] for plugin, found in change.merges.items()}
    revision = Revision(
        number=number,
        state="draft",
        source=source,
        reason=reason.strip()[:1000],
        author=get_subject().name,
        author_id=get_subject().membership_id,
        changes=changed,
        merges=merges or None,
    )
    db.session.add(revision)
    db.session.flush()
    record("configuration.draft", revision, {"number": number, "plugins": sorted(changed)})
    return revision


def states(revision: Revision, side: str) -> dict[str, PluginState]:
    """Return the states that a revision starts from (`before`) or leads to (`after`)."""
    return {plugin: read_state(change[side]) for plugin, change in revision.changes.items()}


def publish(number: int) -> Revision:
    """Carry a draft out; schemes in use that it changes are run again in the background.

    Raises NotFound, Conflict where it is not open, ApprovalNeeded, RevisionStale where the
    configuration has changed since, and what `put_plugins` raises.
    """
    revision = get_revision(number, lock=True)
    check_publishable(revision)
    before = states(revision, "before")
    for plugin, state in before.items():
        if not state.is_as(state_of(plugin)):
            message = _(
                '"%(plugin)s" was changed after this draft was made. Make it again.', plugin=plugin
            )
            raise RevisionStale(message, plugin=plugin)
    stood = standing()
    after = states(revision, "after")
    put_plugins(after)
    if any(each.expires_on for state in after.values() for each in state.overrides):
        schedule(EXPIRE, AT_NIGHT, current_tenant().time_zone, {})
    revision.state, revision.published_by = "published", get_subject().name
    revision.published_at = datetime.datetime.now(datetime.UTC)
    if revision.undoes is not None:
        undone = get_revision(revision.undoes, lock=True)
        _check_undoable(undone)
        undone.state, undone.undone_by = "undone", number
    db.session.flush()
    for plugin, change in sorted(revision.changes.items()):
        record(f"plugins.{_verb(change)}", revision, _noted(plugin, change, number))
    for scheme_id in affected(stood, standing(), in_use=True):
        start_run(scheme_id)
    return revision


def _verb(change: Mapping[str, Any]) -> str:
    before, after = change["before"], change["after"]
    if before["state"] != after["state"]:
        return "enable" if after["state"] == "enabled" else "disable"
    return "upgrade" if before["digest"] != after["digest"] else "change"


def _noted(plugin: str, change: Mapping[str, Any], number: int) -> dict[str, Any]:
    digest = change["after"]["digest"]
    version = pinned_release(digest).version if digest else None
    known = [each["address"] for each in change["before"]["overrides"]]
    addresses = [each["address"] for each in change["after"]["overrides"]]
    noted = {"plugin": plugin, "revision": number, "version": version, "digest": digest}
    changed = sorted(set(known) ^ set(addresses)) or sorted(set(addresses))
    return noted | ({"addresses": changed[:50]} if _verb(change) == "change" else {})


def discard(number: int) -> Revision:
    """Throw a draft away, wherever it has got to; raises NotFound, Conflict where it is closed."""
    revision = get_revision(number, lock=True)
    check_state(revision, *OPEN)
    revision.state = "discarded"
    db.session.flush()
    record("configuration.discard", revision, {"number": number})
    return revision


def undo(number: int, *, reason: str = "", source: str = "undo") -> Revision:
    """Take a published revision back, within UNDO_DAYS days; what was changed since stays.

    Returns the revision that does so: published, or submitted where it needs approval. Raises
    NotFound, and Conflict where it is not published, was undone, is too old, or where nothing of
    it is left.
    """
    revision = get_revision(number, lock=True)
    _check_undoable(revision)
    change = changes.undoing(states(revision, "before"), states(revision, "after"))
    why = reason or _("Undo of revision %(number)s", number=number)
    inverse = draft(change, why, source)
    if inverse is None:
        raise Conflict(_("Nothing of this revision is left to undo."))
    inverse.undoes = number
    return _published_or_submitted(inverse)


def check_state(revision: Revision, *allowed: str) -> None:
    """Raise Conflict where a revision is in none of the states named."""
    if revision.state not in allowed:
        if allowed in (("draft",), OPEN):
            message = _("Revision %(number)s is no draft.", number=revision.number)
        else:
            message = _("Revision %(number)s does not wait for this.", number=revision.number)
        raise Conflict(message, state=revision.state)


def check_publishable(revision: Revision) -> None:
    """Raise Conflict where a revision is not open, ApprovalNeeded where nobody approved it."""
    check_state(revision, *OPEN)
    waits = revision.state == "submitted"
    if waits or (needs_approval(revision) and revision.decided_by is None):
        message = _("Revision %(number)s waits for a second person.", number=revision.number)
        raise ApprovalNeeded(message, state=revision.state)


def _check_undoable(revision: Revision) -> None:
    if revision.state != "published" or revision.published_at is None:
        message = _("Revision %(number)s is not published.", number=revision.number)
        raise Conflict(message, state=revision.state)
    oldest = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=UNDO_DAYS)
    if revision.published_at < oldest:
        raise Conflict(_("A revision can be undone for %(days)s days.", days=UNDO_DAYS))


def check_reason(reason: str) -> None:
    """Raise Invalid where a change has no reason."""
    if not reason.strip():
        message = _("Say why the default does not fit.")
        raise Invalid(message, fields={"reason": [_("is missing")]})
