"""The catalogue of metrics on the screen."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from tierline.metrics.distribution import distribution
from tierline.metrics.lineage import lineage
from tierline.metrics.notices import notices_of
from tierline.metrics.permissions import READ
from tierline.metrics.queries import catalogue, find_freshness, is_written
from tierline.plugins import words
from tierline.web import Pages, navigation_entry, page

pages = Pages("metrics", __name__)
navigation_entry("metrics", _l("Metrics"), "metrics.list_metrics", "calculator", 35)


@pages.get("/metrics", permission=READ)
def list_metrics() -> Any:
    """Show what is known about each metric: definition, unit, period, null rule, freshness."""
    return page("metrics/list.html", entries=catalogue(), fresh=find_freshness(), words=words)


@pages.get("/metrics/<metric_id>", permission=READ)
def show_metric(metric_id: str) -> Any:
    """Show a metric: how it is computed down to trade and fields, its values, what uses it."""
    nodes = lineage(metric_id)
    return page(
        "metrics/show.html",
        metric=nodes[0].metric,
        nodes=nodes,
        is_written=is_written(metric_id),
        spread=distribution(nodes[0].metric),
        notices=notices_of(metric_id),
        words=words,
    )
