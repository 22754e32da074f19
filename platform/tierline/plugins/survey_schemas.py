"""Survey templates as the API and the command line show them."""

from __future__ import annotations

import marshmallow as ma

from tierline.api import Schema

Text = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.String(), required=True)
Names = ma.fields.List(ma.fields.String(), required=True)


class NamedSchema(Schema):
    """A part that has only a title."""

    id = ma.fields.String(required=True)
    title = Text


class AnswerSchema(NamedSchema):
    """One answer that a scale offers."""

    points = ma.fields.Float(required=True, allow_none=True)


class UnknownSchema(Schema):
    """The answer that is counted, but not scored."""

    code = ma.fields.Integer(required=True)
    title = Text


class ScaleSchema(NamedSchema):
    """How an item is answered."""

    kind = ma.fields.String(required=True, validate=ma.validate.OneOf(("rating", "choice", "text")))
    least = ma.fields.Integer(required=True, allow_none=True)
    most = ma.fields.Integer(required=True, allow_none=True)
    low = Text
    high = Text
    choices = ma.fields.List(ma.fields.Nested(AnswerSchema), required=True)
    several = ma.fields.Boolean(required=True)
    length = ma.fields.Integer(required=True, allow_none=True)
    unknown_ = ma.fields.Nested(
        UnknownSchema, required=True, allow_none=True, attribute="unknown", data_key="unknown"
    )


class CauseSchema(NamedSchema):
    """A cause of dissatisfaction."""

    parent = ma.fields.String(required=True, allow_none=True)


class SurveyItemSchema(Schema):
    """One question."""

    id = ma.fields.String(required=True)
    dimension = ma.fields.String(required=True)
    scale = ma.fields.String(required=True)
    text = Text
    required = ma.fields.Boolean(required=True)
    reverse = ma.fields.Boolean(required=True)
    visible_if = ma.fields.Dict(required=True, allow_none=True)
    layers = Names
    modes = Names
    after = ma.fields.String(required=True, allow_none=True)


class SurveyTemplateSchema(NamedSchema):
    """A survey template: a master, or a variant with what it changes."""

    summary = Text
    group = ma.fields.String(
        required=True, allow_none=True, metadata={"description": "of a variant its master's"}
    )
    extends = ma.fields.String(
        required=True, allow_none=True, metadata={"description": "the master's id"}
    )
    anonymous = ma.fields.Boolean(required=True)
    minutes = ma.fields.Float(required=True)
    modes = Names
    layers = Names
    dimensions = ma.fields.List(ma.fields.Nested(NamedSchema), required=True)
    scales = ma.fields.List(ma.fields.Nested(ScaleSchema), required=True)
    causes = ma.fields.List(ma.fields.Nested(CauseSchema), required=True)
    items = ma.fields.List(ma.fields.Nested(SurveyItemSchema), required=True)
    hides = Names
    rewords = ma.fields.Dict(required=True)
