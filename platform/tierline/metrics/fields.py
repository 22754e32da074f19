"""Reading the accounts' extra fields in SQL, so that no content can make a statement fail."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Date, Numeric, Text, case, cast, func, literal

from tierline.accounts.models import Account

NUMBER = r"^-?[0-9]{1,18}(\.[0-9]{1,18})?$"
DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


def text_of(key: str) -> ColumnElement[str]:
    """Return the expression of a field's text; NULL where it is missing or empty."""
    return func.nullif(Account.fields[key].astext, "", type_=Text)


def number_of(key: str) -> ColumnElement[Decimal]:
    """Return the expression of a field's number; NULL where it holds none."""
    text = text_of(key)
    return case((text.regexp_match(NUMBER), cast(text, Numeric)))


def date_of(key: str) -> ColumnElement[Any]:
    """Return the expression of a field's date (ISO 8601); NULL where it holds none."""
    text = text_of(key)
    valid = func.pg_input_is_valid(text, literal("date"), type_=Boolean)
    return case((text.regexp_match(DATE) & valid, cast(text, Date)))


def read_text(value: Any) -> str | None:
    """Return a field's value as `text_of` reads it."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def read_number(value: Any) -> Decimal | None:
    """Return a field's value as `number_of` reads it."""
    text = read_text(value)
    return Decimal(text) if text is not None and re.match(NUMBER, text) else None
