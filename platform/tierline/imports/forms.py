"""The wizard's forms: from what the browser sends to a mapping document, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from tierline.errors import Invalid
from tierline.imports.formats import DELIMITERS, ENCODINGS
from tierline.imports.guessing import guess_columns
from tierline.imports.mappings import DATE_FORMATS, ImportMap, all_findings, parse_mapping
from tierline.imports.registry import Finding, ImportField, RecordType
from tierline.tenancy.queries import current_tenant

COLUMN, CONSTANT, KEPT = "column:", "constant:", "kept"


@dataclass(frozen=True)
class FieldRow:
    """A field on the mapping page: what may fill it, and what does."""

    field: ImportField
    chosen: str
    constants: list[tuple[str, str]]
    confidence: int | None  # of a guess, 0 to 100
    date_format: str | None
    kept: bool  # filled in a way that the page can't show: a template


def field_rows(
    record_type: RecordType, document: Mapping[str, Any], columns: Sequence[str]
) -> list[FieldRow]:
    """Return the fields of a type of record with what fills each of them."""
    guesses = guess_columns(columns, record_type)
    sources = document.get("columns", {})
    rows = []
    for field in record_type.fields():
        source = sources.get(field.name)
        chosen = _chosen(source)
        guess = guesses.get(field.name)
        guessed = guess is not None and chosen == f"{COLUMN}{guess.column}"
        rows.append(
            FieldRow(
                field=field,
                chosen=chosen,
                constants=_constants(field),
                confidence=guess.confidence if guess and guessed else None,
                date_format=_date_format(field, source),
                kept=chosen == KEPT,
            )
        )
    return rows


def _chosen(source: Any) -> str:
    if source is None:
        return ""
    if not isinstance(source, Mapping):
        return f"{COLUMN}{source}"
    if source.get("constant") is not None:
        return f"{CONSTANT}{source['constant']}"
    return f"{COLUMN}{source['column']}" if source.get("column") is not None else KEPT


def _constants(field: ImportField) -> list[tuple[str, str]]:
    values = field.choices or ((current_tenant().currency,) if field.name == "currency" else ())
    return [
        (f"{CONSTANT}{value}", _("always %(value)s", value=field.choice_titles.get(value, value)))
        for value in values
    ]


def _date_format(field: ImportField, source: Any) -> str | None:
    if field.type != "date":
        return None
    given = source.get("format") if isinstance(source, Mapping) else None
    return str(given or DATE_FORMATS[0])


def read_mapping(
    record_type: RecordType, document: Mapping[str, Any], form: Mapping[str, str]
) -> dict[str, Any]:
    """Return the document with what the mapping page's form says."""
    known = document.get("columns", {})
    sources = {}
    for field in record_type.fields():
        source = _read_source(field, known.get(field.name), form)
        if source is not None:
            sources[field.name] = source
    options = {
        key: form[f"option_{key}"].strip()
        for key in record_type.options()
        if form.get(f"option_{key}", "").strip()
    }
    return {
        **document,
        "columns": sources,
        "decimal": form.get("decimal", "point"),
        "options": options,
        "findings": _fitting_treatments(record_type, document, sources, options),
    }


def _read_source(field: ImportField, known: Any, form: Mapping[str, str]) -> Any:
    chosen = form.get(f"field_{field.name}", "")
    if chosen == KEPT:
        return known
    if chosen.startswith(CONSTANT):
        return {"constant": chosen.removeprefix(CONSTANT)}
    if not chosen.startswith(COLUMN):
        return None
    source: dict[str, Any] = {"column": chosen.removeprefix(COLUMN)}
    if isinstance(known, Mapping) and known.get("column") == source["column"]:
        source = dict(known)
    if field.type == "date":
        source["format"] = form.get(f"format_{field.name}", DATE_FORMATS[0])
    return source


def _fitting_treatments(
    record_type: RecordType, document: Mapping[str, Any], sources: Any, options: Any
) -> dict[str, str]:
    """Return the document's treatments of what can still be found with these columns."""
    given = document.get("findings", {})
    probe = {"columns": sources, "options": options, "format": document.get("format", {})}
    known = {
        finding.key for finding in all_findings(record_type, parse_mapping(probe, record_type))
    }
    return {key: treatment for key, treatment in given.items() if key in known}


def read_format(form: Mapping[str, str]) -> dict[str, Any]:
    """Return the format that the mapping page's form says; raises Invalid."""
    encoding, delimiter = form.get("encoding", ""), form.get("delimiter", "")
    if encoding not in ENCODINGS or delimiter not in DELIMITERS:
        raise Invalid(_("The file can't be read so."), fields={"format": [_("is not known")]})
    return {"encoding": encoding, "delimiter": delimiter, "header": "header" in form}


def read_treatments(
    document: Mapping[str, Any], findings: Sequence[Finding], form: Mapping[str, str]
) -> dict[str, Any]:
    """Return the document with what the check page's form says to do about each finding."""
    chosen = {
        finding.key: form[f"treat_{finding.key}"]
        for finding in findings
        if f"treat_{finding.key}" in form
    }
    return {**document, "findings": {**document.get("findings", {}), **chosen}}


@dataclass(frozen=True)
class FoundRow:
    """A finding on the check page: how many rows have it, some of them, what is done about it."""

    finding: Finding
    rows: int
    treatment: str
    samples: list[dict[str, Any]]


def found_rows(
    record_type: RecordType, mapping: ImportMap, result: Mapping[str, Any]
) -> list[FoundRow]:
    """Return what was found in a file, the most frequent first."""
    found = [
        FoundRow(
            finding,
            result["reasons"][finding.key],
            mapping.treatment(finding),
            result["samples"].get(finding.key, []),
        )
        for finding in all_findings(record_type, mapping)
        if finding.key in result["reasons"]
    ]
    return sorted(found, key=lambda row: -row.rows)


def treatment_titles() -> dict[str, str]:
    """Return what the treatments are called."""
    return {
        "reject": _("Leave the row out"),
        "keep": _("Import it all the same"),
        "return": _("Import it as a return"),
    }
