"""Cross-site request forgery: every unsafe request needs the form's token, or a bearer token."""

from __future__ import annotations

from flask import Flask, request
from flask_wtf.csrf import CSRFProtect


def install(app: Flask) -> None:
    """Check every unsafe request; one with an Authorization header carries no ambient rights."""
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    app.config["WTF_CSRF_TIME_LIMIT"] = 12 * 3600
    csrf = CSRFProtect(app)

    @app.before_request
    def protect() -> None:
        if (
            request.method in app.config["WTF_CSRF_METHODS"]
            and "Authorization" not in request.headers
        ):
            csrf.protect()
