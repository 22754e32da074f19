"""Tiers in the API."""

from __future__ import annotations

import uuid
from typing import Any

from werkzeug.wrappers import Response

from tierline.api import ApiBlueprint
from tierline.jobs.models import Job
from tierline.jobs.schemas import JobSchema
from tierline.metrics.queries import get_account
from tierline.tiering import overrides, proposals, queries
from tierline.tiering.crossing import cross
from tierline.tiering.decisions import describe_override, list_of_hands, scheme_of
from tierline.tiering.explain import explain_account
from tierline.tiering.files import tiers_file
from tierline.tiering.models import Run
from tierline.tiering.permissions import ASK, DECIDE, READ, RUN
from tierline.tiering.schemas import (
    AccountTiersSchema,
    CrossingSchema,
    ExplanationQuery,
    ExplanationSchema,
    StructureQuery,
    StructureSchema,
    TierDecidedCountSchema,
    TieringRunListSchema,
    TieringRunRequestSchema,
    TieringRunSchema,
    TieringSchemeDetailSchema,
    TieringSchemeListSchema,
    TierNoteSchema,
    TierOverrideListSchema,
    TierOverrideRequestSchema,
    TierOverrideSchema,
    TierProposalDecisionSchema,
    TierProposalListSchema,
)
from tierline.tiering.service import checked_date
from tierline.tiering.starting import start_run
from tierline.tiering.structure import lines, structure
from tierline.tiering.versions import scheme_tiers

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


@api.get("/tiering/schemes/<scheme_id>/structure", permission=READ)
@api.arguments(StructureQuery, location="query")
@api.response(200, StructureSchema)
def show_structure(query: dict[str, Any], scheme_id: str) -> dict[str, Any]:
    """Show a scheme's tiers over the last months: opening + entered - left = closing."""
    entry = queries.get_entry(scheme_id)
    if entry.scheme is None:
        return {"items": []}
    return {
        "items": list(
            lines(structure(entry.scheme, scheme_tiers(entry.contributed), query["months"]))
        )
    }


@api.get("/tiering/schemes/<scheme_id>/against/<other_id>", permission=READ)
@api.response(200, CrossingSchema)
def cross_schemes(scheme_id: str, other_id: str) -> dict[str, Any]:
    """Count the accounts in each pair of two schemes' tiers now."""
    found = cross(scheme_id, other_id).accounts
    return {"items": [{"tier": a, "other": b, "accounts": n} for (a, b), n in found.items()]}


@api.get("/tiering/schemes/<scheme_id>/tiers.csv", permission=READ)
@api.arguments(ExplanationQuery, location="query")
@api.response(200, content_type="text/csv", description="Who is in which tier")
def export_tiers(query: dict[str, Any], scheme_id: str) -> Response:
    """Download who is in which tier as of a day, today where none is given."""
    return tiers_file(scheme_id, checked_date(query.get("as_of")))


@api.get("/tiering/schemes/<scheme_id>/overrides", permission=READ)
@api.response(200, TierOverrideListSchema)
def list_overrides(scheme_id: str) -> dict[str, Any]:
    """List the tiers that are asked for or hold by hand."""
    return {"items": list_of_hands(scheme_id)}


@api.post("/accounts/<uuid:account_id>/tiers/<scheme_id>/override", permission=ASK)
@api.arguments(TierOverrideRequestSchema)
@api.response(201, TierOverrideSchema)
def ask_override(given: dict[str, Any], account_id: uuid.UUID, scheme_id: str) -> dict[str, Any]:
    """Ask for a tier by hand; it holds at once where the caller may decide."""
    asked = overrides.ask(scheme_id, account_id, **given)
    return describe_override(asked, scheme_of(asked))


@api.post("/tiering/overrides/<uuid:override_id>/approve", permission=DECIDE)
@api.response(200, TierOverrideSchema)
def approve_override(override_id: uuid.UUID) -> dict[str, Any]:
    """Let a tier that was asked for hold from today."""
    found = overrides.approve(override_id)
    return describe_override(found, scheme_of(found))


@api.post("/tiering/overrides/<uuid:override_id>/reject", permission=DECIDE)
@api.arguments(TierNoteSchema)
@api.response(200, TierOverrideSchema)
def reject_override(given: dict[str, Any], override_id: uuid.UUID) -> dict[str, Any]:
    """Reject a tier that was asked for, with a reason."""
    found = overrides.reject(override_id, given["note"])
    return describe_override(found, scheme_of(found))


@api.post("/tiering/overrides/<uuid:override_id>/withdraw", permission=ASK)
@api.arguments(TierNoteSchema)
@api.response(200, TierOverrideSchema)
def withdraw_override(given: dict[str, Any], override_id: uuid.UUID) -> dict[str, Any]:
    """Take a tier by hand back; the rule is heeded again from today."""
    found = overrides.withdraw(override_id, given["note"])
    return describe_override(found, scheme_of(found))


@api.get("/tiering/schemes/<scheme_id>/proposals", permission=READ)
@api.response(200, TierProposalListSchema)
def list_proposals(scheme_id: str) -> dict[str, Any]:
    """List the changes of tier that the last run proposes."""
    scheme = queries.get_entry(scheme_id).scheme
    if scheme is None:
        return {"moves": [], "items": []}
    items = proposals.open_proposals(scheme, proposals.Chosen())
    return {"moves": proposals.open_moves(scheme), "items": items}


@api.post("/tiering/schemes/<scheme_id>/proposals/accept", permission=DECIDE)
@api.arguments(TierProposalDecisionSchema)
@api.response(200, TierDecidedCountSchema)
def accept_proposals(given: dict[str, Any], scheme_id: str) -> dict[str, int]:
    """Let proposed tiers hold from today; answers with how many accounts change tier."""
    return {"accounts": proposals.accept(scheme_id, proposals.Chosen(given["ids"]))}


@api.post("/tiering/schemes/<scheme_id>/proposals/reject", permission=DECIDE)
@api.arguments(TierProposalDecisionSchema)
@api.response(200, TierDecidedCountSchema)
def reject_proposals(given: dict[str, Any], scheme_id: str) -> dict[str, int]:
    """Reject proposed tiers with a reason; they are not proposed again for ninety days."""
    chosen = proposals.Chosen(given["ids"])
    return {"accounts": proposals.reject(scheme_id, chosen, given["note"])}


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
