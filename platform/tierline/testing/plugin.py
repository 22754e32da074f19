"""The fixtures, as a pytest plugin.

Tests share a process's database and keep apart by tenant: each asks for `tenant` and gets a new
one. So nothing has to be wiped, and the order of tests never matters.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tierline.accounts.service import create_account
from tierline.app import create_app
from tierline.config import Settings
from tierline.configuration.service import enable as enable_plugin
from tierline.db import db
from tierline.db.prepare import prepare
from tierline.instance.embedded import embedded_servers
from tierline.plugins.installing import Installer, install_folder
from tierline.plugins.manager import histories
from tierline.plugins.service import sync_releases
from tierline.provision import create_company
from tierline.testing import people
from tierline.testing.companies import Browser, Company, working_in
from tierline.testing.servers import TEMPLATE, locked, settings_for, superuser


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that all test processes of this run share."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if os.environ.get("PYTEST_XDIST_WORKER") else folder


@pytest.fixture(scope="session")
def process_number() -> int:
    """Return this test process's number: 0 without parallel processes."""
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


@pytest.fixture(scope="session")
def servers(shared_folder: Path) -> Iterator[Any]:
    """Lend PostgreSQL and Valkey to all test processes of this run."""
    with embedded_servers(shared_folder / "servers") as addresses:
        yield addresses


@pytest.fixture(scope="session")
def template_database(servers: Any, shared_folder: Path) -> str:
    """Migrate one database that the test processes copy."""
    with locked(shared_folder / "template.lock"):
        done = shared_folder / "template.done"
        if not done.exists():
            migrated = settings_for(servers, shared_folder, TEMPLATE)
            prepare(migrated, histories(migrated))
            done.touch()
    return TEMPLATE


@pytest.fixture(scope="session")
def settings(
    servers: Any, template_database: str, shared_folder: Path, process_number: int
) -> Settings:
    """Return the settings of this test process, with a database of its own."""
    name = f"tierline_{process_number}"
    with locked(shared_folder / "template.lock"), superuser(servers) as connection:
        # The names are this module's own, and a number.
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {template_database}")
    found = settings_for(servers, shared_folder / f"data{process_number}", name, process_number)
    found.data.mkdir(exist_ok=True)
    prepare(found, histories(found))
    return found


@pytest.fixture(scope="session")
def packs() -> list[Path]:
    """Return the folders of packs that are installed beside those of the platform: none."""
    return []


@pytest.fixture(scope="session")
def app(settings: Settings, packs: list[Path]) -> Iterator[Flask]:
    """Return the application on this process's database, with the author's packs installed."""
    application = create_app(settings)
    application.testing = True
    application.test_client_class = Browser
    sync_releases(application)
    with application.app_context():
        for folder in packs:
            install_folder(folder.resolve(), Installer("tests", operator=True))
        db.session.commit()
    yield application
    with application.app_context():
        for engine in db.engines.values():
            engine.dispose()
    application.extensions["tierline.redis"].close()


@pytest.fixture(scope="session")
def make_tenant(app: Flask) -> Callable[..., Company]:
    """Return a function that creates a tenant with the default plugins enabled."""

    def make(name: str = "Test company", locale: str = "en", **options: Any) -> Company:
        with app.app_context():
            slug = f"t-{uuid.uuid4().hex[:12]}"
            tenant_id, _ = create_company(slug, name, locale, **options)
        return Company(tenant_id, slug, name)

    return make


@pytest.fixture
def tenant(make_tenant: Callable[..., Company]) -> Company:
    """Return a new tenant."""
    return make_tenant()


@pytest.fixture
def other_tenant(make_tenant: Callable[..., Company]) -> Company:
    """Return a second new tenant."""
    return make_tenant("Other company")


@pytest.fixture
def in_tenant(app: Flask, tenant: Company) -> Iterator[Company]:
    """Enter the tenant's scope as the platform's subject for the length of the test."""
    with working_in(app, tenant):
        yield tenant


@pytest.fixture
def enable(app: Flask, tenant: Company) -> Callable[..., None]:
    """Return a function that enables a plugin, for the tenant unless another one is given."""

    def enabled(plugin: str, company: Company | None = None) -> None:
        with working_in(app, company or tenant):
            enable_plugin(plugin)
            db.session.commit()

    return enabled


@pytest.fixture
def make_account(app: Flask, tenant: Company) -> Callable[..., uuid.UUID]:
    """Return a function that makes an account (see `accounts.service.create_account`)."""

    def make(
        name: str = "An account",
        groups: tuple[str, ...] = ("customer",),
        company: Company | None = None,
        **values: Any,
    ) -> uuid.UUID:
        with working_in(app, company or tenant):
            account_id = create_account({"name": name, **values}, dict.fromkeys(groups)).id
            db.session.commit()
        return account_id

    return make


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Return a client that is not signed in."""
    return app.test_client()


@pytest.fixture
def login(app: Flask, tenant: Company) -> Callable[..., FlaskClient]:
    """Return a function that returns a browser signed in as a new member of the tenant."""

    def signed_in(role: str = "owner", company: Company | None = None) -> FlaskClient:
        return people.sign_in(app, people.make_member(app, company or tenant, role))

    return signed_in


@pytest.fixture
def api(app: Flask, tenant: Company) -> Callable[..., FlaskClient]:
    """Return a function that returns a program with a token of a new owner of the tenant."""

    def authorized(*scopes: str) -> FlaskClient:
        owner = people.make_member(app, tenant, "owner")
        return people.program(app, people.make_token(app, owner, *scopes))

    return authorized


@pytest.fixture
def assert_isolated(
    app: Flask, login: Callable[..., FlaskClient], other_tenant: Company
) -> Callable[[str], None]:
    """Return a function that fails unless the page of one of the tenant's records is closed.

    Its owner opens it; to nobody it leads to signing in, and to another company's owner it does not
    exist, whether it is asked for in the company's own space or in theirs.
    """

    def check(address: str) -> None:
        assert login("owner").get(address).status_code == 200, f"its owner can't open {address}"
        refused = app.test_client().get(address).status_code
        assert refused in (302, 401), f"{address} is open to anybody ({refused})"
        stranger = login("owner", other_tenant)
        assert stranger.get(address).status_code == 404, f"{address} is open to another company"
        slug = address.partition("/t/")[2].partition("/")[0]
        elsewhere = address.replace(f"/t/{slug}/", f"/t/{other_tenant.slug}/", 1)
        answer = stranger.get(elsewhere).status_code
        assert answer == 404, f"the record of {address} is seen at {elsewhere} ({answer})"

    return check
