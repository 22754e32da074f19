"""A job's result in words, for its page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tierline.web.language import number

RESULTS: Mapping[str, LazyString] = {
    "as_of": _l("As of"),
    "rows_in": _l("Rows in"),
    "created": _l("Created"),
    "updated": _l("Updated"),
    "unchanged": _l("Unchanged"),
    "failed": _l("Failed"),
    "changed": _l("Changed tier"),
    "sent": _l("Mail sent"),
}


def told_result(result: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what came of a job, as names and values; ids and details stay with the API."""
    return [(str(name), _told(result[key])) for key, name in RESULTS.items() if key in result]


def _told(value: Any) -> str:
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    return number(value) if isinstance(value, int) else str(value)
