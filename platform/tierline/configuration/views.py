"""What the pages of the configuration show, put together from revisions, plans and merges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from flask_babel import gettext as _

from tierline.access.decision import get_subject
from tierline.configuration import words
from tierline.configuration.approving import is_own
from tierline.configuration.changes import upgrading
from tierline.configuration.models import OPEN, Revision
from tierline.configuration.planning import find_job
from tierline.configuration.queries import get_item
from tierline.configuration.service import UNDO_DAYS, needs_approval
from tierline.configuration.uses import Use, uses_of
from tierline.jobs.models import Job
from tierline.packs import records
from tierline.packs.contributions import Manifest
from tierline.packs.differences import apply, read_address
from tierline.packs.documents import FORMATS, read
from tierline.packs.leaves import is_element, plain
from tierline.packs.merging import Merge, Row
from tierline.packs.strict_yaml import nodes_of
from tierline.plugins.offers import pinned_release
from tierline.plugins.queries import (
    CatalogueEntry,
    get_entry,
    overrides,
    state_of,
)
from tierline.plugins.service import installed_release
from tierline.plugins.states import Override, PluginState, read_state
from tierline.tiering.charts import ShownMoves, show_moves
from tierline.web.language import localized


def titles_of(revisions: Iterable[Revision]) -> dict[int, list[str]]:
    """Return what the plugins are called that each revision changes, by its number."""
    return {
        revision.number: [_title(change) for _, change in sorted(revision.changes.items())]
        for revision in revisions
    }


def _title(change: Mapping[str, Any]) -> str:
    digest = change["after"]["digest"] or change["before"]["digest"]
    return localized(pinned_release(digest).document["manifest"]["title"])


@dataclass(frozen=True)
class ChangeView:
    """One line of a revision: what becomes of something in a plugin."""

    place: str
    kind: str
    before: str
    after: str


@dataclass(frozen=True)
class PluginChangeView:
    """What a revision does to one plugin."""

    plugin: str
    title: str
    what: str
    changes: list[ChangeView]
    rows: list[RowView]
    manifest: Manifest | None  # what it asks for, where another release comes in force


@dataclass(frozen=True)
class RowView:
    """A row of a merge in words."""

    address: str
    place: str
    state: str
    old: str
    yours: str
    new: str


@dataclass(frozen=True)
class RevisionView:
    """A revision with everything that its page shows."""

    revision: Revision
    plugins: list[PluginChangeView]
    job: Job | None
    undo_days: int
    needs_approval: bool
    is_own: bool
    charts: dict[str, ShownMoves]  # who would move by a scheme


def revision_view(revision: Revision) -> RevisionView:
    """Return a revision as its page shows it."""
    merges = revision.merges or {}
    plugins = [
        _plugin_view(plugin, change, merges.get(plugin, []))
        for plugin, change in sorted(revision.changes.items())
    ]
    job = find_job(revision) if revision.state in OPEN else None
    own = is_own(revision, get_subject())
    needed, charts = needs_approval(revision), _charts(revision.plan or {})
    return RevisionView(revision, plugins, job, UNDO_DAYS, needed, own, charts)


def _charts(plan: Mapping[str, Any]) -> dict[str, ShownMoves]:
    return {
        each["scheme"]: show_moves(localized(each["title"]), each["moves"], each["tiers"])
        for each in plan.get("schemes", ())
    }


def _plugin_view(plugin: str, change: Mapping[str, Any], rows: list[Any]) -> PluginChangeView:
    before, after = read_state(change["before"]), read_state(change["after"])
    release = pinned_release(after.digest or before.digest or "")
    title = localized(release.document["manifest"]["title"])
    lines = _lines(before, after)
    merged = [row_view(Row(**row), release.document) for row in rows]
    is_new = after.state == "enabled" and (before.state, before.digest) != ("enabled", after.digest)
    asks = records.manifest(release.document) if is_new else None
    return PluginChangeView(plugin, title, _what(before, after), lines, merged, asks)


def _what(before: PluginState, after: PluginState) -> str:
    version = pinned_release(after.digest).version if after.digest else ""
    if before.state != after.state:
        if after.state == "enabled":
            return str(_("is enabled at version %(version)s", version=version))
        return str(_("is disabled; what was entered stays"))
    if before.digest != after.digest and before.digest:
        old = pinned_release(before.digest).version
        return str(_("goes from version %(old)s to %(new)s", old=old, new=version))
    return str(_("is changed"))


def _lines(before: PluginState, after: PluginState) -> list[ChangeView]:
    """Return what differs between the changes of two states, in words."""
    old = {each.address: each for each in before.overrides}
    new = {each.address: each for each in after.overrides}
    known = [document for state in (after, before) for document in _documents(state)]
    return [
        ChangeView(
            words.place(address, _holding(address, known)),
            str(words.KINDS[(new.get(address) or old[address]).operation.kind]),
            _told(old.get(address), known) if address in old or not _is_made(new[address]) else "–",
            _told(new.get(address), known) if address in new or not _is_made(old[address]) else "–",
        )
        for address in sorted({**old, **new})
        if (new.get(address) and new[address].operation)
        != (old.get(address) and old[address].operation)
    ]


def _is_made(override: Override) -> bool:
    """Return whether a change makes a whole item: without it there is none, and no default."""
    return override.operation.kind == "add" and "#" not in override.address


def _documents(state: PluginState) -> list[Mapping[str, Any]]:
    """Return a plugin's document in a state, with its changes and without."""
    if state.digest is None:
        return []
    default = pinned_release(state.digest).document
    return [apply(default, state.operations), default]


