"""A regulator's open commitments on its account's page."""

from __future__ import annotations

from flask import render_template
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from tierline.access.decision import decide, find_subject
from tierline.accounts.models import Account
from tierline.accounts.panels import account_panel
from tierline.metrics.service import today
from tierline.plugins.containing import contained
from tierline_regulators import words
from tierline_regulators.models import OPEN
from tierline_regulators.permissions import READ
from tierline_regulators.queries import Wanted, count_open, is_regulator, list_commitments

SHOWN = 5


@contained("regulators")
def render_commitments(account: Account) -> Markup | None:
    """Return the account's next open commitments, with the way to all of them."""
    if not decide(find_subject(), READ).allowed or not is_regulator(account.id):
        return None
    body: str = render_template(
        "regulators/_panel.html",
        account=account,
        found=list_commitments(Wanted(OPEN, account.id), limit=SHOWN),
        counts=count_open(account.id),
        words=words,
        today=today(),
    )
    return Markup(body)  # noqa: S704 - a template escapes


account_panel("regulators", _l("Commitments"), render_commitments, weight=30, place="main")
