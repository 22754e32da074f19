"""What the commands `tierline import …` share: the file is imported here and now, as a job.

The job's row makes the import visible and safe: should this process be killed, a worker goes on
with the file from the last chunk that was committed.
"""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import func

from tierline.console import Exit, in_tenant
from tierline.db import current_scope
from tierline.errors import TierlineError
from tierline.imports.queries import get_import
from tierline.imports.results import lines_of
from tierline.imports.service import (
    create_import,
    set_mapping,
    start_check,
    start_run,
    use_mapping,
)
from tierline.jobs.running import run_job
from tierline.marking import N_

SHOWN = ("rows_in", "created", "updated", "unchanged", "failed", "reasons", "failed_rows_file")


class ImportFailed(TierlineError):
    """An import must come to its end; what stopped it is told, and what was done stays counted."""

    code = "import_failed"
    title = N_("The import was not finished")


def import_file(
    record_type: str, path: Path, slug: str, mapping: str | None, dry_run: bool
) -> dict[str, Any]:
    """Import a file into a tenant, or dry-run it, in this process; return the result.

    Without a mapping's name the columns are guessed. Raises ImportFailed, or what is wrong with
    the file or the mapping.
    """
    tenant_id, import_id, job_id = _begin(record_type, path, slug, mapping, dry_run)
    run_job(current_app._get_current_object(), tenant_id, job_id)  # type: ignore[attr-defined]
    with in_tenant(slug):
        run = get_import(import_id)
        result = run.dry_run if dry_run else run.result
        if result is None:
            raise ImportFailed(run.error or "The import was stopped; see `tierline jobs`.")
    return {
        **{key: result[key] for key in SHOWN},
        "source": result["source"],
        "dry_run": dry_run,
        "import": str(import_id),
    }


def _begin(
    record_type: str, path: Path, slug: str, mapping: str | None, dry_run: bool
) -> tuple[int, uuid.UUID, uuid.UUID]:
    with in_tenant(slug), path.open("rb") as file:
        run = create_import(record_type, file, path.name)
        if mapping is not None:
            use_mapping(run.id, mapping)
        else:
            set_mapping(run.id, run.mapping or {})
        job = start_check(run.id) if dry_run else start_run(run.id)
        job.sent_at = func.now()  # it is begun here; a worker takes it only if this process dies
        return int(current_scope().tenant_id or 0), run.id, job.id


def exit_code(result: dict[str, Any]) -> Exit:
    """Return how the command ends: partly done where rows failed."""
    return Exit.PARTLY if result["failed"] else Exit.DONE


__all__ = ["exit_code", "import_file", "lines_of"]
