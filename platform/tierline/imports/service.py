"""Writing imports: taking a file in, mapping it, starting its dry run and its run."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from pathlib import PurePath
from typing import IO, Any

from flask_babel import gettext as _
from sqlalchemy import func

from tierline.access.decision import require
from tierline.audit.service import record
from tierline.db import db
from tierline.errors import Conflict, Invalid, TierlineError
from tierline.imports import files
from tierline.imports.errors import FileUnreadable
from tierline.imports.formats import Problems, parse_format
from tierline.imports.guessing import guess_format, guess_mapping
from tierline.imports.mappings import parse_mapping
from tierline.imports.models import ImportMapping, ImportRun
from tierline.imports.permissions import RUN
from tierline.imports.queries import (
    find_mapping,
    get_import,
    get_mapping,
    is_at_work,
    mapping_document,
)
from tierline.imports.registry import get_record_type
from tierline.jobs.models import Job
from tierline.jobs.service import enqueue

CHECK_KIND = "imports.check"
RUN_KIND = "imports.run"
NAME = re.compile(r"[\w-]{1,60}")


def create_import(record_type: str, file: IO[bytes], file_name: str) -> ImportRun:
    """Take a file in for import; the mapping is guessed as far as it goes.

    Raises NotFound for an unknown type of record, FileUnreadable for what is neither text nor
    workbook.
    """
    wanted = get_record_type(record_type)
    subject = require(wanted.permission)
    key, size = files.keep(file)
    try:
        path = files.get_path(key)
        document = guess_mapping(path, guess_format(path), wanted)
    except FileUnreadable:
        files.path_of(key).unlink(missing_ok=True)
        raise
    run = ImportRun(
        record_type=record_type,
        file_name=PurePath(file_name.replace("\\", "/").replace("\x00", "")).name[:200] or "file",
        file_key=key,
        file_size=size,
        actor=subject.name,
        state="mapping",
        mapping=document,
        version=1,
    )
    db.session.add(run)
    db.session.flush()
    record("imports.create", run, {"file": run.file_name, "bytes": size, "type": record_type})
    return run


def set_mapping(
    import_id: uuid.UUID, document: Mapping[str, Any], name: str | None = None
) -> ImportRun:
    """Give an import its mapping; raises Invalid naming what is wrong, Conflict once it ran."""
    run = _open_import(import_id)
    record_type = get_record_type(run.record_type)
    require(record_type.permission)
    parse_mapping(document, record_type)
    run.mapping, run.mapping_name = dict(document), name
    run.state, run.dry_run, run.error = "mapping", None, None
    _touch(run)
    record("imports.map", run, {"mapping": name or "own"})
    return run


def set_format(import_id: uuid.UUID, given: Mapping[str, Any]) -> ImportRun:
    """Read the file in another format, and guess its columns anew; raises FileUnreadable."""
    run = _open_import(import_id)
    record_type = get_record_type(run.record_type)
    require(record_type.permission)
    problems = Problems()
    parsed = parse_format(given, problems)
    if problems.fields:
        raise Invalid(_("The file can't be read so."), fields=problems.fields)
    run.mapping = guess_mapping(files.get_path(run.file_key), parsed, record_type)
    run.mapping_name, run.state, run.dry_run, run.error = None, "mapping", None, None
    _touch(run)
    record("imports.format", run, dict(given))
    return run


def use_mapping(import_id: uuid.UUID, name: str) -> ImportRun:
    """Give an import the mapping of this name."""
    return set_mapping(import_id, mapping_document(name), name)


def start_check(import_id: uuid.UUID) -> Job:
    """Start the dry run: everything is checked and counted, nothing is written."""
    run = _startable(import_id)
    job = enqueue(CHECK_KIND, {"import": str(run.id)})
    run.check_job_id, run.state, run.error = job.id, "checking", None
    _touch(run)
    return job


def start_run(import_id: uuid.UUID) -> Job:
    """Start the import itself."""
    run = _startable(import_id)
    job = enqueue(RUN_KIND, {"import": str(run.id)})
    run.run_job_id, run.state, run.error = job.id, "running", None
    _touch(run)
    record("imports.run", run, {"file": run.file_name, "mapping": run.mapping_name})
    return job


def fail_import(import_id: uuid.UUID, error: TierlineError) -> None:
    """Note why an import, or its dry run, could not be done."""
    run = get_import(import_id)
    details = [f"{path}: {'; '.join(texts)}" for path, texts in error.fields.items()]
    run.error = "\n".join([error.message, *details])[:4000]
    run.state = "failed"
    _touch(run)


def _open_import(import_id: uuid.UUID) -> ImportRun:
    run = get_import(import_id)
    if run.state == "done" or is_at_work(run):
        message = _("The import is running or done; import the file anew.")
        raise Conflict(message, state=run.state)
    return run


def _startable(import_id: uuid.UUID) -> ImportRun:
    run = _open_import(import_id)
    record_type = get_record_type(run.record_type)
    require(record_type.permission)
    parse_mapping(run.mapping, record_type)
    return run


def _touch(run: ImportRun) -> None:
    run.version += 1
    run.updated_at = func.now()
    db.session.flush()


def save_mapping(name: str, record_type: str, document: Mapping[str, Any]) -> ImportMapping:
    """Keep a mapping under a name in the tenant, in place of one that has it."""
    require(RUN)
    if not NAME.fullmatch(name):
        problem = _("must be 1 to 60 letters, digits, hyphens or underscores")
        raise Invalid(_("The mapping can't be saved."), fields={"name": [problem]})
    parse_mapping(document, get_record_type(record_type))
    saved = find_mapping(name)
    if saved is None:
        saved = ImportMapping(name=name, version=0)
        db.session.add(saved)
    saved.record_type, saved.document = record_type, dict(document)
    saved.version += 1
    saved.updated_at = func.now()
    db.session.flush()
    record("imports.save_mapping", saved, {"name": name, "type": record_type})
    return saved


def delete_mapping(name: str) -> None:
    """Forget a saved mapping; raises NotFound."""
    require(RUN)
    saved = get_mapping(name)
    record("imports.delete_mapping", saved, {"name": name})
    db.session.delete(saved)
    db.session.flush()
