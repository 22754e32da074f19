"""From the text of a file's columns to typed values, as SQL: never row by row in Python.

Each field yields a value (null where there is none) and the condition that its text can't be read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Date,
    Integer,
    Numeric,
    Text,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    not_,
    null,
    or_,
)

from tierline.imports.mappings import PLACEHOLDER, ImportMap, Source
from tierline.imports.registry import ImportField

BLANKS = " \t\r\n\u00a0\u3000\ufeff"
DIGITS = "0123456789"
YES = ("true", "yes", "y", "1", "是", "t")
NO = ("false", "no", "n", "0", "否", "f")
SQL_TYPES: Mapping[str, Any] = {
    "text": Text(),
    "choice": Text(),
    "integer": Integer(),
    "decimal": Numeric(),
    "date": Date(),
    "boolean": Boolean(),
}
LARGEST = 10**12  # of any number that is imported
PLACES = 6  # after the point


@dataclass(frozen=True)
class Reading:
    """A field's value, the condition that it is missing, and that its text can't be read."""

    value: ColumnElement[Any]
    missing: ColumnElement[bool]
    invalid: ColumnElement[bool]


def text_of(source: Source, columns: Mapping[str, ColumnElement[str]]) -> ColumnElement[str]:
    """Return the text that a source gives, blanks around it cut off."""
    if source.constant is not None:
        return literal(source.constant, Text())
    if source.template is not None:
        parts = PLACEHOLDER.split(source.template)
        texts = [
            columns[part] if place % 2 else literal(part, Text())
            for place, part in enumerate(parts)
            if part
        ]
        return func.btrim(func.concat(*texts), BLANKS)
    return func.btrim(columns[str(source.column)], BLANKS)


def read_field(
    field: ImportField, mapping: ImportMap, columns: Mapping[str, ColumnElement[str]]
) -> Reading:
    """Return how a field is read from the columns that the mapping gives it."""
    source = mapping.sources.get(field.name)
    if source is None:
        return Reading(cast(null(), SQL_TYPES[field.type]), false(), false())
    text = _translated(text_of(source, columns), source)
    missing = text == ""
    readers = {"text": _text, "choice": _choice, "boolean": _boolean}
    if field.type in readers:
        valid, value = readers[field.type](text, field)
    elif field.type == "date":
        valid, value = _date(text, source.date_format)
    else:
        valid, value = _number(text, field, mapping.decimal)
    return Reading(
        case((and_(not_(missing), valid), value), else_=cast(null(), SQL_TYPES[field.type])),
        missing,
        and_(not_(missing), not_(valid)),
    )


def _translated(text: ColumnElement[str], source: Source) -> ColumnElement[str]:
    if not source.values:
        return text
    return case(
        *((text == given, literal(value, Text())) for given, value in source.values.items()),
        else_=text,
    )


def _text(
    text: ColumnElement[str], field: ImportField
) -> tuple[ColumnElement[bool], ColumnElement[Any]]:
    return func.length(text) <= field.length, text


def _choice(
    text: ColumnElement[str], field: ImportField
) -> tuple[ColumnElement[bool], ColumnElement[Any]]:
    lowered = func.lower(text)
    return lowered.in_(field.choices), lowered


def _boolean(
    text: ColumnElement[str], field: ImportField
) -> tuple[ColumnElement[bool], ColumnElement[Any]]:
    lowered = func.lower(text)
    return lowered.in_((*YES, *NO)), lowered.in_(YES)


def _number(
    text: ColumnElement[str], field: ImportField, decimal: str
) -> tuple[ColumnElement[bool], ColumnElement[Any]]:
    """Read a number, digits in groups of three allowed.

    Only signs, digits and one point may be left, so that NaN, Infinity and 1e5 are refused.
    """
    group, point = (",", ".") if decimal == "point" else (".", ",")
    plain = func.replace(text, group, "")
    if point != ".":
        plain = func.replace(plain, point, ".")
    grouped = rf"^[-+]?\d{{1,3}}(\{group}\d{{3}})+(\{point}\d*)?$"
    clean = and_(
        func.translate(plain, f"+-.{DIGITS}", "") == "",
        or_(func.strpos(text, group) == 0, text.regexp_match(grouped)),
        func.pg_input_is_valid(plain, "numeric"),
    )
    number = case((clean, cast(plain, Numeric())))
    limits = [func.abs(number) < LARGEST, func.scale(number) <= PLACES]
    if field.minimum is not None:
        limits.append(number >= field.minimum)
    if field.maximum is not None:
        limits.append(number <= field.maximum)
    if field.type == "integer":
        limits.append(number == func.trunc(number))
        limits.append(func.abs(number) <= 2**31 - 1)
        return func.coalesce(and_(*limits), false()), cast(number, Integer())
    return func.coalesce(and_(*limits), false()), number


def _date(
    text: ColumnElement[str], form: str
) -> tuple[ColumnElement[bool], ColumnElement[Any]]:
    """Read a day; a time of day after it is let pass."""
    digits = func.translate
    if form == "yyyy-mm-dd":
        day, rest = func.left(text, 10), func.substr(text, 11, 1)
        shape = and_(digits(day, DIGITS, "") == "--", rest.in_(("", " ", "T")))
        return _valid_day(shape, day)
    if form == "yyyymmdd":
        day, rest = func.left(text, 8), func.substr(text, 9, 1)
        shape = and_(func.length(day) == 8, digits(day, DIGITS, "") == "", rest.in_(("", " ")))
        return _valid_day(shape, day)
    if "年" in form:
        text = func.translate(text, "年月日", "--")
        form = "yyyy-m-d"
    mark = re.sub("[ymd]", "", form)[0]
    order = [part[0] for part in form.split(mark)]
    day = func.split_part(func.split_part(text, " ", 1), "T", 1)
    parts = {name: func.split_part(day, mark, place) for place, name in enumerate(order, start=1)}
    iso = func.concat(parts["y"], "-", parts["m"], "-", parts["d"])
    shape = and_(digits(day, DIGITS, "") == mark * 2, func.length(parts["y"]) == 4)
    return _valid_day(shape, iso)


def _valid_day(
    shape: ColumnElement[bool], iso: ColumnElement[str]
) -> tuple[ColumnElement[bool], ColumnElement[Any]]:
    valid = case((shape, func.pg_input_is_valid(iso, "date")), else_=false())
    return valid, cast(iso, Date())
