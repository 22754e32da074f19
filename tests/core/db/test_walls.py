"""Both walls: in a tenant's scope no form of query reaches another tenant's row of any table."""

from __future__ import annotations

import re
from contextlib import ExitStack, contextmanager

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from conftest import superuser, working_in
from query_forms import MODEL_READS, MODEL_WRITES, READS, WRITES, Target
from tenant_rows import count, digest, model_of, tables
from tierline.config import home_folder
from tierline.db import Base, CrossTenant, NoTenant, db, system, tenant_scope
from tierline.errors import TierlineError

REFUSED = (SQLAlchemyError, TierlineError)
DRIVER_ERRORS = (psycopg.Error,)


@pytest.fixture(scope="module")
def two(app, make_planted):
    """Plant two tenants."""
    return make_planted(), make_planted()


@pytest.fixture
def outside(servers, settings):
    """Connect past every wall, to look at what is really there."""
    name = settings.database_url.rpartition("/")[2].partition("?")[0]
    with superuser(servers, name) as connection:
        yield connection


def targets(two, *, mapped=False):
    """Return the target of every tenant table."""
    mine, theirs = two
    chosen = [table for table in tables() if not mapped or model_of(table) is not None]
    return [Target(table, mine, theirs) for table in chosen]


@contextmanager
def inside(app, company):
    """Enter a company's scope anew; nothing of it stays."""
    with working_in(app, company):
        try:
            yield
        finally:
            db.session.rollback()


def test_every_table_has_a_row_of_both_tenants(two, outside):
    for planted in two:
        for table in tables():
            assert count(outside, table, planted.company.id) >= 1, table.name


@pytest.mark.parametrize("form", READS)
def test_core_and_text_see_the_tenants_own_rows_only(app, two, form):
    for target in targets(two):
        with inside(app, two[0].company):
            assert set(READS[form](target)) == {two[0].company.id}, target.table.name


@pytest.mark.parametrize("form", MODEL_READS)
def test_the_orm_sees_the_tenants_own_rows_only(app, two, form):
    for target in targets(two, mapped=True):
        with inside(app, two[0].company):
            assert set(MODEL_READS[form](target)) == {two[0].company.id}, target.table.name


@pytest.mark.parametrize("form", [*WRITES, *MODEL_WRITES])
def test_no_write_reaches_another_tenant(app, two, outside, form):
    before = digest(outside, two[1].company.id)
    act = WRITES.get(form) or MODEL_WRITES[form]
    for target in targets(two, mapped=form in MODEL_WRITES):
        with inside(app, two[0].company):
            try:
                act(target)
                assert form not in MUST_RAISE, f"{form} was not refused for {target.table.name}"
                db.session.commit()
            except (*REFUSED, *DRIVER_ERRORS):
                db.session.rollback()
    assert digest(outside, two[1].company.id) == before


MUST_RAISE = {
    "core_insert",
    "core_insert_many",
    "core_upsert",
    "core_move_mine_to_them",
    "truncate",
    "copy_from",
    "switch_the_tenant_in_a_query",
    "orm_add",
    "orm_add_then_move",
    "orm_merge",
    "orm_bulk_insert",
    "orm_delete_detached",
}


def read_outside(app, form, target):
    """Read without any scope; return what was seen."""
    with app.app_context():
        try:
            return list({**READS, **MODEL_READS}[form](target))
        finally:
            db.session.rollback()


@pytest.mark.parametrize("form", READS)
def test_without_a_scope_core_and_text_raise(app, two, form):
    for target in targets(two):
        with pytest.raises((*REFUSED, *DRIVER_ERRORS)):
            read_outside(app, form, target)


@pytest.mark.parametrize("form", MODEL_READS)
def test_without_a_scope_the_orm_raises(app, two, form):
    for target in targets(two, mapped=True):
        with pytest.raises(REFUSED):
            read_outside(app, form, target)


