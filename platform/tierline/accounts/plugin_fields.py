"""Values of the fields that plugins add to accounts: how they are checked, kept and shown.

They are kept as JSON that the metrics read without a cast that could fail: whole numbers and truth
as such, exact decimals as plain text, dates as ISO 8601.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from tierline.accounts import checking
from tierline.packs.contributions import Field
from tierline.packs.problems import did_you_mean
from tierline.web.language import date, localized, money, number, percent

NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")
TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}

Value = str | int | bool


def clean_fields(
    known: Iterable[Field], values: Mapping[str, Any], problems: checking.Problems
) -> dict[str, Value | None]:
    """Return the values cleaned, None where one is to be removed; notes what is wrong."""
    by_key = {field.key: field for field in known}
    cleaned: dict[str, Value | None] = {}
    for key, value in values.items():
        if key not in by_key:
            problems.add(f"fields.{key}", _("is not known") + did_you_mean(key, by_key))
            continue
        try:
            cleaned[key] = clean_value(by_key[key], value)
        except ValueError as error:
            problems.add(f"fields.{key}", str(error))
    return cleaned


def clean_value(field: Field, value: Any) -> Value | None:
    """Return a field's value as it is kept, None for a blank; raises ValueError in words."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    return CLEANERS[field.type](field, value)


def _number(field: Field, value: Any) -> str:
    given = unicodedata.normalize("NFKC", str(value)).strip().replace(",", "")
    if field.type == "percent":
        given = given.removesuffix("%").strip()
    if isinstance(value, bool) or not NUMBER.fullmatch(given):
        raise ValueError(_("must be a number, with at most 6 digits after the point"))
    _check_range(field, Decimal(given))
    return f"{Decimal(given):f}"


def _check_range(field: Field, value: Decimal) -> None:
    if field.minimum is not None and value < Decimal(str(field.minimum)):
        raise ValueError(_("must be at least %(least)s", least=number(field.minimum)))
    if field.maximum is not None and value > Decimal(str(field.maximum)):
        raise ValueError(_("must be at most %(most)s", most=number(field.maximum)))


def _integer(field: Field, value: Any) -> int:
    given = Decimal(_number(field, value))
    if given != int(given):
        raise ValueError(_("must be a whole number"))
    return int(given)


def _text(field: Field, value: Any) -> str:
    return str(checking.text(500)(value))


def _date(field: Field, value: Any) -> str:
    try:
        return datetime.date.fromisoformat(str(value).strip()).isoformat()
    except ValueError as error:
        raise ValueError(_("must be a day such as 2026-11-30")) from error


def _truth(field: Field, value: Any) -> bool:
    given = str(value).strip().casefold()
    if given not in TRUTH:
        raise ValueError(_("must be yes or no"))
    return TRUTH[given]


def _choice(field: Field, value: Any) -> str:
    return str(checking.word(tuple(choice.key for choice in field.choices))(value))


CLEANERS: Mapping[str, Callable[[Field, Any], Value]] = {
    "text": _text,
    "integer": _integer,
    "decimal": _number,
    "percent": _number,
    "money": _number,
    "date": _date,
    "boolean": _truth,
    "choice": _choice,
}


def shown_value(field: Field, value: Any) -> str:
    """Return a field's value as people read it, with its unit."""
    if value is None or value == "":
        return "–"
    try:
        shown = SHOWN.get(field.type, _plainly)(field, value)
    except (ValueError, ArithmeticError):
        return str(value)  # imported before the field had this type
    unit = localized(field.unit)
    return f"{shown} {unit}" if unit else shown


def _plainly(field: Field, value: Any) -> str:
    return str(value)


def _title(field: Field, value: Any) -> str:
    return next((localized(c.title) for c in field.choices if c.key == value), str(value))


SHOWN: Mapping[str, Callable[[Field, Any], str]] = {
    "integer": lambda field, value: number(Decimal(str(value))),
    "decimal": lambda field, value: number(Decimal(str(value))),
    "percent": lambda field, value: percent(str(value)),
    "money": lambda field, value: money(Decimal(str(value)), digits=0),
    "date": lambda field, value: date(datetime.date.fromisoformat(str(value))),
    "boolean": lambda field, value: _("yes") if TRUTH[str(value).casefold()] else _("no"),
    "choice": _title,
}


def fields_for(known: Iterable[Field], groups: Iterable[str]) -> list[Field]:
    """Return the fields that apply to an account of these groups, as they are shown."""
    held = set(groups)
    found = [field for field in known if not field.groups or held.intersection(field.groups)]
    return sorted(found, key=lambda field: (field.id.partition(":")[0], field.weight, field.id))
