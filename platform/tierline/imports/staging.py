"""Staging: a file's rows in a temporary table, and which of them belong together.

COPY into a table under row-level security is refused by PostgreSQL, and temporary tables are
written without a log; so a file's text is copied to `import_raw`, and typed rows pass chunk by
chunk through `import_row`, which empties itself at each commit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from flask_babel import gettext as _
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Computed,
    FromClause,
    Identity,
    Integer,
    MetaData,
    Table,
    Text,
    and_,
    case,
    cast,
    func,
    insert,
    literal,
    or_,
    select,
    text,
)

from tierline.db import db
from tierline.imports.errors import FileUnreadable
from tierline.imports.expressions import SQL_TYPES, text_of, value_of
from tierline.imports.mappings import ImportMap
from tierline.imports.reading import Row, Rows
from tierline.imports.registry import ImportField, RecordType

CHUNK_ROWS = 50_000
MOST_ROWS = 20_000_000
ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
TAB = "\t"
BYTES = Text(collation="C")
BLANKS = (" \t", "\t ", " \n", "\n ", "\u00a0", "\u3000")  # around a value: to be cut off
SEPARATOR = "\x1f"


@dataclass(frozen=True)
class Stage:
    """The temporary tables of one import."""

    raw: Table  # the file's rows as text
    keys: Table  # where the rows of each key begin and end, and what must be the same in them
    rows: Table  # the typed rows of the chunk at hand
    failed: Table  # the rows that failed so far
    columns: Sequence[str]

    def texts(self, raw: Any = None) -> dict[str, ColumnElement[str]]:
        """Return the file's columns by name."""
        table = self.raw if raw is None else raw
        return {name: table.c[f"c{place}"] for place, name in enumerate(self.columns, start=1)}


def create_stage(
    columns: Sequence[str], record_type: RecordType, mapping: ImportMap, rejecting: int
) -> Stage:
    """Create the temporary tables for a file with these columns.

    `rejecting`: the bits of the findings for which a row fails.
    """
    metadata = MetaData()
    keep: dict[str, Any] = {"prefixes": ["TEMPORARY"]}
    # Sorted by bytes: which order is no matter, and a language's order takes several times as long.
    texts = [Column(f"c{place}", BYTES) for place in range(1, len(columns) + 1)]
    uniform = [Column(name, BYTES) for name in record_type.uniform_fields(mapping)]
    raw = Table(
        "import_raw", metadata, Column("row_no", Integer, Identity()),
        Column("width", Integer), *texts, **keep,
    )  # fmt: skip
    keys = Table(
        "import_key", metadata, Column("key", BYTES), Column("first_row", Integer),
        Column("last_row", Integer), *uniform, **keep,
    )  # fmt: skip
    failed = Table(
        "import_failed", metadata, Column("row_no", Integer), Column("findings", BigInteger), **keep
    )
    stage = Stage(raw, keys, _row_table(metadata, record_type, rejecting), failed, tuple(columns))
    metadata.create_all(db.session.connection(), checkfirst=False)
    return stage


def _row_table(metadata: MetaData, record_type: RecordType, rejecting: int) -> Table:
    typed = [Column(field.name, SQL_TYPES[field.type]) for field in record_type.fields()]
    return Table(
        "import_row", metadata,
        Column("row_no", Integer), Column("first_row", Integer),
        Column("findings", BigInteger),
        Column("failed", Boolean, Computed(f"findings & {rejecting} <> 0", persisted=True)),
        *typed, *record_type.extra_columns(),
        prefixes=["TEMPORARY"], postgresql_on_commit="DELETE ROWS",
    )  # fmt: skip


def stage_rows(stage: Stage, rows: Rows) -> int:
    """Copy all rows of the file into `import_raw`; return their number.

    Raises FileUnreadable naming the row that can't be read.
    """
    names = ", ".join(["width", *(f"c{place}" for place in range(1, len(stage.columns) + 1))])
    count = 0
    statement = f"COPY import_raw ({names}) FROM STDIN"  # our own names only
    with driver_connection().cursor() as cursor, cursor.copy(statement) as copy:
        for lines in _copy_lines(rows.batches, len(stage.columns)):
            count += lines.count("\n")
            if count > MOST_ROWS:
                most = f"{MOST_ROWS:,}"
                raise FileUnreadable(
                    _("The file has more than %(most)s rows. Split it.", most=most)
                )
            copy.write(lines)
    return count


def index_rows() -> None:
    """Let a chunk find its rows: they lie in the order of their numbers, so ranges of pages do."""
    db.session.execute(
        text("CREATE INDEX ON import_raw USING brin (row_no) WITH (pages_per_range = 16)")
    )
    db.session.execute(text("ANALYZE import_raw (row_no)"))


def driver_connection() -> psycopg.Connection[Any]:
    """Return the driver's connection in the session's transaction, for COPY."""
    connection = db.session.connection().connection.dbapi_connection
    assert isinstance(connection, psycopg.Connection)  # noqa: S101 - PostgreSQL only
    return connection


