"""What keeps the do-not-contact list absolute: who is on it can't be removed, and added anew."""

from __future__ import annotations

from flask_babel import gettext as _

from tierline.accounts.events import before_removal
from tierline.accounts.models import Contact
from tierline.contacting.queries import is_stopped
from tierline.errors import Conflict


def keep_stopped(contact: Contact) -> None:
    """Refuse the removal of a contact who is on the list; raises Conflict."""
    if is_stopped(contact.id):
        message = _(
            "%(name)s is on the do-not-contact list. A manager takes the contact off it first.",
            name=contact.name,
        )
        raise Conflict(message)


def listen() -> None:
    """Ask the accounts to tell which contact is about to be removed."""
    before_removal(keep_stopped)
