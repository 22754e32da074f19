"""Guards: what each route asks of who calls it. The application does not start without them."""

from __future__ import annotations

from enum import Enum

from flask import Flask
from flask.sansio.app import App

from tierline.access.permissions import Permission


class Open(Enum):
    """Routes that ask less than a permission in a tenant."""

    ANYONE = "anyone"
    SIGNED_IN = "signed in"
    OPERATOR = "operator"


ANYONE = Open.ANYONE
SIGNED_IN = Open.SIGNED_IN
OPERATOR = Open.OPERATOR
Guard = Permission | Open

KEY = "tierline.guards"


def guards(app: App) -> dict[str, Guard]:
    """Return the guard of each endpoint."""
    table: dict[str, Guard] = app.extensions.setdefault(KEY, {})
    return table


def check_guards(app: Flask) -> None:
    """Raise RuntimeError naming every route that has no guard, or whose guard can't apply."""
    table = guards(app)
    wrong = []
    for rule in app.url_map.iter_rules():
        guard = table.get(rule.endpoint)
        if guard is None:
            wrong.append(f"{rule} ({rule.endpoint}) names no permission")
        elif isinstance(guard, Permission) and "tenant" not in rule.arguments:
            wrong.append(f"{rule} ({rule.endpoint}) needs a permission but names no tenant")
    if wrong:
        raise RuntimeError("Routes without a guard: " + "; ".join(sorted(wrong)))
