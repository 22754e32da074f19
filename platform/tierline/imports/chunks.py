"""One chunk of an import: its rows typed and examined, its findings counted, its failures noted.

The rows are made in layers, each a subquery that is not merged into the next (OFFSET 0), so that
every expression is computed once a row: texts, values, findings about values, what is derived.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Subquery,
    and_,
    case,
    func,
    insert,
    literal,
    select,
    text,
)

from tierline.db import db
from tierline.imports.expressions import text_of, unknown, value_of
from tierline.imports.findings import WRONG_COLUMNS
from tierline.imports.mappings import ImportMap
from tierline.imports.registry import Finding, RecordType, TypedRow
from tierline.imports.staging import Range, Stage, rows_of

SAMPLES = 3
# Temporary tables have no statistics: a merge join would sort texts where a hash is enough.
SETTINGS = text("SET LOCAL work_mem = '64MB'; SET LOCAL enable_mergejoin = off")
Fields = Mapping[str, ColumnElement[Any]]
PLACES = ("row_no", "first_row", "copy_no", "width")


def load_chunk(
    stage: Stage,
    record_type: RecordType,
    mapping: ImportMap,
    findings: Sequence[Finding],
    part: Range,
) -> None:
    """Fill `import_row` with the chunk's rows: typed, derived, with their findings as bits."""
    bits = {finding.key: 1 << place for place, finding in enumerate(findings)}
    db.session.execute(SETTINGS)
    values = _values(
        _texts(stage, record_type, mapping, part, "duplicate" in bits), record_type, mapping
    )
    rows = _examined_values(stage, values, record_type, bits)
    # What nothing fills is no column of the layers: each column costs time in each of them.
    fields = _fields({field.name: unknown(field) for field in record_type.fields()}, rows)
    for derive in record_type.derive(mapping):
        derived = derive(_row(rows, fields))
        kept = [column for column in rows.c if column.key not in derived]
        rows = _layer([*kept, *(value.label(name) for name, value in derived.items())])
        fields = _fields({**fields, **derived}, rows)
    row = _row(rows, fields)
    found = _bits(rows.c.findings, record_type.examine(row, mapping), bits)
    columns = {"row_no": row.row_no, "first_row": row.first_row, "findings": found, **row.fields}
    selected = select(*(value.label(name) for name, value in columns.items()))
    db.session.execute(insert(stage.rows).from_select(list(columns), selected))


def _layer(columns: Sequence[ColumnElement[Any]]) -> Subquery:
    """Return a subquery that the planner computes on its own."""
    return select(*columns).offset(literal(0)).subquery()


def _fields(known: Fields, rows: Subquery) -> Fields:
    """Return the fields: those that are columns of `rows` as such, the others as they were."""
    return {name: rows.c.get(name, value) for name, value in known.items()}


def _row(rows: Subquery, fields: Fields) -> TypedRow:
    return TypedRow(
        fields=fields,
        row_no=rows.c.row_no,
        first_row=rows.c.first_row,
        copy_no=rows.c.copy_no,
    )


def _texts(
    stage: Stage, record_type: RecordType, mapping: ImportMap, part: Range, copies: bool
) -> Subquery:
    """Return the chunk's rows: their places, and the text of each field that is mapped."""
    rows = rows_of(stage, record_type, mapping, part)
    texts = stage.texts()
    copy_no: ColumnElement[int] = literal(1)
    if copies:
        copy_no = func.row_number().over(
            partition_by=[rows.first_row, *texts.values()], order_by=stage.raw.c.row_no
        )
    fields: list[ColumnElement[Any]] = [
        text_of(mapping.sources[field.name], texts).label(field.name)
        for field in record_type.fields()
        if field.name in mapping.sources
    ]
    for name in record_type.uniform_fields(mapping) if rows.keyed else ():
        given = func.nullif(text_of(mapping.sources[name], texts), "")
        fields.append((given != stage.keys.c[name]).label(f"other {name}"))
    places = [stage.raw.c.row_no, rows.first_row.label("first_row"), copy_no.label("copy_no")]
    statement = (
        select(*places, stage.raw.c.width, *fields).select_from(rows.source).where(rows.where)
    )
    return statement.offset(literal(0)).subquery()


