"""Transactions as the API shows them; money is a decimal text with its currency."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from tierline.api import PageQuery, Schema, page_schema
from tierline.ledger.models import KINDS
from tierline.ledger.queries import in_units


class Hundredths(ma.fields.String):
    """Hundredths as they are stored, shown in the currency's unit: 1250 → "12.50"."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **options: Any) -> str | None:
        units = in_units(value)
        return None if units is None else f"{units:f}"


class TransactionSchema(Schema):
    """A transaction without its lines."""

    id = ma.fields.UUID(required=True)
    account_id = ma.fields.UUID(required=True)
    kind = ma.fields.String(required=True, validate=ma.validate.OneOf(KINDS))
    number = ma.fields.String(required=True)
    date = ma.fields.Date(required=True)
    due_on = ma.fields.Date(required=True, allow_none=True)
    paid_on = ma.fields.Date(required=True, allow_none=True)
    currency = ma.fields.String(required=True)
    amount = Hundredths(required=True, metadata={"description": "in the currency's unit"})
    cost = Hundredths(required=True, allow_none=True)
    line_count = ma.fields.Integer(required=True)


class LineSchema(Schema):
    """A line of a transaction."""

    line_no = ma.fields.Integer(required=True)
    product = ma.fields.String(required=True)
    description = ma.fields.String(required=True)
    quantity = ma.fields.String(required=True)
    unit_price = ma.fields.String(required=True, allow_none=True)
    amount = Hundredths(required=True)
    cost = Hundredths(required=True, allow_none=True)


class TransactionDetail(TransactionSchema):
    """A transaction with its lines."""

    lines = ma.fields.List(ma.fields.Nested(LineSchema), required=True)


class TransactionQuery(PageQuery):
    """Which transactions to list."""

    account_id = ma.fields.UUID()
    kind = ma.fields.String(validate=ma.validate.OneOf(KINDS))


TransactionPage = page_schema(TransactionSchema)
