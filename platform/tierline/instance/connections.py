"""Closing what an application has opened, for processes that go on without it."""

from __future__ import annotations

from flask import Flask


def disconnect(app: Flask) -> None:
    """Close every connection of the application, whose context is entered."""
    for engine in app.extensions["sqlalchemy"].engines.values():
        engine.dispose()
    app.extensions["tierline.redis"].close()
