"""What an import did, rows in = created + updated + unchanged + failed; the failed rows' file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from flask_babel import gettext as _

from tierline.imports.registry import Finding, Outcome
from tierline.imports.staging import Stage, driver_connection

BOM = "\ufeff".encode()
GUARDED = "=+-@\t\r"  # what a spreadsheet would take for the beginning of a formula


@dataclass
class Totals:
    """The counts so far; `reasons` counts rows by finding, and a row may have several."""

    rows_in: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    samples: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    preview: list[dict[str, Any]] = field(default_factory=list)
    source: dict[str, int] = field(default_factory=dict)

    def add(self, rows: int, failed: int, reasons: dict[str, int], outcome: Outcome) -> None:
        """Add a chunk's counts."""
        self.rows_in += rows
        self.failed += failed
        self.created += outcome.created
        self.updated += outcome.updated
        self.unchanged += outcome.unchanged
        for key, count in reasons.items():
            self.reasons[key] = self.reasons.get(key, 0) + count

    def document(self) -> dict[str, Any]:
        """Return the totals as a job's position or result holds them."""
        return asdict(self)


def write_failed_rows(
    path: Path, stage: Stage, findings: Sequence[Finding], rejecting: int
) -> Path | None:
    """Write the failed rows with the reasons of each as CSV; None where there are none.

    UTF-8 with a byte order mark, for spreadsheets; a text that one would take for a formula has an
    apostrophe before it.
    """
    with driver_connection().cursor() as cursor:
        if cursor.execute("SELECT FROM import_failed LIMIT 1").fetchone() is None:
            return None
        titles = [finding for place, finding in enumerate(findings) if rejecting >> place & 1]
        places = [place for place in range(len(findings)) if rejecting >> place & 1]
        cursor.execute("CREATE TEMPORARY TABLE import_reason (bit bigint, title text)")
        rows = [(1 << place, str(f.title)) for place, f in zip(places, titles, strict=True)]
        cursor.executemany("INSERT INTO import_reason VALUES (%s, %s)", rows)
        with path.open("wb") as file, cursor.copy(_failed_query(len(stage.columns))) as copy:
            file.write(BOM)
            file.write(_header(stage.columns))
            for block in copy:
                file.write(block)
    return path


FAILED = """
COPY (
  WITH reason AS MATERIALIZED (
    SELECT f.findings, string_agg(r.title, '; ' ORDER BY r.bit) AS titles
    FROM (SELECT DISTINCT findings FROM import_failed) f
    JOIN import_reason r ON r.bit & f.findings <> 0 GROUP BY f.findings)
  SELECT row_no, titles, {texts}
  FROM import_failed JOIN reason USING (findings) JOIN import_raw USING (row_no) ORDER BY row_no
) TO STDOUT (FORMAT csv)
"""
GUARD = (
    "CASE WHEN left({column}, 1) IN ('=', '+', '-', '@') AND {column} !~ '^[-+]?[0-9.,]+$' "
    "THEN '''' || {column} ELSE nullif({column}, '') END"
)


def _failed_query(width: int) -> str:
    """Return the query of the failed rows; it holds our own names only."""
    texts = (GUARD.format(column=f"c{place}") for place in range(1, width + 1))
    return FAILED.format(texts=", ".join(texts))


def _header(columns: Sequence[str]) -> bytes:
    cells = [_("Row"), _("Why it failed"), *columns]
    return (",".join(map(_cell, cells)) + "\n").encode()


def _cell(value: str) -> str:
    guarded = f"'{value}" if value[:1] and value[0] in GUARDED else value
    return '"' + guarded.replace('"', '""') + '"'


def lines_of(result: dict[str, Any]) -> Iterator[str]:
    """Yield a result as lines for a person."""
    for key in ("rows_in", "created", "updated", "unchanged", "failed"):
        yield f"{result[key]:>12,}  {key.replace('_', ' ')}"
    for key, count in sorted(result["reasons"].items(), key=lambda item: -item[1]):
        yield f"{count:>12,}    {key}"
    if result["failed_rows_file"]:
        yield f"Failed rows: {result['failed_rows_file']}"
