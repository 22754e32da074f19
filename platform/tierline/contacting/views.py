"""What pages and API show of the governor."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from operator import itemgetter

from babel import Locale
from flask_babel import get_locale
from flask_babel import gettext as _

from tierline.accounts.models import CUSTOMER, Account, Contact
from tierline.accounts.queries import contacts_of, groups_of
from tierline.contacting import deciding, queries, words
from tierline.contacting.deciding import Decision, decide_each, next_open
from tierline.contacting.models import COUNTED, COUNTERS, counter_of


def countries() -> list[tuple[str, str]]:
    """Return code and name of each country whose public holidays are known, by name."""
    names = (get_locale() or Locale("en")).territories
    named = [(code, names.get(code, code)) for code in deciding.countries()]
    return [("", _("None: weekends only")), *sorted(named, key=itemgetter(1))]


@dataclass(frozen=True)
class Person:
    """A contact with what may be done now, by the kinds that are counted."""

    contact: Contact
    decisions: list[tuple[str, Decision]]  # title of the kind, decision


def group_of(account: Account) -> str:
    """Return the stakeholder group in whose name an account's people are contacted from its page.

    Employees and regulators have counters of their own, unless they are customers as well.
    """
    groups = groups_of(account.id)
    if CUSTOMER in groups:
        return CUSTOMER
    return next((each for each in COUNTERS if each in groups), CUSTOMER)


def people(account: Account) -> list[Person]:
    """Return an account's contacts, each with whether it may be contacted at the next open hour.

    Each contact is looked at alone: it has not filled the quarter for the one after it.
    """
    contacts = contacts_of(account.id)
    if not contacts:
        return []
    limits = queries.limits()
    at = next_open(limits, datetime.datetime.now(datetime.UTC))
    counter = counter_of(group_of(account))
    known = queries.standings([contact.id for contact in contacts], at, counter, limits)
    decided = {
        kind: {each.contact_id: each for each in decide_each(limits, known, kind, at, alone=True)}
        for kind in COUNTED
    }
    return [
        Person(
            contact,
            [(str(words.KINDS[kind]), found[contact.id]) for kind, found in decided.items()],
        )
        for contact in contacts
    ]
