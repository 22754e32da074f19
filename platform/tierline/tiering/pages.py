"""Tiers on the screen: schemes, their results, running one, why an account is where it is."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from flask import flash, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response

from tierline.errors import Invalid, NotFound
from tierline.metrics.queries import get_account
from tierline.plugins import words
from tierline.tiering import overrides, proposals, queries, views
from tierline.tiering.comparing import MOST, compare
from tierline.tiering.crossing import cross
from tierline.tiering.decisions import scheme_of
from tierline.tiering.files import tiers_file
from tierline.tiering.models import Override
from tierline.tiering.permissions import ASK, DECIDE, READ, RUN
from tierline.tiering.service import checked_date
from tierline.tiering.starting import start_run
from tierline.tiering.structure import MOST_MONTHS
from tierline.web import Pages, navigation_entry, page, see

pages = Pages("tiering", __name__)
navigation_entry("tiering", _l("Tiering"), "tiering.list_schemes", "diamond", 30)


@pages.get("/tiering", permission=READ)
def list_schemes() -> Any:
    """Show the schemes and what their last runs found."""
    return page("tiering/list.html", schemes=views.overview(), words=words)


@pages.get("/tiering/<scheme_id>", permission=READ)
def show_scheme(scheme_id: str) -> Any:
    """Show a scheme's rule in words, its results by tier, who moved, and the run that goes on."""
    return page("tiering/show.html", view=views.scheme_view(scheme_id), words=words)


@pages.post("/tiering/<scheme_id>/runs", permission=RUN)
def run_scheme(scheme_id: str) -> Response:
    """Start a run."""
    start_run(scheme_id, read_date(request.form.get("as_of")))
    return see("tiering.show_scheme", scheme_id=scheme_id)


@pages.get("/tiering/<scheme_id>/structure", permission=READ)
def show_structure(scheme_id: str) -> Any:
    """Show a scheme's tiers over time."""
    months = min(max(request.args.get("months", 12, type=int), 1), MOST_MONTHS)
    return page("tiering/structure.html", view=views.structure_view(scheme_id, months))


@pages.get("/tiering/<scheme_id>/against/<other_id>", permission=READ)
def cross_schemes(scheme_id: str, other_id: str) -> Any:
    """Show how the tiers of two schemes meet."""
    return page("tiering/crossing.html", crossing=cross(scheme_id, other_id))


@pages.get("/tiering/<scheme_id>/compare", permission=READ)
def compare_accounts(scheme_id: str) -> Any:
    """Show accounts beside each other in a scheme: why they are in different tiers."""
    keys, errors, found = request.args.getlist("account"), {}, None
    try:
        found = compare(scheme_id, keys) if any(keys) else None
    except (Invalid, NotFound) as wrong:
        errors = {"account": [wrong.message]}
    shown = page(
        "tiering/compare.html",
        scheme=queries.get_entry(scheme_id).contributed,
        comparison=found,
        keys=keys,
        errors=errors,
        most=MOST,
    )
    return shown, 422 if errors else 200


@pages.get("/tiering/<scheme_id>/tiers.csv", permission=READ)
def export_tiers(scheme_id: str) -> Response:
    """Download who is in which tier as of a day, today where none is given."""
    return tiers_file(scheme_id, checked_date(read_date(request.args.get("as_of"))))


@pages.get("/accounts/<uuid:account_id>/tier", permission=READ)
def explain_tier(account_id: uuid.UUID) -> Any:
    """Show why an account is in its tier."""
    account = get_account(account_id)
    as_of = read_date(request.args.get("as_of"))
    view = views.explanation_view(account, request.args.get("scheme"), as_of)
    return page("tiering/account.html", account=account, view=view)


@pages.post("/accounts/<uuid:account_id>/tier/override", permission=ASK)
def ask_override(account_id: uuid.UUID) -> Any:
    """Ask for a tier by hand."""
    account, form = get_account(account_id), request.form
    scheme_id = form.get("scheme", "")
    try:
        until = read_date(form.get("ends_on"))
        if until is None:
            raise Invalid(_("Say until when."), fields={"ends_on": [_("must not be empty")]})
        overrides.ask(scheme_id, account.id, form.get("tier", ""), form.get("reason", ""), until)
    except Invalid as invalid:
        view = views.explanation_view(account, scheme_id, None)
        shown = page("tiering/account.html", account=account, view=view, errors=invalid.fields)
        return shown, 422
    flash(_("The tier is set by hand, or waits for approval."), "success")
    return see("tiering.explain_tier", account_id=account.id, scheme=scheme_id)


@pages.get("/tiering/<scheme_id>/decisions", permission=READ)
def show_decisions(scheme_id: str) -> Any:
    """Show what people decide on in a scheme: tiers by hand, and what runs propose."""
    view = views.decisions_view(scheme_id, request.args.get("move"))
    return page("tiering/decisions.html", view=view)


@pages.post("/tiering/overrides/<uuid:override_id>/approve", permission=DECIDE)
def approve_override(override_id: uuid.UUID) -> Response:
    """Let a tier that was asked for hold from today."""
    return _back(overrides.approve(override_id), _("The tier holds from today."))


@pages.post("/tiering/overrides/<uuid:override_id>/reject", permission=DECIDE)
def reject_override(override_id: uuid.UUID) -> Response:
    """Reject a tier that was asked for."""
    found = overrides.reject(override_id, request.form.get("note", ""))
    return _back(found, _("The tier by hand was rejected."))


@pages.post("/tiering/overrides/<uuid:override_id>/withdraw", permission=ASK)
def withdraw_override(override_id: uuid.UUID) -> Response:
    """Take a tier by hand back."""
    found = overrides.withdraw(override_id, request.form.get("note", ""))
    return _back(found, _("The rule is heeded again from today."))


def _back(found: Override, message: str) -> Response:
    flash(message, "success")
    return see("tiering.show_decisions", scheme_id=scheme_of(found).scheme_id)


@pages.post("/tiering/<scheme_id>/proposals", permission=DECIDE)
def decide_proposals(scheme_id: str) -> Response:
    """Accept or reject the proposals that are ticked, or all that are shown."""
    chosen, act = views.chosen_proposals(request.form), request.form.get("act")
    if act == "accept":
        count = proposals.accept(scheme_id, chosen)
        flash(ngettext("%(num)s account changed tier.", "%(num)s accounts changed tier.", count))
    else:
        count = proposals.reject(scheme_id, chosen, request.form.get("note", ""))
        flash(ngettext("%(num)s change was rejected.", "%(num)s changes were rejected.", count))
    return see("tiering.show_decisions", scheme_id=scheme_id)


def read_date(given: str | None) -> datetime.date | None:
    """Return the date of a form's field; None for an empty one, Invalid for what is no date."""
    if not given:
        return None
    try:
        return datetime.date.fromisoformat(given)
    except ValueError as error:
        message = _("%(given)s is not a date.", given=given)
        raise Invalid(message, fields={"as_of": [_("is not a date like 2026-12-31")]}) from error
