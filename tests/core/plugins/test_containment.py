"""What one plugin's fault does to a company: its part is missing, and after three it is suspended.

Each fault is met as people meet it, the others' results stay, other companies notice nothing, and
one click resumes the plugin.
"""

from __future__ import annotations

import shutil
import sys
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from conftest import Browser, Company, working_in
from people import make_member, sign_in
from tierline.accounts.service import create_account
from tierline.app import create_app
from tierline.config import Settings
from tierline.configuration.service import enable
from tierline.db import db
from tierline.packs.loading import load, plugin_folders
from tierline.plugins import dispatch, manager, queries
from tierline.plugins.dispatch import FAILURES, RECORDS
from tierline.plugins.hooks import hookimpl
from tierline.plugins.manager import Plugins, suspender
from tierline.plugins.queries import get_entry
from tierline.plugins.service import sync_releases
from tierline.provision import create_company

TRIAL = Path(__file__).parents[2] / "trial"
Fault = Callable[[], Iterable[Any]]


def raises() -> Iterable[Any]:
    raise RuntimeError("no luck")


def sleeps() -> Iterable[Any]:
    """Sleep far longer than any machine stalls, in naps, so that the thread can be ended."""
    for _ in range(300):
        time.sleep(0.1)
    return []


FAULTS = {
    "raises": (raises, "RuntimeError: no luck"),
    "is slow": (sleeps, "TookTooLong: no answer"),
}


def code_with(faulty: str, fault: Fault) -> Any:
    """Return the code of an extension of which one contribution hook has a fault."""

    def hook(name: str) -> Any:
        return hookimpl(lambda self: fault() if name == faulty else [])

    return type("Code", (), {name: hook(name) for name in RECORDS})()


def resume(client: FlaskClient, company: Company, plugin: str) -> None:
    """Press the button that resumes a suspended plugin on its page."""
    page = client.get(f"/t/{company.slug}/plugins/{plugin}")
    address = f"/t/{company.slug}/plugins/{plugin}/resume"
    assert f'action="{address}"' in page.text
    assert client.post(address).status_code == 303


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("hook", RECORDS)
def test_a_contribution_hook_with_a_fault_leaves_the_others_and_is_suspended_here_only(
    app: Flask,
    tenant: Company,
    other_tenant: Company,
    login: Callable[..., FlaskClient],
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
    tmp_path: Path,
    hook: str,
    fault: str,
) -> None:
    if fault == "is slow":
        monkeypatch.setattr(dispatch, "LIMIT_SECONDS", 0.3)
    folder = shutil.copytree(TRIAL, tmp_path / "trial")
    manifest = folder / "plugin.yaml"
    manifest.write_text(manifest.read_text().replace("kind: pack", "kind: extension"))
    work, reason = FAULTS[fault]
    loaded = load(plugin_folders(settings.home / "plugins") | {"trial": folder})
    plugins = Plugins(loaded, {"trial": code_with(hook, work)}, suspender(app))
    monkeypatch.setitem(app.extensions, manager.KEY, plugins)
    for company in (tenant, other_tenant):
        with working_in(app, company):
            enable("trial")
            db.session.commit()
    with working_in(app, tenant):
        expected = [each for each in asked(hook) if each.id.startswith("essentials:")]
        for _ in range(FAILURES):
            found = asked(hook)
            assert [each for each in found if each.id.startswith("essentials:")] == expected
            db.session.rollback()
        entry = get_entry("trial")
        assert entry.state == "suspended"
        assert str(entry.reason).startswith(f"{hook}: {reason}")
        assert asked(hook) == expected
    with working_in(app, other_tenant):
        assert get_entry("trial").state == "enabled"
    resume(login("owner"), tenant, "trial")
    with working_in(app, tenant):
        assert get_entry("trial").state == "enabled"


def asked(hook: str) -> list[Any]:
    """Return what the tenant's plugins answer."""
    return list(getattr(queries, hook)())


