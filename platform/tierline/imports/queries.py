"""Reading imports and saved mappings."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import Select, select

from tierline.config import Settings
from tierline.db import db
from tierline.db.paging import Sort
from tierline.errors import Invalid, NotFound
from tierline.imports.models import ImportMapping, ImportRun
from tierline.jobs.models import Job
from tierline.jobs.queries import find_job
from tierline.packs.strict_yaml import parse

NEWEST = Sort("newest", ((ImportRun.created_at, True), (ImportRun.id, True)))
FILES = "mappings"  # the folder below tenants/


def get_import(import_id: uuid.UUID) -> ImportRun:
    """Return the tenant's import with this id; raises NotFound."""
    run: ImportRun | None = db.session.get(ImportRun, import_id)
    if run is None:
        raise NotFound(_("There is no such import."))
    return run


def job_of(run: ImportRun) -> Job | None:
    """Return the job that runs the import or its dry run at the moment, or ran it last."""
    job_id = run.run_job_id if run.state in ("running", "done") else run.check_job_id
    return find_job(job_id) if job_id is not None else None


def is_at_work(run: ImportRun) -> bool:
    """Return whether a job has the import in hand; one that was cancelled or broke has not."""
    job = job_of(run) if run.state in ("checking", "running") else None
    return job is not None and job.open


def select_imports() -> Select[tuple[ImportRun]]:
    """Return the statement of the tenant's imports, to be paged."""
    return select(ImportRun)


def saved_mappings(record_type: str | None = None) -> list[ImportMapping]:
    """Return the mappings that the tenant saved, by name."""
    statement = select(ImportMapping).order_by(ImportMapping.name)
    if record_type is not None:
        statement = statement.where(ImportMapping.record_type == record_type)
    return list(db.session.scalars(statement))


def find_mapping(name: str) -> ImportMapping | None:
    """Return the saved mapping of this name, or None."""
    found: ImportMapping | None = db.session.scalar(
        select(ImportMapping).where(ImportMapping.name == name)
    )
    return found


def get_mapping(name: str) -> ImportMapping:
    """Return the saved mapping of this name; raises NotFound."""
    found = find_mapping(name)
    if found is None:
        raise NotFound(_("There is no saved mapping %(name)s.", name=name))
    return found


def mapping_document(name: str) -> dict[str, Any]:
    """Return the mapping of this name: the tenant's own, or else the file of that name.

    Raises NotFound naming those there are, Invalid for a file that can't be read.
    """
    own = find_mapping(name)
    if own is not None:
        return own.document
    paths = mapping_files()
    if name not in paths:
        known = ", ".join(sorted({*paths, *(mapping.name for mapping in saved_mappings())}))
        raise NotFound(
            _(
                "There is no mapping %(name)s; there are %(known)s.",
                name=name,
                known=known or _("none"),
            ),
            fields={"mapping": [_("does not exist")]},
        )
    return read_mapping_file(paths[name])


def mapping_files() -> dict[str, Path]:
    """Return the mappings that are kept as files, by name."""
    settings: Settings = current_app.extensions["tierline.settings"]
    return {path.stem: path for path in (settings.home / "tenants" / FILES).glob("*.yaml")}


def read_mapping_file(path: Path) -> dict[str, Any]:
    """Return the document in a mapping file; raises Invalid with the place of each mistake."""
    node, problems = parse(path.read_bytes(), path.name)
    if node is None or problems:
        places = [problem.place for problem in problems]
        message = _("The mapping %(name)s can't be read.", name=path.name)
        raise Invalid(message, fields={path.name: places})
    document: dict[str, Any] = node.plain()
    return document


def available_mappings(record_type: str) -> list[str]:
    """Return the names of the mappings that fit a type of record: saved ones and files."""
    fitting = {mapping.name for mapping in saved_mappings(record_type)}
    for name, path in mapping_files().items():
        if read_mapping_file(path).get("record") == record_type:
            fitting.add(name)
    return sorted(fitting)
