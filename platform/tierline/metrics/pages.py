"""The catalogue of metrics on the screen."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from tierline.metrics.permissions import READ
from tierline.metrics.queries import catalogue, find_freshness
from tierline.plugins import words
from tierline.web import Pages, navigation_entry, page

pages = Pages("metrics", __name__)
navigation_entry("metrics", _l("Metrics"), "metrics.list_metrics", "calculator", 35)


@pages.get("/metrics", permission=READ)
def list_metrics() -> Any:
    """Show what is known about each metric: definition, unit, period, null rule, freshness."""
    return page("metrics/list.html", entries=catalogue(), fresh=find_freshness(), words=words)
