"""Runs: who is in which tier from when, what is recorded; steps and faults change nothing."""

from __future__ import annotations

import datetime
import uuid
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from conftest import working_in
from tierline.accounts.models import Account, AccountGroup
from tierline.db import db
from tierline.errors import Invalid, NotFound
from tierline.jobs.models import Job
from tierline.jobs.running import run_job
from tierline.jobs.service import enqueue, retry
from tierline.metrics.service import today, touch
from tierline.tiering import jobs, queries, service
from tierline.tiering.models import Assignment, Run, Scheme
from tierline.tiering.service import RunGoesOn, begin_run, run_now
from trading import Sale, make_accounts, trade

ABC = "essentials:abc_sales_total"
MARCH, APRIL, MAY = (datetime.date(2026, month, 1) for month in (3, 4, 5))


def sale(account: str, amount: int, day: datetime.date = MARCH) -> Sale:
    return Sale(account, day, Decimal(amount))


def tiers_of(result: Any) -> dict[str, int]:
    return {tier["tier"]: tier["accounts"] for tier in result.to_document()["tiers"]}


def history_of(account_id: uuid.UUID) -> list[tuple[datetime.date, str | None]]:
    scheme = queries.find_scheme(ABC)
    assert scheme is not None
    return [(each.begins_on, each.tier_id) for each in queries.history(scheme, account_id)][::-1]


@pytest.mark.usefixtures("in_tenant")
def test_a_result_by_tier_adds_up() -> None:
    trade([sale("A", 80), sale("B", 15), sale("C", 5)])
    make_accounts(["prospect"])
    result = run_now(ABC, APRIL).to_document()
    assert result == {
        "as_of": APRIL,
        "accounts": 4,
        "tiers": [
            {"tier": "a", "accounts": 1, "sales": Decimal(80), "share": Decimal(80)},
            {"tier": "b", "accounts": 1, "sales": Decimal(15), "share": Decimal(15)},
            {"tier": "c", "accounts": 1, "sales": Decimal(5), "share": Decimal(5)},
        ],
        "changed": 3,
        "recorded": True,
        "without_tier": 1,
    }


@pytest.mark.usefixtures("in_tenant")
def test_an_assignment_ends_where_the_next_begins() -> None:
    ids = trade([sale("A", 80), sale("B", 20)])
    run_now(ABC, MARCH)
    trade([sale("B", 500, APRIL)])
    assert run_now(ABC, APRIL).changed == 2
    assert run_now(ABC, MAY).changed == 0
    assert history_of(ids["B"]) == [(MARCH, "b"), (APRIL, "a")]
    scheme = queries.find_scheme(ABC)
    before, after = (
        queries.find_assignment(scheme, ids["B"], day) for day in (datetime.date(2026, 3, 31), MAY)
    )
    assert (before and before.tier_id, after and after.tier_id) == ("b", "a")


@pytest.mark.usefixtures("in_tenant")
def test_a_date_before_the_last_run_is_shown_and_not_recorded() -> None:
    ids = trade([sale("A", 80), sale("B", 20), sale("B", 500, APRIL)])
    run_now(ABC, MAY)
    earlier = run_now(ABC, MARCH)
    assert (earlier.recorded, earlier.changed, tiers_of(earlier)) == (
        False,
        0,
        {"a": 1, "b": 1, "c": 0},
    )
    assert history_of(ids["B"]) == [(MAY, "a")]


@pytest.mark.usefixtures("in_tenant")
def test_a_second_run_on_a_day_corrects_the_first() -> None:
    ids = trade([sale("A", 80), sale("B", 20)])
    run_now(ABC, MARCH)
    trade([sale("B", 500)])
    assert run_now(ABC, MARCH).changed == 2
    assert history_of(ids["B"]) == [(MARCH, "a")]


@pytest.mark.usefixtures("in_tenant")
def test_who_leaves_the_group_or_is_archived_leaves_the_tier() -> None:
    ids = trade([sale("A", 80), sale("B", 20)])
    run_now(ABC, MARCH)
    db.session.query(AccountGroup).filter_by(account_id=ids["A"]).delete()
    db.session.get_one(Account, ids["B"]).archived_at = datetime.datetime.now(datetime.UTC)
    db.session.flush()
    touch(list(ids.values()))
    result = run_now(ABC)
    assert (result.result.accounts, result.changed) == (0, 2)
    assert history_of(ids["A"]) == [(MARCH, "a"), (today(), None)]


@pytest.mark.usefixtures("in_tenant")
def test_equal_accounts_at_a_border_are_split_by_their_keys() -> None:
    trade([sale(f"K{n}", 10) for n in (3, 1, 4, 0, 2)])
    run_now(ABC, MARCH)
    tiers = {
        account.external_key: history_of(account.id)[0][1]
        for account in db.session.scalars(select(Account))
    }
    assert tiers == {"K0": "a", "K1": "a", "K2": "a", "K3": "a", "K4": "b"}


