"""The configuration in the API: plugins enabled, changed, upgraded; revisions."""

from __future__ import annotations

from typing import Any

from tierline.api import ApiBlueprint
from tierline.configuration import approving, changes, service, views
from tierline.configuration.changes import Change
from tierline.configuration.models import Revision
from tierline.configuration.permissions import APPROVE, CHANGE, READ, SETTLE
from tierline.configuration.planning import draft_planned, publish_planned
from tierline.configuration.queries import get_item, get_revision, revisions
from tierline.configuration.schemas import (
    ApprovalSchema,
    MergeSchema,
    OutcomeSchema,
    OverrideListSchema,
    OverrideRequestSchema,
    PublishSchema,
    ReasonSchema,
    ResetRequestSchema,
    RevisionDetailSchema,
    RevisionListSchema,
    UpgradeRequestSchema,
    UseListSchema,
)
from tierline.configuration.uses import uses_of
from tierline.packs.differences import Operation
from tierline.plugins.permissions import MANAGE
from tierline.plugins.queries import CatalogueEntry, get_entry, overrides
from tierline.plugins.schemas import PluginSchema

api = ApiBlueprint("configuration", __name__, description="Changes of the configuration")


@api.post("/plugins/<plugin>/enable", permission=MANAGE)
@api.response(200, PluginSchema)
def enable_plugin(plugin: str) -> CatalogueEntry:
    """Enable a plugin at its installed release, and what it requires."""
    service.enable(plugin, source="api")
    return get_entry(plugin)


@api.post("/plugins/<plugin>/disable", permission=MANAGE)
@api.response(200, PluginSchema)
def disable_plugin(plugin: str) -> CatalogueEntry:
    """Disable a plugin; its data stays. Refused while another one needs it."""
    service.disable(plugin, source="api")
    return get_entry(plugin)


@api.get("/plugins/<plugin>/upgrade", permission=READ)
@api.response(200, MergeSchema)
def show_upgrade(plugin: str) -> dict[str, Any]:
    """Show what an upgrade would do to the company's changes."""
    return views.upgrade_of(plugin)


@api.post("/plugins/<plugin>/upgrade", permission=MANAGE)
@api.arguments(UpgradeRequestSchema)
@api.response(200, OutcomeSchema)
def upgrade_plugin(given: dict[str, Any], plugin: str) -> dict[str, Any]:
    """Move a plugin to its installed release, with the company's changes merged."""
    return _carried_out(changes.upgrading(plugin, given["chosen"]), given)


@api.get("/plugins/<plugin>/changes", permission=READ)
@api.response(200, OverrideListSchema)
def list_changes(plugin: str) -> dict[str, Any]:
    """List what the company changed in a plugin, with authors and reasons."""
    return {"items": overrides(get_entry(plugin).id)}


@api.get("/plugins/<plugin>/items/<folder>/<name>/uses", permission=READ)
@api.response(200, UseListSchema)
def list_uses(plugin: str, folder: str, name: str) -> dict[str, Any]:
    """List what uses an item of a plugin, by itself or through another item."""
    get_item(plugin, folder, name)
    return {"items": uses_of(folder, f"{plugin}:{name}")}


@api.post("/plugins/<plugin>/changes", permission=CHANGE)
@api.arguments(OverrideRequestSchema)
@api.response(200, OutcomeSchema)
def change_plugin(given: dict[str, Any], plugin: str) -> dict[str, Any]:
    """Change a plugin's documents for this company; a reason is needed."""
    operations = [Operation(**each) for each in given["operations"]]
    service.check_reason(given["reason"])
    reason, expires_on = given["reason"], given["expires_on"]
    return _carried_out(changes.overriding(plugin, operations, reason, expires_on), given)


@api.post("/plugins/<plugin>/reset", permission=CHANGE)
@api.arguments(ResetRequestSchema)
@api.response(200, OutcomeSchema)
def reset_plugin(given: dict[str, Any], plugin: str) -> dict[str, Any]:
    """Take changes back to the default."""
    return _carried_out(changes.resetting(plugin, given["addresses"]), given)


def _carried_out(change: Change, given: dict[str, Any]) -> dict[str, Any]:
    if given["draft"]:
        return {"revision": draft_planned(change, given["reason"], "api")}
    return {"revision": service.apply_now(change, given["reason"], "api")}


@api.get("/revisions", permission=READ)
@api.response(200, RevisionListSchema)
def list_revisions() -> dict[str, Any]:
    """List the latest revisions, newest first."""
    return {"items": revisions()}


@api.get("/revisions/<int:number>", permission=READ)
@api.response(200, RevisionDetailSchema)
def show_revision(number: int) -> Revision:
    """Show a revision with its changes and its plan."""
    return get_revision(number)


@api.post("/revisions/<int:number>/publish", permission=CHANGE)
@api.arguments(PublishSchema)
@api.response(200, RevisionDetailSchema)
def publish_revision(given: dict[str, Any], number: int) -> Revision:
    """Publish a draft whose plan is still true: now, or at the beginning of a later day."""
    if given["on"] is not None:
        return approving.publish_on(number, given["on"])
    return publish_planned(number)


@api.post("/revisions/<int:number>/plan", permission=CHANGE)
@api.response(200, RevisionDetailSchema)
def plan_revision(number: int) -> Revision:
    """Work out what a draft would do; one that was approved waits for approval again."""
    return approving.refresh(number)


@api.post("/revisions/<int:number>/submit", permission=CHANGE)
@api.response(200, RevisionDetailSchema)
def submit_revision(number: int) -> Revision:
    """Hand a draft to a second person."""
    return service.submit(number)


@api.post("/revisions/<int:number>/approve", permission=APPROVE)
@api.response(200, RevisionDetailSchema)
def approve_revision(number: int) -> Revision:
    """Approve what a draft of somebody else would do."""
    return approving.approve(number)


@api.post("/revisions/<int:number>/reject", permission=APPROVE)
@api.arguments(ReasonSchema)
@api.response(200, RevisionDetailSchema)
def reject_revision(given: dict[str, Any], number: int) -> Revision:
    """Reject a draft of somebody else; a reason is needed."""
    return approving.reject(number, given["reason"])


@api.put("/revisions/approval", permission=SETTLE)
@api.arguments(ApprovalSchema)
@api.response(200, ApprovalSchema)
def settle_approval(given: dict[str, Any]) -> dict[str, Any]:
    """Say whether changes need a second person."""
    approving.require_second_person(given["second_person"])
    return given


@api.post("/revisions/<int:number>/discard", permission=CHANGE)
@api.response(200, RevisionDetailSchema)
def discard_revision(number: int) -> Revision:
    """Throw a draft away."""
    return service.discard(number)


@api.post("/revisions/<int:number>/undo", permission=CHANGE)
@api.arguments(ReasonSchema)
@api.response(200, RevisionDetailSchema)
def undo_revision(given: dict[str, Any], number: int) -> Revision:
    """Take a published revision back; returns the revision that does so."""
    return service.undo(number, reason=given["reason"])
