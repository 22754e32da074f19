"""Deciding on what somebody else asked for: nobody decides on a matter of their own."""

from __future__ import annotations

import uuid

from flask_babel import gettext as _

from tierline.access.decision import Subject
from tierline.errors import Forbidden
from tierline.marking import N_


class OwnChange(Forbidden):
    """Nobody approves a change of their own."""

    code = "own_change"
    title = N_("Somebody else must approve this")


def is_own(subject: Subject, author_id: uuid.UUID | None, author: str) -> bool:
    """Return whether a matter is the subject's own: by membership, whatever token was used."""
    if author_id is None and subject.membership_id is None:
        return author == subject.name
    return author_id == subject.membership_id


def refuse_own(subject: Subject, author_id: uuid.UUID | None, author: str) -> None:
    """Raise OwnChange where a matter is the subject's own."""
    if is_own(subject, author_id, author):
        raise OwnChange(_("Nobody approves or rejects a change of their own."))
