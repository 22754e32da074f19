"""The configuration on the screen: drafts with what they would do, upgrades, changes, history."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from flask import flash, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from tierline.configuration import approving, changes, service, views, words
from tierline.configuration.changes import Change
from tierline.configuration.editing import edited
from tierline.configuration.permissions import APPROVE, CHANGE, READ, SETTLE
from tierline.configuration.planning import draft_planned, publish_planned
from tierline.configuration.queries import get_revision, revisions
from tierline.db import db
from tierline.errors import Invalid
from tierline.packs.problems import PluginInvalid
from tierline.plugins.permissions import MANAGE
from tierline.plugins.queries import get_entry
from tierline.tenancy.queries import current_tenant
from tierline.web import Pages, navigation_entry, page, see

pages = Pages("configuration", __name__)
navigation_entry(
    "configuration", _l("Changes"), "configuration.list_revisions", "history", 85, "settings"
)


@pages.get("/revisions", permission=READ)
def list_revisions() -> Any:
    """Show the history of the configuration."""
    found = revisions()
    titles = views.titles_of(found)
    return page(
        "configuration/list.html",
        revisions=found,
        titles=titles,
        words=words,
        second_person=current_tenant().second_person,
    )


@pages.post("/revisions/approval", permission=SETTLE)
def settle_approval() -> Response:
    """Say whether changes need a second person."""
    if approving.require_second_person("second_person" in request.form):
        flash(_("Saved."), "success")
    return see("configuration.list_revisions")


@pages.get("/revisions/<int:number>", permission=READ)
def show_revision(number: int) -> Any:
    """Show a revision: what it changes, and what publishing it would do or did."""
    view = views.revision_view(get_revision(number))
    return page("configuration/show.html", view=view, words=words)


@pages.post("/revisions/<int:number>/plan", permission=CHANGE)
def plan_revision(number: int) -> Response:
    """Work out again what a draft would do."""
    approving.refresh(number)
    return see("configuration.show_revision", number=number)


@pages.post("/revisions/<int:number>/submit", permission=CHANGE)
def submit_revision(number: int) -> Response:
    """Hand a draft to a second person."""
    service.submit(number)
    flash(_("Submitted: somebody else must approve it."), "success")
    return see("configuration.show_revision", number=number)


@pages.post("/revisions/<int:number>/approve", permission=APPROVE)
def approve_revision(number: int) -> Response:
    """Approve what a draft of somebody else would do."""
    return _unless_stale(number, lambda: approving.approve(number), _("Approved."))


@pages.post("/revisions/<int:number>/reject", permission=APPROVE)
def reject_revision(number: int) -> Response:
    """Reject a draft of somebody else."""
    approving.reject(number, request.form.get("reason", ""))
    flash(_("Rejected."), "success")
    return see("configuration.show_revision", number=number)


@pages.post("/revisions/<int:number>/schedule", permission=CHANGE)
def schedule_revision(number: int) -> Response:
    """Let a draft be published on a later day."""
    day = _read_day(request.form.get("on", ""))
    return _unless_stale(number, lambda: approving.publish_on(number, day), _("Scheduled."))


def _read_day(given: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(given)
    except ValueError as error:
        message = _("%(given)s is not a date.", given=given)
        raise Invalid(message, fields={"on": [_("is not a date like 2026-12-31")]}) from error


@pages.post("/revisions/<int:number>/publish", permission=CHANGE)
def publish_revision(number: int) -> Response:
    """Publish a draft whose plan is still true; else make the plan anew, to be looked at."""
    return _unless_stale(number, lambda: publish_planned(number), _("Published."))


def _unless_stale(number: int, act: Callable[[], object], told: str) -> Response:
    """Act on a draft and say so; where its plan is true no longer, make it anew instead."""
    try:
        act()
    except service.RevisionStale as stale:
        db.session.rollback()
        if not stale.details.get("stale"):
            raise
        approving.refresh(number)
        flash(stale.message, "warning")
    else:
        flash(told, "success")
    return see("configuration.show_revision", number=number)


@pages.post("/revisions/<int:number>/discard", permission=CHANGE)
def discard_revision(number: int) -> Response:
    """Throw a draft away."""
    service.discard(number)
    flash(_("The draft is discarded."), "success")
    return see("configuration.list_revisions")


@pages.post("/revisions/<int:number>/undo", permission=CHANGE)
def undo_revision(number: int) -> Response:
    """Take a published revision back."""
    inverse = service.undo(number)
    if inverse.state == "published":
        flash(_("Revision %(number)s is undone.", number=number), "success")
    else:
        flash(_("Submitted: somebody else must approve it."), "success")
    return see("configuration.show_revision", number=inverse.number)


@pages.post("/plugins/<plugin>/enable", permission=MANAGE)
def enable_plugin(plugin: str) -> Response:
    """Draft that a plugin is enabled, and show what that would do."""
    return _drafted(changes.enabling(plugin), plugin)


@pages.post("/plugins/<plugin>/disable", permission=MANAGE)
def disable_plugin(plugin: str) -> Response:
    """Draft that a plugin is disabled, and show what that would do."""
    return _drafted(changes.disabling(plugin), plugin)


@pages.get("/plugins/<plugin>/upgrade", permission=READ)
def show_upgrade(plugin: str) -> Any:
    """Show an upgrade in three columns: old default, yours, new default."""
    shown = request.args.get("state")
    view = views.upgrade_view(plugin, shown if shown in words.STATES else None)
    return page("configuration/upgrade.html", view=view, words=words)


@pages.post("/plugins/<plugin>/upgrade", permission=MANAGE)
def upgrade_plugin(plugin: str) -> Response:
    """Draft the upgrade with the sides that were chosen."""
    given = request.form.items()
    chosen: Any = {
        key.removeprefix("side:"): side
        for key, side in given
        if key.startswith("side:") and side in ("yours", "new")
    }
    return _drafted(changes.upgrading(plugin, chosen), plugin)


@pages.get("/plugins/<plugin>/changes", permission=READ)
def list_changes(plugin: str) -> Any:
    """Show every change that the company made to a plugin, beside the default."""
    entry = get_entry(plugin)
    found = views.override_views(plugin)
    return page("configuration/changes.html", entry=entry, overrides=found)


@pages.post("/plugins/<plugin>/reset", permission=CHANGE)
def reset_plugin(plugin: str) -> Response:
    """Draft that one change, or all of them, go back to the default."""
    addresses = request.form.getlist("address") or None
    return _drafted(changes.resetting(plugin, addresses), plugin, _("Back to the default"))


@pages.get("/plugins/<plugin>/items/<folder>/<name>", permission=CHANGE)
def edit_item(plugin: str, folder: str, name: str) -> Any:
    """Show an item as text, to be changed, beside its default."""
    view = views.item_view(plugin, folder, name)
    return page(
        "configuration/item.html", view=view, text=view.text, reason="", problems=[], words=words
    )


@pages.post("/plugins/<plugin>/items/<folder>/<name>", permission=CHANGE)
def change_item(plugin: str, folder: str, name: str) -> Any:
    """Draft that an item gets the text sent; with problems, show it again with them."""
    text, reason = request.form.get("text", ""), request.form.get("reason", "")
    try:
        service.check_reason(reason)
        change = edited(plugin, folder, name, text, reason)
    except (PluginInvalid, Invalid) as invalid:
        view = views.item_view(plugin, folder, name)
        problems = [f"{key}: {what}" for key, all in invalid.fields.items() for what in all]
        shown = page(
            "configuration/item.html",
            view=view,
            text=text,
            reason=reason,
            problems=problems,
            words=words,
        )
        return shown, 422
    return _drafted(change, plugin, reason)


@pages.post("/plugins/<plugin>/items/<folder>/<name>/hide", permission=CHANGE)
def hide_item(plugin: str, folder: str, name: str) -> Response:
    """Draft that an item is left out in this company."""
    reason = request.form.get("reason", "")
    service.check_reason(reason)
    return _drafted(changes.leaving_out(plugin, folder, name, reason), plugin, reason)


def _drafted(change: Change, plugin: str, reason: str = "") -> Response:
    """Keep a change as a draft with its plan and show it; go back where nothing would change."""
    revision = draft_planned(change, reason, "screen")
    if revision is None:
        flash(_("There is nothing to change."), "info")
        return see("plugins.show_plugin", plugin=plugin)
    return see("configuration.show_revision", number=revision.number)
