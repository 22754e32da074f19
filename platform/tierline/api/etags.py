"""ETags from a record's version: a change says which version it is based on."""

from __future__ import annotations

from typing import Protocol

from flask import request
from flask_babel import gettext as _

from tierline.errors import PreconditionRequired, Stale


class Versioned(Protocol):
    """A record that counts its changes."""

    @property
    def version(self) -> int:
        """Return the number of the record's current version."""


_HEADER = "ETag"


def set_version(record: Versioned) -> dict[str, str]:
    """Return the response headers that name the record's version."""
    return {_HEADER: f'"{record.version}"'}


def check_version(record: Versioned) -> None:
    """Raise PreconditionRequired without If-Match, Stale when it names another version."""
    if not request.if_match:
        raise PreconditionRequired(
            _("Send If-Match with the ETag that you read."), fields={"If-Match": [_("is missing")]}
        )
    if not request.if_match.contains(str(record.version)):
        raise Stale(
            _("Somebody changed the record in between. Read it again."), version=record.version
        )