def _copy_lines(batches: Iterator[list[Row]], width: int) -> Iterator[str]:
    """Yield the batches in COPY's text form: the width of each row, then its values.

    Nearly all batches need no escapes, which is seen at once in the joined text.
    """
    done = 0
    for batch in batches:
        lines = _joined(batch, width)
        if any(blank in lines for blank in BLANKS):
            batch = [[value.strip() for value in row] for row in batch]
            lines = _joined(batch, width)
        if "\x00" in lines:
            place = next(at for at, row in enumerate(batch, 1) if any("\x00" in v for v in row))
            raise FileUnreadable(_("Row %(row)s holds a NUL character.", row=done + place))
        tabs, ends = len(batch) * width, len(batch)
        even = lines.count("\t") == tabs and lines.count("\n") == ends
        if even and set(map(len, batch)) == {width} and "\\" not in lines and "\r" not in lines:
            yield lines
        else:
            yield "".join(_copy_line(row, width) for row in batch)
        done += len(batch)


def _joined(batch: list[Row], width: int) -> str:
    head = f"{width}\t"
    return head + f"\n{head}".join(map(TAB.join, batch)) + "\n"


def _copy_line(row: Row, width: int) -> str:
    values = [value.translate(ESCAPES) for value in row[:width]]
    values += [""] * (width - len(values))
    return TAB.join([str(len(row)), *values]) + "\n"


def group_rows(stage: Stage, record_type: RecordType, mapping: ImportMap) -> None:
    """Note where the rows of each key begin and end, so that each key falls into one chunk.

    And note the first in the order of bytes of what must be the same in the rows of a key.
    """
    key = _key(stage, record_type, mapping)
    if key is None:
        return
    uniform = record_type.uniform_fields(mapping)
    texts = stage.texts()
    given = (text_of(mapping.sources[name], texts).label(name) for name in uniform)
    keyed = select(key.label("key"), stage.raw.c.row_no, *given).subquery()
    grouped = (
        select(
            keyed.c.key,
            func.min(keyed.c.row_no),
            func.max(keyed.c.row_no),
            *(func.min(func.nullif(keyed.c[name], "")) for name in uniform),
        )
        .where(keyed.c.key != "")
        .group_by(keyed.c.key)
    )
    names = ["key", "first_row", "last_row", *uniform]
    db.session.execute(insert(stage.keys).from_select(names, grouped))
    db.session.execute(text("ANALYZE import_key"))


def _key(stage: Stage, record_type: RecordType, mapping: ImportMap) -> ColumnElement[str] | None:
    """Return the text by which rows belong together; empty where a part of it is missing."""
    fields = {field.name: field for field in record_type.fields()}
    parts = [
        _key_part(fields[name], mapping, stage)
        for name in record_type.key_fields(mapping)
        if name in mapping.sources and mapping.sources[name].constant is None
    ]
    if not parts:
        return None
    if len(parts) == 1:
        return parts[0]
    joined = func.concat_ws(SEPARATOR, *parts)
    return case((or_(*(part == "" for part in parts)), literal("", Text())), else_=joined)


def _key_part(field: ImportField, mapping: ImportMap, stage: Stage) -> ColumnElement[str]:
    given = text_of(mapping.sources[field.name], stage.texts())
    if field.type == "date":  # the day counts, not how it is written, nor its time
        return func.coalesce(cast(value_of(field, mapping, given), Text), "")
    return given


@dataclass(frozen=True)
class Range:
    """The keys that begin in [first, next), and the last of their rows."""

    number: int
    first: int
    next: int
    last: int


def plan_chunks(stage: Stage, rows: int, size: int = CHUNK_ROWS) -> list[Range]:
    """Return the chunks: each key belongs to the one in which its first row stands."""
    number = (stage.keys.c.first_row - 1) // size
    reach = dict(
        db.session.execute(select(number, func.max(stage.keys.c.last_row)).group_by(number)).all()
    )
    return [
        Range(at, at * size + 1, (at + 1) * size + 1, max(reach.get(at, 0), (at + 1) * size))
        for at in range(-(-rows // size))
    ]


@dataclass(frozen=True)
class ChunkRows:
    """What to select a chunk's rows from, and where."""

    source: FromClause
    where: ColumnElement[bool]
    first_row: ColumnElement[int]  # of the row's key
    keyed: bool  # whether `keys` is joined; where the row has no key, its columns are null


def rows_of(stage: Stage, record_type: RecordType, mapping: ImportMap, part: Range) -> ChunkRows:
    """Return the rows of a chunk: those of the keys that begin in it, and its rows without one."""
    raw, keys = stage.raw, stage.keys
    key = _key(stage, record_type, mapping)
    within = raw.c.row_no.between(part.first, part.last)
    if key is None:
        return ChunkRows(raw, within, raw.c.row_no, keyed=False)
    source = raw.outerjoin(
        keys, and_(keys.c.key == key, keys.c.first_row.between(part.first, part.next - 1))
    )
    first = func.coalesce(keys.c.first_row, raw.c.row_no)
    own = and_(keys.c.first_row.is_(None), key == "", raw.c.row_no < part.next)
    where = and_(within, or_(keys.c.first_row.is_not(None), own))
    return ChunkRows(source, where, first, keyed=True)


def count_distinct(column: ColumnElement[str], table: Table) -> int:
    """Return how many different texts, empty ones left out, a column of the file holds."""
    inner = (
        select(column.label("value")).select_from(table).where(column != "").distinct().subquery()
    )
    return int(db.session.execute(select(func.count()).select_from(inner)).scalar_one())
