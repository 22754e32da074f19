"""Jobs: recorded in PostgreSQL, run once in effect however often they are delivered."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from flask_babel import lazy_gettext
from sqlalchemy import text, update

from conftest import working_in
from tierline.access.decision import Subject, acting_as
from tierline.access.permissions import EVERYONE, Role, permission
from tierline.audit.service import record
from tierline.db import db
from tierline.errors import Forbidden, Invalid
from tierline.jobs.delivery import deliver, queue, start_due_schedules
from tierline.jobs.models import Job, Schedule
from tierline.jobs.queries import get_job
from tierline.jobs.registry import job_kind
from tierline.jobs.running import Running, run_job
from tierline.jobs.service import cancel, enqueue, retry, schedule

RUN = permission("tests.run", lazy_gettext("Run"), EVERYONE - {Role.VIEWER})
STEPS = 5


@job_kind("tests.steps", "Steps", RUN)
def steps(running: Running) -> dict[str, Any]:
    """Write one audit entry a step; fail where the arguments say so, but only once."""
    for place in range(running.position.get("next", 0), STEPS):
        record("tests.step", None, {"place": place})
        if place == running.arguments.get("fail_at") and running.attempt == 1:
            raise Invalid("The third step can't be done.")
        if place == running.arguments.get("lose_at") and running.attempt == 1:
            _let_another_worker_claim(running)
        running.checkpoint(done=place + 1, total=STEPS, position={"next": place + 1})
    return {"steps": STEPS}


def _let_another_worker_claim(running: Running) -> None:
    db.session.execute(
        text("UPDATE job SET attempt = attempt + 1 WHERE tenant_id = :t AND id = :i"),
        {"t": running.tenant_id, "i": running.id},
    )
    db.session.commit()


def steps_done(company: Any) -> list[int]:
    rows = db.session.execute(
        text(
            "SELECT (changes->>'place')::int FROM audit_entry"
            " WHERE tenant_id = :t AND action = 'tests.step' ORDER BY position"
        ),
        {"t": company.id},
    )
    return list(rows.scalars())


@pytest.fixture
def start(app, tenant):
    """Return a function that records a job and returns its id."""

    def begin(**arguments: Any) -> Any:
        with working_in(app, tenant):
            job_id = enqueue("tests.steps", arguments).id
            db.session.commit()
        return job_id

    return begin


def test_a_job_runs_once_however_often_it_is_delivered(app, tenant, start):
    job_id = start()
    outcomes = [run_job(app, tenant.id, job_id) for _ in range(3)]
    with working_in(app, tenant):
        job = get_job(job_id)
        assert outcomes == ["done", "unclaimed", "unclaimed"]
        assert (job.state, job.result, job.done) == ("done", {"steps": STEPS}, STEPS)
        assert steps_done(tenant) == list(range(STEPS))


def test_a_failed_step_is_undone_and_the_job_goes_on_from_there(app, tenant, start):
    job_id = start(fail_at=2)
    assert run_job(app, tenant.id, job_id) == "failed"
    with working_in(app, tenant):
        assert get_job(job_id).error == "The third step can't be done."
        assert steps_done(tenant) == [0, 1]
        retry(job_id)
        db.session.commit()
    assert run_job(app, tenant.id, job_id) == "done"
    with working_in(app, tenant):
        assert steps_done(tenant) == list(range(STEPS))


def test_a_worker_whose_claim_was_taken_stops_without_a_trace(app, tenant, start):
    job_id = start(lose_at=1)
    assert run_job(app, tenant.id, job_id) == "unclaimed"
    with working_in(app, tenant):
        assert get_job(job_id).state == "running"


def test_a_silent_worker_s_job_is_claimed_by_another(app, tenant, start):
    job_id = start()
    long_ago = datetime.datetime.now(datetime.UTC) - datetime.timedelta(minutes=5)
    with working_in(app, tenant):
        db.session.execute(
            update(Job).where(Job.id == job_id).values(state="running", attempt=1, beat_at=long_ago)
        )
        db.session.commit()
    assert run_job(app, tenant.id, job_id) == "done"


def test_a_cancelled_job_stops_before_it_begins_or_at_its_next_step(app, tenant, start):
    waiting = start()
    with working_in(app, tenant):
        assert cancel(waiting).state == "cancelled"
        db.session.commit()
    assert run_job(app, tenant.id, waiting) == "unclaimed"
    asked = start()
    with working_in(app, tenant):
        db.session.execute(update(Job).where(Job.id == asked).values(cancel_requested=True))
        db.session.commit()
    assert run_job(app, tenant.id, asked) == "cancelled"
    with working_in(app, tenant):
        assert steps_done(tenant) == []


def test_a_job_needs_the_permission_of_its_kind_to_start_and_to_run(app, tenant):
    viewer = Subject("Viewer", tenant.id, Role.VIEWER)
    with working_in(app, tenant), acting_as(viewer), pytest.raises(Forbidden):
        enqueue("tests.steps", {})


def test_deliver_hands_over_what_waits_and_what_was_lost(app, tenant, start):
    connection = app.extensions["tierline.redis"]
    with app.app_context():
        deliver(connection)
    job_id = start()
    with app.app_context():
        assert deliver(connection) == 1
        assert deliver(connection) == 0
    connection.flushdb()
    with working_in(app, tenant):
        lost = datetime.datetime.now(datetime.UTC) - datetime.timedelta(minutes=2)
        db.session.execute(update(Job).where(Job.id == job_id).values(sent_at=lost))
        db.session.commit()
    with app.app_context():
        assert deliver(connection) == 1
    assert list(queue(connection).jobs[-1].args) == [tenant.id, str(job_id)]
    run_job(app, tenant.id, job_id)


def test_what_is_rolled_back_is_never_delivered(app, tenant):
    connection = app.extensions["tierline.redis"]
    with app.app_context():
        deliver(connection)
    with working_in(app, tenant):
        enqueue("tests.steps", {})
        db.session.rollback()
    with app.app_context():
        assert deliver(connection) == 0


def test_a_due_schedule_starts_one_job_and_moves_on(app, tenant):
    with working_in(app, tenant):
        planned = schedule("tests.steps", "0 3 * * *", "Asia/Shanghai", {})
        planned.next_at = datetime.datetime.now(datetime.UTC) - datetime.timedelta(seconds=1)
        db.session.commit()
        schedule_id = planned.id
    with app.app_context():
        start_due_schedules()
        start_due_schedules()
    with working_in(app, tenant):
        planned = db.session.get(Schedule, schedule_id)
        jobs = db.session.scalars(db.select(Job).where(Job.kind == "tests.steps")).all()
        assert len(jobs) == 1
        assert planned.last_job_id == jobs[0].id
        assert planned.next_at > datetime.datetime.now(datetime.UTC)
        assert planned.next_at.astimezone(datetime.UTC).hour == 19
    run_job(app, tenant.id, jobs[0].id)


def test_a_schedule_that_can_not_be_read_is_refused(in_tenant):
    with pytest.raises(Invalid) as refused:
        schedule("tests.steps", "every day", "Asia/Shanghai", {})
    assert refused.value.fields == {"cron": ["is not a cron expression"]}
