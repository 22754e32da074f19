"""Whole addresses of pages, for mails: of the configured base address, never of a Host header."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import current_app

from tierline.config import Settings


def address_of(endpoint: str, **values: Any) -> str:
    """Return the whole address of a page, below TIERLINE_BASE_URL."""
    settings: Settings = current_app.extensions["tierline.settings"]
    base = urlsplit(settings.base_url)
    adapter = current_app.url_map.bind(
        base.netloc, script_name=base.path or "/", url_scheme=base.scheme
    )
    return adapter.build(endpoint, values, force_external=True)
