"""One row of every tenant table, made from the metadata alone: a new table is covered by itself.

Values follow from the columns' types, from checks of the form `column IN (…)`, and from foreign
keys, which lead to the row made before. What can't be guessed stands in KNOWN.
"""

from __future__ import annotations

import datetime
import decimal
import re
import uuid
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from sqlalchemy import Column, Connection, Table, insert, select, text
from sqlalchemy import types as sqltypes
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from conftest import Company, working_in
from tierline.db import Base, db
from tierline.db.rls import tenant_tables
from tierline.identity import service
from tierline.models import MODELS

assert MODELS

KNOWN: dict[tuple[str, str], Any] = {("membership", "role"): "owner"}

Row = dict[str, Any]


def tables() -> list[Table]:
    """Return every tenant table, parents first."""
    return tenant_tables(Base.metadata)


def model_of(table: Table) -> type[Any] | None:
    """Return the model of a table, or None for one without."""
    mappers = Base.registry.mappers
    return next((mapper.class_ for mapper in mappers if mapper.local_table is table), None)


@dataclass
class Planted:
    """A tenant in which every tenant table has a row; `rows` holds one of each, whole."""

    company: Company
    marker: str
    rows: dict[str, Row] = field(default_factory=dict)

    def key(self, table: Table) -> Row:
        """Return the primary key of the planted row."""
        return {column.name: self.rows[table.name][column.name] for column in table.primary_key}


def plant(app: Flask, company: Company) -> Planted:
    """Write a row into every tenant table of the company, and commit."""
    planted = Planted(company, f"canary-{uuid.uuid4().hex}")
    with working_in(app, company):
        for table in tables():
            planted.rows[table.name] = insert_row(table, planted)
        db.session.commit()
    return planted


def insert_row(table: Table, planted: Planted) -> Row:
    """Write a row into a table, and return it whole."""
    try:
        statement = insert(table).values(row_for(table, planted)).returning(*table.c)
        return dict(db.session.execute(statement).mappings().one())
    except Exception as error:
        raise AssertionError(
            f"no row can be made up for {table.name}; name its values in tenant_rows.KNOWN: {error}"
        ) from error


def row_for(table: Table, planted: Planted) -> Row:
    """Return values for a new row of the table, in the planted tenant."""
    values: Row = {"tenant_id": planted.company.id}
    for constraint in table.foreign_key_constraints:
        values |= _referred(constraint, planted)
    for column in table.c:
        if column.name not in values and not _may_be_absent(column):
            values[column.name] = _value(table, column, planted.marker)
    return values


def _may_be_absent(column: Column[Any]) -> bool:
    return column.nullable or column.server_default is not None or column.identity is not None


def _referred(constraint: Any, planted: Planted) -> Row:
    parent = constraint.referred_table
    if parent.name in planted.rows:
        row = planted.rows[parent.name]
    elif "tenant_id" in parent.c:
        return {}  # a reference to its own table, or in a circle: left empty
    else:
        row = _global_row(parent)
    return {each.parent.name: row[each.column.name] for each in constraint.elements}


def _global_row(table: Table) -> Row:
    if table.name == "app_user":
        user = service.create_user(f"{uuid.uuid4().hex}@example.com")
        return {"id": user.id}
    return dict(db.session.execute(select(table).limit(1)).mappings().one())


def _value(table: Table, column: Column[Any], marker: str) -> Any:
    if (table.name, column.name) in KNOWN:
        return KNOWN[table.name, column.name]
    for check in table.constraints:
        found = re.search(rf"\b{column.name} IN \('([^']+)'", str(getattr(check, "sqltext", "")))
        if found:
            return found[1]
    return _plain_value(column.type, marker)


def _plain_value(kind: Any, marker: str) -> Any:
    if isinstance(kind, ARRAY):
        return [_plain_value(kind.item_type, marker)]
    if isinstance(kind, JSONB):
        return {"canary": marker}
    now = datetime.datetime.now(datetime.UTC)
    by_type: dict[type[Any], Any] = {
        str: marker,
        int: 1,
        bool: False,
        float: 1.0,
        bytes: marker.encode(),
        decimal.Decimal: decimal.Decimal(1),
        uuid.UUID: uuid.uuid4(),
        datetime.datetime: now + datetime.timedelta(days=1),
        datetime.date: now.date(),
        datetime.time: now.time(),
    }
    return by_type[uuid.UUID if isinstance(kind, sqltypes.Uuid) else kind.python_type]


def digest(connection: Connection, tenant_id: int) -> dict[str, str]:
    """Return what every table holds of the tenant; an update that changes nothing shows too."""
    found = {}
    for table in tables():
        statement = text(
            "SELECT coalesce(md5(string_agg(row::text, chr(10) ORDER BY row::text)), '') FROM "
            f"(SELECT xmin, ctid, t FROM {table.name} t WHERE tenant_id = :tenant) row"
        )
        found[table.name] = connection.execute(statement, {"tenant": tenant_id}).scalar_one()
    return found


def count(connection: Connection, table: Table, tenant_id: int) -> int:
    """Return how many rows of the tenant the table holds."""
    statement = text(f"SELECT count(*) FROM {table.name} WHERE tenant_id = :tenant")
    return int(connection.execute(statement, {"tenant": tenant_id}).scalar_one())
