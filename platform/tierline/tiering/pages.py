"""Tiers on the screen: schemes, their results, running one, why an account is where it is."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from tierline.errors import Invalid
from tierline.metrics.queries import get_account
from tierline.plugins import words
from tierline.tiering import views
from tierline.tiering.permissions import READ, RUN
from tierline.tiering.starting import start_run
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


@pages.get("/accounts/<uuid:account_id>/tier", permission=READ)
def explain_tier(account_id: uuid.UUID) -> Any:
    """Show why an account is in its tier."""
    account = get_account(account_id)
    as_of = read_date(request.args.get("as_of"))
    view = views.explanation_view(account, request.args.get("scheme"), as_of)
    return page("tiering/account.html", account=account, view=view)


def read_date(given: str | None) -> datetime.date | None:
    """Return the date of a form's field; None for an empty one, Invalid for what is no date."""
    if not given:
        return None
    try:
        return datetime.date.fromisoformat(given)
    except ValueError as error:
        message = _("%(given)s is not a date.", given=given)
        raise Invalid(message, fields={"as_of": [_("is not a date like 2026-12-31")]}) from error
