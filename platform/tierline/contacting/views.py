"""What pages and API show of the governor."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from babel import Locale
from flask_babel import get_locale
from flask_babel import gettext as _

from tierline.accounts.models import Account, Contact
from tierline.contacting import queries, service, words
from tierline.contacting.deciding import Decision
from tierline.contacting.models import COUNTED, ContactException


def rules() -> dict[str, Any]:
    """Return the company's limits as the API shows them."""
    limits = queries.limits()
    return {
        "relationship_days": limits.days["relationship"],
        "transactional_days": limits.days["transactional"],
        "any_days": limits.any_days,
        "account_least": limits.account_least,
        "account_percent": limits.account_percent,
        "quiet_from": limits.quiet_from,
        "quiet_to": limits.quiet_to,
        "working_days": limits.working_days,
        "country": limits.country,
    }


def exceptions() -> list[ContactException]:
    """Return the exceptions that hold today."""
    return queries.exceptions(datetime.datetime.now(queries.limits().zone).date())


def countries() -> list[tuple[str, str]]:
    """Return code and name of each country whose public holidays are known, by name."""
    names = (get_locale() or Locale("en")).territories
    named = [(code, names.get(code, code)) for code in queries.countries()]
    return [("", _("None: weekends only")), *sorted(named, key=itemgetter(1))]


@dataclass(frozen=True)
class Person:
    """A contact with what may be done now, by the kinds that are counted."""

    contact: Contact
    decisions: list[tuple[str, Decision]]  # title of the kind, decision


def people(account: Account) -> list[Person]:
    """Return an account's contacts, each with whether it may be contacted at the next open hour.

    Each contact is looked at alone: it has not filled the quarter for the one after it.
    """
    contacts = queries.contacts_of(account.id)
    if not contacts:
        return []
    at = queries.next_opening(datetime.datetime.now(datetime.UTC))
    ids = [contact.id for contact in contacts]
    decided = {
        kind: {each.contact_id: each for each in service.decide_alone(ids, kind, at)}
        for kind in COUNTED
    }
    return [
        Person(
            contact,
            [(str(words.KINDS[kind]), found[contact.id]) for kind, found in decided.items()],
        )
        for contact in contacts
    ]
