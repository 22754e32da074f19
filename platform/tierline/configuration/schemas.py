"""Revisions, changes and merges as the API and the command line show them."""

from __future__ import annotations

import marshmallow as ma

from tierline.configuration.models import SOURCES, STATES
from tierline.packs.differences import KINDS
from tierline.packs.merging import STATES as ROW_STATES


class OperationSchema(ma.Schema):
    """One change to a plugin's document."""

    address = ma.fields.String(
        required=True,
        validate=ma.validate.Length(1, 500),
        metadata={
            "description": "What is changed: folder/item#/path, elements of lists by their id",
            "example": "tiering/weighted_score#/rule/criteria/[sales]/weight",
        },
    )
    kind = ma.fields.String(load_default="set", validate=ma.validate.OneOf(KINDS))
    value = ma.fields.Raw(load_default=None, allow_none=True)


class OverrideSchema(ma.Schema):
    """A change that the company made, with its author and reason."""

    address = ma.fields.String(required=True)
    kind = ma.fields.String(attribute="operation.kind", validate=ma.validate.OneOf(KINDS))
    value = ma.fields.Raw(attribute="operation.value", allow_none=True)
    author = ma.fields.String()
    reason = ma.fields.String()
    at = ma.fields.DateTime()
    expires_on = ma.fields.Date(allow_none=True)


class OverrideListSchema(ma.Schema):
    """The company's changes to a plugin."""

    items = ma.fields.List(ma.fields.Nested(OverrideSchema), required=True)


class UseSchema(ma.Schema):
    """An item that uses another: by itself, or through the item named."""

    kind = ma.fields.String(attribute="folder", required=True)
    id = ma.fields.String(required=True)
    title = ma.fields.Dict(required=True)
    through = ma.fields.String(allow_none=True, required=True)


class UseListSchema(ma.Schema):
    """All that uses an item, the nearest first."""

    items = ma.fields.List(ma.fields.Nested(UseSchema), required=True)


class ReasonSchema(ma.Schema):
    """Why something is changed; a draft is kept where `draft` is true, else it is published."""

    reason = ma.fields.String(load_default="", validate=ma.validate.Length(max=1000))
    draft = ma.fields.Boolean(load_default=False)


class PublishSchema(ma.Schema):
    """When a draft is published: now, or at the beginning of a later day."""

    on = ma.fields.Date(
        load_default=None, allow_none=True, metadata={"description": "a later day; null: now"}
    )


class ApprovalSchema(ma.Schema):
    """Whether changes of the configuration need a second person."""

    second_person = ma.fields.Boolean(required=True)


class OverrideRequestSchema(ReasonSchema):
    """Changes to a plugin's document, all or none."""

    operations = ma.fields.List(
        ma.fields.Nested(OperationSchema), required=True, validate=ma.validate.Length(1, 500)
    )
    expires_on = ma.fields.Date(
        load_default=None,
        allow_none=True,
        metadata={"description": "the first day on which the default holds again"},
    )


class ResetRequestSchema(ReasonSchema):
    """Which changes are taken back to the default; all where none are named."""

    addresses = ma.fields.List(ma.fields.String(), load_default=None, allow_none=True)


class UpgradeRequestSchema(ReasonSchema):
    """An upgrade, with the side chosen for rows of the merge by their address."""

    chosen = ma.fields.Dict(
        keys=ma.fields.String(),
        values=ma.fields.String(validate=ma.validate.OneOf(["yours", "new"])),
        load_default=dict,
    )


class MergeRowSchema(ma.Schema):
    """What becomes of one unit in an upgrade: the old default, yours, and the new default."""

    address = ma.fields.String(required=True)
    state = ma.fields.String(required=True, validate=ma.validate.OneOf(ROW_STATES))
    old = ma.fields.Raw(allow_none=True)
    yours = ma.fields.Raw(allow_none=True)
    new = ma.fields.Raw(allow_none=True)


class MergeSchema(ma.Schema):
    """What an upgrade would do to the company's changes."""

    plugin = ma.fields.String(required=True)
    from_version = ma.fields.String(required=True)
    to_version = ma.fields.String(required=True)
    rows = ma.fields.List(ma.fields.Nested(MergeRowSchema), required=True)


class RevisionSchema(ma.Schema):
    """One change of the configuration."""

    number = ma.fields.Integer(required=True)
    state = ma.fields.String(required=True, validate=ma.validate.OneOf(STATES))
    source = ma.fields.String(required=True, validate=ma.validate.OneOf(SOURCES))
    reason = ma.fields.String()
    author = ma.fields.String()
    created_at = ma.fields.DateTime()
    decided_at = ma.fields.DateTime(allow_none=True)
    decided_by = ma.fields.String(allow_none=True)
    note = ma.fields.String(allow_none=True)
    publish_on = ma.fields.Date(allow_none=True)
    published_at = ma.fields.DateTime(allow_none=True)
    published_by = ma.fields.String(allow_none=True)
    undoes = ma.fields.Integer(allow_none=True)
    undone_by = ma.fields.Integer(allow_none=True)
    plugins = ma.fields.Function(lambda revision: sorted(revision.changes))


class RevisionDetailSchema(RevisionSchema):
    """A revision with what it changes and what publishing it would do."""

    changes = ma.fields.Dict(required=True)
    merges = ma.fields.Dict(allow_none=True)
    plan = ma.fields.Dict(allow_none=True)


class RevisionListSchema(ma.Schema):
    """The latest revisions, newest first."""

    items = ma.fields.List(ma.fields.Nested(RevisionSchema), required=True)


class OutcomeSchema(ma.Schema):
    """What came of a change: its revision, or null where there was nothing to change."""

    revision = ma.fields.Nested(RevisionSchema, required=True, allow_none=True)
