"""The import and its dry run as background work."""

from __future__ import annotations

import uuid
from typing import Any

from flask_babel import lazy_gettext as _l

from tierline.db import db
from tierline.errors import TierlineError
from tierline.imports.permissions import RUN
from tierline.imports.running import run_import
from tierline.imports.service import CHECK_KIND, RUN_KIND, fail_import
from tierline.jobs.registry import job_kind
from tierline.jobs.running import Running

SHOWN = ("rows_in", "created", "updated", "unchanged", "failed", "reasons", "source")


@job_kind(CHECK_KIND, _l("Dry run of an import"), permission=RUN)
def check(running: Running) -> dict[str, Any]:
    """Check a file and count what its import would do."""
    return _run(running, write=False)


@job_kind(RUN_KIND, _l("Import"), permission=RUN)
def run(running: Running) -> dict[str, Any]:
    """Import a file."""
    return _run(running, write=True)


def _run(running: Running, *, write: bool) -> dict[str, Any]:
    import_id = uuid.UUID(running.arguments["import"])
    try:
        result = run_import(import_id, running, write=write)
    except TierlineError as error:
        db.session.rollback()
        fail_import(import_id, error)
        running.checkpoint()
        raise
    return {"import": str(import_id), **{key: result[key] for key in SHOWN}}
