"""Blueprints of the API: each route names the permission that it needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import marshmallow as ma
from flask import Flask
from flask_smorest import Blueprint

from tierline.web.guards import Guard, guards

View = Callable[..., Any]


class ApiBlueprint(Blueprint):  # type: ignore[misc]
    """Routes below /api/v1/t/<tenant>; the slug is not passed to the views.

    api = ApiBlueprint("accounts", __name__, description="Accounts")

    @api.get("/accounts", permission=READ)
    @api.arguments(AccountQuery, location="query")
    @api.response(200, AccountPage)
    def list_accounts(query): ...
    """

    prefix = "/api/v1/t/<tenant>"

    def __init__(self, name: str, import_name: str, *, description: str) -> None:
        super().__init__(
            f"api_{name}", import_name, url_prefix=self.prefix, description=description
        )
        self.description = description
        self.tag_name = name
        self._guards: dict[str, Guard] = {}

    def arguments(
        self, schema: type[ma.Schema] | ma.Schema, *, location: str = "json", **options: Any
    ) -> Callable[[View], View]:
        """Check a request's query, body or files against a schema; the view gets what it loads."""
        decorate: Callable[[View], View] = super().arguments(schema, location=location, **options)
        return decorate

    def response(
        self, status: int, schema: type[ma.Schema] | ma.Schema | None = None, **options: Any
    ) -> Callable[[View], View]:
        """Answer with this status, shown by this schema."""
        decorate: Callable[[View], View] = super().response(status, schema, **options)
        return decorate

    def _method(self, method: str, rule: str, permission: Guard) -> Callable[[View], View]:
        def decorate(view: View) -> View:
            decorated: View = self.route(rule, methods=[method], tags=[self.tag_name])(view)
            self._guards[f"{self.name}.{view.__name__}"] = permission
            return decorated

        return decorate

    def get(self, rule: str, *, permission: Guard) -> Callable[[View], View]:
        """Add a route that reads."""
        return self._method("GET", rule, permission)

    def post(self, rule: str, *, permission: Guard) -> Callable[[View], View]:
        """Add a route that creates or acts."""
        return self._method("POST", rule, permission)

    def put(self, rule: str, *, permission: Guard) -> Callable[[View], View]:
        """Add a route that replaces."""
        return self._method("PUT", rule, permission)

    def patch(self, rule: str, *, permission: Guard) -> Callable[[View], View]:
        """Add a route that changes."""
        return self._method("PATCH", rule, permission)

    def delete(self, rule: str, *, permission: Guard) -> Callable[[View], View]:
        """Add a route that removes."""
        return self._method("DELETE", rule, permission)

    def register(self, app: Flask, options: dict[str, Any]) -> None:
        """Register the blueprint, and its guards with the application."""
        guards(app).update(self._guards)
        super().register(app, options)


class PlatformApiBlueprint(ApiBlueprint):
    """Routes below /api/v1, outside any tenant: for operators."""

    prefix = "/api/v1"
