"""The one family of errors: every broken rule is a class, and its docstring states the rule.

Services raise them; the edges (pages, API, commands, jobs) show them. No service aborts a request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from tierline.marking import N_


class TierlineError(Exception):
    """Something that the caller asked for can't be done, with the reason in the caller's words.

    `code` is stable and machine-readable, `status` the HTTP status, `message` one sentence for a
    person. `fields` maps a field's path to what is wrong with it.
    """

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 400
    title: ClassVar[str] = N_("The request can't be carried out")

    def __init__(
        self,
        message: str,
        *,
        fields: Mapping[str, Sequence[str]] | None = None,
        **details: Any,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.fields: dict[str, list[str]] = {k: list(v) for k, v in (fields or {}).items()}
        self.details = details


class Invalid(TierlineError):
    """Input must keep to its schema; each field that does not is named."""

    code = "invalid"
    status = 422
    title = N_("Some values are not valid")


class Malformed(TierlineError):
    """A request or file must be readable at all."""

    code = "malformed"
    status = 400
    title = N_("The input can't be read")


class NotFound(TierlineError):
    """A record must exist in the tenant in scope; another tenant's record does not exist."""

    code = "not_found"
    status = 404
    title = N_("Not found")


class Unauthenticated(TierlineError):
    """A route that is not public needs a signed-in user or a valid token."""

    code = "unauthenticated"
    status = 401
    title = N_("Sign in first")


class Forbidden(TierlineError):
    """The subject needs the permission that the route or act names."""

    code = "forbidden"
    status = 403
    title = N_("Not allowed")


class Conflict(TierlineError):
    """The record must be in the state that the act needs."""

    code = "conflict"
    status = 409
    title = N_("The record is in another state")


class Stale(TierlineError):
    """A change must be based on the record's current version."""

    code = "stale"
    status = 412
    title = N_("Somebody changed this in between")


class PreconditionRequired(TierlineError):
    """A change to a versioned record must say which version it is based on (If-Match)."""

    code = "precondition_required"
    status = 428
    title = N_("Say which version you changed")


class Unavailable(TierlineError):
    """What the platform itself needs (database, queue) must be reachable."""

    code = "unavailable"
    status = 503
    title = N_("Not available at the moment")
