"""Metrics in the API."""

from __future__ import annotations

import uuid
from typing import Any

from tierline.api import ApiBlueprint
from tierline.metrics.distribution import distribution
from tierline.metrics.lineage import lineage
from tierline.metrics.permissions import READ
from tierline.metrics.queries import account_values, catalogue, find_freshness, get_account
from tierline.metrics.schemas import (
    AccountMetricsSchema,
    MetricCatalogueSchema,
    MetricDetailSchema,
)

api = ApiBlueprint("metrics", __name__, description="Named values of accounts")


@api.get("/metrics", permission=READ)
@api.response(200, MetricCatalogueSchema)
def list_metrics() -> dict[str, Any]:
    """List the metrics with their definitions, and for how many accounts each is known."""
    fresh = find_freshness()
    return {"as_of": fresh.as_of if fresh else None, "items": catalogue()}


@api.get("/metrics/<metric_id>", permission=READ)
@api.response(200, MetricDetailSchema)
def show_metric(metric_id: str) -> dict[str, Any]:
    """Show a metric with its lineage and how its values lie over the accounts."""
    nodes = lineage(metric_id)
    spread = distribution(nodes[0].metric)
    return {"metric": nodes[0].metric, "lineage": nodes, "distribution": spread}


@api.get("/accounts/<uuid:account_id>/metrics", permission=READ)
@api.response(200, AccountMetricsSchema)
def list_account_metrics(account_id: uuid.UUID) -> dict[str, Any]:
    """List an account's current values."""
    fresh = find_freshness()
    account = get_account(account_id)
    return {"as_of": fresh.as_of if fresh else None, "items": account_values(account.id)}
