"""Jobs as the API shows them."""

from __future__ import annotations

import marshmallow as ma

from tierline.api import PageQuery, Schema, page_schema
from tierline.jobs.models import STATES


class JobSchema(Schema):
    """A piece of background work."""

    id = ma.fields.UUID(required=True)
    kind = ma.fields.String(required=True)
    title = ma.fields.String(required=True)
    state = ma.fields.String(required=True, validate=ma.validate.OneOf(STATES))
    done = ma.fields.Integer(required=True)
    total = ma.fields.Integer(required=True, allow_none=True)
    message = ma.fields.String(required=True)
    result = ma.fields.Dict(required=True, allow_none=True)
    error = ma.fields.String(required=True, allow_none=True)
    created_at = ma.fields.AwareDateTime(required=True)
    started_at = ma.fields.AwareDateTime(required=True, allow_none=True)
    finished_at = ma.fields.AwareDateTime(required=True, allow_none=True)


class JobQuery(PageQuery):
    """Which jobs to list."""

    state = ma.fields.String(validate=ma.validate.OneOf(STATES))
    kind = ma.fields.String(validate=ma.validate.Length(max=100))


JobPage = page_schema(JobSchema)
