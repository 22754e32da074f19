"""One chunk of an import: its rows typed and examined, its findings counted, its failures noted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    and_,
    case,
    cast,
    func,
    insert,
    literal,
    select,
    text,
)

from tierline.db import db
from tierline.imports.expressions import read_field
from tierline.imports.findings import WRONG_COLUMNS
from tierline.imports.mappings import ImportMap
from tierline.imports.registry import Finding, RecordType, TypedRow
from tierline.imports.staging import Range, Stage, rows_of

SAMPLES = 3


def load_chunk(
    stage: Stage,
    record_type: RecordType,
    mapping: ImportMap,
    findings: Sequence[Finding],
    part: Range,
) -> None:
    """Fill `import_row` with the chunk's rows: typed, derived, with their findings as bits."""
    bits = {finding.key: 1 << place for place, finding in enumerate(findings)}
    db.session.execute(text("SET LOCAL work_mem = '64MB'"))
    typed = _typed(stage, record_type, mapping, bits, part)
    row = TypedRow(
        fields={field.name: typed.c[field.name] for field in record_type.fields()},
        row_no=typed.c.row_no,
        first_row=typed.c.first_row,
        copy_no=typed.c.copy_no,
        mapped=frozenset(mapping.sources),
    )
    derived = record_type.derive(row, mapping)
    values = {**row.fields, **derived}
    examined = record_type.examine(
        TypedRow(values, row.row_no, row.first_row, row.copy_no, row.mapped), mapping
    )
    found = _bits(typed.c.findings, examined, bits)
    columns = {"row_no": row.row_no, "first_row": row.first_row, "findings": found, **values}
    selected = select(*(value.label(name) for name, value in columns.items()))
    db.session.execute(insert(stage.rows).from_select(list(columns), selected))


def _typed(
    stage: Stage,
    record_type: RecordType,
    mapping: ImportMap,
    bits: Mapping[str, int],
    part: Range,
) -> Any:
    """Return the chunk's rows with typed columns; computed once, hence materialized."""
    source, first_row, within = rows_of(stage, record_type, mapping, part)
    texts = stage.texts()
    conditions = {WRONG_COLUMNS: stage.raw.c.width != len(stage.columns)}
    columns: list[ColumnElement[Any]] = []
    for field in record_type.fields():
        reading = read_field(field, mapping, texts)
        columns.append(reading.value.label(field.name))
        conditions[f"missing_{field.name}"] = reading.missing
        conditions[f"invalid_{field.name}"] = reading.invalid
    known = {key: condition for key, condition in conditions.items() if key in bits}
    copies = func.row_number().over(
        partition_by=[first_row, *texts.values()], order_by=stage.raw.c.row_no
    )
    copy_no = copies if "duplicate" in bits else literal(1)
    statement = select(
        stage.raw.c.row_no,
        first_row.label("first_row"),
        copy_no.label("copy_no"),
        _bits(literal(0, BigInteger()), known, bits).label("findings"),
        *columns,
    )
    chosen = statement.select_from(source).where(within)
    return chosen.cte("typed").prefix_with("MATERIALIZED")


def _bits(
    start: ColumnElement[int],
    conditions: Mapping[str, ColumnElement[bool]],
    bits: Mapping[str, int],
) -> ColumnElement[int]:
    total = start
    for key, condition in conditions.items():
        bit = case((condition, literal(bits[key], BigInteger())), else_=literal(0, BigInteger()))
        total = total.bitwise_or(bit)
    return cast(total, BigInteger())


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


def sample_rows(stage: Stage, place: int | None, limit: int = SAMPLES) -> list[dict[str, Any]]:
    """Return some rows of the chunk as they stand in the file: those with a finding, or any."""
    raw = stage.raw
    statement = select(raw.c.row_no, *stage.texts().values()).join_from(
        stage.rows, raw, stage.rows.c.row_no == raw.c.row_no
    )
    if place is not None:
        statement = statement.where(stage.rows.c.findings.bitwise_and(1 << place) != 0)
    rows = db.session.execute(statement.order_by(stage.rows.c.row_no).limit(limit)).all()
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
