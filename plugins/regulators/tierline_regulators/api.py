"""Commitments in the API."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from tierline.api import check_version, page_of, set_version
from tierline.plugins.routes import ExtensionApi
from tierline_regulators import queries, service
from tierline_regulators.permissions import MANAGE, READ
from tierline_regulators.schemas import (
    Closing,
    CommitmentChange,
    CommitmentPage,
    CommitmentQuery,
    CommitmentSchema,
    NewCommitment,
    Reopening,
)

api = ExtensionApi("regulators", __name__, description="Commitments to regulators")

ETAG = {"ETag": {"description": "the record's version", "schema": {"type": "string"}}}
IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "schema": {"type": "string"},
    "description": "the ETag that the change is based on",
}

Versioned = tuple[Any, dict[str, str]]
View = Callable[..., Any]


def based_on_a_version(view: View) -> View:
    """Describe that the request must say which version its change is based on."""
    described: View = api.doc(parameters=[IF_MATCH])(view)
    return described


def _shown(commitment: Any) -> Versioned:
    return commitment, set_version(commitment)


def _based_on(commitment_id: uuid.UUID) -> int:
    commitment = queries.get_commitment(commitment_id)
    check_version(commitment)
    return commitment.version


@api.get("/commitments", permission=READ)
@api.arguments(CommitmentQuery, location="query")
@api.response(200, CommitmentPage)
def list_commitments(query: dict[str, Any]) -> dict[str, Any]:
    """List commitments, overdue ones first."""
    wanted = queries.Wanted(query["state"], query["account_id"])
    return page_of(queries.list_commitments(wanted, query.get("cursor"), query["limit"]))


@api.post("/commitments", permission=MANAGE)
@api.arguments(NewCommitment)
@api.response(201, CommitmentSchema, headers=ETAG)
def add_commitment(values: dict[str, Any]) -> Versioned:
    """Add a commitment."""
    return _shown(service.add_commitment(values))


@api.get("/commitments/<uuid:commitment_id>", permission=READ)
@api.response(200, CommitmentSchema, headers=ETAG)
def show_commitment(commitment_id: uuid.UUID) -> Versioned:
    """Show one commitment."""
    return _shown(queries.get_commitment(commitment_id))


@api.patch("/commitments/<uuid:commitment_id>", permission=MANAGE)
@api.arguments(CommitmentChange)
@api.response(200, CommitmentSchema, headers=ETAG)
@based_on_a_version
def change_commitment(changes: dict[str, Any], commitment_id: uuid.UUID) -> Versioned:
    """Change an open commitment."""
    version = _based_on(commitment_id)
    return _shown(service.update_commitment(commitment_id, changes, version=version))


@api.post("/commitments/<uuid:commitment_id>/close", permission=MANAGE)
@api.arguments(Closing)
@api.response(200, CommitmentSchema, headers=ETAG)
@based_on_a_version
def close_commitment(closing: dict[str, Any], commitment_id: uuid.UUID) -> Versioned:
    """Close a commitment with its evidence; kept after its due date it is late."""
    version = _based_on(commitment_id)
    return _shown(service.close_commitment(commitment_id, closing, version=version))


@api.post("/commitments/<uuid:commitment_id>/reopen", permission=MANAGE)
@api.arguments(Reopening)
@api.response(200, CommitmentSchema, headers=ETAG)
@based_on_a_version
def reopen_commitment(values: dict[str, Any], commitment_id: uuid.UUID) -> Versioned:
    """Open a closed commitment again."""
    version = _based_on(commitment_id)
    return _shown(service.reopen_commitment(commitment_id, values, version=version))
