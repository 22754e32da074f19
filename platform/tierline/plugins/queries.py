"""Reading plugins: what is installed, what the tenant in scope has, and what that contributes.

Others ask for contributions here, for the tenant in scope: `stakeholder_groups()`, `fields()`,
`metrics()`, `tiering_schemes()`, `survey_templates()`, `risk_models()`, `playbooks()`, and one by
id. Only plugins that are enabled and installed answer; the documents of an enabled release are
those that the tenant has pinned.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, cast

from flask_babel import gettext as _
from sqlalchemy import select

from tierline.db import current_scope, db, read_once
from tierline.errors import Conflict, NotFound
from tierline.marking import N_
from tierline.packs import records
from tierline.packs.contributions import (
    Field,
    Manifest,
    Metric,
    StakeholderGroup,
    TieringScheme,
)
from tierline.packs.differences import Kind, Operation
from tierline.packs.names import OWN
from tierline.packs.playbooks import Playbook
from tierline.packs.problems import did_you_mean
from tierline.packs.releases import Release
from tierline.packs.risks import RiskModel
from tierline.packs.surveys import SurveyTemplate, combined
from tierline.plugins.effective import effective_release, find_kept
from tierline.plugins.manager import installed
from tierline.plugins.models import PluginEnablement, PluginOverride, PluginRelease
from tierline.plugins.offers import Offer, offers, pinned_release, signature_states
from tierline.plugins.states import ABSENT, Override, PluginState


class Identified(Protocol):
    """A record with an id."""

    @property
    def id(self) -> str: ...


Found = TypeVar("Found", bound=Identified)


def stakeholder_groups() -> tuple[StakeholderGroup, ...]:
    """Return the stakeholder groups of the tenant's plugins; `customer`, built in, is not here."""
    return _ask("stakeholder_groups")


def fields(record: str | None = None) -> tuple[Field, ...]:
    """Return the extra fields of the tenant's plugins, of one record type where it is named."""
    found: tuple[Field, ...] = _ask("fields")
    return tuple(field for field in found if record in (None, field.record))


def metrics() -> tuple[Metric, ...]:
    """Return the metrics of the tenant's plugins."""
    return _ask("metrics")


def tiering_schemes() -> tuple[TieringScheme, ...]:
    """Return the tiering schemes of the tenant's plugins, as their authors wrote them."""
    return _ask("tiering_schemes")


def survey_templates() -> tuple[SurveyTemplate, ...]:
    """Return the survey templates of the tenant's plugins, each variant whole.

    A variant whose master the tenant does not have is not among them: it supplements a plugin.
    """
    found: tuple[SurveyTemplate, ...] = _ask("survey_templates")
    masters = {template.id: template for template in found if template.extends is None}
    return tuple(
        combined(masters[template.extends], template) if template.extends else template
        for template in found
        if template.extends is None or template.extends in masters
    )


def risk_models() -> tuple[RiskModel, ...]:
    """Return the risk models of the tenant's plugins."""
    return _ask("risk_models")


def playbooks() -> tuple[Playbook, ...]:
    """Return the playbooks of the tenant's plugins."""
    return _ask("playbooks")


def get_field(id: str) -> Field:
    """Return a field by its id; raises NotFound."""
    return _get(N_("field"), id, fields())


def get_metric(id: str) -> Metric:
    """Return a metric by its id; raises NotFound."""
    return _get(N_("metric"), id, metrics())


def get_scheme(id: str) -> TieringScheme:
    """Return a tiering scheme by its id; raises NotFound."""
    return _get(N_("tiering scheme"), id, tiering_schemes())


def get_survey_template(id: str) -> SurveyTemplate:
    """Return a survey template by its id, whole; raises NotFound."""
    return _get(N_("survey template"), id, survey_templates())


def get_risk_model(id: str) -> RiskModel:
    """Return a risk model by its id; raises NotFound."""
    return _get(N_("risk model"), id, risk_models())


def get_playbook(id: str) -> Playbook:
    """Return a playbook by its id; raises NotFound."""
    return _get(N_("playbook"), id, playbooks())


def _ask(hook: str) -> tuple[Any, ...]:
    tenant_id = current_scope().tenant_id or 0
    return installed().dispatcher.call(hook, enabled_names(), tenant_id)


def _get(kind: str, id: str, found: Iterable[Found]) -> Found:
    by_id = {record.id: record for record in found}
    if id not in by_id:
        hint = did_you_mean(id, by_id)
        named = {"kind": _(kind), "id": id, "hint": hint}
        raise NotFound(_('There is no %(kind)s "%(id)s"%(hint)s.', **named))
    return by_id[id]


def enablements() -> list[PluginEnablement]:
    """Return what the tenant has ever enabled, by plugin."""
    return list(db.session.scalars(select(PluginEnablement).order_by(PluginEnablement.plugin)))


@read_once
def enabled_plugins() -> Mapping[str, Release]:
    """Return the releases that the tenant has enabled, with its changes, by plugin id."""
    there = offers()
    return {
        each.plugin: release_in_force(each)
        for each in enablements()
        if each.state == "enabled" and each.plugin in there
    }


@read_once
def enabled_names() -> frozenset[str]:
    """Return the names under which the tenant's plugins answer, each registered in this process."""
    plugins = installed()
    names: set[str] = set()
    for release in enabled_plugins().values():
        plugins.register(release)
        names.update(plugins.names_of(release))
    return frozenset(names)


