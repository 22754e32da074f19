"""What an account's and a contact's properties may be: pure rules, every problem at once.

A value is cleaned (outer blanks, full-width digits of a code) and then checked; a blank optional
value becomes what its column holds for "none".
"""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import email_validator
from flask_babel import gettext as _
from stdnum.cn import uscc
from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError

from tierline.accounts.models import KINDS, STAGES
from tierline.errors import Invalid
from tierline.packs.problems import did_you_mean

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
BREAK = re.compile(r"[\t\r\n]")
PHONE = re.compile(r"[+(]?[0-9][0-9 ()./-]{2,}( ?(x|ext\.?|转) ?[0-9]{1,8})?", re.IGNORECASE)
LONGEST_NOTE = 4000

Check = Callable[[Any], Any]
"""Return the cleaned value; raises ValueError saying what is wrong with it."""


def text(most: int, *, required: bool = False, lines: bool = False) -> Check:
    """Return the check of a text of at most `most` characters, in one line unless `lines`."""

    def check(value: Any) -> str:
        if value is not None and not isinstance(value, str):
            raise ValueError(_("must be text"))
        cleaned = (value or "").strip()
        if required and not cleaned:
            raise ValueError(_("is needed"))
        if len(cleaned) > most:
            raise ValueError(_("has more than %(most)s characters", most=most))
        if CONTROL.search(cleaned) or (not lines and BREAK.search(cleaned)):
            raise ValueError(_("must not contain line breaks or control characters"))
        return cleaned

    return check


def word(known: tuple[str, ...]) -> Check:
    """Return the check of one of the words known."""

    def check(value: Any) -> str:
        if value not in known:
            hint = did_you_mean(str(value), known)
            raise ValueError(_("must be one of %(known)s", known=", ".join(known)) + hint)
        return str(value)

    return check


def external_key(value: Any) -> str | None:
    """Check an account's number in other systems; blank is none."""
    return text(100)(value) or None


def credit_code(value: Any) -> str | None:
    """Check a Chinese unified social credit code (GB 32100-2015); blank is none."""
    given = unicodedata.normalize("NFKC", text(60)(value)).upper()
    if not given:
        return None
    try:
        return str(uscc.validate(given))
    except InvalidLength as error:
        raise ValueError(_("must have 18 characters")) from error
    except InvalidChecksum as error:
        raise ValueError(_("is mistyped: its check character does not fit")) from error
    except ValidationError as error:
        raise ValueError(_("is not a unified social credit code")) from error


def identifier(value: Any) -> uuid.UUID | None:
    """Check a record's id; blank is none."""
    if value in (None, ""):
        return None
    try:
        return value if isinstance(value, uuid.UUID) else uuid.UUID(str(value))
    except ValueError as error:
        raise ValueError(_("is not known")) from error


def email(value: Any) -> str:
    """Check an e-mail's form, not whether it is delivered; blank is none."""
    cleaned = text(254)(value)
    if not cleaned:
        return ""
    try:
        found = email_validator.validate_email(cleaned, check_deliverability=False)
    except email_validator.EmailNotValidError as error:
        raise ValueError(_("is not an e-mail address")) from error
    return found.normalized


def phone(value: Any) -> str:
    """Check a phone number as people write it; blank is none."""
    cleaned = unicodedata.normalize("NFKC", text(40)(value)).strip()
    if cleaned and not PHONE.fullmatch(cleaned):
        raise ValueError(_("is not a phone number"))
    return cleaned


ACCOUNT: Mapping[str, Check] = {
    "name": text(300, required=True),
    "external_key": external_key,
    "kind": word(KINDS),
    "lifecycle_stage": word(STAGES),
    "owner_id": identifier,
    "industry": text(120),
    "region": text(120),
    "credit_code": credit_code,
}
CONTACT: Mapping[str, Check] = {
    "name": text(200, required=True),
    "title": text(120),
    "email": email,
    "phone": phone,
    "note": text(LONGEST_NOTE, lines=True),
}
NOTE: Mapping[str, Check] = {"text": text(LONGEST_NOTE, required=True, lines=True)}
REASON: Mapping[str, Check] = {"reason": text(500)}


class Problems:
    """What is wrong with some values, by the path of each."""

    def __init__(self) -> None:
        self.found: dict[str, list[str]] = {}

    def add(self, path: str, problem: str) -> None:
        """Note what is wrong with the value at `path`."""
        self.found.setdefault(path, []).append(problem)

    def clean(self, checks: Mapping[str, Check], values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values cleaned; notes a problem for each wrong or unknown one."""
        cleaned = {}
        for key, value in values.items():
            if key not in checks:
                self.add(key, _("is not known") + did_you_mean(key, checks))
                continue
            try:
                cleaned[key] = checks[key](value)
            except ValueError as error:
                self.add(key, str(error))
        return cleaned

    def raise_any(self) -> None:
        """Raise Invalid where a problem was found."""
        if self.found:
            raise Invalid(_("Some values need another look."), fields=self.found)


def checked(checks: Mapping[str, Check], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values cleaned; raises Invalid naming every wrong one."""
    problems = Problems()
    cleaned = problems.clean(checks, values)
    problems.raise_any()
    return cleaned
