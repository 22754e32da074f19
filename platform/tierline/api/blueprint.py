"""Blueprints of the API: each route names the permission that it needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from flask_smorest import Blueprint

from tierline.web.guards import Guard, guards


class ApiBlueprint(Blueprint):  # type: ignore[misc]
    """Routes below /api/v1/t/<tenant>; the slug is not passed to the views.

    api = ApiBlueprint("accounts", __name__, description="Accounts")

    @api.get("/accounts", permission=READ)
    @api.arguments(AccountQuery, location="query")
    @api.response(200, AccountPage)
    def list_accounts(query): ...
    """

    def __init__(self, name: str, import_name: str, *, description: str) -> None:
        super().__init__(
            f"api_{name}", import_name, url_prefix="/api/v1/t/<tenant>", description=description
        )
        self.description = description
        self.tag_name = name
        self._guards: dict[str, Guard] = {}

    def _method(self, method: str, rule: str, permission: Guard) -> Callable[[Any], Any]:
        def decorate(view: Any) -> Any:
            decorated = self.route(rule, methods=[method], tags=[self.tag_name])(view)
            self._guards[f"{self.name}.{view.__name__}"] = permission
            return decorated

        return decorate

    def get(self, rule: str, *, permission: Guard) -> Callable[[Any], Any]:
        """Add a route that reads."""
        return self._method("GET", rule, permission)

    def post(self, rule: str, *, permission: Guard) -> Callable[[Any], Any]:
        """Add a route that creates or acts."""
        return self._method("POST", rule, permission)

    def put(self, rule: str, *, permission: Guard) -> Callable[[Any], Any]:
        """Add a route that replaces."""
        return self._method("PUT", rule, permission)

    def patch(self, rule: str, *, permission: Guard) -> Callable[[Any], Any]:
        """Add a route that changes."""
        return self._method("PATCH", rule, permission)

    def delete(self, rule: str, *, permission: Guard) -> Callable[[Any], Any]:
        """Add a route that removes."""
        return self._method("DELETE", rule, permission)

    def register(self, app: Flask, options: dict[str, Any]) -> None:
        """Register the blueprint, and its guards with the application."""
        guards(app).update(self._guards)
        super().register(app, options)
