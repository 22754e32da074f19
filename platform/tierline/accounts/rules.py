"""What the values of an account and a contact must be like. Pure but for the plugins' fields."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext as _
from stdnum.cn import uscc

from tierline.accounts.models import KINDS, STAGES
from tierline.errors import Invalid
from tierline.plugins.contributions import Field

LENGTHS = {"name": 300, "external_key": 100, "industry": 100, "region": 100}
CONTACT_LENGTHS = {"name": 200, "title": 200, "email": 254, "phone": 50, "note": 2000}
CHOICES = {"kind": KINDS, "lifecycle_stage": STAGES}
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
LARGEST = Decimal(10) ** 15
TEXT_LENGTH = 1000
YES, NO = ("true", "1", "yes", "on", "是"), ("false", "0", "no", "off", "否")


class Wrong:
    """What is wrong, by field."""

    def __init__(self) -> None:
        self.fields: dict[str, list[str]] = {}

    def add(self, field: str, problem: str) -> None:
        """Note a problem of a field."""
        self.fields.setdefault(field, []).append(problem)

    def refuse(self, message: str) -> None:
        """Raise Invalid with all problems, if there are any."""
        if self.fields:
            raise Invalid(message, fields=self.fields)


def check_texts(
    values: Mapping[str, Any], lengths: Mapping[str, int], wrong: Wrong
) -> dict[str, Any]:
    """Return the texts among the values with blanks cut off; notes those that are too long."""
    checked = {}
    for name, length in lengths.items():
        if name in values:
            text = " ".join(str(values[name] or "").split()) if name != "note" else values[name]
            checked[name] = text
            if len(text) > length:
                wrong.add(name, _("must have at most %(length)s characters", length=length))
    return checked


def check_account(values: Mapping[str, Any], wrong: Wrong) -> dict[str, Any]:
    """Return the account's own values, cleaned; notes what is wrong. Fields are checked apart."""
    checked = check_texts(values, LENGTHS, wrong)
    if checked.get("name") == "":
        wrong.add("name", _("must not be empty"))
    if "external_key" in checked:
        checked["external_key"] = checked["external_key"] or None
    for name, choices in CHOICES.items():
        if name in values:
            checked[name] = values[name]
            if values[name] not in choices:
                wrong.add(name, _("must be one of %(choices)s", choices=", ".join(choices)))
    if "credit_code" in values:
        checked["credit_code"] = check_credit_code(values["credit_code"], wrong)
    return checked


def check_credit_code(text: str | None, wrong: Wrong) -> str | None:
    """Return a unified social credit code (GB 32100-2015) in its compact form; None where empty."""
    if not text or not text.strip():
        return None
    code: str = uscc.compact(text.upper())
    if not uscc.is_valid(code):
        problem = _("is not a valid unified social credit code (18 characters, the last a check)")
        wrong.add("credit_code", problem)
    return code


def check_contact(values: Mapping[str, Any], wrong: Wrong) -> dict[str, Any]:
    """Return a contact's values, cleaned; notes what is wrong."""
    checked = check_texts(values, CONTACT_LENGTHS, wrong)
    if checked.get("name") == "":
        wrong.add("name", _("must not be empty"))
    if checked.get("email") and not EMAIL.fullmatch(checked["email"]):
        wrong.add("email", _("must be an e-mail address"))
    return checked


def check_fields(given: Mapping[str, Any], known: Sequence[Field], wrong: Wrong) -> dict[str, Any]:
    """Return the values of plugins' fields by key, typed; an empty one is left out.

    Notes unknown keys and values that do not fit their field, under `fields.<key>`.
    """
    by_key = {field.key: field for field in known}
    checked = {}
    for key, value in given.items():
        if key not in by_key:
            wrong.add(f"fields.{key}", _("is not a field of an enabled plugin"))
        elif value not in (None, ""):
            try:
                checked[key] = field_value(by_key[key], value)
            except ValueError as error:
                wrong.add(f"fields.{key}", str(error))
    return checked


def field_value(field: Field, value: Any) -> Any:
    """Return a value as the record stores it (JSON); raises ValueError saying what it must be."""
    if field.type == "boolean":
        return _boolean(value)
    if field.type == "date":
        return _date(value)
    if field.type == "choice":
        return _choice(field, value)
    if field.type == "text":
        text = str(value).strip()
        if len(text) > TEXT_LENGTH:
            raise ValueError(_("must have at most %(length)s characters", length=TEXT_LENGTH))
        return text
    return _number(field, value)


def _boolean(value: Any) -> bool:
    text = str(value).lower()
    if text not in (*YES, *NO):
        raise ValueError(_("must be yes or no"))
    return text in YES


def _date(value: Any) -> str:
    try:
        return datetime.date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise ValueError(_("must be a date such as 2026-03-31")) from None


def _choice(field: Field, value: Any) -> str:
    keys = [choice.key for choice in field.choices]
    if value not in keys:
        raise ValueError(_("must be one of %(choices)s", choices=", ".join(keys)))
    return str(value)


def _number(field: Field, value: Any) -> int | float:
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        raise ValueError(_("must be a number")) from None
    if not number.is_finite() or abs(number) > LARGEST:
        raise ValueError(_("must be a number of usual size"))
    whole = number == number.to_integral_value()
    if field.type == "integer" and not whole:
        raise ValueError(_("must be a whole number"))
    if field.minimum is not None and number < Decimal(str(field.minimum)):
        raise ValueError(_("must be at least %(limit)s", limit=f"{field.minimum:g}"))
    if field.maximum is not None and number > Decimal(str(field.maximum)):
        raise ValueError(_("must be at most %(limit)s", limit=f"{field.maximum:g}"))
    result = int(number) if whole else float(number)
    return result if math.isfinite(result) else 0
