"""Risk models as the API and the command line show them."""

from __future__ import annotations

import marshmallow as ma

from tierline.api import Schema
from tierline.plugins.playbook_schemas import StepSchema
from tierline.plugins.survey_schemas import NamedSchema, Names, Text

Condition = ma.fields.Dict(required=True, allow_none=True)


class LifecycleStageSchema(NamedSchema):
    """A stage of the relationship."""

    when = Condition


class ThresholdSchema(Schema):
    """From where on an indicator is yellow, and red."""

    yellow = ma.fields.Float(required=True, allow_none=True)
    red = ma.fields.Float(required=True, allow_none=True)


class IndicatorSchema(NamedSchema):
    """One sign of risk."""

    weight = ma.fields.Float(required=True)
    metric = ma.fields.String(required=True, allow_none=True)
    worse = ma.fields.String(required=True)
    thresholds = ma.fields.Dict(
        keys=ma.fields.String(),
        values=ma.fields.Nested(ThresholdSchema, allow_none=True),
        required=True,
        metadata={"description": "by stage, or `all`"},
    )
    when = Condition


class BandSchema(NamedSchema):
    """A band of the risk score."""

    color = ma.fields.String(required=True)
    from_ = ma.fields.Float(required=True, allow_none=True, attribute="least", data_key="from")


class FloorSchema(NamedSchema):
    """The mildest band while a condition holds."""

    when = ma.fields.Dict(required=True)
    at_least = ma.fields.String(required=True)


class ResponsePlanSchema(NamedSchema):
    """What is done for an account at risk."""

    bands = Names
    indicators = Names
    steps = ma.fields.List(ma.fields.Nested(StepSchema), required=True)


class RiskModelSchema(NamedSchema):
    """A risk model: indicators, bands, response plans."""

    summary = Text
    group = ma.fields.String(required=True)
    purpose = ma.fields.String(required=True)
    minimum_present = ma.fields.Float(required=True)
    stages = ma.fields.List(ma.fields.Nested(LifecycleStageSchema), required=True)
    indicators = ma.fields.List(ma.fields.Nested(IndicatorSchema), required=True)
    bands = ma.fields.List(ma.fields.Nested(BandSchema), required=True)
    floors = ma.fields.List(ma.fields.Nested(FloorSchema), required=True)
    plans = ma.fields.List(ma.fields.Nested(ResponsePlanSchema), required=True)
