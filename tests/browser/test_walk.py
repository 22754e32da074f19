"""The main job by keyboard alone: sign in, import a file, run a scheme, read the reasons."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Locator, Page, expect

from browser.sites import BROWSER, PASSWORD, Site, finish_jobs, opened, violations

pytestmark = BROWSER

FARTHEST = 150  # steps of the Tab key
COLUMNS = ("account", "account_name", "kind", "number", "date", "amount", "currency")


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    """Return a file of forty invoices to ten accounts, each worth half of the one before."""
    path = tmp_path / "orders.csv"
    today = datetime.date.today()
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        for number in range(40):
            account = number % 10
            date = today - datetime.timedelta(days=20 + number)
            amount = 100_000 // 2**account
            name = f"北方轴承 {account}" if account % 2 else f"Harbour Tools {account}"
            rows.writerow([f"K-{account}", name, "invoice", f"N-{number}", date, amount, "CNY"])
    return path


@pytest.fixture
def page(chromium: Browser, site: Site) -> Iterator[Page]:
    """Return a page in a window where nobody is signed in."""
    with opened(chromium, site.url) as context:
        yield context.new_page()


def go_to(target: Locator) -> None:
    """Press Tab until the target has the focus; fail where it can't be reached."""
    page = target.page
    for _ in range(FARTHEST):
        if target.evaluate("(element) => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"the Tab key does not reach {target}")


def press(target: Locator) -> None:
    """Go to the target by keyboard and press Enter."""
    go_to(target)
    target.page.keyboard.press("Enter")


def wait_for_work(page: Page, app: Flask, site: Site) -> None:
    """Do what a worker would, once the page shows that it waits for it."""
    expect(page.get_by_role("progressbar")).to_be_visible()
    assert violations(page) == []
    finish_jobs(app, site.company.id)


def sign_in(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/login")
    go_to(page.get_by_label("E-mail"))
    page.keyboard.type(site.email)
    go_to(page.get_by_label("Password", exact=True))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("navigation", name="Main", exact=True)).to_be_visible()


def import_file(page: Page, app: Flask, site: Site, file: Path) -> None:
    press(page.get_by_role("link", name="Imports").first)
    press(page.get_by_role("main").get_by_role("link", name="Import a file").first)
    go_to(page.get_by_role("radio", checked=True))
    while not page.get_by_role("radio", name="Transactions").is_checked():
        page.keyboard.press("ArrowDown")
    page.get_by_label("File", exact=True).set_input_files(file)
    press(page.get_by_role("button", name="Continue"))
    expect(page.get_by_role("heading", name="Which column is what?")).to_be_visible()
    assert violations(page) == []
    press(page.get_by_role("button", name="Check the file"))
    wait_for_work(page, app, site)
    press(page.get_by_role("link", name="Continue", exact=True))
    press(page.get_by_role("link", name="Continue to the dry run"))
    expect(page.get_by_role("heading", name="What the import would do")).to_be_visible()
    assert violations(page) == []
    press(page.get_by_role("button", name="Import 40 rows"))
    wait_for_work(page, app, site)
    press(page.get_by_role("link", name="Continue", exact=True))
    expect(page.get_by_role("heading", name="The import is done")).to_be_visible()
    assert violations(page) == []
    expect(page.get_by_text("40 rows in = 40 created + 0 updated")).to_be_visible()


def run_scheme(page: Page, app: Flask, site: Site) -> None:
    press(page.get_by_role("link", name="Tiering").first)
    press(page.get_by_role("main").get_by_role("link", name="ABC by sales, 12 months"))
    press(page.get_by_role("button", name="Run"))
    wait_for_work(page, app, site)
    expect(page.get_by_role("main").get_by_text("Done").first).to_be_visible()
    press(page.get_by_role("link", name="Show the result when it is done"))
    expect(page.get_by_role("heading", name="Results by tier")).to_be_visible()


def test_the_main_job_needs_no_mouse(page: Page, app: Flask, site: Site, orders: Path) -> None:
    sign_in(page, site)
    import_file(page, app, site, orders)
    run_scheme(page, app, site)
    page.keyboard.press("g")
    page.keyboard.press("a")
    expect(page.get_by_role("heading", name="Accounts", level=1)).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("bfzc 1")
    page.keyboard.press("Enter")
    press(page.get_by_role("main").get_by_role("link", name="北方轴承 1"))
    press(page.get_by_role("main").get_by_role("link", name="Why").first)
    expect(page.get_by_role("heading", name="Why this tier")).to_be_visible()
    expect(page.get_by_role("main").get_by_text("¥200,000").first).to_be_visible()
