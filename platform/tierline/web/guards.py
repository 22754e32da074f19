"""Guards: what each route asks of who calls it. The application does not start without them."""

from __future__ import annotations

from collections.abc import Callable
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
PRESENCE = "tierline.presence"


def guards(app: App) -> dict[str, Guard]:
    """Return the guard of each endpoint."""
    table: dict[str, Guard] = app.extensions.setdefault(KEY, {})
    return table


def presence(app: App) -> dict[str, Callable[[], bool]]:
    """Return, by blueprint, how to tell whether its routes are there for the tenant in scope.

    Those of a blueprint that is not named here are there for every tenant.
    """
    table: dict[str, Callable[[], bool]] = app.extensions.setdefault(PRESENCE, {})
    return table


def is_there(app: App, endpoint: str) -> bool:
    """Return whether a route is there for the tenant in scope."""
    ask = presence(app).get(endpoint.rpartition(".")[0])
    return ask is None or ask()


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
