"""Risk in the API."""

from __future__ import annotations

import uuid
from typing import Any

from tierline.accounts.queries import get_account
from tierline.api import ApiBlueprint
from tierline.risk import queries, views
from tierline.risk.permissions import READ
from tierline.risk.schemas import AccountRiskListSchema, AccountsAtRiskSchema, RiskOverviewSchema

api = ApiBlueprint("risk", __name__, description="Who is at risk, and why")


@api.get("/risk/models", permission=READ)
@api.response(200, RiskOverviewSchema)
def list_models() -> dict[str, Any]:
    """List the risk models, with how many accounts are in each band."""
    return views.overview()


@api.get("/risk/models/<model_id>/accounts", permission=READ)
@api.response(200, AccountsAtRiskSchema)
def list_accounts(model_id: str) -> dict[str, Any]:
    """List the accounts most at risk by a model, the worst first."""
    return {"items": queries.list_accounts(views.find(model_id))}


@api.get("/accounts/<uuid:account_id>/risk", permission=READ)
@api.response(200, AccountRiskListSchema)
def explain_risk(account_id: uuid.UUID) -> dict[str, Any]:
    """Explain an account's risk in each model, indicator by indicator."""
    return {"items": views.explained(get_account(account_id))}
