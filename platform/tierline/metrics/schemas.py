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
    lacks = ma.fields.String(
        allow_none=True, metadata={"description": "the metric or field that it waits for"}
    )


class LineageSchema(Schema):
    """A metric of a lineage, `depth` steps from the one asked for, in words."""

    metric = ma.fields.String(attribute="metric.id", required=True)
    depth = ma.fields.Integer(required=True)
    told = ma.fields.String(required=True)
    transactions = ma.fields.Integer(allow_none=True)


class DistributionSchema(Schema):
    """How a metric's current values lie over the accounts; quantiles as [percent, value]."""

    as_of = ma.fields.Date(allow_none=True)
    known = ma.fields.Integer(required=True)
    unknown_for = ma.fields.Integer(attribute="unknown", required=True)
    zero = ma.fields.Integer(required=True)
    quantiles = ma.fields.List(
        ma.fields.Tuple((ma.fields.Integer(), ma.fields.Decimal(as_string=True)))
    )


class MetricDetailSchema(Schema):
    """A metric with where it comes from, and its values."""

    metric = ma.fields.Nested(MetricDefinitionSchema, required=True)
    lineage = ma.fields.List(ma.fields.Nested(LineageSchema), required=True)
    distribution = ma.fields.Nested(DistributionSchema, required=True)


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
