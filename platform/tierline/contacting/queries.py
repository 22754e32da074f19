"""Reading rules, stops, exceptions and contacts."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Collection
from contextlib import nullcontext
from dataclasses import fields
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy import select, text
from sqlalchemy.orm import contains_eager

from tierline.accounts.models import Contact
from tierline.contacting.deciding import Limits, Standing, country_of, quarter_of
from tierline.contacting.models import (
    COUNTED,
    ContactException,
    ContactMade,
    ContactRules,
    ContactStop,
)
from tierline.db import db
from tierline.db.planning import whole_sets
from tierline.errors import NotFound
from tierline.tenancy.queries import current_tenant

RULES = tuple(each.name for each in fields(Limits) if each.name != "zone")
"""The names of a company's rules."""

FEW = 200
"""Up to so many contacts are looked up one by one, as pages do; more are joined as sets."""

CONTACTS = text("""
WITH asked AS (
  SELECT id, account_id FROM contact WHERE tenant_id = :tenant AND id = ANY(:ids)
), sizes AS (
  SELECT account_id, count(*) AS contacts FROM contact
  WHERE tenant_id = :tenant AND account_id IN (SELECT account_id FROM asked) GROUP BY account_id
), filled AS (
  SELECT c.account_id, count(*) AS filled FROM contact_made m
  JOIN contact c ON c.tenant_id = :tenant AND c.id = m.contact_id
  WHERE m.tenant_id = :tenant AND m.at >= :begins AND m.at < :ends AND m.state <> 'released'
    AND m.counter = :counter AND m.kind = ANY(:counted)
    AND c.account_id IN (SELECT account_id FROM asked)
  GROUP BY c.account_id
), stopped AS (
  SELECT contact_id, min(reason) AS reason FROM contact_stop
  WHERE tenant_id = :tenant AND ended_at IS NULL GROUP BY contact_id
), excepted AS (
  SELECT contact_id, jsonb_object_agg(kind, id ORDER BY ends_on, id) AS by_kind
  FROM contact_exception WHERE tenant_id = :tenant AND ends_on > :day GROUP BY contact_id
)
SELECT a.id, a.account_id, s.contacts, coalesce(f.filled, 0) AS filled, st.reason,
  coalesce(e.by_kind, '{}') AS exceptions
FROM asked a JOIN sizes s USING (account_id) LEFT JOIN filled f USING (account_id)
LEFT JOIN stopped st ON st.contact_id = a.id LEFT JOIN excepted e ON e.contact_id = a.id
""")

NEAR = text("""
SELECT contact_id, kind, max(at) FILTER (WHERE at <= :at) AS before,
  min(at) FILTER (WHERE at > :at) AS after
FROM contact_made
WHERE tenant_id = :tenant AND contact_id = ANY(:ids) AND state <> 'released'
  AND counter = :counter AND kind = ANY(:counted) AND at > :from AND at < :to
GROUP BY contact_id, kind
""")


def find_rules() -> ContactRules | None:
    """Return the rules that the company set, None while the defaults hold."""
    return db.session.scalars(select(ContactRules)).one_or_none()


def limits() -> Limits:
    """Return the company's rules, the defaults where it set none."""
    zone = ZoneInfo(current_tenant().time_zone)
    rules = find_rules()
    if rules is None:
        return Limits(zone, country=country_of(zone))
    return Limits(zone, **{name: getattr(rules, name) for name in RULES})


def rules_in_force() -> dict[str, Any]:
    """Return the company's rules by name, the defaults where it set none."""
    found = limits()
    return {name: getattr(found, name) for name in RULES}


def standings(
    contact_ids: Collection[uuid.UUID], at: datetime.datetime, counter: str, limits: Limits
) -> list[Standing]:
    """Return what is known of contacts, in two statements whatever their number.

    Raises NotFound where one is not there.
    """
    asked = list(set(contact_ids))
    begins, ends = quarter_of(limits, at)
    reach = datetime.timedelta(days=limits.longest + 1)
    given = {
        "tenant": current_tenant().id,
        "ids": asked,
        "counted": list(COUNTED),
        "counter": counter,
        "at": at,
        "day": at.astimezone(limits.zone).date(),
    }
    near: dict[uuid.UUID, list[tuple[str, datetime.datetime]]] = {}
    with whole_sets() if len(asked) > FEW else nullcontext():
        neighbours = db.session.execute(NEAR, {**given, "from": at - reach, "to": at + reach}).all()
        rows = db.session.execute(CONTACTS, {**given, "begins": begins, "ends": ends}).all()
    for row in neighbours:
        times = [each for each in (row.before, row.after) if each is not None]
        near.setdefault(row.contact_id, []).extend((row.kind, each) for each in times)
    if len(rows) < len(asked):
        raise NotFound(_("There is no such contact."))
    return [
        Standing(
            row.id,
            row.account_id,
            row.contacts,
            row.filled,
            row.reason,
            {kind: uuid.UUID(id) for kind, id in row.exceptions.items()},
            tuple(near.get(row.id, ())),
        )
        for row in rows
    ]


def stops() -> list[ContactStop]:
    """Return who is not to be contacted, the latest first."""
    chosen = (
        select(ContactStop).join(ContactStop.contact).options(contains_eager(ContactStop.contact))
    ).where(ContactStop.ended_at.is_(None))
    return list(db.session.scalars(chosen.order_by(ContactStop.created_at.desc(), ContactStop.id)))


def is_stopped(contact_id: uuid.UUID) -> bool:
    """Return whether a contact is on the list of those who are not to be contacted."""
    holds = (ContactStop.contact_id == contact_id) & ContactStop.ended_at.is_(None)
    return db.session.scalar(select(ContactStop.id).where(holds).limit(1)) is not None


def exceptions() -> list[ContactException]:
    """Return the exceptions that hold today or later, the latest first."""
    today = datetime.datetime.now(limits().zone).date()
    chosen = (
        select(ContactException)
        .join(ContactException.contact)
        .options(contains_eager(ContactException.contact))
        .where(ContactException.ends_on > today)
    )
    newest = (ContactException.created_at.desc(), ContactException.id)
    return list(db.session.scalars(chosen.order_by(*newest)))


def contacts_made(account_id: uuid.UUID | None = None, limit: int = 100) -> list[ContactMade]:
    """Return the latest contacts, of one account where that is given, the newest first.

    Reserved ones and those to come are among them.
    """
    chosen = (
        select(ContactMade).join(ContactMade.contact).options(contains_eager(ContactMade.contact))
    )
    if account_id is not None:
        chosen = chosen.where(Contact.account_id == account_id)
    newest = (ContactMade.at.desc(), ContactMade.id.desc())
    return list(db.session.scalars(chosen.order_by(*newest).limit(limit)))
