"""Risk on an account's page."""

from __future__ import annotations

from flask import render_template
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from tierline.access.decision import decide, find_subject
from tierline.accounts.models import Account
from tierline.accounts.panels import account_panel
from tierline.risk import views
from tierline.risk.permissions import READ


def render_risk(account: Account) -> Markup | None:
    """Return the account's band in each model, with the way to the reasons."""
    if not decide(find_subject(), READ).allowed:
        return None
    told = views.explained(account)
    if not told:
        return None
    body: str = render_template("risk/_panel.html", account=account, told=told)
    return Markup(body)  # noqa: S704 - a template of ours, escaped


account_panel("risk", _l("Risk"), render_risk, weight=20, place="top")
