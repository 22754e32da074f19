"""The contact governor in the API."""

from __future__ import annotations

import marshmallow as ma

from tierline.api import Schema
from tierline.contacting.models import CHANNELS, COUNTED, COUNTERS, KINDS, STATES

MOST = 10_000
"""Contacts that may be asked about at once."""

_ids = ma.fields.List(ma.fields.UUID(), required=True, validate=ma.validate.Length(1, MOST))
_kind = ma.fields.String(required=True, validate=ma.validate.OneOf(KINDS))
_channel = ma.fields.String(required=True, validate=ma.validate.OneOf(CHANNELS))
_text = ma.fields.String(required=True, validate=ma.validate.Length(1, 1000))
_group = ma.fields.String(load_default="customer", validate=ma.validate.Length(1, 63))


class ContactRulesSchema(Schema):
    """A company's limits; days are calendar days, hours those of the company's time zone."""

    relationship_days = ma.fields.Integer(strict=True)
    transactional_days = ma.fields.Integer(strict=True)
    any_days = ma.fields.Integer(strict=True)
    account_least = ma.fields.Integer(strict=True)
    account_percent = ma.fields.Integer(strict=True)
    quiet_from = ma.fields.Time(format="%H:%M")
    quiet_to = ma.fields.Time(format="%H:%M")
    working_days = ma.fields.Boolean()
    country = ma.fields.String()


class ContactQuestionSchema(Schema):
    """Who is to be contacted, for what and when; `at` is now where it is left out."""

    contact_ids = _ids
    kind = _kind
    at = ma.fields.AwareDateTime(load_default=None, allow_none=True)
    group = _group


class ContactReservationSchema(ContactQuestionSchema):
    """A question whose places are kept for those who may be contacted."""

    channel = _channel
    purpose = _text


class ContactReleaseSchema(Schema):
    """What is given back: reservations of these contacts, of a kind and for a purpose."""

    contact_ids = _ids
    kind = _kind
    purpose = _text


class ContactReleasedSchema(Schema):
    """How many reservations were given back."""

    released = ma.fields.Integer(required=True)


class ContactDecisionSchema(Schema):
    """Whether a contact may be contacted; `until`: from when on, as far as that is known."""

    contact_id = ma.fields.UUID(required=True)
    allowed = ma.fields.Boolean(required=True)
    reason = ma.fields.String(required=True, allow_none=True)
    until = ma.fields.AwareDateTime(required=True, allow_none=True)
    exception_id = ma.fields.UUID(required=True, allow_none=True)
    note = ma.fields.String(required=True)


class ContactDecisionListSchema(Schema):
    """A decision for each contact, by their ids."""

    items = ma.fields.List(ma.fields.Nested(ContactDecisionSchema), required=True)


class ContactNoteSchema(Schema):
    """A contact that happened; `at` is now where it is left out."""

    contact_id = ma.fields.UUID(required=True)
    kind = _kind
    channel = _channel
    purpose = _text
    at = ma.fields.AwareDateTime(load_default=None, allow_none=True)
    group = _group


class ContactMadeSchema(Schema):
    """A contact that was made, or is reserved."""

    id = ma.fields.UUID(required=True)
    contact_id = ma.fields.UUID(required=True)
    kind = ma.fields.String(required=True)
    channel = ma.fields.String(required=True)
    state = ma.fields.String(required=True, validate=ma.validate.OneOf(STATES))
    counter = ma.fields.String(required=True, validate=ma.validate.OneOf(COUNTERS))
    at = ma.fields.AwareDateTime(required=True)
    purpose = ma.fields.String(required=True)
    by = ma.fields.String(required=True)
    exception_id = ma.fields.UUID(required=True, allow_none=True)


class ContactMadeListSchema(Schema):
    """The latest contacts, the newest first."""

    items = ma.fields.List(ma.fields.Nested(ContactMadeSchema), required=True)


class ContactStopRequestSchema(Schema):
    """Who is not to be contacted, and why."""

    contact_id = ma.fields.UUID(required=True)
    reason = _text


class ContactStopSchema(ContactStopRequestSchema):
    """An entry of the do-not-contact list."""

    id = ma.fields.UUID(required=True)
    entered_by = ma.fields.String(required=True)
    created_at = ma.fields.AwareDateTime(required=True)
    ended_at = ma.fields.AwareDateTime(required=True, allow_none=True)
    ended_by = ma.fields.String(required=True, allow_none=True)


class ContactStopListSchema(Schema):
    """Who is not to be contacted, the latest first."""

    items = ma.fields.List(ma.fields.Nested(ContactStopSchema), required=True)


class ContactExceptionRequestSchema(Schema):
    """Who may be contacted in spite of limits, for what, why, and the first day without it."""

    contact_id = ma.fields.UUID(required=True)
    kind = ma.fields.String(required=True, validate=ma.validate.OneOf(COUNTED))
    reason = _text
    ends_on = ma.fields.Date(required=True)


class ContactExceptionSchema(ContactExceptionRequestSchema):
    """An exception from the limits."""

    id = ma.fields.UUID(required=True)
    granted_by = ma.fields.String(required=True)
    created_at = ma.fields.AwareDateTime(required=True)


class ContactExceptionListSchema(Schema):
    """The exceptions that hold, the latest first."""

    items = ma.fields.List(ma.fields.Nested(ContactExceptionSchema), required=True)
