"""What a scheme's history looks like in the API."""

from __future__ import annotations

import marshmallow as ma


class DifferenceSchema(ma.Schema):
    """One thing that changed, in words."""

    what = ma.fields.String()
    how = ma.fields.String()
    before = ma.fields.String()
    after = ma.fields.String()


class SchemeVersionSchema(ma.Schema):
    """A version of a scheme's rule, against the one before."""

    version = ma.fields.Integer(attribute="version.version")
    created_at = ma.fields.DateTime(attribute="version.created_at")
    document = ma.fields.Dict(attribute="version.document")
    is_in_force = ma.fields.Boolean()
    differences = ma.fields.List(ma.fields.Nested(DifferenceSchema))
    runs = ma.fields.Integer()
    last_run_as_of = ma.fields.Date(attribute="last_run.as_of")


class SchemeVersionListSchema(ma.Schema):
    """The versions of a scheme's rule, the newest first."""

    items = ma.fields.List(ma.fields.Nested(SchemeVersionSchema))


class SchemeDocumentSchema(ma.Schema):
    """A scheme's document, whole, as its plugin could have written it, and why it is changed."""

    document = ma.fields.Dict(required=True)
    reason = ma.fields.String(required=True, validate=ma.validate.Length(1, 1000))