@pytest.mark.usefixtures("in_tenant")
def test_what_can_not_be_run_is_refused() -> None:
    with pytest.raises(Invalid, match="after today"):
        run_now(ABC, today() + datetime.timedelta(days=1))
    with pytest.raises(NotFound, match="essentials:abc_sales"):
        run_now("essentials:abc_sale")


@pytest.mark.usefixtures("in_tenant")
def test_a_changed_rule_is_a_new_version() -> None:
    trade([sale("A", 80)])
    run_now(ABC, MARCH)
    scheme = db.session.scalars(select(Scheme)).one()
    assert (scheme.version, run_now(ABC, APRIL).recorded, scheme.version) == (1, True, 1)


def test_a_job_in_small_steps_does_what_one_step_does(
    app: Flask, tenant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "BATCH", 3)
    with working_in(app, tenant):
        ids = trade([sale(f"K{n}", 2**n) for n in range(10)])
        job_id = enqueue("tiering.run", {"scheme": ABC}).id
        db.session.commit()
    assert run_job(app, tenant.id, job_id) == "done"
    with working_in(app, tenant):
        job = db.session.get_one(Job, job_id)
        run = db.session.scalars(select(Run)).one()
        assert (job.done, job.total, run.changed, run.state) == (10, 10, 10, "done")
        found = {key: history_of(id)[0][1] for key, id in ids.items()}
    assert found == {f"K{n}": "a" if n > 6 else "b" if n > 4 else "c" for n in range(10)}


def test_a_job_killed_between_steps_goes_on_where_it_stopped(
    app: Flask, tenant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "BATCH", 3)
    with working_in(app, tenant):
        trade([sale(f"K{n}", 2**n) for n in range(10)])
        job_id = enqueue("tiering.run", {"scheme": ABC}).id
        db.session.commit()
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "finish_run", _die)
        with pytest.raises(KeyboardInterrupt):
            run_job(app, tenant.id, job_id)
    with working_in(app, tenant):
        assert len(list(db.session.scalars(select(Assignment)))) == 9
        job = db.session.get_one(Job, job_id)
        job.beat_at = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
        db.session.commit()
    assert run_job(app, tenant.id, job_id) == "done"
    with working_in(app, tenant):
        run = db.session.scalars(select(Run)).one()
        assert (run.changed, run.state) == (10, "done")
        assert len(list(db.session.scalars(select(Assignment)))) == 10


def test_a_run_that_fails_is_closed_and_can_be_run_again(
    app: Flask, tenant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with working_in(app, tenant):
        trade([sale("A", 1)])
        job_id = enqueue("tiering.run", {"scheme": ABC}).id
        db.session.commit()
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "finish_run", _fail)
        assert run_job(app, tenant.id, job_id) == "failed"
    with working_in(app, tenant):
        assert db.session.scalars(select(Run.state)).one() == "failed"
        retry(job_id)
        db.session.commit()
    assert run_job(app, tenant.id, job_id) == "done"
    with working_in(app, tenant):
        states = db.session.scalars(select(Run.state).order_by(Run.created_at))
        assert list(states) == ["failed", "done"]


def _fail(*_: Any) -> None:
    raise ZeroDivisionError


def _die(*_: Any) -> None:
    raise KeyboardInterrupt


def test_runs_of_one_scheme_never_overlap(app: Flask, tenant: Any) -> None:
    with working_in(app, tenant):
        trade([sale("A", 1)])
        job = enqueue("tiering.run", {"scheme": ABC})
        begin_run(ABC, None, job.id)
        db.session.commit()
        with pytest.raises(RunGoesOn):
            run_now(ABC)
        db.session.rollback()
        db.session.get_one(Job, job.id).state = "failed"
        run_now(ABC)
        states = db.session.scalars(select(Run.state).order_by(Run.created_at))
        assert list(states) == ["failed", "done"]


def test_the_next_day_moves_the_windows(app: Flask, tenant: Any) -> None:
    scheme = "essentials:abc_sales"
    with working_in(app, tenant):
        trade([sale("A", 90, datetime.date(2025, 3, 2)), sale("B", 10, datetime.date(2026, 3, 1))])
        with time_machine.travel("2026-03-01 12:00Z"):
            assert tiers_of(run_now(scheme)) == {"a": 1, "b": 1, "c": 0}
        with time_machine.travel("2026-03-02 12:00Z"):
            assert tiers_of(run_now(scheme)) == {"a": 1, "b": 0, "c": 1}
