"""The many ways to ask a database, each for any tenant table: what they see and what they change.

A reading form returns the tenant_id of every row that it sees. A writing form aims at another
tenant's row. All run in whatever scope is in force.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Table,
    and_,
    delete,
    exists,
    func,
    insert,
    inspect,
    literal,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import (
    aliased,
    joinedload,
    make_transient_to_detached,
    selectinload,
    subqueryload,
)

from tenant_rows import Planted, model_of
from tierline.db import db

Seen = Iterable[int]


@dataclass(frozen=True)
class Target:
    """A table, the row of the other tenant that is aimed at, and the tenant in scope."""

    table: Table
    mine: Planted
    theirs: Planted

    @property
    def model(self) -> Any:
        return model_of(self.table)

    @property
    def their_key(self) -> dict[str, Any]:
        return self.theirs.key(self.table)

    @property
    def their_id(self) -> tuple[Any, ...]:
        return tuple(self.their_key.values())

    @property
    def is_theirs(self) -> Any:
        return and_(*(self.table.c[name] == value for name, value in self.their_key.items()))

    @property
    def plain_column(self) -> str:
        """Return a column outside the key, to write to."""
        keys = set(self.table.primary_key.columns.keys())
        return next((name for name in self.table.c.keys() if name not in keys), "tenant_id")  # noqa: SIM118


READS: dict[str, Callable[[Target], Seen]] = {}
MODEL_READS: dict[str, Callable[[Target], Seen]] = {}
WRITES: dict[str, Callable[[Target], Any]] = {}
MODEL_WRITES: dict[str, Callable[[Target], Any]] = {}


def _into(table: dict[str, Any]) -> Callable[[Any], Any]:
    def keep(form: Any) -> Any:
        table[form.__name__] = form
        return form

    return keep


read, model_read = _into(READS), _into(MODEL_READS)
write, model_write = _into(WRITES), _into(MODEL_WRITES)


# Reading by Core, text and the driver: wall two alone stands here.


@read
def core_select(target: Target) -> Seen:
    return db.session.scalars(select(target.table.c.tenant_id)).all()


@read
def core_count(target: Target) -> Seen:
    counted = select(target.table.c.tenant_id, func.count()).group_by(target.table.c.tenant_id)
    return [row[0] for row in db.session.execute(counted)]


@read
def core_alias(target: Target) -> Seen:
    return db.session.scalars(select(target.table.alias("a").c.tenant_id)).all()


@read
def core_subquery(target: Target) -> Seen:
    inner = select(target.table).subquery()
    return db.session.scalars(select(inner.c.tenant_id)).all()


@read
def core_cte(target: Target) -> Seen:
    inner = select(target.table).cte("inner_rows")
    return db.session.scalars(select(inner.c.tenant_id)).all()


@read
def core_union(target: Target) -> Seen:
    one = select(target.table.c.tenant_id)
    return db.session.scalars(union_all(one, one)).all()


@read
def core_cross_join(target: Target) -> Seen:
    one, other = target.table.alias("one"), target.table.alias("other")
    pairs = select(one.c.tenant_id, other.c.tenant_id).join(other, literal(True))
    return [tenant for row in db.session.execute(pairs) for tenant in row]


@read
def core_outer_join(target: Target) -> Seen:
    one, other = target.table.alias("one"), target.table.alias("other")
    pairs = select(one.c.tenant_id, other.c.tenant_id).outerjoin(other, literal(True), full=True)
    return [tenant for row in db.session.execute(pairs) for tenant in row if tenant is not None]


@read
def core_scalar_subquery(target: Target) -> Seen:
    return db.session.scalars(select(select(func.max(target.table.c.tenant_id)).scalar_subquery()))


@read
def core_array_agg(target: Target) -> Seen:
    return db.session.scalar(select(func.array_agg(target.table.c.tenant_id))) or []


@read
def core_window(target: Target) -> Seen:
    first = func.first_value(target.table.c.tenant_id).over(order_by=target.table.c.tenant_id)
    last = func.max(target.table.c.tenant_id).over()
    return [tenant for row in db.session.execute(select(first, last)) for tenant in row]


@read
def core_for_update(target: Target) -> Seen:
    if target.table.info.get("append_only"):
        return core_select(target)  # nobody may lock what nobody may change
    return db.session.scalars(select(target.table.c.tenant_id).with_for_update()).all()


@read
def plain_text(target: Target) -> Seen:
    return db.session.scalars(text(f"SELECT tenant_id FROM {target.table.name}")).all()


@read
def text_condition_that_is_always_true(target: Target) -> Seen:
    statement = select(target.table.c.tenant_id).where(text("1 = 1 OR tenant_id > 0"))
    return db.session.scalars(statement).all()


@read
def text_recursive(target: Target) -> Seen:
    statement = (
        f"WITH RECURSIVE r(t, n) AS (SELECT tenant_id, 1 FROM {target.table.name} "
        f"UNION ALL SELECT x.tenant_id, n + 1 FROM {target.table.name} x, r WHERE n < 2) "
        "SELECT t FROM r"
    )
    return db.session.scalars(text(statement)).all()


@read
def text_sample(target: Target) -> Seen:
    sample = f"SELECT tenant_id FROM {target.table.name} TABLESAMPLE BERNOULLI (100)"
    return db.session.scalars(text(sample)).all()


@read
def text_lateral(target: Target) -> Seen:
    name = target.table.name
    statement = f"SELECT b.tenant_id FROM (SELECT 1) a, LATERAL (SELECT * FROM {name}) b"
    return db.session.scalars(text(statement)).all()


@read
def driver_sql(target: Target) -> Seen:
    found = db.session.connection().exec_driver_sql(f"SELECT tenant_id FROM {target.table.name}")
    return found.scalars().all()


@read
def driver_cursor(target: Target) -> Seen:
    with db.session.connection().connection.cursor() as cursor:
        cursor.execute(f"SELECT tenant_id FROM {target.table.name}")
        return [row[0] for row in cursor.fetchall()]


@read
def copy_to(target: Target) -> Seen:
    statement = f"COPY {target.table.name} (tenant_id) TO STDOUT"
    with db.session.connection().connection.cursor() as cursor, cursor.copy(statement) as rows:
        return [int(line) for line in b"".join(rows).split()]


@read
def inside_a_savepoint(target: Target) -> Seen:
    with db.session.begin_nested():
        return core_select(target)


@read
def after_a_savepoint_that_failed(target: Target) -> Seen:
    savepoint = db.session.begin_nested()
    savepoint.rollback()
    return core_select(target)


@read
def after_commit(target: Target) -> Seen:
    core_select(target)
    db.session.commit()
    return core_select(target)


@read
def after_rollback(target: Target) -> Seen:
    core_select(target)
    db.session.rollback()
    return core_select(target)


# Reading by the ORM: both walls.


@model_read
def orm_select(target: Target) -> Seen:
    return [row.tenant_id for row in db.session.scalars(select(target.model))]


@model_read
def orm_column(target: Target) -> Seen:
    return db.session.scalars(select(target.model.tenant_id)).all()


@model_read
def orm_alias(target: Target) -> Seen:
    return [row.tenant_id for row in db.session.scalars(select(aliased(target.model)))]


@model_read
def orm_join(target: Target) -> Seen:
    other = aliased(target.model)
    pairs = select(target.model.tenant_id, other.tenant_id).join(other, literal(True))
    return [tenant for row in db.session.execute(pairs) for tenant in row]


@model_read
def orm_subquery(target: Target) -> Seen:
    inner = aliased(target.model, select(target.model).subquery())
    return [row.tenant_id for row in db.session.scalars(select(inner))]


@model_read
def orm_cte(target: Target) -> Seen:
    inner = aliased(target.model, select(target.model).cte())
    return [row.tenant_id for row in db.session.scalars(select(inner))]


@model_read
def orm_union(target: Target) -> Seen:
    one = select(target.model.tenant_id)
    return db.session.scalars(union_all(one, one)).all()


@model_read
def orm_exists(target: Target) -> Seen:
    other = aliased(target.model)
    there_is = exists().where(other.tenant_id == target.theirs.company.id)
    found = db.session.scalar(select(there_is.select_from(other)))
    return [target.theirs.company.id] if found else [target.mine.company.id]


@model_read
def orm_count(target: Target) -> Seen:
    counted = select(target.model.tenant_id, func.count()).group_by(target.model.tenant_id)
    return [row[0] for row in db.session.execute(counted)]


@model_read
def orm_query(target: Target) -> Seen:
    return [row.tenant_id for row in db.session.query(target.model).all()]


@model_read
def orm_paginate(target: Target) -> Seen:
    everything = {"per_page": 10**6, "max_per_page": None}
    page = db.paginate(select(target.model), page=1, **everything)
    assert page.total == len(page.items)
    return [row.tenant_id for row in page.items]


@model_read
def orm_stream(target: Target) -> Seen:
    statement = select(target.model).execution_options(yield_per=1)
    return [row.tenant_id for row in db.session.scalars(statement)]


@model_read
def orm_from_text(target: Target) -> Seen:
    statement = text(f"SELECT * FROM {target.table.name}")
    found = db.session.scalars(select(target.model).from_statement(statement))
    return [row.tenant_id for row in found]


@model_read
def orm_refresh(target: Target) -> Seen:
    rows = db.session.scalars(select(target.model)).all()
    for row in rows:
        db.session.refresh(row)
    return [row.tenant_id for row in rows]


@model_read
def orm_relationships(target: Target) -> Seen:
    seen = []
    for relation in inspect(target.model).relationships:
        attribute = getattr(target.model, relation.key)
        for load in (joinedload, selectinload, subqueryload):
            db.session.expunge_all()
            rows = db.session.scalars(select(target.model).options(load(attribute))).unique().all()
            seen += [tenant for row in rows for tenant in _related(row, relation.key)]
        db.session.expunge_all()
        for row in db.session.scalars(select(target.model)).unique().all():
            seen += _related(row, relation.key)
    return seen or orm_select(target)


def _related(row: Any, key: str) -> list[int]:
    value = getattr(row, key)
    found = value if isinstance(value, list) else [value]
    return [row.tenant_id, *(each.tenant_id for each in found if hasattr(each, "tenant_id"))]


@model_read
def orm_get(target: Target) -> Seen:
    found = db.session.get(target.model, target.their_id)
    mine = db.session.get(target.model, tuple(target.mine.key(target.table).values()))
    return [row.tenant_id for row in (found, mine) if row is not None]


# Writing, aimed at the other tenant's row.


@write
def core_update(target: Target) -> Any:
    column = target.table.c[target.plain_column]
    return db.session.execute(update(target.table).where(target.is_theirs).values({column: column}))


@write
def core_delete(target: Target) -> Any:
    return db.session.execute(delete(target.table).where(target.is_theirs))


@write
def core_insert(target: Target) -> Any:
    return db.session.execute(insert(target.table).values(_copy(target)))


@write
def core_insert_many(target: Target) -> Any:
    return db.session.execute(insert(target.table), [_copy(target)])


@write
def core_upsert(target: Target) -> Any:
    row = target.theirs.rows[target.table.name]
    changed = {target.plain_column: row[target.plain_column]}
    keys = target.table.primary_key.columns.keys()
    statement = (
        upsert(target.table).values(row).on_conflict_do_update(index_elements=keys, set_=changed)
    )
    return db.session.execute(statement)


@write
def core_move_mine_to_them(target: Target) -> Any:
    theirs = target.theirs.company.id
    return db.session.execute(update(target.table).values(tenant_id=theirs))


@write
def text_update(target: Target) -> Any:
    name = target.plain_column
    statement = f'UPDATE {target.table.name} SET "{name}" = "{name}" WHERE tenant_id = :theirs'
    return db.session.execute(text(statement), {"theirs": target.theirs.company.id})


@write
def text_delete(target: Target) -> Any:
    statement = text(f"DELETE FROM {target.table.name} WHERE tenant_id = :theirs")
    return db.session.execute(statement, {"theirs": target.theirs.company.id})


@write
def text_merge(target: Target) -> Any:
    statement = text(
        f"MERGE INTO {target.table.name} t USING (SELECT CAST(:theirs AS bigint) AS id) s "
        "ON t.tenant_id = s.id WHEN MATCHED THEN DELETE"
    )
    return db.session.execute(statement, {"theirs": target.theirs.company.id})


@write
def driver_delete(target: Target) -> Any:
    with db.session.connection().connection.cursor() as cursor:
        statement = f"DELETE FROM {target.table.name} WHERE tenant_id = %s"
        return cursor.execute(statement, [target.theirs.company.id])


@write
def truncate(target: Target) -> Any:
    return db.session.execute(text(f"TRUNCATE {target.table.name} CASCADE"))


@write
def copy_from(target: Target) -> Any:
    statement = f"COPY {target.table.name} (tenant_id) FROM STDIN"
    with db.session.connection().connection.cursor() as cursor, cursor.copy(statement) as rows:
        rows.write(f"{target.theirs.company.id}\n")


@write
def switch_the_tenant_in_a_query(target: Target) -> Any:
    theirs = str(target.theirs.company.id)
    statement = text("SELECT set_config('app.tenant', :theirs, true)")
    return db.session.execute(statement, {"theirs": theirs})


@model_write
def orm_update(target: Target) -> Any:
    column = getattr(
        target.model,
        inspect(target.model).get_property_by_column(target.table.c[target.plain_column]).key,
    )
    theirs = target.model.tenant_id == target.theirs.company.id
    return db.session.execute(
        update(target.model).where(theirs).values({column: column}),
        execution_options={"synchronize_session": False},
    )


@model_write
def orm_delete(target: Target) -> Any:
    theirs = target.model.tenant_id == target.theirs.company.id
    statement = delete(target.model).where(theirs)
    return db.session.execute(statement, execution_options={"synchronize_session": False})


@model_write
def orm_update_by_key(target: Target) -> Any:
    mapper = inspect(target.model)
    row = target.theirs.rows[target.table.name]
    named = {
        mapper.get_property_by_column(target.table.c[key]).key: value for key, value in row.items()
    }
    return db.session.execute(update(target.model), [named])


@model_write
def orm_add(target: Target) -> Any:
    db.session.add(_detached(target))
    db.session.flush()


@model_write
def orm_add_then_move(target: Target) -> Any:
    row = db.session.scalars(select(target.model).limit(1)).unique().one()
    row.tenant_id = target.theirs.company.id
    db.session.flush()


@model_write
def orm_merge(target: Target) -> Any:
    db.session.merge(_detached(target))
    db.session.flush()


@model_write
def orm_bulk_insert(target: Target) -> Any:
    db.session.bulk_save_objects([_detached(target)])


@model_write
def orm_delete_detached(target: Target) -> Any:
    record = _detached(target)
    make_transient_to_detached(record)
    db.session.add(record)
    db.session.delete(record)
    db.session.flush()


def _copy(target: Target) -> dict[str, Any]:
    """Return their row as a new one: with an id of its own where the database gives one."""
    row = dict(target.theirs.rows[target.table.name])
    if "id" in target.table.primary_key.columns:
        row.pop("id")
    return row


def _detached(target: Target) -> Any:
    mapper = inspect(target.model)
    row = target.theirs.rows[target.table.name]
    named = {
        mapper.get_property_by_column(target.table.c[key]).key: value for key, value in row.items()
    }
    return target.model(**named)
