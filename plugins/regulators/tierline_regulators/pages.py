"""The register on the screen: the list, the form of a commitment, closing it."""

from __future__ import annotations

import uuid
from typing import Any

from flask import flash, request
from flask_babel import gettext as _

from tierline.access.decision import require
from tierline.accounts.checking import identifier
from tierline.accounts.forms import read_version
from tierline.errors import Conflict, Invalid, Stale
from tierline.plugins.routes import ExtensionPages
from tierline.web import page, see
from tierline_regulators import queries, service, views
from tierline_regulators.checking import CLOSING, COMMITMENT
from tierline_regulators.permissions import MANAGE, READ
from tierline_regulators.queries import MINE, SHOWN, Wanted
from tierline_regulators.views import FOLDER

pages = ExtensionPages("regulators", __name__, FOLDER)


@pages.get("/commitments", permission=READ)
def list_commitments() -> Any:
    """Show the commitments, overdue ones first."""
    found = queries.list_commitments(_wanted(), request.args.get("cursor"))
    return page("regulators/list.html", **views.list_view(_wanted(), found))


def _wanted() -> Wanted:
    """Return the filter that stands in the address; what can't be is none."""
    state, owner = request.args.get("state", ""), request.args.get("owner", "")
    try:
        account_id = identifier(request.args.get("account"))
    except ValueError:
        account_id = None
    return Wanted(state if state in SHOWN else "", account_id, owner if owner == MINE else "")


@pages.get("/commitments/new", permission=MANAGE)
def new_commitment() -> Any:
    """Show the form of a new commitment."""
    values = {"account_id": request.args.get("account", "")}
    return page("regulators/form.html", **views.form(None, values))


@pages.post("/commitments/new", permission=MANAGE)
def add_commitment() -> Any:
    """Add a commitment."""
    values = _given(COMMITMENT)
    try:
        service.add_commitment(values)
    except Invalid as error:
        return page("regulators/form.html", **views.form(None, values, error)), error.status
    flash(_("The commitment is added."), "success")
    return see("x_regulators.list_commitments")


@pages.get("/commitments/<uuid:commitment_id>", permission=READ)
def show_commitment(commitment_id: uuid.UUID) -> Any:
    """Show one commitment, and the form that closes it."""
    return page("regulators/show.html", **views.show(queries.get_commitment(commitment_id), {}))


@pages.get("/commitments/<uuid:commitment_id>/edit", permission=MANAGE)
def edit_commitment(commitment_id: uuid.UUID) -> Any:
    """Show the form of a commitment."""
    commitment = queries.get_commitment(commitment_id)
    require(MANAGE, commitment)
    return page("regulators/form.html", **views.form(commitment, views.values_of(commitment)))


@pages.post("/commitments/<uuid:commitment_id>/edit", permission=MANAGE)
def update_commitment(commitment_id: uuid.UUID) -> Any:
    """Change a commitment."""
    values, version = _given(COMMITMENT), read_version(request.form)
    try:
        service.update_commitment(commitment_id, values, version=version)
    except (Invalid, Conflict, Stale) as error:
        shown = views.form(queries.get_commitment(commitment_id), values, error)
        return page("regulators/form.html", **shown), error.status
    flash(_("Saved."), "success")
    return see("x_regulators.show_commitment", commitment_id=commitment_id)


@pages.post("/commitments/<uuid:commitment_id>/close", permission=MANAGE)
def close_commitment(commitment_id: uuid.UUID) -> Any:
    """Close a commitment with its evidence."""
    values, version = _given(CLOSING), read_version(request.form)
    try:
        service.close_commitment(commitment_id, values, version=version)
    except (Invalid, Conflict, Stale) as error:
        shown = views.show(queries.get_commitment(commitment_id), values, error)
        return page("regulators/show.html", **shown), error.status
    flash(_("The commitment is closed."), "success")
    return see("x_regulators.show_commitment", commitment_id=commitment_id)


@pages.post("/commitments/<uuid:commitment_id>/reopen", permission=MANAGE)
def reopen_commitment(commitment_id: uuid.UUID) -> Any:
    """Open a closed commitment again."""
    values, version = {"reason": request.form.get("reason", "")}, read_version(request.form)
    try:
        service.reopen_commitment(commitment_id, values, version=version)
    except (Invalid, Conflict, Stale) as error:
        shown = views.show(queries.get_commitment(commitment_id), values, error)
        return page("regulators/show.html", **shown), error.status
    flash(_("The commitment is open again."), "success")
    return see("x_regulators.show_commitment", commitment_id=commitment_id)


def _given(names: Any) -> dict[str, str]:
    return {name: request.form[name] for name in names if name in request.form}
