"""The served application as browser tests see it, and windows onto it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import Context
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page
from sqlalchemy import select
from werkzeug.serving import make_server

from conftest import Company
from tierline.db import db, tenant_scope
from tierline.jobs.models import Job
from tierline.jobs.running import run_job

# A window that closes cuts off the answers still on their way; the test server drops their files.
CUT_OFF = "ignore:Exception ignored in. <_io.FileIO:pytest.PytestUnraisableExceptionWarning"
BROWSER = [pytest.mark.browser, pytest.mark.filterwarnings(CUT_OFF)]
PASSWORD = "nine quiet herons wade"
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOUR_RULES = ["color-contrast", "link-in-text-block"]  # all that another theme can change


@dataclass(frozen=True)
class Site:
    """Where the application is served, a company in it, and its owner."""

    url: str
    company: Company
    email: str


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve the application on a free port of this machine; yield its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def finish_jobs(app: Flask, tenant_id: int) -> None:
    """Run the tenant's waiting jobs, as a worker would, until none is left."""
    while waiting := Context().run(_waiting, app, tenant_id):
        for job_id in waiting:
            Context().run(run_job, app, tenant_id, job_id)


def _waiting(app: Flask, tenant_id: int) -> list[UUID]:
    with app.app_context(), tenant_scope(tenant_id):
        return list(db.session.scalars(select(Job.id).where(Job.state == "queued")))


def note(message: ConsoleMessage, reported: list[str]) -> None:
    """Keep what the console reports as wrong."""
    if message.type in ("error", "warning"):
        reported.append(f"{message.type}: {message.text}")


@contextmanager
def opened(
    chromium: Browser,
    url: str,
    *,
    state: Any = None,
    theme: str = "light",
    locale: str = "en",
    viewport: dict[str, int] = DESKTOP,
    failing: bool = False,
    **options: Any,
) -> Iterator[BrowserContext]:
    """Open a window of its own, in a theme and a language; what its console reports fails.

    `failing`: requests fail on purpose, so the console may say so.
    """
    context = chromium.new_context(
        storage_state=state, viewport=viewport, reduced_motion="reduce", **options
    )
    context.set_default_timeout(15_000)
    chosen = {"theme": theme, "locale": locale}
    context.add_cookies([{"name": k, "value": v, "url": url} for k, v in chosen.items()])
    reported: list[str] = []
    context.on("console", lambda message: note(message, reported))
    context.on("weberror", lambda error: reported.append(str(error.error)))
    try:
        yield context
    finally:
        context.close()
    if reported and not failing:
        raise AssertionError("the console reported: " + "\n".join(reported))


def violations(page: Page, rules: Sequence[str] = RULES) -> list[str]:
    """Return what axe finds, one line each: the rule, the element and what is wrong."""
    options = {"runOnly": list(rules), "resultTypes": ["violations"]}  # what passes is not told
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{rule['id']}: {node['target']}: {node['failureSummary'].splitlines()[1].strip()}"
        for rule in found
        for node in rule["nodes"]
    ]
