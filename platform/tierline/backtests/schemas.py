"""Backtests as the API shows them."""

from __future__ import annotations

import marshmallow as ma

from tierline.api import Schema
from tierline.backtests.models import STATES
from tierline.backtests.months import MOST


class BacktestRequestSchema(Schema):
    """A scheme, `ID`, `ID@VERSION` or `ID@draftNUMBER`; another to compare it with; months."""

    scheme = ma.fields.String(required=True)
    against = ma.fields.String(load_default=None, allow_none=True)
    months = ma.fields.Integer(load_default=24, validate=ma.validate.Range(1, MOST))


class BacktestContenderSchema(Schema):
    """A scheme that takes part; `which` is empty for the rule in force at the start."""

    scheme = ma.fields.String(required=True)
    which = ma.fields.String(required=True)
    title = ma.fields.Dict(attribute="document.title")


class BacktestSchema(Schema):
    """A backtest."""

    id = ma.fields.UUID(required=True)
    contenders = ma.fields.List(ma.fields.Nested(BacktestContenderSchema), required=True)
    months = ma.fields.Integer(required=True)
    last_on = ma.fields.Date(required=True)
    state = ma.fields.String(required=True, validate=ma.validate.OneOf(STATES))
    started_by = ma.fields.String(required=True)
    job_id = ma.fields.UUID(allow_none=True)
    created_at = ma.fields.AwareDateTime(required=True)
    finished_at = ma.fields.AwareDateTime(allow_none=True)


class BacktestLineSchema(Schema):
    """A tier at a month's end; amounts in major units. Null: unknown."""

    scheme = ma.fields.String(required=True)
    rule = ma.fields.String(required=True)
    end = ma.fields.Date(required=True)
    tier = ma.fields.String(required=True, allow_none=True)
    opening = ma.fields.Integer(allow_none=True)
    entered = ma.fields.Integer(allow_none=True)
    left = ma.fields.Integer(allow_none=True)
    closing = ma.fields.Integer(required=True)
    value_opening = ma.fields.Decimal(as_string=True, allow_none=True)
    value_entered = ma.fields.Decimal(as_string=True, allow_none=True)
    value_left = ma.fields.Decimal(as_string=True, allow_none=True)
    value_change = ma.fields.Decimal(as_string=True, allow_none=True)
    value_closing = ma.fields.Decimal(as_string=True, required=True)
    sales = ma.fields.Decimal(as_string=True, required=True)
    profit = ma.fields.Decimal(as_string=True, required=True)
    lost = ma.fields.Integer(allow_none=True)
    lost_of = ma.fields.Integer(allow_none=True)


class AgreementSchema(Schema):
    """How many accounts are in a tier of the first scheme and in one of the second at the end."""

    first = ma.fields.String(allow_none=True)
    second = ma.fields.String(allow_none=True)
    accounts = ma.fields.Integer(required=True)


class BacktestDetailSchema(BacktestSchema):
    """A backtest with what it found; null until it is done."""

    lines = ma.fields.List(ma.fields.Nested(BacktestLineSchema), allow_none=True)
    agreement = ma.fields.List(ma.fields.Nested(AgreementSchema), allow_none=True)


class BacktestListSchema(Schema):
    """The latest backtests, the newest first."""

    items = ma.fields.List(ma.fields.Nested(BacktestSchema), required=True)
