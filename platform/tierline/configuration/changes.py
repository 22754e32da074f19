"""What a change of the configuration comes to: the states that plugins get, from those they have.

Nothing is written here. A plugin that moves to another release takes the tenant's changes along by
the three-way merge.
"""

from __future__ import annotations

import datetime
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flask_babel import gettext as _

from tierline.access.decision import get_subject
from tierline.configuration.queries import document_in_force, get_revision
from tierline.errors import Conflict, NotFound
from tierline.packs.checking import check_documents, item_of, normalise
from tierline.packs.differences import Operation, address_of, apply, difference
from tierline.packs.merging import Merge, Side, merge, settle
from tierline.packs.names import OWN
from tierline.packs.releases import Release
from tierline.plugins.effective import ChangesInvalid, effective_release
from tierline.plugins.offers import pinned_release
from tierline.plugins.queries import enabled_plugins, enablements, state_of
from tierline.plugins.service import check_offered, installed_release
from tierline.plugins.states import ABSENT, Override, PluginState, read_state


@dataclass(frozen=True)
class Change:
    """The states that plugins are to get, and how their changes were merged where they were."""

    states: Mapping[str, PluginState]
    merges: Mapping[str, Merge] = field(default_factory=dict)


def enabling(plugin: str) -> Change:
    """Return the change that enables a plugin at its installed release, and what it requires.

    Raises NotFound, and Conflict where the plugin is suspended, retired or can't be loaded.
    """
    states: dict[str, PluginState] = {}
    merges: dict[str, Merge] = {}
    waiting = [plugin]
    while waiting:
        name = waiting.pop()
        if name in states or state_of(name).state == "enabled":
            continue
        release = installed_release(name)
        check_offered(name)
        found = moving(name, release, "enabled")
        states |= found.states
        merges |= found.merges
        waiting += release.document["manifest"]["requires"]
    return Change(states, merges)


def disabling(plugin: str) -> Change:
    """Return the change that disables a plugin; raises NotFound where it never was enabled."""
    state = state_of(plugin)
    if state is ABSENT:
        installed_release(plugin)
        raise NotFound(_('The plugin "%(plugin)s" was never enabled here.', plugin=plugin))
    return Change({plugin: PluginState("disabled", state.digest, state.overrides)})


def upgrading(plugin: str, chosen: Mapping[str, Side] | None = None) -> Change:
    """Return the change that moves a plugin to its installed release.

    `chosen` maps addresses of the merge's rows to the side that a person chose. Raises Conflict
    where the plugin is not enabled or is at that release already.
    """
    state, release = state_of(plugin), installed_release(plugin)
    if state.state != "enabled":
        raise Conflict(_('The plugin "%(plugin)s" is not enabled.', plugin=plugin), plugin=plugin)
    if state.digest == release.digest:
        message = _('"%(plugin)s" is at its newest version already.', plugin=plugin)
        raise Conflict(message, plugin=plugin)
    return moving(plugin, release, "enabled", chosen)


def moving(
    plugin: str, release: Release, state: Any, chosen: Mapping[str, Side] | None = None
) -> Change:
    """Return the change that takes a plugin to a release, with the tenant's changes merged."""
    current = state_of(plugin)
    if current.digest in (None, release.digest):
        moved = PluginState(state, release.digest, current.overrides)
        return Change({plugin: moved})
    old = pinned_release(current.digest or "")
    yours = effective_release(old, current.operations)
    found = settled(
        plugin, merge(old.document, yours.document, release.document, chosen), yours, release
    )
    overrides = carried(release, found.document, current.overrides, _("Kept in the upgrade"))
    return Change({plugin: PluginState(state, release.digest, overrides)}, {plugin: found})


def settled(plugin: str, found: Merge, yours: Release, new: Release) -> Merge:
    """Return the merge with every item whole that does not hold together, beside other plugins."""
    beside = {name: each.document for name, each in enabled_plugins().items() if name != plugin}

    def check(document: Mapping[str, Any]) -> set[str]:
        problems = check_documents({**beside, plugin: document}, [plugin])
        mine = [each for each in problems if each.file.startswith(f"{plugin}/")]
        return set(map(item_of, mine))

    return settle(found, yours.document, new.document, check)


def carried(
    release: Release,
    document: Mapping[str, Any],
    known: Iterable[Override],
    reason: str,
    expires_on: datetime.date | None = None,
) -> tuple[Override, ...]:
    """Return what makes the release into a document; a change that was there keeps its author."""
    by_operation = {(each.address, repr(each.operation)): each for each in known}
    author, now = get_subject().name, datetime.datetime.now(datetime.UTC)
    return tuple(
        by_operation.get((each.address, repr(each)))
        or Override(each, author, reason, now, expires_on)
        for each in difference(release.document, document)
    )


