"""The reader's own choices, kept in cookies: language and theme. And the way in: /."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import make_response, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from tierline.errors import NotFound
from tierline.web.guards import ANYONE
from tierline.web.language import COOKIE, LOCALES
from tierline.web.pages import PublicPages

THEME_COOKIE = "theme"
THEMES = ("light", "dark", "auto")
YEAR = 365 * 24 * 3600

preferences = PublicPages("preferences", __name__)


def safe_next(target: str | None) -> str:
    """Return where to go next if it is a path of ours, else the start page."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return "/"
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or any(ord(letter) < 32 for letter in target) or "\\" in target:
        return "/"
    return target


@preferences.get("/", permission=ANYONE)
def start() -> Response:
    """Send everybody to where their work is."""
    return redirect(url_for("identity.switch"))


@preferences.get("/language/<code>", permission=ANYONE)
def choose_language(code: str) -> Response:
    """Keep the language and go back."""
    return _keep(COOKIE, code, LOCALES)


@preferences.get("/theme/<code>", permission=ANYONE)
def choose_theme(code: str) -> Response:
    """Keep the theme and go back."""
    return _keep(THEME_COOKIE, code, THEMES)


def _keep(cookie: str, value: str, known: tuple[str, ...]) -> Response:
    if value not in known:
        raise NotFound(_("%(given)s is not one of %(known)s.", given=value, known=", ".join(known)))
    response = make_response(redirect(safe_next(request.args.get("next"))))
    response.set_cookie(cookie, value, max_age=YEAR, samesite="Lax", secure=request.is_secure)
    return response
