"""Mapping documents: which column of a file fills which field of a record, and how it is read.

docs/import.md describes the document. A mapping is kept by name in the tenant, or as a file
`tenants/mappings/<name>.yaml` that every tenant can use.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _

from tierline.errors import Invalid
from tierline.imports.formats import Format, Problems, parse_format

if TYPE_CHECKING:
    from tierline.imports.registry import Finding, ImportField, RecordType

DATE_FORMATS = (
    "yyyy-mm-dd", "yyyy/mm/dd", "yyyymmdd", "dd/mm/yyyy", "mm/dd/yyyy", "dd.mm.yyyy",
    "dd-mm-yyyy", "mm-dd-yyyy", "yyyy年mm月dd日",
)  # fmt: skip
DECIMAL_MARKS = ("point", "comma")
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
KEYS = ("schema", "record", "title", "format", "decimal", "dates", "columns", "options", "findings")


@dataclass(frozen=True)
class Source:
    """Where a field's text comes from: one of a column, a constant, a template of columns."""

    column: str | None = None
    constant: str | None = None
    template: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)  # text in the file → value
    date_format: str = "yyyy-mm-dd"

    def columns(self) -> list[str]:
        """Return the names of the columns that it reads."""
        if self.template is not None:
            return PLACEHOLDER.findall(self.template)
        return [self.column] if self.column is not None else []


@dataclass(frozen=True)
class ImportMap:
    """A validated mapping document."""

    record: str
    format: Format
    sources: Mapping[str, Source]
    decimal: str = "point"
    treatments: Mapping[str, str] = field(default_factory=dict)  # finding → treatment
    options: Mapping[str, str] = field(default_factory=dict)

    def treatment(self, finding: Finding) -> str:
        """Return what is done about a finding: as the document says, or by default."""
        return self.treatments.get(finding.key, finding.treatments[0])


def parse_mapping(document: Any, record_type: RecordType) -> ImportMap:
    """Return the mapping that a document describes; raises Invalid naming every wrong path."""
    problems = Problems()
    if not isinstance(document, Mapping):
        message = _("A mapping must be a document.")
        raise Invalid(message, fields={"mapping": [_("must be a mapping")]})
    problems.unknown("", document, KEYS)
    if document.get("record", record_type.key) != record_type.key:
        problem = _("must be %(record)s: that is what is imported", record=record_type.key)
        problems.add("record", problem)
    parsed = ImportMap(
        record=record_type.key,
        format=parse_format(document.get("format", {}), problems),
        sources=_parse_columns(document, record_type, problems),
        decimal=_choice(document, "decimal", DECIMAL_MARKS, problems),
        options=_texts(document, "options", problems),
    )
    problems.unknown("options.", parsed.options, tuple(record_type.options()))
    parsed = _with_treatments(parsed, document, record_type, problems)
    if problems.fields:
        raise Invalid(_("The mapping can't be used."), fields=problems.fields)
    return parsed


def _one_of(choices: Iterable[str]) -> str:
    return str(_("must be one of %(known)s", known=", ".join(choices)))


def _choice(
    document: Mapping[str, Any], key: str, choices: tuple[str, ...], problems: Problems
) -> str:
    value = document.get(key, choices[0])
    if value not in choices:
        problems.add(key, _one_of(choices))
    return str(value)


def _texts(document: Mapping[str, Any], key: str, problems: Problems) -> dict[str, str]:
    given = document.get(key, {})
    if not isinstance(given, Mapping) or not all(
        isinstance(part, str) for pair in given.items() for part in pair
    ):
        problems.add(key, _("must map names to texts"))
        return {}
    return dict(given)


def _parse_columns(
    document: Mapping[str, Any], record_type: RecordType, problems: Problems
) -> dict[str, Source]:
    given = document.get("columns")
    if not isinstance(given, Mapping) or not given:
        problems.add("columns", _("must map at least one field"))
        return {}
    fields = {field.name: field for field in record_type.fields()}
    problems.unknown("columns.", given, tuple(fields))
    dates = _choice(document, "dates", DATE_FORMATS, problems)
    sources = {
        name: _parse_source(f"columns.{name}", source, fields[name], dates, problems)
        for name, source in given.items()
        if name in fields and source is not None
    }
    for name, wanted in fields.items():
        if wanted.required and name not in sources:
            problems.add(f"columns.{name}", _("is needed"))
    return sources


def _parse_source(
    path: str, given: Any, target: ImportField, dates: str, problems: Problems
) -> Source:
    if isinstance(given, str | int) and not isinstance(given, bool):
        return Source(column=str(given), date_format=dates)
    if not isinstance(given, Mapping):
        problem = _("must be a column's name, or have one of column, constant, template")
        problems.add(path, problem)
        return Source()
    problems.unknown(f"{path}.", given, ("column", "constant", "template", "format", "values"))
    ways = [way for way in ("column", "constant", "template") if given.get(way) is not None]
    if len(ways) != 1:
        problems.add(path, _("must have exactly one of column, constant, template"))
    values = _texts(given, "values", problems)
    for text, value in values.items():
        if target.choices and value not in target.choices:
            problems.add(f"{path}.values.{text}", _one_of(target.choices))
    texts = {way: str(given[way]) for way in ways}
    if target.choices and "constant" in texts and texts["constant"] not in target.choices:
        problems.add(f"{path}.constant", _one_of(target.choices))
    date_format = given.get("format", dates)
    if date_format not in DATE_FORMATS:
        problems.add(f"{path}.format", _one_of(DATE_FORMATS))
    return Source(**texts, values=values, date_format=str(date_format))


def _with_treatments(
    parsed: ImportMap, document: Mapping[str, Any], record_type: RecordType, problems: Problems
) -> ImportMap:
    given = _texts(document, "findings", problems)
    known = {finding.key: finding for finding in all_findings(record_type, parsed)}
    problems.unknown("findings.", given, tuple(known))
    for key, treatment in given.items():
        if key in known and treatment not in known[key].treatments:
            problems.add(f"findings.{key}", _one_of(known[key].treatments))
    return ImportMap(
        parsed.record, parsed.format, parsed.sources, parsed.decimal, given, parsed.options
    )


def all_findings(record_type: RecordType, mapping: ImportMap) -> list[Finding]:
    """Return everything that may be found in a row: by column, by field, by record type."""
    from tierline.imports.findings import field_findings

    return [*field_findings(record_type, mapping), *record_type.findings(mapping)]
