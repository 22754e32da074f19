"""The drafts that touch a scheme, on the scheme's page."""

from __future__ import annotations

from flask import render_template
from markupsafe import Markup

from tierline.access.decision import decide, find_subject
from tierline.configuration import words
from tierline.configuration.permissions import READ
from tierline.schemes.history import drafts
from tierline.tiering.notices import scheme_notice


def render_drafts(scheme_id: str) -> Markup | None:
    """Return a bar for each draft that touches the scheme, and the way to its history."""
    if not decide(find_subject(), READ).allowed:
        return None
    content = render_template(
        "schemes/_drafts.html", drafts=drafts(scheme_id), scheme_id=scheme_id, words=words
    )
    return Markup(content)  # noqa: S704 - a template escapes


scheme_notice("drafts", render_drafts)
