"""A scheme's history: each version of its rule in words against the one before, and each change.

A version is what runs went by. A revision is a change of the company's configuration, or an upgrade
of the plugin, that touches the scheme. Restoring a version drafts the change that brings it back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from tierline.configuration.editing import replacing
from tierline.configuration.models import OPEN, Revision
from tierline.configuration.planning import draft_planned
from tierline.configuration.queries import revisions
from tierline.configuration.service import check_reason, states
from tierline.configuration.views import value_at
from tierline.configuration.words import KINDS, place, tier_names, value
from tierline.db import db
from tierline.errors import NotFound
from tierline.packs.differences import apply, difference
from tierline.plugins.offers import pinned_release
from tierline.plugins.queries import get_scheme
from tierline.plugins.states import PluginState
from tierline.tiering.models import Run, Scheme, SchemeVersion
from tierline.tiering.queries import find_scheme
from tierline.tiering.results import Result, read_result
from tierline.tiering.versions import document_of, get_version

FOLDER = "tiering"


@dataclass(frozen=True)
class Difference:
    """One thing that changed: what, how, from, to; all in words."""

    what: str
    how: str
    before: str
    after: str


@dataclass(frozen=True)
class VersionEntry:
    """A version of the rule, and what its last recorded run found."""

    version: SchemeVersion
    is_in_force: bool  # whether the scheme is the same now
    differences: list[Difference]  # from the version before; none for the first
    runs: int
    last_run: Run | None
    tiers: dict[str, Mapping[str, Any]]

    @property
    def result(self) -> Result | None:
        """Return the last run's result by tier."""
        last = self.last_run
        return read_result(last.result) if last is not None and last.result else None


@dataclass(frozen=True)
class RevisionEntry:
    """A revision that touches the scheme, and what it changes there."""

    revision: Revision
    differences: list[Difference]


def parts_of(scheme_id: str) -> tuple[str, str]:
    """Return the plugin and the name of a scheme from its id."""
    plugin, _colon, name = scheme_id.partition(":")
    return plugin, name


def versions(scheme_id: str) -> list[VersionEntry]:
    """Return the versions that runs went by, the newest first; raises NotFound."""
    current, scheme = document_of(get_scheme(scheme_id)), find_scheme(scheme_id)
    if scheme is None:
        return []
    rows = db.session.scalars(
        select(SchemeVersion)
        .where(SchemeVersion.scheme_number == scheme.number)
        .order_by(SchemeVersion.version)
    ).all()
    by_version = _runs_by_version(scheme)
    found: list[VersionEntry] = []
    before: dict[str, Any] | None = None
    for row in rows:
        changed = differences(scheme_id, before, row.document) if before else []
        runs = by_version.get(row.version, [])
        recorded = [run for run in runs if run.recorded]
        last = max(recorded, key=lambda run: (run.as_of, run.created_at), default=None)
        tiers = {tier["id"]: tier for tier in row.document["tiers"]}
        now = row.document == current
        found.append(VersionEntry(row, now, changed, len(runs), last, tiers))
        before = row.document
    return found[::-1]


def _runs_by_version(scheme: Scheme) -> dict[int, list[Run]]:
    done = select(Run).where(Run.scheme_number == scheme.number, Run.state == "done")
    found: dict[int, list[Run]] = {}
    for run in db.session.scalars(done):
        found.setdefault(run.version, []).append(run)
    return found


def changes(scheme_id: str) -> list[RevisionEntry]:
    """Return the revisions that touch a scheme, the newest first."""
    plugin, _name = parts_of(scheme_id)
    found = [RevisionEntry(each, _changed(each, scheme_id)) for each in revisions(plugin=plugin)]
    return [entry for entry in found if entry.differences]


def _changed(revision: Revision, scheme_id: str) -> list[Difference]:
    plugin, name = parts_of(scheme_id)
    before, after = (_item(states(revision, side)[plugin], name) for side in ("before", "after"))
    return differences(scheme_id, before, after)


def _item(state: PluginState, name: str) -> Mapping[str, Any] | None:
    """Return a scheme's document in a state of its plugin; None where it is not there."""
    if state.digest is None or state.state == "disabled":
        return None
    document = apply(pinned_release(state.digest).document, state.operations)
    item: Mapping[str, Any] | None = document[FOLDER].get(name)
    return item


def differences(
    scheme_id: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> list[Difference]:
    """Return what differs between two documents of a scheme, in words; None: it is not there."""
    _plugin, name = parts_of(scheme_id)
    old, new = ({FOLDER: {name: each} if each else {}} for each in (before, after))
    return [
        Difference(
            place(each.address, new if each.kind in ("add", "set", "move") else old),
            str(KINDS[each.kind]),
            ""
            if each.kind == "hide"
            else value(value_at(old, each.address), tier_names(each.address, old)),
            "" if "#" not in each.address else value(each.value, tier_names(each.address, new)),
        )
        for each in difference(old, new)
    ]


def restore(scheme_id: str, version: int, *, reason: str, source: str) -> Revision | None:
    """Draft the change that brings a version of a scheme back; None where nothing would change.

    Raises NotFound, Invalid without a reason, and ChangesInvalid where the version no longer fits
    the plugin: it names a metric, say, that is gone.
    """
    check_reason(reason)
    get_scheme(scheme_id)
    plugin, name = parts_of(scheme_id)
    document = document_of(get_version(_used(scheme_id), version))
    change = replacing(plugin, FOLDER, name, document, reason)
    return draft_planned(change, reason, source)


def _used(scheme_id: str) -> Scheme:
    scheme = find_scheme(scheme_id)
    if scheme is None:
        raise NotFound(_("The scheme %(scheme)s was not run yet.", scheme=scheme_id))
    return scheme


def drafts(scheme_id: str) -> Sequence[RevisionEntry]:
    """Return the open revisions that touch a scheme, the newest first."""
    plugin, _name = parts_of(scheme_id)
    opened = [each for each in revisions(plugin=plugin) if each.state in OPEN]
    found = [RevisionEntry(each, _changed(each, scheme_id)) for each in opened]
    return [entry for entry in found if entry.differences]
