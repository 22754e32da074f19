"""The account's current metric values on its page."""

from __future__ import annotations

from flask import render_template
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from tierline.access.decision import decide, find_subject
from tierline.accounts.models import Account
from tierline.accounts.panels import account_panel
from tierline.metrics.permissions import READ
from tierline.metrics.queries import account_values, find_freshness


def render_values(account: Account) -> Markup | None:
    """Return the account's metric values that are known."""
    if not decide(find_subject(), READ).allowed:
        return None
    values = [each for each in account_values(account.id) if each.value is not None]
    if not values:
        return None
    fresh = find_freshness()
    content = render_template("metrics/_panel.html", values=values, fresh=fresh)
    return Markup(content)  # noqa: S704 - a template escapes


account_panel("metrics", _l("Metrics"), render_values, weight=30, place="main")
