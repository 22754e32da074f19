"""The audit log in the API."""

from __future__ import annotations

from typing import Any

from tierline.api import ApiBlueprint, page_of
from tierline.audit.permissions import READ
from tierline.audit.queries import NEWEST, Verification, select_entries, verify_chain
from tierline.audit.schemas import AuditPage, AuditQuery, VerificationSchema
from tierline.db.paging import keyset_page

api = ApiBlueprint("audit", __name__, description="Who did what")


@api.get("/audit", permission=READ)
@api.arguments(AuditQuery, location="query")
@api.response(200, AuditPage)
def list_entries(query: dict[str, Any]) -> dict[str, Any]:
    """List entries, newest first."""
    statement = select_entries(query.get("action"))
    return page_of(keyset_page(statement, NEWEST, query.get("cursor"), query["limit"]))


@api.get("/audit/verification", permission=READ)
@api.response(200, VerificationSchema)
def verify() -> Verification:
    """Verify the chain, and name the first bad entry."""
    return verify_chain()
