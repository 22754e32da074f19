"""Schemes, runs and tiers as the API shows them."""

from __future__ import annotations

import marshmallow as ma

from tierline.api import Schema
from tierline.tiering.models import OVERRIDE_STATES, STATES
from tierline.tiering.structure import MOST_MONTHS


def _text() -> ma.fields.Dict:
    return ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.String())


def _exact() -> ma.fields.Decimal:
    return ma.fields.Decimal(as_string=True, allow_none=True)


class SchemeTierSchema(Schema):
    """A tier of a scheme."""

    id = ma.fields.String(required=True)
    title = _text()
    color = ma.fields.String(required=True)


class TierResultSchema(Schema):
    """One tier of a result; amounts in major units, shares in percent; null is unknown."""

    tier = ma.fields.String(required=True)
    accounts = ma.fields.Integer(required=True)
    sales = _exact()
    share = _exact()
    profit = _exact()
    profit_known = ma.fields.Integer()
    incomplete = ma.fields.Integer()


class TieringResultSchema(Schema):
    """What a run found."""

    accounts = ma.fields.Integer(required=True)
    tiers = ma.fields.List(ma.fields.Nested(TierResultSchema), required=True)
    without_tier = ma.fields.Integer(required=True)
    sales_metric = ma.fields.String(allow_none=True)
    profit_metric = ma.fields.String(allow_none=True)


class TieringRunSchema(Schema):
    """One evaluation of a scheme over all accounts of its group."""

    id = ma.fields.UUID(required=True)
    version = ma.fields.Integer(required=True)
    as_of = ma.fields.Date(required=True)
    state = ma.fields.String(required=True, validate=ma.validate.OneOf(STATES))
    started_by = ma.fields.String(required=True)
    job_id = ma.fields.UUID(allow_none=True)
    recorded = ma.fields.Boolean(required=True)
    changed = ma.fields.Integer(required=True)
    result = ma.fields.Nested(TieringResultSchema, allow_none=True)
    created_at = ma.fields.AwareDateTime(required=True)
    finished_at = ma.fields.AwareDateTime(allow_none=True)


class TieringSchemeSchema(Schema):
    """A tiering scheme, and its last recorded run."""

    id = ma.fields.String(required=True, attribute="contributed.id")
    title = ma.fields.Dict(attribute="contributed.title")
    summary = ma.fields.Dict(attribute="contributed.summary")
    group = ma.fields.String(required=True, attribute="contributed.group")
    kind = ma.fields.String(required=True, attribute="contributed.kind")
    tiers = ma.fields.List(ma.fields.Nested(SchemeTierSchema), attribute="contributed.tiers")
    last_run = ma.fields.Nested(TieringRunSchema, attribute="run", allow_none=True)


class TieringSchemeDetailSchema(TieringSchemeSchema):
    """A scheme with its rule as a document: docs/plugins.md."""

    rule = ma.fields.Dict(attribute="contributed.rule")
    adjustment = ma.fields.Dict(attribute="contributed.adjustment", allow_none=True)


class TieringSchemeListSchema(Schema):
    """All schemes."""

    items = ma.fields.List(ma.fields.Nested(TieringSchemeSchema), required=True)


class TieringRunRequestSchema(Schema):
    """As of which day to run; left out: today."""

    as_of = ma.fields.Date(load_default=None, allow_none=True)


class TieringRunListSchema(Schema):
    """The latest runs, newest first."""

    items = ma.fields.List(ma.fields.Nested(TieringRunSchema), required=True)


class AccountTierSchema(Schema):
    """An account's tier on record in one scheme; null is no tier."""

    scheme = ma.fields.String(required=True)
    tier = ma.fields.String(required=True, allow_none=True)
    since = ma.fields.Date(required=True)
    incomplete = ma.fields.Boolean(required=True)


class AccountTiersSchema(Schema):
    """An account's tiers on record."""

    items = ma.fields.List(ma.fields.Nested(AccountTierSchema), required=True)


class TierOverrideSchema(Schema):
    """A tier set by hand; it holds from `begins_on` until the day before `ends_on`."""

    id = ma.fields.UUID(required=True)
    account_id = ma.fields.UUID()
    account = ma.fields.String(allow_none=True)
    name = ma.fields.String()
    tier = ma.fields.String(required=True)
    reason = ma.fields.String(required=True)
    state = ma.fields.String(required=True, validate=ma.validate.OneOf(OVERRIDE_STATES))
    asked_by = ma.fields.String(required=True)
    decided_by = ma.fields.String(allow_none=True)
    note = ma.fields.String(allow_none=True)
    begins_on = ma.fields.Date(allow_none=True)
    ends_on = ma.fields.Date(required=True)


