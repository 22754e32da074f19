"""Whom of an account may be contacted, on its page."""

from __future__ import annotations

from flask import render_template
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from tierline.access.decision import decide, find_subject
from tierline.accounts.models import Account
from tierline.accounts.panels import account_panel
from tierline.contacting import views
from tierline.contacting.events import listen
from tierline.contacting.permissions import READ


def render_people(account: Account) -> Markup | None:
    """Return who of an account may be contacted now, with the way to the reasons."""
    if not decide(find_subject(), READ).allowed:
        return None
    people = views.people(account)
    if not people:
        return None
    body: str = render_template("contacting/_panel.html", account=account, people=people)
    return Markup(body)  # noqa: S704 - a template of ours, escaped


listen()
account_panel("contacting", _l("May be contacted"), render_people, weight=60, place="side")
