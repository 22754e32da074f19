"""What the steps of the wizard show."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import Any

from flask_babel import gettext as _

from tierline.imports import files, forms, queries, service
from tierline.imports.formats import DELIMITERS, ENCODINGS, Problems, parse_format
from tierline.imports.guessing import peek
from tierline.imports.mappings import DATE_FORMATS, DECIMAL_MARKS, all_findings, parse_mapping
from tierline.imports.models import ImportRun
from tierline.imports.registry import get_record_type

NUMBERS = {"map": 2, "progress": 3, "check": 3, "dry": 4, "result": 6}


def step_labels() -> list[str]:
    """Return the names of the wizard's six steps."""
    return [_("File"), _("Columns"), _("Check"), _("Dry run"), _("Import"), _("Result")]


def step_of(run: ImportRun, asked: str) -> str:
    """Return the step to show: the one asked for where one may go there, else where it stands."""
    if queries.is_at_work(run):
        return "progress"
    if run.state == "done":
        return "result"
    if run.state == "checked" and asked != "map":
        return "dry" if asked == "dry" else "check"
    return "map"


def _map(run: ImportRun) -> dict[str, Any]:
    record_type = get_record_type(run.record_type)
    document = run.mapping or {}
    form = parse_format(document.get("format", {}), Problems())
    columns, rows = peek(files.get_path(run.file_key), form)
    return {
        "record_type": record_type,
        "stopped": _stopped(run),
        "document": document,
        "columns": columns,
        "samples": rows,
        "fields": forms.field_rows(record_type, document, columns),
        "saved": queries.available_mappings(run.record_type),
        "encodings": ENCODINGS,
        "delimiters": _delimiter_titles(),
        "date_formats": DATE_FORMATS,
        "decimal_marks": dict(zip(DECIMAL_MARKS, ("1,234.56", "1.234,56"), strict=True)),
    }


def _stopped(run: ImportRun) -> str | None:
    """Return what kept the last dry run or import from its end, if anything did."""
    if run.error:
        return run.error
    job = queries.job_of(run) if run.state in ("checking", "running") else None
    if job is None:
        return None
    return job.error or _("It was cancelled. What was imported until then stays.")


def _delimiter_titles() -> dict[str, str]:
    titles = {
        "comma": _("comma"),
        "tab": _("tab"),
        "semicolon": _("semicolon"),
        "pipe": _("vertical bar"),
        "spaces": _("blanks"),
    }
    return {key: titles[key] for key in DELIMITERS}


def _progress(run: ImportRun) -> dict[str, Any]:
    return {"job": queries.job_of(run), "number": 5 if run.state == "running" else 3}


def _check(run: ImportRun) -> dict[str, Any]:
    record_type = get_record_type(run.record_type)
    mapping = parse_mapping(run.mapping, record_type)
    return {
        "record_type": record_type,
        "found": forms.found_rows(record_type, mapping, run.dry_run or {}),
        "treatments": forms.treatment_titles(),
        "columns": peek(files.get_path(run.file_key), mapping.format, 1)[0],
    }


def _dry(run: ImportRun) -> dict[str, Any]:
    record_type = get_record_type(run.record_type)
    titles = {field.name: field.title for field in record_type.fields()}
    return {"record_type": record_type, "titles": titles}


def _result(run: ImportRun) -> dict[str, Any]:
    record_type = get_record_type(run.record_type)
    mapping = parse_mapping(run.mapping, record_type)
    return {
        "record_type": record_type,
        "found": forms.found_rows(record_type, mapping, run.result or {}),
        "treatments": forms.treatment_titles(),
    }


STEPS: Mapping[str, Callable[[ImportRun], dict[str, Any]]] = {
    "map": _map,
    "progress": _progress,
    "check": _check,
    "dry": _dry,
    "result": _result,
}


def take_mapping(import_id: uuid.UUID, form: Mapping[str, str]) -> None:
    """Keep the mapping that the page's form says, under a name too where one is given."""
    run = queries.get_import(import_id)
    record_type = get_record_type(run.record_type)
    document = forms.read_mapping(record_type, run.mapping or {}, form)
    name = form.get("save_as", "").strip()
    service.set_mapping(import_id, document, name or None)
    if name:
        service.save_mapping(name, run.record_type, document)


def take_treatments(import_id: uuid.UUID, form: Mapping[str, str]) -> None:
    """Keep what the page's form says to do about findings."""
    run = queries.get_import(import_id)
    record_type = get_record_type(run.record_type)
    known = all_findings(record_type, parse_mapping(run.mapping, record_type))
    document = forms.read_treatments(run.mapping or {}, known, form)
    service.set_mapping(import_id, document, run.mapping_name)


def failed_name(run: ImportRun) -> str:
    """Return the name under which the failed rows are downloaded."""
    return f"{PurePath(run.file_name).stem[:80]}-failed-rows.csv"
