"""The form of a scheme in a browser: every kind in both themes and on a phone, and by keyboard."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from browser.sites import BROWSER, COLOUR_RULES, PHONE, RULES, Site, opened, violations
from conftest import working_in
from tierline.configuration.service import enable
from tierline.db import db

pytestmark = BROWSER

SCHEMES = ("essentials:rfm", "essentials:current_by_potential", "manufacturing:weighted_score")


@pytest.fixture(scope="module")
def forms(app: Flask, site: Site) -> str:
    """Let the company have a scheme of every kind; return where its schemes are."""
    with working_in(app, site.company):
        enable("manufacturing")
        db.session.commit()
    return f"{site.url}/t/{site.company.slug}/tiering"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_form_can_be_read_by_everyone(
    chromium: Browser, site: Site, forms: str, signed_in_state: Any, theme: str
) -> None:
    rules = RULES if theme == "light" else COLOUR_RULES
    with opened(
        chromium, site.url, state=signed_in_state, theme=theme, locale="en", viewport=PHONE
    ) as context:
        page = context.new_page()
        for scheme in SCHEMES:
            page.goto(f"{forms}/{scheme}/edit")
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= page.evaluate("window.innerWidth")
            assert violations(page, rules) == []


def cell(page: Page, row: int, column: int) -> Any:
    """Return a cell of the grid by its place in the document."""
    return page.locator(f'[name="rule.cells[{row}][{column}]"]')


def test_the_grid_is_filled_by_keyboard(
    chromium: Browser, site: Site, forms: str, signed_in_state: Any
) -> None:
    with opened(chromium, site.url, state=signed_in_state) as context:
        page = context.new_page()
        page.goto(f"{forms}/essentials:current_by_potential/edit")
        cell(page, 2, 0).focus()
        for key, row, column in (("ArrowRight", 2, 1), ("ArrowDown", 1, 1), ("ArrowLeft", 1, 0)):
            page.keyboard.press(key)
            expect(cell(page, row, column)).to_be_focused()
        page.keyboard.press("1")
        expect(cell(page, 1, 0)).to_have_value("strategic")
        page.get_by_label("Why it is changed").fill("Sales count more")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url("**/revisions/*")
        expect(page.get_by_text("Sales count more").first).to_be_visible()


def test_a_decision_tables_rows_are_moved_by_keyboard(
    chromium: Browser, site: Site, forms: str, signed_in_state: Any
) -> None:
    with opened(chromium, site.url, state=signed_in_state) as context:
        page = context.new_page()
        page.goto(f"{forms}/essentials:rfm/edit")
        tier = page.locator('[name="rule.rules[0].tier"]')
        first = tier.input_value()
        page.get_by_role("button", name="Move down: Row 1", exact=True).focus()
        page.keyboard.press("Enter")
        expect(page.locator('[name="rule.rules[1].tier"]')).to_have_value(first)