class TierOverrideListSchema(Schema):
    """Tiers that are asked for or hold by hand."""

    items = ma.fields.List(ma.fields.Nested(TierOverrideSchema), required=True)


class TierOverrideRequestSchema(Schema):
    """A tier to be set by hand, until a day at most a year ahead, with the reason."""

    tier = ma.fields.String(required=True)
    reason = ma.fields.String(required=True)
    ends_on = ma.fields.Date(required=True)


class TierNoteSchema(Schema):
    """Why it was decided like this."""

    note = ma.fields.String(load_default="")


class TierProposalSchema(Schema):
    """A change of tier that a run proposes."""

    id = ma.fields.UUID(required=True)
    account_id = ma.fields.UUID(required=True)
    account = ma.fields.String(allow_none=True, attribute="key")
    name = ma.fields.String(required=True)
    previous = ma.fields.String(required=True)
    tier = ma.fields.String(required=True)


class TierMoveSchema(Schema):
    """How many accounts go from one tier to another."""

    previous = ma.fields.String(allow_none=True)
    tier = ma.fields.String(allow_none=True)
    accounts = ma.fields.Integer(required=True)


class TierProposalListSchema(Schema):
    """Open proposals: all counted by move, the first two hundred with their accounts."""

    moves = ma.fields.List(ma.fields.Nested(TierMoveSchema), required=True)
    items = ma.fields.List(ma.fields.Nested(TierProposalSchema), required=True)


class TierProposalDecisionSchema(Schema):
    """Which open proposals: those of these ids; left out: all of them."""

    ids = ma.fields.List(ma.fields.UUID(), load_default=None, allow_none=True)
    note = ma.fields.String(load_default="")


class TierDecidedCountSchema(Schema):
    """How many were decided."""

    accounts = ma.fields.Integer(required=True)


class StructureQuery(Schema):
    """How many months back."""

    months = ma.fields.Integer(load_default=12, validate=ma.validate.Range(1, MOST_MONTHS))


class StructureLineSchema(Schema):
    """A tier in a month; null for the accounts in none that once had one."""

    end = ma.fields.Date(required=True)
    tier = ma.fields.String(required=True, allow_none=True)
    opening = ma.fields.Integer(required=True)
    entered = ma.fields.Integer(required=True)
    left = ma.fields.Integer(required=True)
    closing = ma.fields.Integer(required=True)
    turnover = ma.fields.Dict(required=True)


class StructureSchema(Schema):
    """A scheme's tiers over time, the oldest month first."""

    items = ma.fields.List(ma.fields.Nested(StructureLineSchema), required=True)


class TierPairSchema(Schema):
    """How many accounts are in a tier of one scheme and in one of another; null for no tier."""

    tier = ma.fields.String(allow_none=True)
    other = ma.fields.String(allow_none=True)
    accounts = ma.fields.Integer(required=True)


class CrossingSchema(Schema):
    """Two schemes crossed."""

    items = ma.fields.List(ma.fields.Nested(TierPairSchema), required=True)


class ExplanationSchema(Schema):
    """Why an account is in its tier: the steps of the kind of scheme, and the values behind."""

    account = ma.fields.String(required=True)
    name = ma.fields.String(required=True)
    scheme = ma.fields.String(required=True)
    title = ma.fields.String(required=True)
    kind = ma.fields.String(required=True)
    group = ma.fields.String(required=True)
    in_group = ma.fields.Boolean(required=True)
    version = ma.fields.Integer(required=True)
    as_of = ma.fields.Date(required=True)
    tier = ma.fields.String(required=True, allow_none=True)
    tier_title = ma.fields.String(allow_none=True)
    recorded_tier = ma.fields.String(allow_none=True)
    since = ma.fields.Date(allow_none=True)
    incomplete = ma.fields.Boolean(required=True)
    score = _exact()
    present = _exact()
    share = ma.fields.Dict()
    criteria = ma.fields.List(ma.fields.Dict())
    axes = ma.fields.List(ma.fields.Dict())
    bins = ma.fields.List(ma.fields.Dict())
    rules = ma.fields.List(ma.fields.Dict())
    adjustment = ma.fields.Dict(allow_none=True)
    override = ma.fields.Nested(TierOverrideSchema, allow_none=True)
    asked = ma.fields.Nested(TierOverrideSchema, allow_none=True)
    proposal = ma.fields.Dict(allow_none=True)
    moves = ma.fields.Dict(required=True)
    metrics = ma.fields.List(ma.fields.Dict(), required=True)


class ExplanationQuery(Schema):
    """As of which day to explain; left out: of the scheme's last recorded run."""

    as_of = ma.fields.Date()
