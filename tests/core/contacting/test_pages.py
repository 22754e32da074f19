"""The governor on its pages: what is shown, done, and refused in the form."""

from __future__ import annotations

import datetime
import uuid

import pytest
from flask import Flask

from conftest import Company, working_in
from people import make_member, sign_in
from tierline.access.permissions import Role
from tierline.accounts import contact_service
from tierline.accounts.service import create_account
from tierline.contacting import queries
from tierline.db import db


@pytest.fixture
def acme(app: Flask, tenant: Company) -> tuple[uuid.UUID, uuid.UUID]:
    """An account with one contact: their ids."""
    with working_in(app, tenant):
        account = create_account({"name": "Acme"})
        contact = contact_service.add_contact(account.id, {"name": "Chen Jie"})
        db.session.commit()
        return account.id, contact.id


def test_a_contact_is_put_on_the_list_and_shown_as_never(
    app: Flask, tenant: Company, acme: tuple[uuid.UUID, uuid.UUID]
) -> None:
    account, contact = acme
    browser = sign_in(app, make_member(app, tenant, Role.MANAGER))
    page = f"/t/{tenant.slug}/accounts/{account}/contacting"
    sent = {"contact_id": str(contact), "reason": "Asked us by phone"}
    assert browser.post(f"{page}/stops", data=sent).status_code == 303
    shown = browser.get(page).text
    assert "Is on the do-not-contact list: Asked us by phone" in shown
    assert "never" in browser.get(f"/t/{tenant.slug}/accounts/{account}").text
    with working_in(app, tenant):
        [entry] = queries.stops()
    ended = browser.post(f"/t/{tenant.slug}/contacting/stops/{entry.id}/end")
    assert ended.status_code == 303
    assert "Nobody is on the list" in browser.get(f"/t/{tenant.slug}/contacting").text


def test_an_exception_up_to_no_day_is_refused_at_its_field(
    app: Flask, tenant: Company, acme: tuple[uuid.UUID, uuid.UUID]
) -> None:
    account, contact = acme
    browser = sign_in(app, make_member(app, tenant, Role.MANAGER))
    page = f"/t/{tenant.slug}/accounts/{account}/contacting"
    sent = {"contact_id": str(contact), "kind": "marketing", "reason": "Recall", "ends_on": "soon"}
    refused = browser.post(f"{page}/exceptions", data=sent)
    assert refused.status_code == 422
    assert "must lie after today" in refused.text
    assert "Recall" in refused.text
    stranger = {**sent, "contact_id": str(uuid.uuid4())}
    assert browser.post(f"{page}/stops", data=stranger).status_code == 404
    refused = browser.post(f"{page}/stops", data={**sent, "contact_id": "somebody"})
    assert "is not one of the account’s contacts" in refused.text
    week = datetime.date.today() + datetime.timedelta(days=7)
    assert (
        browser.post(f"{page}/exceptions", data={**sent, "ends_on": str(week)}).status_code == 303
    )
    assert "Recall" in browser.get(f"/t/{tenant.slug}/contacting").text


def test_limits_are_saved_and_wrong_ones_named(app: Flask, tenant: Company) -> None:
    browser = sign_in(app, make_member(app, tenant, Role.ADMINISTRATOR))
    page = f"/t/{tenant.slug}/contacting"
    rules = {
        "relationship_days": "120",
        "transactional_days": "90",
        "any_days": "14",
        "account_least": "3",
        "account_percent": "20",
        "country": "DE",
        "quiet_from": "20:00",
        "quiet_to": "08:00",
    }
    assert browser.post(f"{page}/rules", data=rules).status_code == 303
    with working_in(app, tenant):
        limits = queries.limits()
    assert (limits.any_days, limits.working_days, limits.country) == (14, False, "DE")
    assert limits.quiet_from == datetime.time(20)
    huge = "9" * 5000
    wrongs = (("any_days", "x"), ("any_days", huge), ("quiet_to", "25:00"), ("country", "Utopia"))
    for key, wrong in wrongs:
        refused = browser.post(f"{page}/rules", data={**rules, key: wrong})
        assert refused.status_code == 422
        assert f'id="field-{key}-error"' in refused.text
