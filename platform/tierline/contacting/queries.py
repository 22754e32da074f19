"""Reading rules, stops, exceptions and contacts."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Collection
from typing import Any
from zoneinfo import ZoneInfo

import holidays
from babel.core import get_global
from flask_babel import gettext as _
from sqlalchemy import Select, select, text
from sqlalchemy.orm import contains_eager

from tierline.accounts.models import Contact
from tierline.contacting.deciding import Limits, Standing, next_open, quarter_of
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
  SELECT DISTINCT ON (contact_id) contact_id, id FROM contact_exception
  WHERE tenant_id = :tenant AND kind = :kind AND ends_on > :day
  ORDER BY contact_id, ends_on DESC, id
)
SELECT a.id, a.account_id, s.contacts, coalesce(f.filled, 0) AS filled, st.reason,
  e.id AS exception
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


def country_of(zone: ZoneInfo) -> str:
    """Return the country of a time zone; empty where there is none whose holidays are known."""
    found: str = get_global("zone_territories").get(zone.key, "")
    return found if found in countries() else ""


def countries() -> list[str]:
    """Return the codes of the countries whose public holidays are known."""
    return sorted(holidays.list_supported_countries(include_aliases=False))


def limits() -> Limits:
    """Return the company's rules, the defaults where it set none."""
    zone = ZoneInfo(current_tenant().time_zone)
    rules = find_rules()
    if rules is None:
        days = {"relationship": 180, "transactional": 90}
        return Limits(zone, days, country=country_of(zone))
    return Limits(
        zone,
        {"relationship": rules.relationship_days, "transactional": rules.transactional_days},
        rules.any_days,
        rules.account_least,
        rules.account_percent,
        rules.quiet_from,
        rules.quiet_to,
        rules.working_days,
        rules.country,
    )


def next_opening(at: datetime.datetime) -> datetime.datetime:
    """Return the first moment from a time on at which people may be contacted."""
    return next_open(limits(), at)


def standings(
    contact_ids: Collection[uuid.UUID],
    kind: str,
    at: datetime.datetime,
    counter: str,
    limits: Limits,
) -> list[Standing]:
    """Return what is known of contacts, in two statements whatever their number.

    Raises NotFound where one is not there.
    """
    asked = list(set(contact_ids))
    begins, ends = quarter_of(limits, at)
    reach = datetime.timedelta(days=max(limits.any_days, *limits.days.values()) + 1)
    given = {
        "tenant": current_tenant().id,
        "ids": asked,
        "kind": kind,
        "counted": list(COUNTED),
        "counter": counter,
        "at": at,
        "day": at.astimezone(limits.zone).date(),
    }
    near: dict[uuid.UUID, list[tuple[str, datetime.datetime]]] = {}
    with whole_sets():
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
            row.exception,
            tuple(near.get(row.id, ())),
        )
        for row in rows
    ]


def stops(account_id: uuid.UUID | None = None) -> list[ContactStop]:
    """Return who is not to be contacted, the latest first; of one account where that is given."""
    chosen = (
        select(ContactStop).join(ContactStop.contact).options(contains_eager(ContactStop.contact))
    )
    chosen = _of_account(chosen, account_id).where(ContactStop.ended_at.is_(None))
    return list(db.session.scalars(chosen.order_by(ContactStop.created_at.desc(), ContactStop.id)))


def exceptions(day: datetime.date, account_id: uuid.UUID | None = None) -> list[ContactException]:
    """Return the exceptions that hold on a day or later, the latest first."""
    chosen = (
        select(ContactException)
        .join(ContactException.contact)
        .options(contains_eager(ContactException.contact))
        .where(ContactException.ends_on > day)
    )
    newest = (ContactException.created_at.desc(), ContactException.id)
    return list(db.session.scalars(_of_account(chosen, account_id).order_by(*newest)))


def contacts_made(account_id: uuid.UUID | None = None, limit: int = 100) -> list[ContactMade]:
    """Return the latest contacts, reserved ones and those to come included, the newest first."""
    chosen = (
        select(ContactMade).join(ContactMade.contact).options(contains_eager(ContactMade.contact))
    )
    chosen = _of_account(chosen, account_id).order_by(ContactMade.at.desc(), ContactMade.id.desc())
    return list(db.session.scalars(chosen.limit(limit)))


def contacts_of(account_id: uuid.UUID) -> list[Contact]:
    """Return an account's contacts, by name."""
    chosen = select(Contact).where(Contact.account_id == account_id)
    return list(db.session.scalars(chosen.order_by(Contact.name_key, Contact.id)))


def _of_account(chosen: Select[Any], account_id: uuid.UUID | None) -> Select[Any]:
    return chosen if account_id is None else chosen.where(Contact.account_id == account_id)