def release_in_force(row: PluginEnablement) -> Release:
    """Return the release that a tenant has pinned, with its changes carried out."""
    if row.effective is None:
        return pinned_release(row.digest)
    found = find_kept(row.effective)
    if found is None:
        operations = [override.operation for override in overrides(row.plugin)]
        found = effective_release(pinned_release(row.digest), operations)
        if found.digest != row.effective:
            message = _("The stored changes of %(plugin)s do not fit.", plugin=row.plugin)
            raise Conflict(message)
    return found


def overrides(plugin: str) -> tuple[Override, ...]:
    """Return the tenant's changes to a plugin, by address."""
    statement = select(PluginOverride).where(PluginOverride.plugin == plugin)
    rows = sorted(db.session.scalars(statement), key=lambda row: row.address)
    return tuple(
        Override(
            Operation(row.address, cast("Kind", row.kind), row.value),
            row.author,
            row.reason,
            row.changed_at,
            row.expires_on,
        )
        for row in rows
    )


def state_of(plugin: str) -> PluginState:
    """Return the state of a plugin in the tenant."""
    row = {each.plugin: each for each in enablements()}.get(plugin)
    if row is None:
        return ABSENT
    state: Any = "disabled" if row.state == "disabled" else "enabled"
    return PluginState(state, row.digest, overrides(plugin))


def group_keys_of(plugin: str) -> frozenset[str]:
    """Return the stakeholder groups that any release of a plugin brings, and no enabled one has."""
    releases = db.session.scalars(select(PluginRelease).where(PluginRelease.plugin == plugin))
    brought = {group["key"] for each in releases for group in each.document["groups"].values()}
    return frozenset(brought - {group.key for group in stakeholder_groups()})


FOLDERS = {
    "groups": "groups",
    "fields": "fields",
    "metrics": "metrics",
    "schemes": "tiering",
    "surveys": "surveys",
    "risks": "risk",
    "playbooks": "playbooks",
}
"""The folder of each kind of contribution, by its name in Contents."""


@dataclass(frozen=True)
class CatalogueEntry:
    """One plugin as the tenant in scope sees it."""

    manifest: Manifest  # of the pinned release, where there is one
    state: str  # available, enabled, suspended, disabled, missing
    version: str | None  # pinned; None where it was never enabled
    installed_version: str | None  # None: missing
    since: datetime.datetime | None
    reason: str | None
    needs: tuple[str, ...]
    needed_by: tuple[str, ...]  # of the tenant's enabled plugins
    adds: Mapping[str, int]  # how many of each kind, by its name in Contents
    signature: str  # built_in, trusted, unknown, unsigned, modified: of the release shown
    retired: bool  # no longer offered; who has it keeps it

    @property
    def id(self) -> str:
        """Return the plugin's id."""
        return self.manifest.id


def catalogue() -> list[CatalogueEntry]:
    """Return every installed plugin, and those that the tenant has, with the tenant's state.

    The company's own pack is among them once something was made in it.
    """
    mine = {each.plugin: each for each in enablements()}
    there = offers()
    offered = {plugin for plugin, offer in there.items() if not offer.retired} - {OWN}
    shown = {plugin: _shown(mine.get(plugin), there.get(plugin)) for plugin in {*offered, *mine}}
    states = signature_states({release.digest for release in shown.values()})
    entries = [
        _entry(release, mine, there.get(plugin), states) for plugin, release in shown.items()
    ]
    order = ("essentials", "industry", "stakeholders", "method", "integration")
    return sorted(entries, key=lambda entry: (order.index(entry.manifest.category), entry.id))


def get_entry(plugin: str) -> CatalogueEntry:
    """Return one plugin of the catalogue; raises NotFound."""
    return _get(N_("plugin"), plugin, catalogue())


def _shown(row: PluginEnablement | None, offer: Offer | None) -> Release:
    return shown_release(row, offer.release if offer else None)


def _entry(
    shown: Release,
    mine: Mapping[str, PluginEnablement],
    offer: Offer | None,
    states: Mapping[str, str],
) -> CatalogueEntry:
    plugin = shown.plugin
    row, here = mine.get(plugin), offer.release if offer else None
    head = records.manifest(shown.document)
    return CatalogueEntry(
        manifest=head,
        state="missing" if here is None else row.state if row else "available",
        version=shown.version if row else None,
        installed_version=here.version if here else None,
        since=row.since if row else None,
        reason=row.reason if row else None,
        needs=head.requires,
        needed_by=tuple(needed_by(plugin, mine.values())),
        adds={kind: len(shown.document[folder]) for kind, folder in FOLDERS.items()},
        signature=states.get(shown.digest, "built_in"),
        retired=offer is not None and offer.retired,
    )


def shown_release(row: PluginEnablement | None, here: Release | None) -> Release:
    """Return the release that a tenant sees: its pinned one, while disabled the installed one."""
    if here is not None and (row is None or row.state == "disabled"):
        return here
    if row is None:
        raise NotFound(_("There is no such plugin."))
    return pinned_release(row.digest)


def needed_by(plugin: str, rows: Iterable[PluginEnablement]) -> list[str]:
    """Return which of the tenant's plugins, disabled ones apart, require this one."""
    return [
        row.plugin
        for row in rows
        if row.state != "disabled"
        and plugin in pinned_release(row.digest).document["manifest"]["requires"]
    ]
