"""Audit entries as the API shows them."""

from __future__ import annotations

import marshmallow as ma

from tierline.api import PageQuery, Schema, page_schema


class AuditEntrySchema(Schema):
    """Who did what, when, to which record."""

    id = ma.fields.UUID(required=True)
    position = ma.fields.Integer(required=True)
    at = ma.fields.AwareDateTime(required=True)
    actor = ma.fields.String(required=True)
    action = ma.fields.String(required=True)
    record_type = ma.fields.String(required=True, allow_none=True)
    record_id = ma.fields.String(required=True, allow_none=True)
    changes = ma.fields.Dict(required=True)
    digest = ma.fields.String(required=True)


class AuditQuery(PageQuery):
    """Which entries to list."""

    action = ma.fields.String(validate=ma.validate.Length(max=100))


class VerificationSchema(Schema):
    """What verifying the chain found."""

    entries = ma.fields.Integer(required=True)
    good = ma.fields.Boolean(required=True)
    bad_position = ma.fields.Integer(required=True, allow_none=True)
    problem = ma.fields.String(required=True, allow_none=True)


AuditPage = page_schema(AuditEntrySchema)
