"""Keyset paging: every row once, in order, forwards and backwards, however values repeat."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tierline.db import db
from tierline.db.paging import COUNT_LIMIT, Sort, capped_count, keyset_page
from tierline.errors import Invalid
from tierline.jobs.models import Job

ORDERS = {
    "newest": Sort("newest", ((Job.created_at, True), (Job.id, True))),
    "by title": Sort("by title", ((Job.title, False), (Job.id, False))),
    "most done": Sort("most done", ((Job.done, True), (Job.title, False), (Job.id, True))),
}
START = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


@pytest.fixture
def rows(in_tenant):
    """Write 57 rows whose sort values repeat a lot."""
    for place in range(57):
        job = Job(
            kind="tests", title=f"标题 {place % 5}", arguments={}, actor={}, position={},
            done=place % 3, created_at=START + datetime.timedelta(seconds=place % 7),
        )  # fmt: skip
        db.session.add(job)
    db.session.flush()


@pytest.mark.parametrize("order", ORDERS)
@given(limit=st.integers(1, 60))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pages_forwards_and_backwards_are_the_whole_list(order, limit, rows):
    sort = ORDERS[order]
    ordered = [column.desc() if down else column.asc() for column, down in sort.columns]
    whole = [job.id for job in db.session.scalars(select(Job).order_by(*ordered))]

    forwards, cursor, last = [], None, None
    while True:
        page = keyset_page(select(Job), sort, cursor, limit)
        forwards += [job.id for job in page.items]
        last, cursor = page, page.next_cursor
        if cursor is None:
            break
    assert forwards == whole

    backwards = [job.id for job in last.items]
    while last.previous_cursor is not None:
        last = keyset_page(select(Job), sort, last.previous_cursor, limit)
        backwards = [job.id for job in last.items] + backwards
    assert backwards == whole


HOSTILE = ["x", "e30", "W10", "bnVsbA", "WzFd", "🙂", "A" * 999, "WyJuZXdlc3QiLCI+IiwxLDJd"]


@pytest.mark.parametrize("cursor", HOSTILE)
def test_a_cursor_that_is_not_ours_is_refused_by_name(cursor, in_tenant):
    with pytest.raises(Invalid) as refused:
        keyset_page(select(Job), ORDERS["newest"], cursor)
    assert refused.value.fields == {"cursor": ["is not one of this list"]}


def test_a_cursor_of_another_order_is_refused(rows):
    page = keyset_page(select(Job), ORDERS["by title"], None, 5)
    with pytest.raises(Invalid):
        keyset_page(select(Job), ORDERS["newest"], page.next_cursor, 5)


def test_a_count_stops_at_its_limit(rows):
    assert capped_count(select(Job)) == 57
    assert COUNT_LIMIT == 10_001
