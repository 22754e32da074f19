"""Random sessions: any order of reads, writes, commits and savepoints stays within the tenant."""

from __future__ import annotations

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import SQLAlchemyError

from conftest import superuser, working_in
from query_forms import MODEL_READS, MODEL_WRITES, READS, WRITES, Target
from tenant_rows import digest, model_of, tables
from tierline.db import db
from tierline.errors import TierlineError

FORMS = {**READS, **MODEL_READS, **WRITES, **MODEL_WRITES}
STEPS = st.tuples(
    st.sampled_from(sorted(FORMS)),
    st.sampled_from([table.name for table in tables()]),
    st.sampled_from(["go on", "commit", "roll back", "forget"]),
)


@pytest.fixture(scope="module")
def three(make_planted):
    """Plant three tenants; the last two are never to be seen."""
    return [make_planted() for _ in range(3)]


def step(form, table, mine, theirs):
    """Take one step in the scope in force; return the tenants seen."""
    target = Target(table, mine, theirs)
    if form in (*MODEL_READS, *MODEL_WRITES) and model_of(table) is None:
        return set()
    reads = form in READS or form in MODEL_READS
    try:
        with db.session.begin_nested():
            found = FORMS[form](target)
            return set(found) if reads else set()
    except (SQLAlchemyError, TierlineError, psycopg.Error):
        db.session.rollback()
        return set()


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, min_size=1, max_size=12), st.integers(1, 2))
def test_a_random_session_stays_at_home(app, servers, settings, three, steps, other):
    mine, theirs = three[0], three[other]
    by_name = {table.name: table for table in tables()}
    name = settings.database_url.rpartition("/")[2].partition("?")[0]
    with superuser(servers, name) as outside:
        before = [digest(outside, each.company.id) for each in three[1:]]
        with working_in(app, mine.company):
            for form, table, then in steps:
                assert step(form, by_name[table], mine, theirs) <= {mine.company.id}, form
                if then == "commit":
                    finish_by(db.session.commit)
                elif then == "roll back":
                    db.session.rollback()
                elif then == "forget":
                    db.session.expunge_all()
            finish_by(db.session.commit)
        assert [digest(outside, each.company.id) for each in three[1:]] == before


def finish_by(act):
    """Commit, or roll back where what was written can't stand."""
    try:
        act()
    except (SQLAlchemyError, TierlineError):
        db.session.rollback()
