"""The audit chain: every entry follows from the one before it, and tampering shows."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from conftest import superuser, working_in
from tierline.audit.queries import verify_chain
from tierline.audit.service import record
from tierline.db import db


@pytest.fixture
def chain(in_tenant):
    """Write ten entries in three transactions."""
    for place in range(10):
        record("tests.write", None, {"place": place, "text": "中文 ünïcode"})
        if place in (2, 6):
            db.session.commit()
    db.session.commit()
    return in_tenant


def test_an_untouched_chain_holds(chain):
    found = verify_chain()
    assert found.good
    assert found.entries >= 10


def test_what_is_rolled_back_is_not_in_the_chain(chain):
    before = verify_chain().entries
    record("tests.undone")
    db.session.rollback()
    db.session.remove()
    assert verify_chain().entries == before


TAMPERING = {
    "a changed field": (
        "UPDATE audit_entry SET actor = 'nobody' WHERE tenant_id = {t} AND position = {p}"
    ),
    "a changed value inside the changes": (
        "UPDATE audit_entry SET changes = jsonb_set(changes, '{{place}}', '99')"
        " WHERE tenant_id = {t} AND position = {p}"
    ),
    "a moved time": (
        "UPDATE audit_entry SET at = at + interval '1 microsecond'"
        " WHERE tenant_id = {t} AND position = {p}"
    ),
    "a removed entry": "DELETE FROM audit_entry WHERE tenant_id = {t} AND position = {p}",
    "a forged digest": (
        "UPDATE audit_entry SET digest = repeat('a', 64) WHERE tenant_id = {t} AND position = {p}"
    ),
}


@pytest.mark.parametrize("way", TAMPERING)
@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_verifying_names_the_first_bad_entry_after(way, place, chain, servers, settings):
    entries = verify_chain().entries
    db.session.commit()
    position = {"first": 1, "middle": entries // 2, "last": entries}[place]
    name = settings.database_url.partition("/tierline_")[2].partition("?")[0]
    with superuser(servers, f"tierline_{name}") as connection:
        connection.execute(text(TAMPERING[way].format(t=chain.id, p=position)))
    found = verify_chain()
    assert not found.good
    assert found.bad_position == position


def test_the_application_may_not_change_or_delete_entries(chain):
    for statement in ("UPDATE audit_entry SET actor = 'x'", "DELETE FROM audit_entry"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            db.session.execute(text(statement))
        db.session.rollback()


def test_writers_at_the_same_time_make_one_chain(app, tenant):
    def write() -> None:
        with working_in(app, tenant):
            for _ in range(10):
                record("tests.concurrent")
                db.session.commit()

    threads = [threading.Thread(target=write) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with working_in(app, tenant):
        found = verify_chain()
    assert found.good
    assert found.entries >= 60
