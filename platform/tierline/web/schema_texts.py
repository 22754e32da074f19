"""What marshmallow says about values, in the reader's language.

It writes English at once, its numbers and choices filled in; so its sentences are recognised here.
What is not recognised stays English.
"""

from __future__ import annotations

import re

from flask_babel import gettext as _

from tierline.marking import N_

PLAIN = (
    N_("Missing data for required field."),
    N_("Field may not be null."),
    N_("Unknown field."),
    N_("Invalid input type."),
    N_("Invalid value."),
    N_("Not a valid string."),
    N_("Not a valid integer."),
    N_("Not a valid number."),
    N_("Not a valid boolean."),
    N_("Not a valid date."),
    N_("Not a valid datetime."),
    N_("Not a valid list."),
    N_("Not a valid mapping type."),
    N_("Not a valid UUID."),
    N_("Not a valid email address."),
    N_("String does not match expected pattern."),
)
FILLED = tuple(
    (re.compile(re.sub(r"%\\\((\w+)\\\)s|%\((\w+)\)s", r"(?P<\1\2>.*)", re.escape(text))), text)
    for text in (
        N_("Must be one of: %(choices)s."),
        N_("Shorter than minimum length %(min)s."),
        N_("Longer than maximum length %(max)s."),
        N_("Length must be between %(min)s and %(max)s."),
        N_("Must be greater than or equal to %(min)s and less than or equal to %(max)s."),
        N_("Must be greater than or equal to %(min)s."),
        N_("Must be less than or equal to %(max)s."),
    )
)


def told(text: str) -> str:
    """Return a schema's message in the reader's language."""
    if text in PLAIN:
        return str(_(text))
    for pattern, known in FILLED:
        found = pattern.fullmatch(text)
        if found:
            return str(_(known, **found.groupdict()))
    return text
