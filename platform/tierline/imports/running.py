"""Running an import: stage, then chunk by chunk examine, merge and commit with the position.

A chunk's records, its counts and the position after it are one transaction. A worker that dies
loses the chunk at hand; the next one stages the file again, notes the failed rows of the chunks
that are done, and goes on after them.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from flask_babel import gettext as _
from sqlalchemy import text

from tierline.db import db
from tierline.db.session import held_connection
from tierline.imports import files
from tierline.imports.chunks import (
    SAMPLES,
    count_chunk,
    load_chunk,
    note_failed,
    preview_rows,
    sample_rows,
)
from tierline.imports.expressions import text_of
from tierline.imports.findings import check_number
from tierline.imports.mappings import ImportMap, all_findings, parse_mapping
from tierline.imports.queries import get_import
from tierline.imports.reading import open_rows
from tierline.imports.registry import Chunk, Finding, Outcome, RecordType, get_record_type
from tierline.imports.results import Totals, write_failed_rows
from tierline.imports.staging import (
    Range,
    Stage,
    count_distinct,
    create_stage,
    group_rows,
    index_rows,
    plan_chunks,
    stage_rows,
)


class Progress(Protocol):
    """What an import needs of the job that runs it (`jobs.running.Running`)."""

    tenant_id: int
    position: dict[str, Any]

    def checkpoint(
        self,
        *,
        done: int | None = None,
        total: int | None = None,
        message: str | None = None,
        position: dict[str, Any] | None = None,
    ) -> None:
        """Commit the work since the last checkpoint together with the progress."""


@dataclass(frozen=True)
class Work:
    """An import at work."""

    import_id: uuid.UUID
    record_type: RecordType
    mapping: ImportMap
    findings: Sequence[Finding]
    rejecting: int  # the bits of the findings for which a row fails
    stage: Stage
    write: bool


def run_import(import_id: uuid.UUID, progress: Progress, *, write: bool) -> dict[str, Any]:
    """Run an import, or with `write` off its dry run, to its end; return the result.

    The last step, the result included, is left to the caller to commit.
    """
    with held_connection():
        work, rows = _staged(import_id, write)
        progress.checkpoint(done=0, total=rows)
        totals = _merge_chunks(work, rows, progress)
        failed_key = _failed_file(work)
        if write and totals.created + totals.updated:
            work.record_type.finish(import_id, work.mapping, work.stage.rows)
        result = _result(totals, failed_key)
        _close(import_id, result, failed_key, write)
        progress.checkpoint(done=rows, total=rows)
    return result


def _staged(import_id: uuid.UUID, write: bool) -> tuple[Work, int]:
    run = get_import(import_id)
    record_type = get_record_type(run.record_type)
    mapping = parse_mapping(run.mapping, record_type)
    findings = all_findings(record_type, mapping)
    check_number(findings)
    rejecting = sum(
        1 << place
        for place, finding in enumerate(findings)
        if mapping.treatment(finding) == "reject"
    )
    with open_rows(files.get_path(run.file_key), mapping.format) as opened:
        check_columns(mapping, opened.columns)
        stage = create_stage(opened.columns, record_type, mapping, rejecting)
        rows = stage_rows(stage, opened)
    group_rows(stage, record_type, mapping)
    index_rows()
    return Work(import_id, record_type, mapping, findings, rejecting, stage, write), rows


def check_columns(mapping: ImportMap, columns: Sequence[str]) -> None:
    """Raise Invalid naming the mapped columns that the file does not have."""
    from tierline.errors import Invalid

    known = ", ".join(columns)
    wrong = {
        f"columns.{name}": [
            _("the file has no column '%(column)s'; it has %(known)s", column=column, known=known)
        ]
        for name, source in mapping.sources.items()
        for column in source.columns()
        if column not in columns
    }
    if wrong:
        raise Invalid(_("The mapping does not fit the file."), fields=wrong)


def _merge_chunks(work: Work, rows: int, progress: Progress) -> Totals:
    begun = progress.position.get("chunk", 0)
    totals = Totals(**progress.position.get("totals", {}))
    if not begun:
        totals.source = _count_source(work, rows)
    for part in plan_chunks(work.stage, rows):
        load_chunk(work.stage, work.record_type, work.mapping, work.findings, part)
        note_failed(work.stage)
        if part.number < begun:
            db.session.execute(work.stage.rows.delete())
            continue
        _merge_chunk(work, part, progress.tenant_id, totals)
        progress.checkpoint(
            done=min(part.next - 1, rows),
            total=rows,
            position={"chunk": part.number + 1, "totals": totals.document()},
        )
    return totals


def _merge_chunk(work: Work, part: Range, tenant_id: int, totals: Totals) -> None:
    rows, failed, reasons = count_chunk(work.stage, work.findings)
    _take_samples(work, reasons, totals)
    if work.write:
        _take_turn(tenant_id, work.record_type.key)
    accepted = rows - failed
    chunk = Chunk(tenant_id, work.import_id, work.mapping, work.stage.rows, accepted, work.write)
    outcome = work.record_type.merge(chunk) if accepted else Outcome()
    totals.add(rows, failed, reasons, outcome)


def _take_turn(tenant_id: int, key: str) -> None:
    """Let imports of one type of record into one tenant take turns, chunk by chunk."""
    lock = text("SELECT pg_advisory_xact_lock(:tenant, hashtext(:key))")
    db.session.execute(lock, {"tenant": tenant_id % 2**31, "key": f"import {key}"})


def _take_samples(work: Work, reasons: dict[str, int], totals: Totals) -> None:
    if not totals.preview:
        totals.preview = preview_rows(work.stage, sorted(work.mapping.sources))
    for place, finding in enumerate(work.findings):
        taken = totals.samples.setdefault(finding.key, []) if finding.key in reasons else None
        if taken is not None and len(taken) < SAMPLES:
            taken.extend(sample_rows(work.stage, place, SAMPLES - len(taken)))


def _count_source(work: Work, rows: int) -> dict[str, int]:
    counts = {}
    for name, field in work.record_type.sources().items():
        source = work.mapping.sources.get(field)
        counts[name] = (
            count_distinct(text_of(source, work.stage.texts()), work.stage.raw) if source else rows
        )
    return counts


def _failed_file(work: Work) -> str | None:
    key = files.new_key(".csv")
    path = write_failed_rows(files.path_of(key), work.stage, work.findings, work.rejecting)
    return key if path else None


def _result(totals: Totals, failed_key: str | None) -> dict[str, Any]:
    path = str(files.path_of(failed_key)) if failed_key else None
    return {**totals.document(), "failed_rows_file": path}


def _close(
    import_id: uuid.UUID, result: dict[str, Any], failed_key: str | None, write: bool
) -> None:
    run = get_import(import_id)
    run.failed_key = failed_key
    run.error = None
    if write:
        run.result, run.state = result, "done"
    else:
        run.dry_run, run.state = result, "checked"
    run.version += 1
