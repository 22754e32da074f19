"""From the text of a file's columns to typed values, as SQL: never row by row in Python.

A value is null where its text is empty or can't be read. Blanks around texts were cut off when the
file was staged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
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
    func,
    literal,
    null,
    or_,
    true,
)

from tierline.imports.mappings import PLACEHOLDER, ImportMap, Source
from tierline.imports.registry import ImportField

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
LONGEST_NUMBER = 24  # characters

Texts = Mapping[str, ColumnElement[str]]


def text_of(source: Source, columns: Texts) -> ColumnElement[str]:
    """Return the text that a source gives, its values translated."""
    text = _own_text(source, columns)
    if not source.values:
        return text
    return case(
        *((text == given, literal(value, Text())) for given, value in source.values.items()),
        else_=text,
    )


def _own_text(source: Source, columns: Texts) -> ColumnElement[str]:
    if source.constant is not None:
        return literal(source.constant.strip(), Text())
    if source.template is not None:
        parts = PLACEHOLDER.split(source.template)
        texts = [
            columns[part] if place % 2 else literal(part, Text())
            for place, part in enumerate(parts)
            if part
        ]
        return func.btrim(func.concat(*texts))
    return columns[str(source.column)]


def unknown(field: ImportField) -> ColumnElement[Any]:
    """Return the value of a field that nothing fills."""
    return cast(null(), SQL_TYPES[field.type])


def value_of(
    field: ImportField, mapping: ImportMap, text: ColumnElement[str]
) -> ColumnElement[Any]:
    """Return the value that a text has for the field; null where it has none."""
    if field.type == "date":
        return _date(text, mapping.sources[field.name].date_format)
    if field.type in ("integer", "decimal"):
        return _number(text, field, mapping.decimal)
    readers: Mapping[str, Callable[..., ColumnElement[Any]]] = {
        "text": _text,
        "choice": _choice,
        "boolean": _boolean,
    }
    return readers[field.type](text, field)


def _text(text: ColumnElement[str], field: ImportField) -> ColumnElement[str]:
    # A text of few bytes has few characters, and bytes are counted without looking at them.
    short = or_(func.octet_length(text) <= field.length, func.length(text) <= field.length)
    return case((and_(text != "", short), text))


def _choice(text: ColumnElement[str], field: ImportField) -> ColumnElement[str]:
    lowered = func.lower(text)
    return case((lowered.in_(field.choices), lowered))


def _boolean(text: ColumnElement[str], field: ImportField) -> ColumnElement[bool]:
    lowered = func.lower(text)
    return case((lowered.in_((*YES, *NO)), lowered.in_(YES)))


def _number(text: ColumnElement[str], field: ImportField, decimal: str) -> ColumnElement[Any]:
    """Read a number: digits with one decimal mark, perhaps in groups of three.

    Only signs, digits and a point are let pass, so that NaN, Infinity and 1e5 are refused; and
    groups must be whole, so that 1,5 is never taken for 15.
    """
    group, point = (",", ".") if decimal == "point" else (".", ",")
    grouped = rf"^[-+]?\d{{1,3}}(\{group}\d{{3}})+(\{point}\d*)?$"
    plain = text if point == "." else func.replace(text, ",", ".")
    stray = func.translate(text, f"+-{point}{DIGITS}", "")
    number = case(
        (func.octet_length(text) > LONGEST_NUMBER, None),
        (and_(stray == "", func.pg_input_is_valid(plain, "numeric")), cast(plain, Numeric())),
        (text.regexp_match(grouped), cast(_ungrouped(text, group, point), Numeric())),
    )
    if field.type == "decimal" and field.minimum is None and field.maximum is None:
        return number
    low, high = field.minimum, field.maximum
    if field.type == "integer":
        low, high = (
            (low if low is not None else -(2**31)),
            (high if high is not None else 2**31 - 1),
        )
    within = and_(
        true() if low is None else number >= low,
        true() if high is None else number <= high,
        number == func.trunc(number) if field.type == "integer" else true(),
    )
    return case((within, cast(number, SQL_TYPES[field.type])))


def _ungrouped(text: ColumnElement[str], group: str, point: str) -> ColumnElement[str]:
    return func.replace(func.replace(text, group, ""), point, ".")


def _date(text: ColumnElement[str], form: str) -> ColumnElement[Any]:
    """Read a day; a time of day after it is let pass."""
    if form in ("yyyy-mm-dd", "yyyymmdd"):
        length, shape = (10, "--") if "-" in form else (8, "")
        day = func.left(text, length)
        rest = func.substr(text, length + 1, 1).in_(("", " ", "T"))
        return _valid_day(and_(func.octet_length(day) == length, _marks(day) == shape, rest), day)
    if "年" in form:
        text = func.translate(text, "年月日", "--")
        form = "yyyy-m-d"
    mark = re.sub("[ymd]", "", form)[0]
    order = [part[0] for part in form.split(mark)]
    day = func.split_part(func.split_part(text, " ", 1), "T", 1)
    parts = {name: func.split_part(day, mark, place) for place, name in enumerate(order, start=1)}
    iso = func.concat(parts["y"], "-", parts["m"], "-", parts["d"])
    return _valid_day(and_(_marks(day) == mark * 2, func.octet_length(parts["y"]) == 4), iso)


def _marks(day: ColumnElement[str]) -> ColumnElement[str]:
    """Return what is left of a day without its digits."""
    return func.translate(day, DIGITS, "")


def _valid_day(shape: ColumnElement[bool], iso: ColumnElement[str]) -> ColumnElement[Any]:
    return case((and_(shape, func.pg_input_is_valid(iso, "date")), cast(iso, Date())))
