"""What every template may ask: the tenant, who acts, the navigation, addresses, language, theme."""

from __future__ import annotations

import zlib
from collections.abc import Hashable
from functools import lru_cache
from typing import Any

from flask import Flask, current_app, g, request, url_for
from markupsafe import Markup

from tierline.access.decision import decide, find_subject
from tierline.access.permissions import Permission
from tierline.web.assets import asset, init_assets
from tierline.web.components import init_components
from tierline.web.guards import guards, is_there
from tierline.web.language import short_name
from tierline.web.navigation import navigation
from tierline.web.preferences import THEME_COOKIE, preferences

HUES = 8


def link(endpoint: str, slug: str | None = None, **values: Any) -> str | None:
    """Return a page's address, or None where it is not there or may not be opened by who acts."""
    guard = guards(current_app).get(endpoint)
    if guard is None or not is_there(current_app, endpoint):
        return None
    if isinstance(guard, Permission):
        if not decide(find_subject(), guard).allowed:
            return None
        values["tenant"] = slug or g.tenant.slug
    return url_for(endpoint, **values)


def tenant_hue(slug: str) -> int:
    """Return the number of the colour that marks a tenant's pages, always the same for a slug."""
    return zlib.crc32(slug.encode()) % HUES


def url_for_locale(code: str) -> str:
    """Return the address that chooses a language and comes back to this page."""
    return url_for("preferences.choose_language", code=code, next=request.full_path.rstrip("?"))


def part(template: str, **given: Hashable) -> Markup:
    """Return a part of the frame that depends on what it is given, the language and nothing else.

    It is kept for whoever is to see the same. `static` pictures' addresses are given by itself.
    """
    made = _rendered.__wrapped__ if current_app.jinja_env.auto_reload else _rendered
    return made(template, short_name(), asset("icons.svg"), **given)


@lru_cache(1024)
def _rendered(template: str, locale: str, icons: str, **given: Hashable) -> Markup:
    with_nothing_else = current_app.jinja_env.get_template(template)
    return Markup(with_nothing_else.render(given))  # noqa: S704 - a template escapes


def install(app: Flask) -> None:
    """Give templates, macros included, what they ask for."""
    init_assets(app)
    init_components(app)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        part=part,
        link=link,
        navigation=navigation,
        tenant_hue=tenant_hue,
        url_for_locale=url_for_locale,
    )
    app.register_blueprint(preferences)

    @app.context_processor
    def frame() -> dict[str, Any]:
        return {
            "tenant": g.get("tenant"),
            "current_subject": find_subject(),
            "locale": short_name(),
            "theme": request.cookies.get(THEME_COOKIE, "auto"),
        }
