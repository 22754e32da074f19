"""The pages of the application, asked from its own map: a new page is looked at by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from flask import Flask, url_for
from werkzeug.routing import Rule

from route_cases import CASES

# No pages to look at: files, machine interfaces, choices that lead back.
EXPORTS = ("backtests.export_backtest", "tiering.export_tiers")
NOT_PAGES = ("static", "health.", "preferences.", "imports.download_failed_rows", *EXPORTS)
# Parts of a page that are asked for apart.
PARTS = ("imports.show_progress",)
SIGNED_OUT = ("security.login", "security.forgot_password", "security.reset_password")


@dataclass(frozen=True)
class Address:
    """One page: where it is, and whether it is for somebody who is signed in."""

    endpoint: str
    path: str
    signed_in: bool


def pages(app: Flask, example: Callable[[str], Any]) -> Iterator[Address]:
    """Yield every page of the application; `example` gives a value for an argument's name."""
    for rule in app.url_map.iter_rules():
        if is_page(rule):
            case = CASES[f"GET {rule.endpoint}"]  # says which example, where it is not the name's
            asked = sorted(rule.arguments - set(case.fixed))
            names = {name: case.arguments.get(name, name) for name in asked}
            values = {name: example(each) for name, each in names.items()} | dict(case.fixed)
            with app.test_request_context():
                path = url_for(rule.endpoint, **values)
            yield Address(rule.endpoint, path, rule.endpoint not in SIGNED_OUT)


def is_page(rule: Rule) -> bool:
    """Tell whether the rule leads to a page for people."""
    return (
        "GET" in (rule.methods or ())
        and (not str(rule).startswith("/api/") or rule.endpoint == "reference.show_reference")
        and not rule.endpoint.startswith((*NOT_PAGES, *PARTS))
    )
