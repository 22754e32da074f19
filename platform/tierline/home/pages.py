"""The home page: where to go on, what moved, what runs."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from tierline.home.permissions import READ
from tierline.home.queries import overview
from tierline.web import Pages, navigation_entry, page

pages = Pages("home", __name__)
navigation_entry("home", _l("Home"), "home.show_home", "home", 0)


@pages.get("/", permission=READ)
def show_home() -> Any:
    """Show the set-up steps that are left, the tiers at a glance, and what runs."""
    return page("home/show.html", overview=overview())
