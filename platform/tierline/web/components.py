"""What the component templates need beyond Jinja: small pure helpers, no data of any feature."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from flask import Flask, request
from markupsafe import Markup, escape
from werkzeug.datastructures import MultiDict

from tierline.web.assets import asset

ORNAMENT = Markup('aria-hidden="true"')


def address_with(**changes: Any) -> str:
    """Return this page's address with query values changed; None removes one.

    Filters, sort and page stand in the address, so a change of one keeps the others. Say
    `cursor=None` whenever the order or the filter changes.
    """
    query: MultiDict[str, Any] = MultiDict(request.args)
    for name, value in changes.items():
        query.poplist(name)
        if value is not None:
            query.setlist(name, value if isinstance(value, list) else [value])
    path = request.script_root + request.path
    return f"{path}?{urlencode(list(query.items(multi=True)))}" if query else path


def layout(name: str = "app") -> str:
    """Return the template that a page extends: its frame, or the bare fragment that htmx swaps in.

    htmx says "partial" when it puts the answer into a part of the page as it is; when it selects a
    part out of it, or replaces the body, it gets the whole page as a browser does.
    """
    if request.headers.get("HX-Request-Type") == "partial":
        return "layout/fragment.html"
    return f"layout/{name}.html"


def svg_icon(name: str, label: str | None = None, **more: str) -> Markup:
    """Return an icon: a picture with a `label`, or a mere ornament; `class` adds to its classes."""
    return _icon(f"{asset('icons.svg')}#{name}", escape(label or ""), **more)


@lru_cache(2048)
def _icon(address: str, label: Markup, **more: str) -> Markup:
    told = Markup('role="img" aria-label="{}"').format(label) if label else ORNAMENT
    svg = Markup('<svg class="icon {}" {}><use href="{}"></use></svg>')
    return svg.format(more.get("class", ""), told, address)


def listed(value: object) -> bool:
    """Tell whether `value` is a list or tuple; a lazily translated text is neither."""
    return isinstance(value, list | tuple)


def init_components(app: Flask) -> None:
    """Give templates, macros included, the helpers of this module."""
    app.jinja_env.globals.update(address_with=address_with, layout=layout, svg_icon=svg_icon)
    app.jinja_env.tests["listed"] = listed
