"""Every page, in both themes and both languages: axe finds nothing, nothing overflows a phone."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from browser.addresses import Address, pages
from browser.sites import PHONE, Site, opened, violations

pytestmark = pytest.mark.browser

LOOKS = [(theme, locale) for theme in ("light", "dark") for locale in ("en", "zh_CN")]


def visit(page: Page, site: Site, address: Address) -> None:
    """Open a page, and every menu and table in it."""
    answer = page.goto(site.url + address.path)
    assert answer is not None
    assert answer.status == 200, f"{address.path} answered {answer.status}"
    page.wait_for_load_state("load")
    page.evaluate("document.querySelectorAll('details').forEach((part) => (part.open = true))")


@pytest.fixture(scope="session")
def all_pages(app: Flask, examples: dict[str, Any]) -> list[Address]:
    """Return every page of the application."""
    return list(pages(app, examples))


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
    for signed_in in (True, False):
        state = signed_in_state if signed_in else None
        with opened(chromium, site.url, state=state, theme=theme, locale=locale) as context:
            page = context.new_page()
            for address in all_pages:
                if address.signed_in is signed_in:
                    visit(page, site, address)
                    if found := violations(page):
                        wrong[address.path] = found
    assert wrong == {}


@pytest.mark.parametrize("locale", ["en", "zh_CN"])
def test_a_phone_never_scrolls_sideways(
    chromium: Browser, site: Site, signed_in_state: Any, all_pages: list[Address], locale: str
) -> None:
    wide: dict[str, int] = {}
    for signed_in in (True, False):
        state = signed_in_state if signed_in else None
        with opened(chromium, site.url, state=state, locale=locale, viewport=PHONE) as context:
            page = context.new_page()
            for address in all_pages:
                if address.signed_in is signed_in:
                    visit(page, site, address)
                    width = page.evaluate("document.documentElement.scrollWidth")
                    if width > PHONE["width"]:
                        wide[address.path] = width
    assert wide == {}
