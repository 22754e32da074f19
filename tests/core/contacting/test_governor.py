"""The governor through its door: reserving, the list, exceptions, in parallel, over a year."""

from __future__ import annotations

import datetime
import random
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import insert, select, text

from conftest import Company, working_in
from tierline.access.decision import Subject, acting_as
from tierline.access.permissions import Role
from tierline.accounts.contact_service import remove_contact
from tierline.accounts.models import Account, Contact
from tierline.contacting import deciding, queries, service
from tierline.contacting.models import COUNTED, KINDS, ContactMade
from tierline.db import db
from tierline.errors import Conflict, Forbidden, Invalid, NotFound

ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime.datetime(2026, 11, 24, 12, tzinfo=ZONE)  # a Tuesday


def people(company: Company, accounts: int, each: int) -> list[uuid.UUID]:
    """Make accounts with so many contacts each, and return the contacts' ids."""
    rows = [
        {"tenant_id": company.id, "name": f"A{n}", "name_key": "a", "search_text": "a"}
        for n in range(accounts)
    ]
    made = db.session.scalars(insert(Account).returning(Account.id), rows).all()
    contacts = [
        {"tenant_id": company.id, "account_id": account, "name": f"P{n}", "name_key": "p"}
        for account in made
        for n in range(each)
    ]
    return list(db.session.scalars(insert(Contact).returning(Contact.id), contacts).all())


def allowed(decisions: list[Any]) -> list[bool]:
    return [decision.allowed for decision in decisions]


def test_what_is_reserved_is_not_given_twice_until_it_is_released(in_tenant: Company) -> None:
    [one] = people(in_tenant, 1, 1)
    assert allowed(service.reserve([one], "relationship", "mail", NOON, "Autumn")) == [True]
    [again] = service.reserve([one], "relationship", "mail", NOON, "Winter")
    assert (again.allowed, again.reason) == (False, "quarantine")
    assert service.release([one], "relationship", "Autumn") == 1
    assert service.release([one], "relationship", "Autumn") == 0
    assert allowed(service.decide([one], "relationship", NOON)) == [True]


def test_a_contact_that_happened_counts(in_tenant: Company) -> None:
    [one] = people(in_tenant, 1, 1)
    service.note_contact(one, "marketing", "telephone", "Fair", NOON)
    [found] = service.decide([one], "marketing", NOON + datetime.timedelta(days=28))
    assert found.until == datetime.datetime(2026, 12, 24, 9, tzinfo=ZONE)
    with pytest.raises(Invalid) as caught:
        service.note_contact(one, "marketing", "telephone", "Fair", NOON.replace(year=2100))
    assert "at" in caught.value.fields


def test_a_contact_that_was_reserved_takes_one_place_when_it_happens(in_tenant: Company) -> None:
    [one] = people(in_tenant, 1, 1)
    service.reserve([one], "marketing", "mail", NOON, "Fair")
    service.note_contact(one, "marketing", "telephone", "Fair", NOON)
    [made] = queries.contacts_made()
    assert (made.state, made.channel) == ("made", "telephone")
    service.note_contact(one, "marketing", "telephone", "Fair", NOON)
    assert len(queries.contacts_made()) == 2


def test_who_is_on_the_list_is_not_removed_to_be_added_anew(in_tenant: Company) -> None:
    [one] = people(in_tenant, 1, 1)
    entry = service.stop(one, "Asked us")
    account = entry.contact.account_id
    with pytest.raises(Conflict, match="do-not-contact list"):
        remove_contact(account, one)
    service.end_stop(entry.id)
    remove_contact(account, one)


def test_who_is_put_on_the_list_loses_what_was_reserved(in_tenant: Company) -> None:
    [one] = people(in_tenant, 1, 1)
    service.reserve([one], "marketing", "mail", NOON, "Fair")
    service.stop(one, "Asked us")
    assert [each.state for each in queries.contacts_made()] == ["released"]


