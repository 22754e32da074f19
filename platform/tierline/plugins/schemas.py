"""Plugins and what they add, as the API and the command line show them."""

from __future__ import annotations

import marshmallow as ma
from flask_smorest.fields import Upload

from tierline.api import Schema
from tierline.plugins.models import PROCESSES
from tierline.plugins.playbook_schemas import PlaybookSchema
from tierline.plugins.risk_schemas import RiskModelSchema
from tierline.plugins.survey_schemas import Names, SurveyTemplateSchema, Text

SIGNATURES = ("built_in", "trusted", "unknown", "unsigned", "modified")


class AddsSchema(Schema):
    """How much a plugin adds."""

    groups = ma.fields.Integer(required=True)
    fields_ = ma.fields.Integer(required=True, attribute="fields", data_key="fields")
    metrics = ma.fields.Integer(required=True)
    schemes = ma.fields.Integer(required=True)
    surveys = ma.fields.Integer(required=True)
    risks = ma.fields.Integer(required=True)
    playbooks = ma.fields.Integer(required=True)


class PluginSchema(Schema):
    """A plugin as the tenant sees it."""

    id = ma.fields.String(required=True)
    title = ma.fields.Dict(attribute="manifest.title", required=True)
    summary = ma.fields.Dict(attribute="manifest.summary", required=True)
    kind = ma.fields.String(attribute="manifest.kind", required=True)
    category = ma.fields.String(attribute="manifest.category", required=True)
    lifecycle = ma.fields.String(attribute="manifest.lifecycle", required=True)
    publisher = ma.fields.String(attribute="manifest.publisher", required=True)
    restricted = ma.fields.Boolean(attribute="manifest.restricted", required=True)
    state = ma.fields.String(
        required=True,
        validate=ma.validate.OneOf(("available", "enabled", "suspended", "disabled", "missing")),
    )
    version = ma.fields.String(
        required=True, allow_none=True, metadata={"description": "the pinned release's"}
    )
    installed_version = ma.fields.String(required=True, allow_none=True)
    since = ma.fields.AwareDateTime(required=True, allow_none=True)
    reason = ma.fields.String(
        required=True, allow_none=True, metadata={"description": "why it is suspended"}
    )
    needs = Names
    supplements = ma.fields.List(
        ma.fields.String(),
        required=True,
        attribute="manifest.supplements",
        metadata={"description": "what it adds to where that is enabled, too"},
    )
    needed_by = Names
    adds = ma.fields.Nested(AddsSchema, required=True)
    signature = ma.fields.String(required=True, validate=ma.validate.OneOf(SIGNATURES))
    retired = ma.fields.Boolean(
        required=True, metadata={"description": "no longer offered; who has it keeps it"}
    )


class PluginListSchema(Schema):
    """Every plugin that the tenant may have."""

    items = ma.fields.List(ma.fields.Nested(PluginSchema), required=True)


class GroupSchema(Schema):
    """A stakeholder group."""

    id = ma.fields.String(required=True)
    key = ma.fields.String(required=True)
    title = Text
    plural = Text
    summary = Text


class ChoiceSchema(Schema):
    """One choice of a field."""

    key = ma.fields.String(required=True)
    title = Text
    points = ma.fields.Integer(required=True, allow_none=True)


class FieldSchema(Schema):
    """An extra field on a record."""

    id = ma.fields.String(required=True)
    key = ma.fields.String(required=True, metadata={"description": "its key in `fields`"})
    record = ma.fields.String(required=True)
    type = ma.fields.String(required=True)
    title = Text
    summary = Text
    unit = Text
    minimum = ma.fields.Float(required=True, allow_none=True)
    maximum = ma.fields.Float(required=True, allow_none=True)
    choices = ma.fields.List(ma.fields.Nested(ChoiceSchema), required=True)
    groups = Names


class MetricSchema(Schema):
    """A metric with its definition."""

    id = ma.fields.String(required=True)
    title = Text
    summary = Text
    unit = ma.fields.String(required=True)
    period = Text
    null = ma.fields.Dict(required=True, metadata={"description": "when it is unknown"})
    better = ma.fields.String(required=True)
    compute = ma.fields.Dict(required=True)


