"""Risk on the screen."""

from __future__ import annotations

import uuid
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l

from tierline.accounts.queries import get_account
from tierline.risk import queries, views
from tierline.risk.permissions import READ
from tierline.web import Pages, page
from tierline.web.navigation import navigation_entry

pages = Pages("risk", __name__)
navigation_entry("risk", _l("Risk"), "risk.show_overview", "alert-triangle", 32)

UNKNOWN = "-"
"""What the address says for accounts of whom too little is known."""


@pages.get("/risk", permission=READ)
def show_overview() -> Any:
    """Show how many accounts each model sees in each band."""
    return page("risk/overview.html", unknown=UNKNOWN, **views.overview())


@pages.get("/risk/<model_id>", permission=READ)
def show_model(model_id: str) -> Any:
    """Show who is most at risk by a model, or who is in one of its bands."""
    found = views.find(model_id)
    bands = views.bands_of(found)
    asked = request.args.get("band", "")
    band = asked if asked in bands else None
    accounts = queries.list_accounts(found, band, unknown=asked == UNKNOWN)
    return page(
        "risk/model.html",
        model=found.contributed,
        bands=bands,
        counts=queries.count_bands(found),
        accounts=accounts,
        asked=asked,
        unknown=UNKNOWN,
        most=queries.SHOWN,
        as_of=queries.as_of(),
        stage_title=views.stage_title,
    )


@pages.get("/accounts/<uuid:account_id>/risk", permission=READ)
def explain_risk(account_id: uuid.UUID) -> Any:
    """Show an account's risk in each model, indicator by indicator."""
    account = get_account(account_id)
    told = views.explained(account)
    return page("risk/account.html", account=account, told=told, as_of=queries.as_of())
