"""Designing schemes on the screen: history, restoring a version."""

from __future__ import annotations

from typing import Any

from flask import flash, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from tierline.configuration import words
from tierline.configuration.permissions import CHANGE, READ
from tierline.plugins.queries import get_scheme
from tierline.schemes import history
from tierline.web import Pages, page, see

pages = Pages("schemes", __name__)


@pages.get("/tiering/<scheme_id>/history", permission=READ)
def show_history(scheme_id: str) -> Any:
    """Show the versions of a scheme's rule and the changes that touched it, in words."""
    return page(
        "schemes/history.html",
        scheme=get_scheme(scheme_id),
        versions=history.versions(scheme_id),
        changes=history.changes(scheme_id),
        words=words,
    )


@pages.post("/tiering/<scheme_id>/versions/<int:version>/restore", permission=CHANGE)
def restore_version(scheme_id: str, version: int) -> Response:
    """Draft that a version comes back, and show what that would do."""
    reason = request.form.get("reason", "") or _("Back to version %(number)s", number=version)
    revision = history.restore(scheme_id, version, reason=reason, source="screen")
    if revision is None:
        flash(_("There is nothing to change."), "info")
        return see("schemes.show_history", scheme_id=scheme_id)
    return see("configuration.show_revision", number=revision.number)
