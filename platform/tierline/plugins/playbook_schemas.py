"""Playbooks as the API and the command line show them."""

from __future__ import annotations

import marshmallow as ma

from tierline.api import Schema
from tierline.plugins.survey_schemas import NamedSchema, Names, Text


class StepSchema(NamedSchema):
    """One thing to do."""

    day = ma.fields.Integer(required=True, metadata={"description": "days after the start"})
    owner = ma.fields.String(required=True)
    channel = ma.fields.String(required=True, allow_none=True)


class CadenceSchema(Schema):
    """How often some accounts are contacted."""

    id = ma.fields.String(required=True)
    every_days = ma.fields.Integer(required=True)
    channel = ma.fields.String(required=True)
    tiers = Names
    stages = Names


class ReminderSchema(Schema):
    """Who is told how many days before (negative) or after a contact is due."""

    id = ma.fields.String(required=True)
    day = ma.fields.Integer(required=True)
    to = ma.fields.String(required=True)


class PlaySchema(NamedSchema):
    """Steps for the accounts that come to fit."""

    tiers = Names
    stages = Names
    steps = ma.fields.List(ma.fields.Nested(StepSchema), required=True)


class ServiceLevelSchema(NamedSchema):
    """Within what time a case has reached a point."""

    case = ma.fields.String(required=True)
    within = ma.fields.Float(required=True)
    unit = ma.fields.String(required=True)
    clock = ma.fields.String(required=True)
    tiers = Names
    stages = Names


class GoalSchema(Schema):
    """A metric by which a playbook is judged."""

    id = ma.fields.String(required=True)
    metric = ma.fields.String(required=True)
    target = ma.fields.Float(required=True, allow_none=True)


class PlaybookSchema(NamedSchema):
    """A playbook: contacts, steps and service levels by tier and stage."""

    summary = Text
    group = ma.fields.String(required=True)
    scheme = ma.fields.String(
        required=True, allow_none=True, metadata={"description": "whose tiers are meant"}
    )
    cadences = ma.fields.List(ma.fields.Nested(CadenceSchema), required=True)
    reminders = ma.fields.List(ma.fields.Nested(ReminderSchema), required=True)
    plays = ma.fields.List(ma.fields.Nested(PlaySchema), required=True)
    service_levels = ma.fields.List(ma.fields.Nested(ServiceLevelSchema), required=True)
    goals = ma.fields.List(ma.fields.Nested(GoalSchema), required=True)
