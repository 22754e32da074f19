"""A real browser on a real server: a company with trade and tiers, and its owner signed in."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect, sync_playwright

from browser.company import make_content, make_owner
from browser.sites import PASSWORD, Site, serving
from conftest import Company
from route_world import MAKERS, World
from tierline.provision import create_company

FALLBACK = Path("/usr/bin/chromium")

expect.set_options(timeout=15_000)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start the browser that TIERLINE_CHROMIUM names, or the system's."""
    path = Path(os.environ.get("TIERLINE_CHROMIUM") or FALLBACK)
    if not path.exists():
        pytest.fail(f"no browser at {path}: `python3 dev.py test` brings one")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu", "--no-zygote"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(app: Flask) -> Iterator[Site]:
    """Serve the application, with a company and its owner."""
    with app.app_context():
        company = Company(*create_company("browser", "华兴 Browser Works"), "华兴 Browser Works")
    email = make_owner(app, company)
    with serving(app) as url:
        yield Site(url, company, email)


@pytest.fixture(scope="session")
def example(app: Flask, site: Site) -> Callable[[str], Any]:
    """Return a function that gives an example of each argument that a page's address has."""
    known = make_content(app, site.company)
    world = World(app, site.company)

    def give(name: str) -> Any:
        if name not in known and name not in MAKERS:
            raise LookupError(f"a page's address has the argument {name!r}: give an example of it")
        return known[name] if name in known else world.make(name)

    return give


@pytest.fixture(scope="session")
def signed_in_state(chromium: Browser, site: Site) -> Any:
    """Sign in by the form, once, and return the browser's cookies."""
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{site.url}/login")
    page.get_by_label("E-mail").fill(site.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda address: "/login" not in address)
    state = context.storage_state()
    context.close()
    return state
