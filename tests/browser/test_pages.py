"""Every page, in both themes and both languages: axe finds nothing, nothing overflows a phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from browser.addresses import Address, pages
from browser.sites import BROWSER, COLOUR_RULES, PHONE, RULES, Site, opened, violations

pytestmark = BROWSER

# Each operation of the API's reference looks like the first: one of them is opened. The top bar's
# menus lie over what stands below them, so they are opened where they are looked at: on one page.
OPEN = """
(bar) => document.querySelectorAll("details:not(.operation ~ .operation)").forEach((part) => {
  part.open = bar || !part.closest(".topbar");
});
"""
WITH_THE_BAR = "tokens.list_tokens"
LOOKS = [(theme, locale) for theme in ("light", "dark") for locale in ("en", "zh_CN")]


def visit(page: Page, site: Site, address: Address) -> int:
    """Open a page, and every menu and table in it; return the status of its answer."""
    answer = page.goto(site.url + address.path)
    page.evaluate(OPEN, address.endpoint == WITH_THE_BAR)
    return answer.status if answer is not None else 0


def problems(page: Page, site: Site, address: Address) -> list[str]:
    """Return what is wrong with a page as it looks in this window."""
    status = visit(page, site, address)
    if status != 200:
        return [f"answered {status}"]
    width = page.evaluate("document.documentElement.scrollWidth")
    seen = page.evaluate("window.innerWidth")
    return [f"{width} pixels wide in a window of {seen}"] if width > seen else []


@pytest.fixture(scope="session")
def all_pages(app: Flask, example: Callable[[str], Any]) -> list[Address]:
    """Return every page of the application."""
    return list(pages(app, example))


@pytest.mark.parametrize(("theme", "locale"), LOOKS)
def test_axe_finds_nothing(
    chromium: Browser,
    site: Site,
    signed_in_state: Any,
    all_pages: list[Address],
    theme: str,
    locale: str,
) -> None:
    wrong: dict[str, list[str]] = {}
    rules = RULES if theme == "light" else COLOUR_RULES
    for signed_in in (True, False):
        state = signed_in_state if signed_in else None
        with opened(chromium, site.url, state=state, theme=theme, locale=locale) as context:
            page = context.new_page()
            for address in all_pages:
                if address.signed_in is signed_in:
                    found = problems(page, site, address) or violations(page, rules)
                    wrong |= {address.path: found} if found else {}
            assert wrong == {}


@pytest.mark.parametrize("locale", ["en", "zh_CN"])
def test_a_phone_never_scrolls_sideways(
    chromium: Browser, site: Site, signed_in_state: Any, all_pages: list[Address], locale: str
) -> None:
    wrong: dict[str, list[str]] = {}
    for signed_in in (True, False):
        state = signed_in_state if signed_in else None
        with opened(chromium, site.url, state=state, locale=locale, viewport=PHONE) as context:
            page = context.new_page()
            for address in all_pages:
                if address.signed_in is signed_in:
                    found = problems(page, site, address)
                    wrong |= {address.path: found} if found else {}
            assert wrong == {}