CODE = """
from pathlib import Path
from flask import abort
from markupsafe import Markup
from tierline.access.permissions import EVERYONE, Permission
from tierline.accounts.panels import account_panel
from tierline.plugins.containing import contained
from tierline.plugins.hooks import hookimpl
from tierline.plugins.routes import ExtensionPages

PACK = Path(__file__).parent / "pack"
READ = Permission("trial.read", "Read", EVERYONE)
pages = ExtensionPages("trial", __name__, PACK)

@pages.get("/well", permission=READ)
def well():
    return "well"

@pages.get("/broken", permission=READ)
def broken():
    raise RuntimeError("no luck")

@pages.get("/refused", permission=READ)
def refused():
    abort(404)

@contained("trial")
def panel(account):
    if account.name == "Odd":
        raise RuntimeError("an odd account")
    return Markup("the panel of trial")

account_panel("trial", "Trial", panel)

@hookimpl
def blueprints():
    return [pages]
"""


@pytest.fixture(scope="module")
def extended(
    app: Flask, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """Return an application with an extension that has pages and a panel, some with a fault."""
    from tierline.accounts import panels

    site = tmp_path_factory.mktemp("site")
    package = site / "tierline_trial"
    shutil.copytree(TRIAL, package / "pack")
    manifest = package / "pack" / "plugin.yaml"
    manifest.write_text(manifest.read_text().replace("kind: pack", "kind: extension"))
    (package / "__init__.py").write_text(CODE)
    described = site / "tierline_trial-1.0.0.dist-info"
    described.mkdir()
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: tierline-trial\nVersion: 1\n")
    (described / "entry_points.txt").write_text("[tierline.plugins]\ntrial = tierline_trial\n")
    sys.path.insert(0, str(site))
    application = create_app(replace(settings, plugins="essentials,trial"))
    application.test_client_class = Browser
    sync_releases(application)
    yield application
    sys.path.remove(str(site))
    sys.modules.pop("tierline_trial", None)
    panels._panels.pop("trial", None)
    with application.app_context():
        for engine in db.engines.values():
            engine.dispose()
    application.extensions["tierline.redis"].close()


def make_company(extended: Flask) -> Company:
    """Make a company that has the extension."""
    slug = f"c-{uuid.uuid4().hex[:12]}"
    with extended.app_context():
        tenant_id, _ = create_company(slug, "Contained", "en")
    company = Company(tenant_id, slug, "Contained")
    with working_in(extended, company):
        enable("trial")
        db.session.commit()
    return company


def owner(extended: Flask, company: Company) -> FlaskClient:
    return sign_in(extended, make_member(extended, company, "owner"))


def state(extended: Flask, company: Company) -> tuple[str, str | None]:
    with working_in(extended, company):
        entry = get_entry("trial")
        return entry.state, entry.reason


def test_a_page_that_raises_three_times_suspends_its_plugin_for_that_company_only(
    extended: Flask,
) -> None:
    here, there = make_company(extended), make_company(extended)
    client, base = owner(extended, here), f"/t/{here.slug}/x/trial"
    for _ in range(FAILURES):
        assert client.get(f"{base}/well").text == "well"
        assert client.get(f"{base}/broken").status_code == 500
    assert state(extended, here) == ("suspended", "x_trial.broken: RuntimeError: no luck")
    assert client.get(f"{base}/well").status_code == 404
    assert client.get(f"/t/{here.slug}/accounts").status_code == 200
    assert owner(extended, there).get(f"/t/{there.slug}/x/trial/well").text == "well"
    resume(client, here, "trial")
    assert client.get(f"{base}/well").text == "well"


def test_a_page_that_refuses_has_not_failed(extended: Flask) -> None:
    company = make_company(extended)
    client = owner(extended, company)
    for _ in range(FAILURES + 1):
        assert client.get(f"/t/{company.slug}/x/trial/refused").status_code == 404
    assert state(extended, company) == ("enabled", None)


def test_a_panel_that_raises_is_left_out_and_the_page_stands(extended: Flask) -> None:
    company = make_company(extended)
    client = owner(extended, company)
    with working_in(extended, company):
        even, odd = (create_account({"name": name}).id for name in ("Even", "Odd"))
        db.session.commit()
    for _ in range(FAILURES):
        assert "the panel of trial" in client.get(f"/t/{company.slug}/accounts/{even}").text
        page = client.get(f"/t/{company.slug}/accounts/{odd}")
        assert page.status_code == 200
        assert "Odd" in page.text
        assert "the panel of trial" not in page.text
    assert state(extended, company) == ("suspended", "panel: RuntimeError: an odd account")
    page = client.get(f"/t/{company.slug}/accounts/{even}")
    assert page.status_code == 200
    assert "the panel of trial" not in page.text
