"""Tiers in the API."""

from __future__ import annotations

import uuid
from typing import Any

from tierline.api import ApiBlueprint
from tierline.jobs.models import Job
from tierline.jobs.schemas import JobSchema
from tierline.metrics.queries import get_account
from tierline.tiering import queries
from tierline.tiering.explain import explain_account
from tierline.tiering.models import Run
from tierline.tiering.permissions import READ, RUN
from tierline.tiering.schemas import (
    AccountTiersSchema,
    ExplanationQuery,
    ExplanationSchema,
    TieringRunListSchema,
    TieringRunRequestSchema,
    TieringRunSchema,
    TieringSchemeDetailSchema,
    TieringSchemeListSchema,
)
from tierline.tiering.starting import start_run

api = ApiBlueprint("tiering", __name__, description="Schemes that sort accounts into tiers")


@api.get("/tiering/schemes", permission=READ)
@api.response(200, TieringSchemeListSchema)
def list_schemes() -> dict[str, Any]:
    """List the schemes with their last results."""
    return {"items": queries.entries()}


@api.get("/tiering/schemes/<scheme_id>", permission=READ)
@api.response(200, TieringSchemeDetailSchema)
def show_scheme(scheme_id: str) -> queries.SchemeEntry:
    """Show a scheme with its rule."""
    return queries.get_entry(scheme_id)


@api.get("/tiering/schemes/<scheme_id>/runs", permission=READ)
@api.response(200, TieringRunListSchema)
def list_runs(scheme_id: str) -> dict[str, Any]:
    """List a scheme's latest runs, newest first."""
    scheme = queries.get_entry(scheme_id).scheme
    return {"items": queries.recent_runs(scheme) if scheme else []}


@api.post("/tiering/schemes/<scheme_id>/runs", permission=RUN)
@api.arguments(TieringRunRequestSchema)
@api.response(202, JobSchema)
def run_scheme(given: dict[str, Any], scheme_id: str) -> Job:
    """Start a run; answers with its job, or with the one that goes on."""
    return start_run(scheme_id, given["as_of"])


@api.get("/tiering/runs/<uuid:run_id>", permission=READ)
@api.response(200, TieringRunSchema)
def show_run(run_id: uuid.UUID) -> Run:
    """Show a run with its result by tier."""
    return queries.get_run(run_id)


@api.get("/accounts/<uuid:account_id>/tiers", permission=READ)
@api.response(200, AccountTiersSchema)
def list_account_tiers(account_id: uuid.UUID) -> dict[str, Any]:
    """List an account's tiers on record."""
    return {"items": queries.account_tiers(get_account(account_id).id)}


@api.get("/accounts/<uuid:account_id>/tiers/<scheme_id>", permission=READ)
@api.arguments(ExplanationQuery, location="query")
@api.response(200, ExplanationSchema)
def explain_tier(query: dict[str, Any], account_id: uuid.UUID, scheme_id: str) -> dict[str, Any]:
    """Say why an account is in its tier."""
    return explain_account(scheme_id, get_account(account_id), query.get("as_of"))
