"""Metrics as the API shows them."""

from __future__ import annotations

import marshmallow as ma

from tierline.api import Schema

Localized = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.String())


class MetricDefinitionSchema(Schema):
    """A metric's definition, in every language."""

    id = ma.fields.String(required=True)
    title = Localized
    summary = Localized
    unit = ma.fields.String(required=True)
    period = Localized
    null = ma.fields.Dict(metadata={"description": "when it is unknown, in words"})
    compute = ma.fields.Dict(metadata={"description": "how it is computed: docs/plugins.md"})
    digits = ma.fields.Integer()
    better = ma.fields.String()


class MetricEntrySchema(Schema):
    """A metric and for how many accounts it is known."""

    metric = ma.fields.Nested(MetricDefinitionSchema, required=True)
    known = ma.fields.Integer(allow_none=True)
    accounts = ma.fields.Integer(required=True)


class MetricCatalogueSchema(Schema):
    """All metrics, and as of when their current values are true."""

    as_of = ma.fields.Date(allow_none=True, required=True)
    items = ma.fields.List(ma.fields.Nested(MetricEntrySchema), required=True)


class MetricValueSchema(Schema):
    """A metric's current value for an account; null is unknown."""

    metric = ma.fields.String(attribute="metric.id", required=True)
    unit = ma.fields.String(attribute="metric.unit", required=True)
    value = ma.fields.Decimal(as_string=True, allow_none=True, required=True)


class AccountMetricsSchema(Schema):
    """An account's current values."""

    as_of = ma.fields.Date(allow_none=True, required=True)
    items = ma.fields.List(ma.fields.Nested(MetricValueSchema), required=True)
