"""A scheme's history in the API."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from tierline.api import ApiBlueprint
from tierline.configuration.models import Revision
from tierline.configuration.permissions import CHANGE, READ
from tierline.configuration.schemas import ReasonSchema, RevisionDetailSchema
from tierline.errors import Conflict
from tierline.plugins.queries import get_scheme
from tierline.schemes import editing, history
from tierline.schemes.schemas import SchemeDocumentSchema, SchemeVersionListSchema

api = ApiBlueprint("schemes", __name__, description="Designing tiering schemes")


@api.get("/tiering/schemes/<scheme_id>/versions", permission=READ)
@api.response(200, SchemeVersionListSchema)
def list_versions(scheme_id: str) -> dict[str, Any]:
    """List the versions of a scheme's rule, each against the one before, the newest first."""
    return {"items": history.versions(scheme_id)}


@api.post("/tiering/schemes/<scheme_id>/versions/<int:version>/restore", permission=CHANGE)
@api.arguments(ReasonSchema)
@api.response(201, RevisionDetailSchema)
def restore_version(given: dict[str, Any], scheme_id: str, version: int) -> Revision:
    """Draft that a version of a scheme's rule comes back; a reason is needed."""
    return _drafted(history.restore(scheme_id, version, reason=given["reason"], source="api"))


@api.post("/tiering/schemes/<scheme_id>/draft", permission=CHANGE)
@api.arguments(SchemeDocumentSchema)
@api.response(201, RevisionDetailSchema)
def change_scheme(given: dict[str, Any], scheme_id: str) -> Revision:
    """Draft that a scheme gets this document; a reason is needed."""
    get_scheme(scheme_id)
    return _drafted(editing.save(scheme_id, given["document"], given["reason"], "api"))


def _drafted(revision: Revision | None) -> Revision:
    if revision is None:
        raise Conflict(_("There is nothing to change."))
    return revision
