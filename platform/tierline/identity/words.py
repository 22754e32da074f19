"""What a token may do, in words: its scopes and the areas that they belong to."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tierline.access.permissions import permissions

AREA_NAMES: Mapping[str, LazyString] = {
    "accounts": _l("Accounts"),
    "audit": _l("Audit log"),
    "backtests": _l("Backtests"),
    "configuration": _l("Configuration"),
    "contacting": _l("Contact limits"),
    "home": _l("Home"),
    "imports": _l("Imports"),
    "jobs": _l("Background work"),
    "ledger": _l("Transactions"),
    "metrics": _l("Metrics"),
    "people": _l("People"),
    "plugins": _l("Plugins"),
    "risk": _l("Risk"),
    "tiering": _l("Tiering"),
    "tokens": _l("API tokens"),
}
OVER_ALL: Mapping[str, LazyString] = {
    "*": _l("Everything"),
    "*.read": _l("Read all"),
    "*.write": _l("Write all"),
}


_added: dict[str, LazyString] = {}


def name_area(area: str, name: LazyString) -> None:
    """Say what the area of an extension's permissions is called."""
    _added[area] = name


def area_name(area: str) -> str:
    """Return what an area is called, in the reader's language; its key where it has no name."""
    return str(AREA_NAMES.get(area) or _added.get(area, area))


def scope_name(scope: str) -> str:
    """Return what a scope lets a token do; the scope itself where nothing is called so any more."""
    area, _dot, act = scope.partition(".")
    if scope in OVER_ALL:
        return str(OVER_ALL[scope])
    if act == "*":
        return str(_("All of %(area)s", area=area_name(area)))
    known = permissions().get(scope)
    return str(known.title) if known is not None else scope
