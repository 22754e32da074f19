"""A real browser on a real server: the application serves, and somebody is signed in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_security.recoverable import generate_reset_password_token
from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlalchemy import select

from browser.sites import PASSWORD, Site, in_company, opened, serving
from tierline.access.permissions import Role
from tierline.db import db
from tierline.identity.service import add_member, create_user, invite_member
from tierline.jobs.models import Job
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
    email = "owner@browser.example.com"
    with app.app_context():
        tenant_id, slug = create_company("browser", "华兴精密模具 Browser Works")
    with in_company(app, tenant_id):
        add_member(email, Role.OWNER, name="Zhang Wei", password=PASSWORD)
    with serving(app) as url:
        yield Site(url, tenant_id, slug, email)


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


@pytest.fixture
def window(chromium: Browser, site: Site, signed_in_state: Any) -> Iterator[Page]:
    """Return a page of a desktop window, signed in, in English and light."""
    with opened(chromium, site.url, state=signed_in_state) as context:
        yield context.new_page()


@pytest.fixture(scope="session")
def examples(app: Flask, site: Site) -> dict[str, Any]:
    """Return an example of each argument that a page's address has."""
    with in_company(app, site.tenant_id):
        membership = invite_member("colleague@browser.example.com", Role.MEMBER, name="Li Na")
        forgetful = create_user("forgetful@browser.example.com", password=PASSWORD)
        db.session.flush()
        return {
            "tenant": site.slug,
            "plugin": "essentials",
            "token": generate_reset_password_token(forgetful),
            "membership_id": membership.id,
            "job_id": db.session.scalars(select(Job.id)).first(),
        }
