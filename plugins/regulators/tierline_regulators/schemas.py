"""Commitments as the API shows and takes them."""

from __future__ import annotations

import marshmallow as ma

from tierline.api import PageQuery, Schema, page_schema
from tierline_regulators.checking import OUTCOMES
from tierline_regulators.models import STATES
from tierline_regulators.queries import SHOWN


class CommitmentSchema(Schema):
    """Something that the company promised a regulator."""

    id = ma.fields.UUID(required=True)
    account_id = ma.fields.UUID(required=True, metadata={"description": "the regulator"})
    title = ma.fields.String(required=True)
    source = ma.fields.String(required=True, metadata={"description": "the document it stands in"})
    due_on = ma.fields.Date(required=True)
    owner_id = ma.fields.UUID(required=True, allow_none=True)
    state = ma.fields.String(required=True, validate=ma.validate.OneOf(STATES))
    done_on = ma.fields.Date(required=True, allow_none=True)
    evidence = ma.fields.String(required=True)
    evidence_file = ma.fields.String(required=True)
    reason = ma.fields.String(required=True)
    closed_at = ma.fields.AwareDateTime(required=True, allow_none=True)
    closed_by = ma.fields.String(required=True)
    version = ma.fields.Integer(required=True, metadata={"description": "the ETag's number"})
    created_at = ma.fields.AwareDateTime(required=True)
    updated_at = ma.fields.AwareDateTime(required=True)


CommitmentPage = page_schema(CommitmentSchema)


class CommitmentQuery(PageQuery):
    """Which commitments to list."""

    state = ma.fields.String(load_default="", validate=ma.validate.OneOf(SHOWN))
    account_id = ma.fields.UUID(load_default=None)


class CommitmentChange(Schema):
    """The properties of a commitment to change; those left out stay."""

    account_id = ma.fields.UUID()
    title = ma.fields.String()
    source = ma.fields.String()
    due_on = ma.fields.Date()
    owner_id = ma.fields.UUID(allow_none=True)


class NewCommitment(CommitmentChange):
    """A commitment to add."""

    account_id = ma.fields.UUID(required=True)
    title = ma.fields.String(required=True)
    due_on = ma.fields.Date(required=True)


class Closing(Schema):
    """How a commitment ended."""

    outcome = ma.fields.String(required=True, validate=ma.validate.OneOf(OUTCOMES))
    done_on = ma.fields.Date(metadata={"description": "today, where left out"})
    evidence = ma.fields.String(metadata={"description": "needed for what was kept"})
    evidence_file = ma.fields.String()
    reason = ma.fields.String(metadata={"description": "needed for what is late or waived"})


class Reopening(Schema):
    """Why a commitment is open again."""

    reason = ma.fields.String(required=True)
