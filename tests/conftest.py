"""What every test stands on: real servers, a database per test process, tenants of its own.

Tests share a process's database and keep apart by tenant: each asks for `tenant` and gets a new
one. So nothing has to be wiped, and the order of tests never matters.
"""

from __future__ import annotations

import contextvars
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from tierline.access.decision import acting_as, platform_subject
from tierline.app import create_app
from tierline.config import Settings, home_folder, with_driver
from tierline.db import db, tenant_scope
from tierline.db.prepare import prepare
from tierline.instance.embedded import embedded_servers
from tierline.instance.locks import FileLock
from tierline.plugins.manager import histories
from tierline.plugins.service import sync_releases
from tierline.provision import create_company

hypothesis.settings.register_profile("tierline", deadline=None, print_blob=True)
hypothesis.settings.load_profile("tierline")

SECRET = "a secret key that only the tests know"
TEMPLATE = "tierline_template"


@dataclass(frozen=True)
class Company:
    """A tenant as tests hold it, detached from any session."""

    id: int
    slug: str
    name: str


class Browser(FlaskClient):
    """A test client whose requests start in a context of their own, as a server's do.

    Each comes from an address of its own, so that limits by address keep tests apart.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.environ_base["REMOTE_ADDR"] = (
            f"2001:db8::{uuid.uuid4().hex[:4]}:{uuid.uuid4().hex[:4]}"
        )

    def open(self, *args: Any, **options: Any) -> Any:
        return contextvars.Context().run(super().open, *args, **options)


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


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock against this run's other test processes."""
    lock = FileLock(path)
    lock.acquire()
    try:
        yield
    finally:
        lock.close()


def settings_for(servers: Any, folder: Path, database: str, redis_number: int = 0) -> Settings:
    """Return settings for a database of this name on the test servers."""
    url = make_url(servers.database_url).set(database=database)
    return Settings(
        database_url=url.render_as_string(hide_password=False),
        redis_url=_numbered(servers.redis_url, redis_number),
        secret_key=SECRET,
        home=home_folder(),
        data=folder,
        production=False,
    )


def _numbered(redis_url: str, number: int) -> str:
    return f"{redis_url}{'&' if '?' in redis_url else '?'}db={number}"


@contextmanager
def superuser(servers: Any, database: str = "postgres") -> Iterator[Any]:
    """Connect as the embedded server's superuser, outside every wall."""
    url = with_driver(make_url(servers.database_url)).set(database=database)
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


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
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template_database}"))
    found = settings_for(servers, shared_folder / f"data{process_number}", name, process_number)
    found.data.mkdir(exist_ok=True)
    prepare(found, histories(found))
    return found


@pytest.fixture(scope="session")
def app(settings: Settings) -> Iterator[Flask]:
    """Return the application on this process's database."""
    application = create_app(settings)
    application.testing = True
    application.test_client_class = Browser
    with application.app_context():
        sync_releases(application)
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


@contextmanager
def working_in(app: Flask, company: Company) -> Iterator[None]:
    """Work in a tenant as the platform would; nothing is committed by itself."""
    with ExitStack() as stack:
        stack.enter_context(app.app_context())
        stack.enter_context(tenant_scope(company.id))
        stack.enter_context(acting_as(platform_subject(company.id)))
        yield


@pytest.fixture
def in_tenant(app: Flask, tenant: Company) -> Iterator[Company]:
    """Enter the tenant's scope as the platform's subject for the length of the test."""
    with working_in(app, tenant):
        yield tenant


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Return a client that is not signed in."""
    return app.test_client()


@pytest.fixture
def login(app: Flask, tenant: Company) -> Callable[..., FlaskClient]:
    """Return a function that returns a browser signed in as a new member of the tenant."""
    import people

    def signed_in(role: str = "owner", company: Company | None = None) -> FlaskClient:
        return people.sign_in(app, people.make_member(app, company or tenant, role))

    return signed_in


@pytest.fixture
def api(app: Flask, tenant: Company) -> Callable[..., FlaskClient]:
    """Return a function that returns a program with a token of a new owner of the tenant."""
    import people

    def authorized(*scopes: str) -> FlaskClient:
        owner = people.make_member(app, tenant, "owner")
        return people.program(app, people.make_token(app, owner, *scopes))

    return authorized


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """Return the folder of real data; skips the test where there is none."""
    given = os.environ.get("TIERLINE_TEST_DATA")
    folder = Path(given) if given else home_folder().parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("no real data: neither ../shared/data nor $TIERLINE_TEST_DATA is a folder")
    return folder
