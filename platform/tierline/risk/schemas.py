"""Risk in the API."""

from __future__ import annotations

import marshmallow as ma

from tierline.api import Schema


class RiskCountSchema(Schema):
    """How many accounts are in a band; null: too little is known of them."""

    band = ma.fields.String(required=True, allow_none=True)
    accounts = ma.fields.Integer(required=True)


class RiskOverviewModelSchema(Schema):
    """A risk model with its counts."""

    id = ma.fields.String(required=True, attribute="model.id")
    title = ma.fields.Dict(attribute="model.title")
    counts = ma.fields.List(ma.fields.Nested(RiskCountSchema), required=True)


class RiskOverviewSchema(Schema):
    """The risk models, by the metrics of a day; null before they were first computed."""

    as_of = ma.fields.Date(required=True, allow_none=True)
    models = ma.fields.List(ma.fields.Nested(RiskOverviewModelSchema), required=True)


class AccountAtRiskSchema(Schema):
    """An account with stage, score (0 to 100) and band; null: unknown."""

    id = ma.fields.UUID(required=True)
    name = ma.fields.String(required=True)
    stage = ma.fields.String(required=True, allow_none=True)
    score = ma.fields.Float(required=True, allow_none=True)
    band = ma.fields.String(required=True, allow_none=True)


class AccountsAtRiskSchema(Schema):
    """The accounts most at risk."""

    items = ma.fields.List(ma.fields.Nested(AccountAtRiskSchema), required=True)


class RiskStepSchema(Schema):
    """An indicator: its value, the thresholds of the stage and its level; null: unknown."""

    id = ma.fields.String(required=True)
    title = ma.fields.String(required=True)
    weight = ma.fields.Float(required=True)
    judged = ma.fields.Boolean(required=True)
    metric = ma.fields.String(required=True, allow_none=True)
    unit = ma.fields.String(required=True, allow_none=True)
    value = ma.fields.Decimal(as_string=True, required=True, allow_none=True)
    yellow = ma.fields.Float(required=True, allow_none=True)
    red = ma.fields.Float(required=True, allow_none=True)
    worse = ma.fields.String(required=True)
    level = ma.fields.String(required=True, allow_none=True)


class AccountRiskSchema(Schema):
    """An account's risk in a model, with every step."""

    id = ma.fields.String(required=True)
    title = ma.fields.String(required=True)
    stage = ma.fields.String(required=True, allow_none=True)
    score = ma.fields.Float(required=True, allow_none=True)
    present = ma.fields.Float(required=True)
    incomplete = ma.fields.Boolean(required=True)
    band = ma.fields.String(required=True, allow_none=True)
    steps = ma.fields.List(ma.fields.Nested(RiskStepSchema), required=True)
    floors = ma.fields.List(ma.fields.String(), required=True)
    plans = ma.fields.List(ma.fields.String(), required=True)


class AccountRiskListSchema(Schema):
    """An account's risk in each model of its stakeholder groups."""

    items = ma.fields.List(ma.fields.Nested(AccountRiskSchema), required=True)
