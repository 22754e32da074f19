"""The audit log on the screen."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l

from tierline.audit import words
from tierline.audit.permissions import READ
from tierline.audit.queries import NEWEST, select_entries, verify_chain
from tierline.db.paging import keyset_page
from tierline.web import Pages, navigation_entry, page

pages = Pages("audit", __name__)
navigation_entry("audit", _l("Audit log"), "audit.list_entries", "shield", 95, "settings")


@pages.get("/audit", permission=READ)
def list_entries() -> Any:
    """Show who did what, newest first."""
    entries = keyset_page(select_entries(), NEWEST, request.args.get("cursor"))
    return page("audit/list.html", entries=entries, words=words)


@pages.get("/audit/verification", permission=READ)
def verify() -> Any:
    """Verify the chain and say what was found."""
    return page("audit/verification.html", found=verify_chain())
