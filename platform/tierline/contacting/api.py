"""The contact governor in the API."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from tierline.api import ApiBlueprint
from tierline.contacting import queries, service
from tierline.contacting.models import ContactException, ContactMade, ContactStop
from tierline.contacting.permissions import CONTACT, EXCEPT, READ, RULE
from tierline.contacting.schemas import (
    ContactDecisionListSchema,
    ContactExceptionListSchema,
    ContactExceptionRequestSchema,
    ContactExceptionSchema,
    ContactMadeListSchema,
    ContactMadeSchema,
    ContactNoteSchema,
    ContactQuestionSchema,
    ContactReleasedSchema,
    ContactReleaseSchema,
    ContactReservationSchema,
    ContactRulesSchema,
    ContactStopListSchema,
    ContactStopRequestSchema,
    ContactStopSchema,
)

api = ApiBlueprint("contacting", __name__, description="Who may be contacted, when and why not")


@api.get("/contacting/rules", permission=READ)
@api.response(200, ContactRulesSchema)
def show_rules() -> dict[str, Any]:
    """Show the company's limits."""
    return queries.rules_in_force()


@api.patch("/contacting/rules", permission=RULE)
@api.arguments(ContactRulesSchema)
@api.response(200, ContactRulesSchema)
def set_rules(given: dict[str, Any]) -> dict[str, Any]:
    """Set the company's limits; what is left out stays as it is."""
    service.set_rules(given)
    return queries.rules_in_force()


@api.post("/contacting/decisions", permission=READ)
@api.arguments(ContactQuestionSchema)
@api.response(200, ContactDecisionListSchema)
def decide(given: dict[str, Any]) -> dict[str, Any]:
    """Say of each contact whether it may be contacted, and why not; nothing is kept."""
    return {"items": service.decide(**_at(given))}


@api.post("/contacting/reservations", permission=CONTACT)
@api.arguments(ContactReservationSchema)
@api.response(200, ContactDecisionListSchema)
def reserve(given: dict[str, Any]) -> dict[str, Any]:
    """Decide, and keep a place for each contact that may be contacted."""
    return {"items": service.reserve(**_at(given))}


@api.post("/contacting/reservations/release", permission=CONTACT)
@api.arguments(ContactReleaseSchema)
@api.response(200, ContactReleasedSchema)
def release(given: dict[str, Any]) -> dict[str, Any]:
    """Give back places that were not used."""
    return {"released": service.release(**given)}


@api.get("/contacting/contacts", permission=READ)
@api.response(200, ContactMadeListSchema)
def list_contacts() -> dict[str, Any]:
    """List the latest contacts, reserved ones included."""
    return {"items": queries.contacts_made()}


@api.post("/contacting/contacts", permission=CONTACT)
@api.arguments(ContactNoteSchema)
@api.response(201, ContactMadeSchema)
def note_contact(given: dict[str, Any]) -> ContactMade:
    """Keep a contact that happened, within the limits or not."""
    return service.note_contact(**given)


@api.get("/contacting/stops", permission=READ)
@api.response(200, ContactStopListSchema)
def list_stops() -> dict[str, Any]:
    """List who is not to be contacted."""
    return {"items": queries.stops()}


@api.post("/contacting/stops", permission=CONTACT)
@api.arguments(ContactStopRequestSchema)
@api.response(201, ContactStopSchema)
def add_stop(given: dict[str, Any]) -> ContactStop:
    """Put a contact on the list of those who are not to be contacted."""
    return service.stop(**given)


@api.post("/contacting/stops/<uuid:stop_id>/end", permission=EXCEPT)
@api.response(200, ContactStopSchema)
def end_stop(stop_id: uuid.UUID) -> ContactStop:
    """Take a contact off the list."""
    return service.end_stop(stop_id)


@api.get("/contacting/exceptions", permission=READ)
@api.response(200, ContactExceptionListSchema)
def list_exceptions() -> dict[str, Any]:
    """List the exceptions that hold."""
    return {"items": queries.exceptions()}


@api.post("/contacting/exceptions", permission=EXCEPT)
@api.arguments(ContactExceptionRequestSchema)
@api.response(201, ContactExceptionSchema)
def grant(given: dict[str, Any]) -> ContactException:
    """Let a contact be contacted up to a day, whatever the limits say."""
    return service.grant(**given)


def _at(given: dict[str, Any]) -> dict[str, Any]:
    return {**given, "at": given["at"] or datetime.datetime.now(datetime.UTC)}
