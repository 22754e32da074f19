"""What is read once a transaction: never another scope's answer, never one from before a write."""

from __future__ import annotations

from sqlalchemy import func, select, text, update

from conftest import working_in
from tierline.db import db, read_once
from tierline.jobs.models import Job

reads: list[int] = []


@read_once
def number_of_jobs() -> int:
    """Return how many jobs the tenant in scope has."""
    found: int = db.session.scalar(select(func.count(Job.id)))
    reads.append(found)
    return found


def add_job() -> None:
    job = Job(kind="tests", title="A job", arguments={}, actor={}, position={})
    db.session.add(job)


def times_read() -> int:
    reads.clear()
    number_of_jobs()
    return len(reads)


def test_a_second_question_is_not_asked_again(in_tenant):
    number_of_jobs()
    assert times_read() == 0


def test_a_change_that_is_not_flushed_yet_counts(in_tenant):
    assert number_of_jobs() == 0
    add_job()
    assert number_of_jobs() == 1


def test_a_statement_that_writes_asks_again(in_tenant):
    number_of_jobs()
    db.session.execute(update(Job).values(title="Another"))
    assert times_read() == 1
    db.session.execute(text("SELECT 1"))  # nobody can tell what a text does
    assert times_read() == 1


def test_what_is_rolled_back_is_forgotten(in_tenant):
    assert number_of_jobs() == 0
    savepoint = db.session.begin_nested()
    add_job()
    assert number_of_jobs() == 1
    savepoint.rollback()
    assert number_of_jobs() == 0


def test_a_new_transaction_asks_again(in_tenant):
    number_of_jobs()
    db.session.commit()
    assert times_read() == 1


def test_no_scope_gets_the_answer_of_another(app, tenant, other_tenant):
    with working_in(app, tenant):
        add_job()
        assert number_of_jobs() == 1
        with working_in(app, other_tenant):
            assert number_of_jobs() == 0
        assert number_of_jobs() == 1