def _values(texts: Subquery, record_type: RecordType, mapping: ImportMap) -> Subquery:
    """Return the rows with each field's value beside its text."""
    columns: list[ColumnElement[Any]] = [texts.c[name] for name in PLACES]
    for field in record_type.fields():
        if field.name in texts.c:
            given = texts.c[field.name]
            columns.append(value_of(field, mapping, given).label(field.name))
            columns.append(given.label(f"text {field.name}"))
    columns += [column for column in texts.c if column.key.startswith("other ")]
    return _layer(columns)


def _examined_values(
    stage: Stage, values: Subquery, record_type: RecordType, bits: Mapping[str, int]
) -> Subquery:
    """Return the rows with the findings about their values, the texts left behind."""
    conditions = {WRONG_COLUMNS: values.c.width != len(stage.columns)}
    names = [field.name for field in record_type.fields() if field.name in values.c]
    for name in names:
        given, value = values.c[f"text {name}"], values.c[name]
        conditions[f"missing_{name}"] = given == ""
        conditions[f"invalid_{name}"] = and_(value.is_(None), given != "")
        if f"other {name}" in values.c:
            conditions[f"other_{name}"] = values.c[f"other {name}"]
    found = _bits(literal(0, BigInteger()), conditions, bits).label("findings")
    return _layer([*(values.c[name] for name in (*PLACES, *names)), found])


def _bits(
    start: ColumnElement[int],
    conditions: Mapping[str, ColumnElement[bool]],
    bits: Mapping[str, int],
) -> ColumnElement[int]:
    """Return `start` with the bit of each condition that holds, of those that have a bit."""
    total = start
    for key, condition in conditions.items():
        if key in bits:
            bit = literal(bits[key], BigInteger())
            total = total.bitwise_or(case((condition, bit), else_=literal(0, BigInteger())))
    return total


def count_chunk(stage: Stage, findings: Sequence[Finding]) -> tuple[int, int, dict[str, int]]:
    """Return the chunk's number of rows, of failed rows, and of rows by finding."""
    counts = [
        func.count().filter(stage.rows.c.findings.bitwise_and(1 << place) != 0)
        for place in range(len(findings))
    ]
    statement = select(func.count(), func.count().filter(stage.rows.c.failed), *counts)
    rows, failed, *found = db.session.execute(statement).one()
    return rows, failed, {f.key: n for f, n in zip(findings, found, strict=True) if n}


def note_failed(stage: Stage) -> None:
    """Keep the chunk's failed rows for the file of failed rows."""
    failed = select(stage.rows.c.row_no, stage.rows.c.findings).where(stage.rows.c.failed)
    db.session.execute(insert(stage.failed).from_select(["row_no", "findings"], failed))


def sample_rows(stage: Stage, place: int, limit: int = SAMPLES) -> list[dict[str, Any]]:
    """Return some rows of the chunk that have a finding, as they stand in the file."""
    found = select(stage.rows.c.row_no).where(stage.rows.c.findings.bitwise_and(1 << place) != 0)
    numbers = list(db.session.scalars(found.order_by(stage.rows.c.row_no).limit(limit)))
    raw = stage.raw.c
    statement = select(raw.row_no, *stage.texts().values()).where(raw.row_no.in_(numbers))
    rows = db.session.execute(statement.order_by(raw.row_no)).all()
    return [{"row": row[0], "values": list(row[1:])} for row in rows]


def preview_rows(stage: Stage, names: Sequence[str], limit: int = 5) -> list[dict[str, Any]]:
    """Return the first rows of the chunk as they were read, as texts."""
    columns = [stage.rows.c[name] for name in names]
    statement = select(*columns).where(and_(stage.rows.c.failed.is_(False)))
    rows = db.session.execute(statement.order_by(stage.rows.c.row_no).limit(limit)).all()
    return [
        {name: None if value is None else str(value) for name, value in row._mapping.items()}
        for row in rows
    ]
