"""Blueprints of pages: each route names the permission that it needs.

    pages = Pages("accounts", __name__)

    @pages.get("/accounts", permission=READ)
    def index(): ...

The tenant is in scope when a view runs; its slug is not passed to it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.sansio.app import App
from werkzeug.wrappers import Response

from tierline.web.guards import Guard, guards

View = Callable[..., Any]


class PublicPages(Blueprint):
    """Pages outside any tenant: sign-in, the list of one's companies."""

    def __init__(self, name: str, import_name: str, **options: Any) -> None:
        super().__init__(name, import_name, **options)
        self._guards: dict[str, Guard] = {}

    def page(
        self, rule: str, *, permission: Guard, methods: tuple[str, ...]
    ) -> Callable[[View], View]:
        """Add a route with its guard."""

        def decorate(view: View) -> View:
            self.add_url_rule(rule, view.__name__, view, methods=list(methods))
            self._guards[f"{self.name}.{view.__name__}"] = permission
            return view

        return decorate

    def get(self, rule: str, *, permission: Guard, **_: Any) -> Callable[[View], View]:  # type: ignore[override]
        """Add a page that is looked at."""
        return self.page(rule, permission=permission, methods=("GET",))

    def post(self, rule: str, *, permission: Guard, **_: Any) -> Callable[[View], View]:  # type: ignore[override]
        """Add an act."""
        return self.page(rule, permission=permission, methods=("POST",))

    def register(self, app: App, options: dict[str, Any]) -> None:
        """Register the blueprint, and its guards with the application."""
        guards(app).update(self._guards)
        super().register(app, options)


class Pages(PublicPages):
    """Pages of a tenant, below /t/<tenant>."""

    def __init__(self, name: str, import_name: str, *, within: str | None = None) -> None:
        """Make the pages of a feature; `within` names the entry of the rail that they belong to,
        where the feature has none of its own."""
        super().__init__(name, import_name, url_prefix="/t/<tenant>")
        self.within = within or name


def page(template: str, *, fragment: str | None = None, **values: Any) -> str:
    """Render a page; for an htmx request, its `fragment` template alone where it has one."""
    if fragment and is_fragment():
        return render_template(fragment, **values)
    return render_template(template, **values)


def is_fragment() -> bool:
    """Return whether htmx asks for a part of the page."""
    return request.headers.get("HX-Request") == "true" and not request.headers.get("HX-Boosted")


def see(endpoint: str, **values: Any) -> Response:
    """Return a redirect (303) to a page of the tenant in scope."""
    if "tenant" not in values and g.get("tenant") is not None:
        values["tenant"] = g.tenant.slug
    return redirect(url_for(endpoint, **values), 303)
