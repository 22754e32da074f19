"""What uses a metric, on the metric's page."""

from __future__ import annotations

from flask import render_template
from markupsafe import Markup

from tierline.access.decision import decide, find_subject
from tierline.configuration import words
from tierline.configuration.permissions import READ
from tierline.configuration.uses import uses_of
from tierline.metrics.notices import metric_notice


def render_uses(metric_id: str) -> Markup | None:
    """Return what uses a metric, by itself or through another item."""
    if not decide(find_subject(), READ).allowed:
        return None
    content = render_template(
        "configuration/_uses.html", uses=uses_of("metrics", metric_id), words=words
    )
    return Markup(content)  # noqa: S704 - a template escapes


metric_notice("uses", render_uses)