def test_who_is_on_the_list_is_never_contacted(in_tenant: Company) -> None:
    [one] = people(in_tenant, 1, 1)
    held = service.stop(one, "Asked by phone")
    with pytest.raises(Conflict):
        service.stop(one, "Again")
    soon = datetime.datetime.now(ZONE).date() + datetime.timedelta(days=9)
    service.grant(one, "marketing", "Recall", soon)
    for kind in KINDS:
        [found] = service.reserve([one], kind, "mail", NOON, "Any")
        assert (found.reason, found.note) == ("stopped", "Asked by phone")
    assert queries.contacts_made() == []
    service.end_stop(held.id)
    assert allowed(service.decide([one], "marketing", NOON)) == [True]
    with pytest.raises(Conflict):
        service.end_stop(held.id)


def test_an_exception_holds_for_its_kind_up_to_its_day_and_is_kept_with_the_contact(
    in_tenant: Company,
) -> None:
    [one] = people(in_tenant, 1, 1)
    today = datetime.datetime.now(ZONE).date()
    noon = datetime.datetime.combine(today, datetime.time(12), ZONE)
    service.set_rules({"working_days": False})
    service.note_contact(one, "marketing", "mail", "Fair", noon - datetime.timedelta(days=1))
    granted = service.grant(one, "marketing", "Recall of a product", today + datetime.timedelta(3))
    assert allowed(service.decide([one], "transactional", noon)) == [False]
    [found] = service.reserve([one], "marketing", "telephone", noon, "Recall")
    assert found.exception_id == granted.id
    assert queries.contacts_made()[0].exception_id == granted.id
    assert allowed(service.decide([one], "marketing", noon + datetime.timedelta(days=3))) == [False]
    for wrong in (today, today + datetime.timedelta(days=93)):
        with pytest.raises(Invalid) as caught:
            service.grant(one, "marketing", "Recall", wrong)
        assert "ends_on" in caught.value.fields


def test_employees_and_regulators_are_counted_apart(in_tenant: Company) -> None:
    [one] = people(in_tenant, 1, 1)
    for group in ("customer", "employee", "regulator"):
        assert allowed(service.reserve([one], "relationship", "mail", NOON, group, group)) == [True]
    found = service.decide([one], "relationship", NOON, "supplier")
    assert allowed(found) == [False]


def test_rules_of_the_company_hold(in_tenant: Company) -> None:
    [one] = people(in_tenant, 1, 1)
    service.reserve([one], "marketing", "mail", NOON, "Fair")
    service.set_rules(
        {"any_days": 7, "quiet_from": datetime.time(12), "quiet_to": datetime.time(13)}
    )
    week = NOON + datetime.timedelta(days=7)
    [found] = service.decide([one], "marketing", week)
    assert (found.reason, found.until) == ("closed", week.replace(hour=13))
    assert allowed(service.decide([one], "marketing", week.replace(hour=13))) == [True]
    with pytest.raises(Invalid) as caught:
        service.set_rules({"any_days": -1, "country": "XX"})
    assert set(caught.value.fields) == {"any_days", "country"}
    assert queries.limits().any_days == 7


def test_the_holidays_are_those_of_the_time_zone_until_the_company_names_a_country(
    in_tenant: Company,
) -> None:
    assert queries.limits().country == "CN"
    assert deciding.country_of(ZoneInfo("Europe/London")) == "GB"
    assert deciding.country_of(ZoneInfo("UTC")) == ""
    service.set_rules({"any_days": 20})
    assert queries.limits().country == "CN"
    service.set_rules({"country": ""})
    assert queries.limits().country == ""


def test_what_makes_no_sense_is_refused_by_name(in_tenant: Company) -> None:
    [one] = people(in_tenant, 1, 1)
    with pytest.raises(NotFound):
        service.decide([one, uuid.uuid4()], "marketing", NOON)
    with pytest.raises(Invalid) as caught:
        service.reserve([one], "advert", "pigeon", NOON, "Fair")
    assert set(caught.value.fields) == {"kind", "channel"}
    with pytest.raises(Invalid) as caught:
        service.reserve([one], "marketing", "mail", NOON, " ")
    assert set(caught.value.fields) == {"purpose"}


