"""Backtests in the API."""

from __future__ import annotations

import uuid
from typing import Any

from tierline.api import ApiBlueprint
from tierline.backtests import queries, service, views
from tierline.backtests.models import Backtest
from tierline.backtests.permissions import READ, RUN
from tierline.backtests.schemas import (
    BacktestDetailSchema,
    BacktestListSchema,
    BacktestRequestSchema,
    BacktestSchema,
)

api = ApiBlueprint("backtests", __name__, description="Tiering schemes replayed over past months")


@api.get("/tiering/backtests", permission=READ)
@api.response(200, BacktestListSchema)
def list_backtests() -> dict[str, Any]:
    """List the latest backtests."""
    return {"items": queries.recent()}


@api.post("/tiering/backtests", permission=RUN)
@api.arguments(BacktestRequestSchema)
@api.response(202, BacktestSchema)
def start_backtest(given: dict[str, Any]) -> Backtest:
    """Start a backtest; its job says how far it is."""
    named = [name for name in (given["scheme"], given["against"]) if name]
    return service.start(named, given["months"])


@api.get("/tiering/backtests/<uuid:backtest_id>", permission=READ)
@api.response(200, BacktestDetailSchema)
def show_backtest(backtest_id: uuid.UUID) -> dict[str, Any]:
    """Show a backtest with what it found, a line a scheme, month and tier."""
    return views.document_of(queries.get_backtest(backtest_id))
