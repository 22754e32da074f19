"""What can be imported. The features above register their record types; imports knows none itself.

A record type says which fields a file may fill, what may be found wrong with a row, and merges
checked rows into the tenant's records, set by set. Its rows stand in a temporary table (see
`imports.staging`) with one typed column for each of its fields.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from flask_babel import LazyString
from flask_babel import gettext as _
from sqlalchemy import Column, ColumnElement, Table

from tierline.access.permissions import Permission
from tierline.errors import NotFound
from tierline.imports.mappings import ImportMap

FieldType = Literal["text", "integer", "decimal", "date", "choice", "boolean"]


@dataclass(frozen=True)
class ImportField:
    """A field that a column of the file can fill."""

    name: str
    title: str | LazyString
    type: FieldType = "text"
    required: bool = False
    choices: tuple[str, ...] = ()
    choice_titles: Mapping[str, str | LazyString] = field(default_factory=dict)
    synonyms: tuple[str, ...] = ()  # names that such columns bear, for guessing
    length: int = 500  # characters, of a text
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True)
class Finding:
    """Something that may be found in a row, and what can be done about it, the default first."""

    key: str
    title: str | LazyString
    treatments: tuple[str, ...] = ("reject",)


@dataclass
class Outcome:
    """How many rows of a chunk were created, updated and left as they were."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0


@dataclass(frozen=True)
class Chunk:
    """The rows at hand: `rows` is the temporary table of the typed rows, failed ones included."""

    tenant_id: int
    import_id: Any
    mapping: ImportMap
    rows: Table
    accepted: int  # of the rows: those that did not fail
    write: bool  # False: count only, in a dry run


class RecordType(Protocol):
    """A type of record that files can be imported into."""

    key: str
    title: str | LazyString
    permission: Permission

    def fields(self) -> Sequence[ImportField]:
        """Return the fields, in the order in which a person would fill them."""

    def options(self) -> Mapping[str, str]:
        """Return the options that a mapping may set, with their titles."""

    def findings(self, mapping: ImportMap) -> Sequence[Finding]:
        """Return what may be found beside missing and invalid values."""

    def key_fields(self, mapping: ImportMap) -> Sequence[str]:
        """Return the fields that tell which rows belong together; they go into one chunk."""

    def uniform_fields(self, mapping: ImportMap) -> Sequence[str]:
        """Return the fields that must be the same in all rows that belong together.

        A row that differs from the first in the order of bytes has the finding `other_<field>`.
        """

    def sources(self) -> Mapping[str, str]:
        """Return what to count in the source: {name in the result: field}."""

    def extra_columns(self) -> Sequence[Column[Any]]:
        """Return columns that rows have beside their fields."""

    def derive(self, mapping: ImportMap) -> Sequence[Derivation]:
        """Return how values that replace a field's own, or fill the extra columns, are derived.

        Each step reads what the steps before it made.
        """

    def examine(self, row: TypedRow, mapping: ImportMap) -> dict[str, ColumnElement[bool]]:
        """Return the condition of each of its findings."""

    def merge(self, chunk: Chunk) -> Outcome:
        """Merge the chunk's rows that did not fail; with `write` off only say what would happen."""

    def finish(self, import_id: Any, mapping: ImportMap, rows: Table) -> None:
        """Do what is done once after the last chunk, in a transaction of its own."""


@dataclass(frozen=True)
class TypedRow:
    """A row's columns as expressions: the fields by name, its place, the copies before it."""

    fields: Mapping[str, ColumnElement[Any]]
    row_no: ColumnElement[int]
    first_row: ColumnElement[int]  # the first row of those that belong together
    copy_no: ColumnElement[int]  # 1 for the first of rows that are equal in every column


Derivation = Callable[[TypedRow], Mapping[str, ColumnElement[Any]]]


_types: dict[str, RecordType] = {}


def register(record_type: RecordType) -> None:
    """Make a type of record known."""
    _types[record_type.key] = record_type


def record_types() -> list[RecordType]:
    """Return the record types, by key."""
    return [_types[key] for key in sorted(_types)]


def get_record_type(key: str) -> RecordType:
    """Return the record type; raises NotFound naming those there are."""
    if key not in _types:
        known = ", ".join(sorted(_types))
        raise NotFound(
            _("Records of type %(key)s can't be imported, only %(known)s.", key=key, known=known),
            fields={"record_type": [_("must be one of %(known)s", known=known)]},
        )
    return _types[key]
