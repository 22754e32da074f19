"""Metrics in the API."""

from __future__ import annotations

import uuid
from typing import Any

from tierline.api import ApiBlueprint
from tierline.metrics.permissions import READ
from tierline.metrics.queries import account_values, catalogue, find_freshness, get_account
from tierline.metrics.schemas import AccountMetricsSchema, MetricCatalogueSchema

api = ApiBlueprint("metrics", __name__, description="Named values of accounts")


@api.get("/metrics", permission=READ)
@api.response(200, MetricCatalogueSchema)
def list_metrics() -> dict[str, Any]:
    """List the metrics with their definitions, and for how many accounts each is known."""
    fresh = find_freshness()
    return {"as_of": fresh.as_of if fresh else None, "items": catalogue()}


@api.get("/accounts/<uuid:account_id>/metrics", permission=READ)
@api.response(200, AccountMetricsSchema)
def list_account_metrics(account_id: uuid.UUID) -> dict[str, Any]:
    """List an account's current values."""
    fresh = find_freshness()
    account = get_account(account_id)
    return {"as_of": fresh.as_of if fresh else None, "items": account_values(account.id)}