@pytest.mark.parametrize("options", [{}, {"isolation_level": "AUTOCOMMIT"}])
def test_plain_and_autocommit_connections_raise(app, two, options):
    for target in targets(two):
        with app.app_context(), pytest.raises(DBAPIError):
            read_plainly(options, select(target.table.c.tenant_id))


def read_plainly(options, statement):
    """Read by a connection that no session has prepared."""
    with db.engine.connect().execution_options(**options) as connection:
        connection.execute(statement)


def test_a_session_serves_one_scope(app, two):
    mine, theirs = two
    with app.app_context(), ExitStack() as stack:
        stack.enter_context(tenant_scope(mine.company.id))
        session = db.session()
        session.execute(text("SELECT 1"))
        with tenant_scope(theirs.company.id), pytest.raises(CrossTenant):
            session.execute(text("SELECT 1"))


def test_a_record_does_not_follow_into_another_scope(app, two):
    mine, theirs = two
    table = next(table for table in tables() if table.name == "membership")
    model = model_of(table)
    with inside(app, theirs.company):
        record = db.session.scalars(select(model)).first()
        db.session.expunge(record)
    with inside(app, mine.company), pytest.raises(CrossTenant):
        db.session.add(record)


def test_the_system_scope_sees_all_and_leaves_no_trace(app, two):
    mine, theirs = two
    table = tables()[0]
    with inside(app, mine.company):
        with system("a test of the third role"):
            found = set(db.session.scalars(select(table.c.tenant_id).distinct()))
        assert {mine.company.id, theirs.company.id} <= found
        assert set(db.session.scalars(select(table.c.tenant_id))) == {mine.company.id}


def test_the_forms_can_find_a_leak(app, two):
    """The negative control: past the walls, every reading form does see the other tenant."""
    blind = []
    for name, form in {**READS, **MODEL_READS}.items():
        target = Target(next(t for t in tables() if t.name == "membership"), *two)
        with app.app_context(), system("negative control of the walls' tests"):
            try:
                seen = set(form(target))
            finally:
                db.session.rollback()
        if two[1].company.id not in seen:
            blind.append(name)
    assert blind in ([], ["core_scalar_subquery"])


HARMFUL = [
    "core_update",
    "core_delete",
    "core_insert",
    "core_insert_many",
    "core_upsert",
    "text_update",
    "text_delete",
    "text_merge",
    "driver_delete",
    "orm_update",
    "orm_delete",
    "orm_update_by_key",
    "orm_delete_detached",
]


@pytest.mark.parametrize("form", HARMFUL)
def test_the_writing_forms_can_do_harm(app, two, make_planted, outside, form):
    """The negative control of the writes: past the walls each changes the other tenant's row."""
    theirs = make_planted()
    table = next(table for table in tables() if table.name == "timeline_entry")
    before = digest(outside, theirs.company.id)
    with app.app_context(), system("negative control of the walls' tests"):
        {**WRITES, **MODEL_WRITES}[form](Target(table, two[0], theirs))
        db.session.commit()
    assert digest(outside, theirs.company.id) != before


def test_no_tenant_is_an_error_of_ours(app):
    model = model_of(next(table for table in tables() if table.name == "membership"))
    with app.app_context():
        with pytest.raises(NoTenant):
            db.session.scalars(select(model)).all()
        with pytest.raises(NoTenant):
            db.session.get(model, "0192d0a1-0000-7000-8000-000000000000")
        with pytest.raises(CrossTenant):
            db.session.add(model(tenant_id=1, user_id=1, role="owner"))


def test_the_global_tables_are_those_that_the_architecture_names():
    page = (home_folder() / "docs" / "architecture.md").read_text(encoding="utf-8")
    sentence = page[page.index("Global tables:") : page.index("Every other table")]
    there = {table.name for table in Base.metadata.tables.values() if "tenant_id" not in table.c}
    assert set(re.findall(r"`(\w+)`", sentence)) == there
