"""The bare Flask view that pages are measured against."""

from __future__ import annotations

from flask import Flask


def create_app() -> Flask:
    """Return an application with one view that answers a short text."""
    app = Flask("bare")
    app.add_url_rule("/", view_func=lambda: "Hello")
    return app
