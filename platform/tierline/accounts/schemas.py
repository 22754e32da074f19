"""Accounts, contacts, groups and timelines as the API shows and takes them."""

from __future__ import annotations

import marshmallow as ma

from tierline.accounts.checking import LONGEST_NOTE
from tierline.accounts.listing import SORTS
from tierline.accounts.models import CUSTOMER, KINDS, STAGES
from tierline.api import PageQuery, Schema, page_schema

SHORT = ma.validate.Length(max=200)
REASON = {"description": "why; it is kept in the timeline"}


class AccountSchema(Schema):
    """An organisation or person that the tenant deals with."""

    id = ma.fields.UUID(required=True)
    name = ma.fields.String(required=True)
    external_key = ma.fields.String(
        required=True, allow_none=True, metadata={"description": "its number in other systems"}
    )
    kind = ma.fields.String(required=True, validate=ma.validate.OneOf(KINDS))
    lifecycle_stage = ma.fields.String(required=True, validate=ma.validate.OneOf(STAGES))
    owner_id = ma.fields.UUID(
        required=True, allow_none=True, metadata={"description": "the owner's membership"}
    )
    owner = ma.fields.String(
        required=True, allow_none=True, metadata={"description": "the owner's name"}
    )
    industry = ma.fields.String(required=True)
    region = ma.fields.String(required=True)
    credit_code = ma.fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Chinese unified social credit code (GB 32100-2015)"},
    )
    fields_ = ma.fields.Dict(
        keys=ma.fields.String(),
        required=True,
        attribute="fields",
        data_key="fields",
        metadata={"description": "values of plugins' fields by key; exact decimals are text"},
    )
    groups = ma.fields.List(
        ma.fields.String(), required=True, metadata={"description": "keys of stakeholder groups"}
    )
    version = ma.fields.Integer(required=True, metadata={"description": "the ETag's number"})
    created_at = ma.fields.AwareDateTime(required=True)
    updated_at = ma.fields.AwareDateTime(required=True)
    archived_at = ma.fields.AwareDateTime(required=True, allow_none=True)


class AccountChange(Schema):
    """The properties of an account to change; those left out stay."""

    name = ma.fields.String()
    external_key = ma.fields.String(allow_none=True)
    kind = ma.fields.String(metadata={"enum": list(KINDS)})
    lifecycle_stage = ma.fields.String(metadata={"enum": list(STAGES)})
    owner_id = ma.fields.UUID(allow_none=True)
    industry = ma.fields.String()
    region = ma.fields.String()
    credit_code = ma.fields.String(allow_none=True)
    fields_ = ma.fields.Dict(
        keys=ma.fields.String(),
        data_key="fields",
        attribute="fields",
        metadata={"description": "values by key; null removes one, others stay"},
    )
    reason = ma.fields.String(load_default="", metadata=REASON)


class NewAccount(AccountChange):
    """An account to create."""

    name = ma.fields.String(required=True)
    groups = ma.fields.List(ma.fields.String(), load_default=[CUSTOMER])


class AccountQuery(PageQuery):
    """Which accounts to list, and in which order."""

    q = ma.fields.String(
        load_default="",
        validate=SHORT,
        metadata={"description": "words to find in name, pinyin, initials, number, credit code"},
    )
    owner = ma.fields.String(
        load_default="",
        validate=SHORT,
        metadata={"description": 'a membership\'s id, "mine" or "nobody"'},
    )
    kind = ma.fields.String(validate=ma.validate.OneOf(KINDS), load_default="")
    stage = ma.fields.String(validate=ma.validate.OneOf(STAGES), load_default="")
    industry = ma.fields.String(validate=SHORT, load_default="")
    region = ma.fields.String(validate=SHORT, load_default="")
    group = ma.fields.String(validate=SHORT, load_default="")
    archived = ma.fields.Boolean(load_default=False)
    sort = ma.fields.String(validate=ma.validate.OneOf(SORTS), load_default="name")
    filter = ma.fields.List(
        ma.fields.String(validate=ma.validate.Regexp(r"[^=]+=.+")),
        load_default=[],
        metadata={"description": "further filters, such as `tier.essentials:abc_sales=a`"},
    )


class ArchiveQuery(Schema):
    """Why an account is archived."""

    reason = ma.fields.String(load_default="", metadata=REASON)


class ContactSchema(Schema):
    """A person at an account."""

    id = ma.fields.UUID(required=True)
    name = ma.fields.String(required=True)
    title = ma.fields.String(required=True)
    email = ma.fields.String(required=True)
    phone = ma.fields.String(required=True)
    note = ma.fields.String(required=True)
    version = ma.fields.Integer(required=True, metadata={"description": "the ETag's number"})
    created_at = ma.fields.AwareDateTime(required=True)
    updated_at = ma.fields.AwareDateTime(required=True)


class ContactChange(Schema):
    """The properties of a contact to change; those left out stay."""

    name = ma.fields.String()
    title = ma.fields.String()
    email = ma.fields.String()
    phone = ma.fields.String()
    note = ma.fields.String()


class NewContact(ContactChange):
    """A person to add to an account."""

    name = ma.fields.String(required=True)


class MembershipSchema(Schema):
    """An account's membership in a stakeholder group."""

    key = ma.fields.String(required=True)
    party_kind = ma.fields.String(
        allow_none=True,
        load_default=None,
        metadata={"description": "the kind of party, in a group that has kinds"},
    )


class GroupsSchema(Schema):
    """The stakeholder groups that an account is in."""

    items = ma.fields.List(ma.fields.Nested(MembershipSchema), required=True)


class EntrySchema(Schema):
    """Something that happened with an account."""

    id = ma.fields.UUID(required=True)
    kind = ma.fields.String(required=True)
    at = ma.fields.AwareDateTime(required=True)
    actor = ma.fields.String(required=True)
    data = ma.fields.Dict(required=True)
    text = ma.fields.String(required=True)


class NoteRequest(Schema):
    """A note to write."""

    text = ma.fields.String(required=True, validate=ma.validate.Length(1, LONGEST_NOTE))


AccountPage = page_schema(AccountSchema)
ContactPage = page_schema(ContactSchema)
EntryPage = page_schema(EntrySchema)
EntryQuery = PageQuery
ContactQuery = PageQuery