def _holding(address: str, documents: Iterable[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return the first document that has the item of an address, else the last."""
    folder, name, _path = read_address(address)
    found: Mapping[str, Any] = {}
    for found in documents:
        if name in found[folder]:
            return found
    return found


def _told(override: Override | None, documents: list[Mapping[str, Any]]) -> str:
    if override is None:
        return str(_("the default"))
    names = words.tier_names(override.address, _holding(override.address, documents))
    told = words.value(override.operation.value, names)
    return told or str(words.KINDS[override.operation.kind])


def row_view(row: Row, document: Mapping[str, Any]) -> RowView:
    """Return a row of a merge in words."""
    names = words.tier_names(row.address, document)
    told = (words.value(each, names) for each in (row.old, row.yours, row.new))
    return RowView(row.address, words.place(row.address, document), row.state, *told)


def upgrade_of(plugin: str) -> dict[str, Any]:
    """Return what an upgrade would do to the company's changes; raises Conflict, NotFound."""
    current, release = state_of(plugin), installed_release(plugin)
    found = upgrading(plugin).merges.get(plugin)
    return {
        "plugin": plugin,
        "from_version": pinned_release(current.digest or "").version,
        "to_version": release.version,
        "rows": list(found.rows) if found else [],
    }


@dataclass(frozen=True)
class UpgradeView:
    """An upgrade in three columns: old default, yours, new default."""

    entry: CatalogueEntry
    rows: list[RowView]
    counts: Mapping[str, int]
    shown: str | None


def upgrade_view(plugin: str, shown: str | None) -> UpgradeView:
    """Return an upgrade as its page shows it, rows of one state where it is named."""
    found = upgrading(plugin).merges.get(plugin) or Merge({}, ())
    documents = {**installed_release(plugin).document}
    counts = Counter[str](row.state for row in found.rows)
    rows = [row_view(row, documents) for row in found.rows if shown in (None, row.state)]
    ordered = {state: counts[state] for state in words.STATES if counts[state]}
    return UpgradeView(get_entry(plugin), rows, ordered, shown)


@dataclass(frozen=True)
class OverrideView:
    """A change that the company made, beside the default."""

    override: Override
    place: str
    kind: str
    default: str
    yours: str


def override_views(plugin: str) -> list[OverrideView]:
    """Return what the company changed in a plugin, each beside its default."""
    state = state_of(plugin)
    if state.digest is None:
        return []
    document = pinned_release(state.digest).document
    effective = apply(document, state.operations)
    return [
        OverrideView(
            each,
            words.place(each.address, effective),
            str(words.KINDS[each.operation.kind]),
            words.value(
                value_at(document, each.address), words.tier_names(each.address, effective)
            ),
            _told(each, [effective]),
        )
        for each in overrides(plugin)
    ]


def value_at(document: Mapping[str, Any], address: str) -> Any:
    """Return what stands at an address in a document; None where nothing does."""
    folder, name, path = read_address(address)
    here: Any = document[folder].get(name)
    for step in path:
        if is_element(step):
            elements = here if isinstance(here, list | tuple) else []
            here = next((each for each in elements if each.get("id") == step[1:-1]), None)
        else:
            here = here.get(step) if isinstance(here, Mapping) else None
    return plain(here)


@dataclass(frozen=True)
class ItemView:
    """An item of a plugin as text, as it is in this company and by default."""

    entry: CatalogueEntry
    folder: str
    name: str
    title: str
    text: str
    default: str
    is_changed: bool
    uses: list[Use]


def item_view(plugin: str, folder: str, name: str) -> ItemView:
    """Return an item of an enabled plugin; raises NotFound."""
    entry, item, state = get_entry(plugin), get_item(plugin, folder, name), state_of(plugin)
    default = pinned_release(state.digest or "").document[folder].get(name)
    text, shown = as_text(folder, item), as_text(folder, default) if default else ""
    title = localized(item["title"])
    uses = uses_of(folder, f"{plugin}:{name}")
    return ItemView(entry, folder, name, title, text, shown, text != shown, uses)


def as_text(folder: str, item: Any) -> str:
    """Return an item as the YAML that its author could have written, keys in the format's order."""
    ordered, _reading = read(FORMATS[folder], "", "", nodes_of(item))
    dumped: str = yaml.safe_dump(
        plain(ordered), allow_unicode=True, sort_keys=False, width=100, default_flow_style=None
    )
    return dumped