def test_who_may_not_is_refused(in_tenant: Company) -> None:
    [one] = people(in_tenant, 1, 1)
    with acting_as(Subject("V", in_tenant.id, Role.VIEWER)):
        assert allowed(service.decide([one], "marketing", NOON)) == [True]
        with pytest.raises(Forbidden):
            service.reserve([one], "marketing", "mail", NOON, "Fair")
    with acting_as(Subject("M", in_tenant.id, Role.MEMBER)):
        service.stop(one, "Asked us")
        with pytest.raises(Forbidden):
            service.grant(one, "marketing", "Recall", NOON.date())
        with pytest.raises(Forbidden):
            service.set_rules({"any_days": 0})


def test_parallel_reservations_never_overfill_an_account(app: Flask, tenant: Company) -> None:
    with working_in(app, tenant):
        contacts = people(tenant, 2, 40)  # of each account eight may be
        db.session.commit()

    def reserve(number: int) -> int:
        with working_in(app, tenant):
            asked = random.Random(number).sample(contacts, 20)
            found = service.reserve(asked, "marketing", "mail", NOON, f"Campaign {number}")
            db.session.commit()
            return sum(allowed(found))

    with ThreadPoolExecutor(8) as pool:
        granted = list(pool.map(reserve, range(24)))
    with working_in(app, tenant):
        made = db.session.execute(
            select(Contact.account_id, ContactMade.contact_id).join(ContactMade.contact)
        ).all()
    assert len(made) == sum(granted) == len({row.contact_id for row in made}) == 16
    assert len({row.account_id for row in made}) == 2


TOO_NEAR = text("""
SELECT count(*) FROM contact_made a JOIN contact_made b
  ON b.tenant_id = a.tenant_id AND b.contact_id = a.contact_id AND b.counter = a.counter
  AND b.id <> a.id AND b.at >= a.at
WHERE a.kind = ANY(:counted) AND b.kind = ANY(:counted)
  AND (b.at AT TIME ZONE 'Asia/Shanghai')::date - (a.at AT TIME ZONE 'Asia/Shanghai')::date
    < CASE WHEN a.kind <> b.kind THEN 30 WHEN a.kind = 'relationship' THEN 180
      WHEN a.kind = 'transactional' THEN 90 ELSE 30 END
""")
TOO_MANY = text("""
SELECT count(*) FROM (
  SELECT c.account_id FROM contact_made m JOIN contact c ON c.id = m.contact_id
  WHERE m.kind = ANY(:counted)
  GROUP BY c.account_id, date_trunc('quarter', m.at AT TIME ZONE 'Asia/Shanghai')
  HAVING count(*) > 3  -- of ten contacts a fifth are less than three
) over_limit
""")
AT_NIGHT = text("""
SELECT count(*) FROM contact_made WHERE kind = ANY(:counted)
  AND ((at AT TIME ZONE 'Asia/Shanghai')::time NOT BETWEEN '09:00' AND '20:59:59')
""")


@pytest.mark.slow
def test_in_a_year_of_ten_thousand_contacts_nobody_is_over_a_limit(in_tenant: Company) -> None:
    contacts = people(in_tenant, 1000, 10)
    stopped = set(contacts[::100])
    for one in stopped:
        service.stop(one, "Asked us")
    dice = random.Random(20261127)
    asked, granted = 0, 0
    for day in range(0, 365, 5):
        moment = datetime.datetime(2026, 1, 1, dice.randrange(24), tzinfo=ZONE)
        moment += datetime.timedelta(days=day)
        chosen = dice.sample(contacts, 1500)
        kind = dice.choice(KINDS)
        found = service.reserve(chosen, kind, "mail", moment, f"{day}")
        asked, granted = asked + len(found), granted + sum(allowed(found))
    assert asked == 73 * 1500
    assert granted > 3000
    counted = {"counted": list(COUNTED)}
    for over in (TOO_NEAR, TOO_MANY, AT_NIGHT):
        assert db.session.scalar(over, counted) == 0
    reached = db.session.scalars(select(ContactMade.contact_id)).all()
    assert stopped.isdisjoint(reached)
    counts = db.session.execute(
        text("SELECT count(*) FROM contact_made WHERE kind = ANY(:counted)"), counted
    ).scalar_one()
    assert counts > 2000  # the limits bind, but do not shut everybody out
