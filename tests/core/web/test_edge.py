"""The edge of a request: what it holds while it runs."""

from __future__ import annotations

from sqlalchemy import event

from tierline.db import db


def test_a_request_holds_one_connection_of_the_applications_role(app, tenant, login):
    browser = login("owner")
    address = f"/t/{tenant.slug}/settings/people"
    browser.get(address)
    with app.app_context():
        engine = db.engine
    held = [0]

    def taken(*_: object) -> None:
        held.append(held[-1] + 1)

    def given_back(*_: object) -> None:
        held.append(held[-1] - 1)

    event.listen(engine, "checkout", taken)
    event.listen(engine, "checkin", given_back)
    try:
        assert browser.get(address).status_code == 200
    finally:
        event.remove(engine, "checkout", taken)
        event.remove(engine, "checkin", given_back)
    assert max(held) == 1
    assert held[-1] == 0