def overriding(
    plugin: str,
    operations: Iterable[Operation],
    reason: str,
    expires_on: datetime.date | None = None,
) -> Change:
    """Return the change that carries out operations on what a plugin is in this company.

    From the day `expires_on` the default holds again.

    Raises Conflict where it is not enabled, AddressInvalid, and ChangesInvalid with every problem.
    """
    current = _enabled(plugin)
    release = pinned_release(current.digest or "")
    mine = effective_release(release, current.operations)
    document, problems = normalise(apply(mine.document, operations))
    if problems:
        raise ChangesInvalid(problems)
    overrides = carried(release, document, current.overrides, reason, expires_on)
    return Change({plugin: PluginState(current.state, current.digest, overrides)})


def leaving_out(plugin: str, folder: str, name: str, reason: str) -> Change:
    """Return the change that leaves an item out; a scheme of the company's own with its examples.

    Raises as `overriding` does.
    """
    gone = [Operation(address_of(folder, name), "hide")]
    if plugin == OWN and folder == "tiering" and name in document_in_force(plugin)["tests"]:
        gone.append(Operation(address_of("tests", name), "hide"))
    return overriding(plugin, gone, reason)


def replacing(
    plugin: str, operations: Iterable[Operation], gone: Container[str], reasons: Mapping[str, str]
) -> Change:
    """Return the change that takes changes at the addresses `gone` back, and makes others instead.

    `reasons` says why, by address. Raises as `overriding` does.
    """
    current = _enabled(plugin)
    release = pinned_release(current.digest or "")
    kept = [each for each in current.overrides if each.address not in gone]
    changed = [*(each.operation for each in kept), *operations]
    document, problems = normalise(apply(release.document, changed))
    if problems:
        raise ChangesInvalid(problems)
    overrides = tuple(
        replace(each, reason=reasons.get(each.address, each.reason))
        for each in carried(release, document, current.overrides, "")
    )
    return Change({plugin: PluginState(current.state, current.digest, overrides)})


def resetting(plugin: str, addresses: Iterable[str] | None) -> Change:
    """Return the change that takes changes back to the default; all of them where None is given.

    Raises NotFound for an address that the company has not changed.
    """
    current = _enabled(plugin)
    known = [override.address for override in current.overrides]
    gone = known if addresses is None else list(addresses)
    for address in gone:
        if address not in known:
            raise NotFound(_("%(address)s was not changed here.", address=address))
    kept = tuple(each for each in current.overrides if each.address not in gone)
    return Change({plugin: PluginState(current.state, current.digest, kept)})


def expiring(plugin: str, today: datetime.date) -> Change:
    """Return the change that takes back what was changed up to a day that has come."""
    expired = [
        each.address
        for each in state_of(plugin).overrides
        if each.expires_on is not None and each.expires_on <= today
    ]
    return resetting(plugin, expired)


def undoing(before: Mapping[str, PluginState], after: Mapping[str, PluginState]) -> Change:
    """Return the change that takes plugins from `after` back to `before`.

    What was changed since stays: it is merged as an upgrade merges it.
    """
    states: dict[str, PluginState] = {}
    merges: dict[str, Merge] = {}
    for plugin, old in before.items():
        current, published = state_of(plugin), after[plugin]
        if current.is_as(published) or old.digest is None or current.digest is None:
            states[plugin] = old
            continue
        target = pinned_release(old.digest)
        found = merge(*(_document(each) for each in (published, current, old)))
        found = settled(plugin, found, _effective(current), _effective(old))
        known = (*old.overrides, *current.overrides)
        overrides = carried(target, found.document, known, _("Kept when a change was undone"))
        states[plugin] = PluginState(old.state, old.digest, overrides)
        merges[plugin] = found
    return Change(states, merges)


def _effective(state: PluginState) -> Release:
    return effective_release(pinned_release(state.digest or ""), state.operations)


def drafted_document(number: int, plugin: str) -> Mapping[str, Any]:
    """Return a plugin's document as a revision would have it; raises NotFound.

    As it is in force, where the revision does not change the plugin.
    """
    changed = get_revision(number).changes.get(plugin)
    if changed is None:
        return document_in_force(plugin)
    return _document(read_state(changed["after"]))


def _document(state: PluginState) -> Mapping[str, Any]:
    return _effective(state).document


def _enabled(plugin: str) -> PluginState:
    if any(row.plugin == plugin and row.state != "disabled" for row in enablements()):
        return state_of(plugin)
    release = installed_release(plugin)
    if plugin == OWN:  # it comes with the first thing that a company makes
        return PluginState("enabled", release.digest, state_of(plugin).overrides)
    raise Conflict(_('The plugin "%(plugin)s" is not enabled.', plugin=plugin), plugin=plugin)
