"""Imports and mappings as the API shows them."""

from __future__ import annotations

import marshmallow as ma
from flask_smorest.fields import Upload

from tierline.api import Schema, page_schema
from tierline.imports.models import STATES


class ImportSchema(Schema):
    """An import: its file, mapping, dry run and result."""

    id = ma.fields.UUID(required=True)
    record_type = ma.fields.String(required=True)
    file_name = ma.fields.String(required=True)
    file_size = ma.fields.Integer(required=True, metadata={"description": "bytes"})
    actor = ma.fields.String(required=True)
    state = ma.fields.String(required=True, validate=ma.validate.OneOf(STATES))
    mapping_name = ma.fields.String(required=True, allow_none=True)
    mapping = ma.fields.Dict(required=True, allow_none=True)
    check_job_id = ma.fields.UUID(required=True, allow_none=True)
    run_job_id = ma.fields.UUID(required=True, allow_none=True)
    dry_run = ma.fields.Dict(
        required=True, allow_none=True, metadata={"description": "what the import would do"}
    )
    result = ma.fields.Dict(
        required=True,
        allow_none=True,
        metadata={"description": "rows_in = created + updated + unchanged + failed"},
    )
    error = ma.fields.String(required=True, allow_none=True)
    created_at = ma.fields.AwareDateTime(required=True)


ImportPage = page_schema(ImportSchema)


class ImportFile(Schema):
    """A file to import."""

    file = Upload(required=True)


class ImportForm(Schema):
    """What is in a file, and how it is read."""

    record_type = ma.fields.String(required=True, validate=ma.validate.Length(1, 50))
    mapping = ma.fields.String(
        validate=ma.validate.Length(1, 60), metadata={"description": "a mapping's name"}
    )


class MappingDocument(Schema):
    """How the file is read: a document as docs/import.md describes it, or a mapping's name."""

    name = ma.fields.String(validate=ma.validate.Length(1, 60))
    document = ma.fields.Dict(keys=ma.fields.String())


class MappingSchema(Schema):
    """A mapping that the tenant saved."""

    name = ma.fields.String(required=True)
    record_type = ma.fields.String(required=True)
    document = ma.fields.Dict(required=True)
    updated_at = ma.fields.AwareDateTime(required=True)


class MappingList(Schema):
    """The mappings that the tenant saved."""

    items = ma.fields.List(ma.fields.Nested(MappingSchema), required=True)


class NewMapping(Schema):
    """A mapping to keep under a name."""

    record_type = ma.fields.String(required=True, validate=ma.validate.Length(1, 50))
    document = ma.fields.Dict(required=True, keys=ma.fields.String())