class TierSchema(Schema):
    """One tier of a scheme."""

    id = ma.fields.String(required=True)
    title = Text
    color = ma.fields.String(required=True)


class SchemeSchema(Schema):
    """A tiering scheme with its rule."""

    id = ma.fields.String(required=True)
    title = Text
    summary = Text
    group = ma.fields.String(required=True)
    kind = ma.fields.String(required=True)
    tiers = ma.fields.List(ma.fields.Nested(TierSchema), required=True)
    rule = ma.fields.Dict(required=True)


class ContentsSchema(Schema):
    """What a plugin adds."""

    groups = ma.fields.List(ma.fields.Nested(GroupSchema), required=True)
    fields_ = ma.fields.List(
        ma.fields.Nested(FieldSchema), required=True, attribute="fields", data_key="fields"
    )
    metrics = ma.fields.List(ma.fields.Nested(MetricSchema), required=True)
    schemes = ma.fields.List(ma.fields.Nested(SchemeSchema), required=True)
    surveys = ma.fields.List(ma.fields.Nested(SurveyTemplateSchema), required=True)
    risks = ma.fields.List(ma.fields.Nested(RiskModelSchema), required=True)
    playbooks = ma.fields.List(ma.fields.Nested(PlaybookSchema), required=True)


class PluginDetailSchema(PluginSchema):
    """A plugin with what it adds."""

    contents = ma.fields.Nested(ContentsSchema, required=True)


class PackFileSchema(Schema):
    """A pack to install."""

    file = Upload(required=True, metadata={"description": "a .zip or .tar.gz, up to 20 MiB"})


class PinsSchema(Schema):
    """How many tenants pin a version."""

    version = ma.fields.String(required=True)
    tenants = ma.fields.Integer(required=True)


class InstalledSchema(Schema):
    """A plugin as it is installed on the platform."""

    id = ma.fields.String(required=True)
    title = Text
    version = ma.fields.String(required=True)
    source = ma.fields.String(
        required=True, validate=ma.validate.OneOf(("built_in", "archive", "folder"))
    )
    signature = ma.fields.String(required=True, validate=ma.validate.OneOf(SIGNATURES))
    publisher_key = ma.fields.String(required=True, allow_none=True)
    publisher = ma.fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "whom the platform knows the key by, where it trusts it"},
    )
    installed_by = ma.fields.String(required=True)
    installed_at = ma.fields.AwareDateTime(required=True)
    state = ma.fields.String(required=True, validate=ma.validate.OneOf(("installed", "retired")))
    pins = ma.fields.List(ma.fields.Nested(PinsSchema), required=True)
    missing = ma.fields.Boolean(
        required=True, metadata={"description": "built in, but its files are gone or wrong"}
    )


class InstalledListSchema(Schema):
    """Everything that is installed on the platform."""

    items = ma.fields.List(ma.fields.Nested(InstalledSchema), required=True)


class RunningProcessSchema(Schema):
    """A running process of the platform, with the code that it has loaded."""

    id = ma.fields.UUID(required=True)
    kind = ma.fields.String(required=True, validate=ma.validate.OneOf(PROCESSES))
    core = ma.fields.String(required=True)
    extensions = ma.fields.Dict(required=True, metadata={"description": "versions by plugin id"})
    started_at = ma.fields.AwareDateTime(required=True)
    seen_at = ma.fields.AwareDateTime(required=True)
    is_current = ma.fields.Boolean(
        required=True, metadata={"description": "it runs the code that is installed now"}
    )


class RunningProcessListSchema(Schema):
    """The processes that run."""

    items = ma.fields.List(ma.fields.Nested(RunningProcessSchema), required=True)


class HeldSchema(Schema):
    """How much of one kind the tenant holds of a plugin's."""

    key = ma.fields.String(required=True)
    count = ma.fields.Integer(required=True)


class HeldListSchema(Schema):
    """What the tenant holds of a plugin's."""

    items = ma.fields.List(ma.fields.Nested(HeldSchema), required=True)


class PurgeSchema(Schema):
    """That a plugin is to be purged."""

    confirm = ma.fields.String(
        required=True, metadata={"description": "the plugin's id, once more"}
    )


class PurgedSchema(Schema):
    """What a purge removed, by kind."""

    removed = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.Integer(), required=True)
