"""An extension that never thinks of tenants reaches nobody else's rows: see tests/careless.

And what becomes of an extension's tables: they come with it, stand behind both walls, and stay when
it is gone.
"""

from __future__ import annotations

import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import inspect, text

from conftest import Browser, Company, superuser, working_in
from people import make_member, make_token, program, sign_in
from tierline.accounts import service as accounts
from tierline.app import create_app
from tierline.cli.database import find_gaps
from tierline.config import Settings
from tierline.configuration.service import disable, enable
from tierline.db import db
from tierline.db.prepare import prepare, upgrade
from tierline.plugins import purging
from tierline.plugins.manager import histories
from tierline.plugins.service import sync_releases
from tierline.provision import create_company

CARELESS = Path(__file__).parents[1] / "careless"
TABLE, VERSION = "x_careless__note", "x_careless__version"


@pytest.fixture(scope="module")
def careless(app: Flask, settings: Settings) -> Iterator[Flask]:
    """Return an application with the careless extension, on the tests' database."""
    sys.path.insert(0, str(CARELESS))
    upgrade(settings, histories(settings))
    application = create_app(settings)
    application.testing = True
    application.test_client_class = Browser
    sync_releases(application)
    yield application
    sys.path.remove(str(CARELESS))
    with application.app_context():
        for engine in db.engines.values():
            engine.dispose()
    application.extensions["tierline.redis"].close()


def make_company(careless: Flask, name: str) -> Company:
    """Make a company that has the extension, a note and an account of this name."""
    slug = f"c-{uuid.uuid4().hex[:12]}"
    with careless.app_context():
        tenant_id, _ = create_company(slug, name, "en")
    company = Company(tenant_id, slug, name)
    with working_in(careless, company):
        enable("careless")
        db.session.add(code().Note(text=name))
        accounts.create_account({"name": name})
        db.session.commit()
    return company


def code() -> Any:
    """Return the extension's module, which is imported when the application is built."""
    return sys.modules["tierline_careless"]


@pytest.fixture
def mine(careless: Flask) -> Company:
    return make_company(careless, "canary-mine")


@pytest.fixture
def theirs(careless: Flask) -> Company:
    return make_company(careless, "canary-theirs")


@pytest.fixture
def outside(servers: Any, settings: Settings) -> Iterator[Any]:
    """Connect past every wall, to look at what is really there."""
    name = settings.database_url.rpartition("/")[2].partition("?")[0]
    with superuser(servers, name) as connection:
        yield connection


def notes(outside: Any, company: Company) -> list[str]:
    statement = text(
        "SELECT text FROM x_careless__note WHERE tenant_id = :tenant"
        " UNION ALL SELECT name FROM account WHERE tenant_id = :tenant"
    )
    return sorted(outside.execute(statement, {"tenant": company.id}).scalars())


def test_every_way_of_reading_finds_the_own_rows_and_no_others(
    careless: Flask, mine: Company, theirs: Company
) -> None:
    with working_in(careless, mine):
        found = code().everything()
    assert len(found) == len(code().READS)
    for way, texts in found.items():
        assert set(texts) == {"canary-mine"}, way


def test_without_row_level_security_the_extension_would_read_everything(
    outside: Any, mine: Company, theirs: Company
) -> None:
    """So the test above can fail: what is read there in plain SQL leaks past the walls."""
    texts = outside.execute(text("SELECT text FROM x_careless__note")).scalars().all()
    assert {"canary-mine", "canary-theirs"} <= set(texts)


@pytest.mark.parametrize(
    "way",
    [
        "orm update",
        "core update",
        "text update",
        "orm delete",
        "text delete",
        "text update of the core's",
    ],
)
def test_every_way_of_writing_leaves_others_rows_as_they_are(
    careless: Flask, outside: Any, mine: Company, theirs: Company, way: str
) -> None:
    with working_in(careless, mine):
        code().WRITES[way]()
        db.session.commit()
    assert notes(outside, theirs) == ["canary-theirs"] * 2
    assert notes(outside, mine) != ["canary-mine"] * 2


def test_every_way_of_writing_is_tried(careless: Flask) -> None:
    (mark,) = (
        mark
        for mark in test_every_way_of_writing_leaves_others_rows_as_they_are.pytestmark  # type: ignore[attr-defined]
    )
    assert set(mark.args[1]) == set(code().WRITES)


def test_its_page_and_its_api_show_no_others_rows(
    careless: Flask, mine: Company, theirs: Company
) -> None:
    owner = make_member(careless, mine, "owner")
    caller = program(careless, make_token(careless, owner, "careless.*"))
    for client, root in ((sign_in(careless, owner), "/t"), (caller, "/api/v1/t")):
        answer = client.get(f"{root}/{mine.slug}/x/careless/everything")
        assert answer.status_code == 200
        assert "canary-mine" in answer.text
        assert "canary-theirs" not in answer.text
        foreign = client.get(f"{root}/{theirs.slug}/x/careless/everything")
        assert foreign.status_code in (401, 404)
        assert "canary" not in foreign.text


def test_what_it_writes_on_its_page_belongs_to_its_tenant(
    careless: Flask, outside: Any, mine: Company, theirs: Company
) -> None:
    browser = sign_in(careless, make_member(careless, mine, "owner"))
    assert browser.post(f"/t/{mine.slug}/x/careless/everything").status_code == 200
    assert notes(outside, mine) == ["added", "canary-mine", "canary-mine"]
    assert notes(outside, theirs) == ["canary-theirs"] * 2


def test_where_it_is_not_enabled_its_pages_do_not_exist(careless: Flask, mine: Company) -> None:
    browser = sign_in(careless, make_member(careless, mine, "owner"))
    with working_in(careless, mine):
        disable("careless")
        db.session.commit()
    assert browser.get(f"/t/{mine.slug}/x/careless/everything").status_code == 404


def test_a_page_is_read_only(careless: Flask, mine: Company, monkeypatch: Any) -> None:
    browser = sign_in(careless, make_member(careless, mine, "owner"))
    monkeypatch.setitem(code().READS, "sly", lambda: [code().WRITES["text delete"]()])
    answer = browser.get(f"/t/{mine.slug}/x/careless/everything")
    assert answer.status_code == 500


def test_tables_and_walls_are_checked_with_the_cores(careless: Flask, settings: Settings) -> None:
    assert find_gaps(settings) == []


@pytest.mark.parametrize(
    ("fault", "mend", "finding"),
    [
        (
            f"ALTER TABLE {TABLE} NO FORCE ROW LEVEL SECURITY",
            f"ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY",
            f"table {TABLE} lacks forced row-level security",
        ),
        (
            f"ALTER TABLE {TABLE} ADD COLUMN stray text",
            f"ALTER TABLE {TABLE} DROP COLUMN stray",
            "stray",
        ),
        (
            f"CREATE UNIQUE INDEX stray ON {TABLE} (text, tenant_id)",
            "DROP INDEX stray",
            "key stray does not lead with tenant_id",
        ),
    ],
)
def test_a_fault_in_an_extensions_table_is_found(
    careless: Flask, settings: Settings, outside: Any, fault: str, mend: str, finding: str
) -> None:
    outside.execute(text(fault))
    try:
        assert finding in "\n".join(find_gaps(settings))
    finally:
        outside.execute(text(mend))


def test_the_core_upgrades_without_the_extension_and_leaves_its_tables_alone(
    careless: Flask, settings: Settings, outside: Any, mine: Company, monkeypatch: Any
) -> None:
    monkeypatch.setattr(sys, "path", [each for each in sys.path if each != str(CARELESS)])
    assert "careless" not in [each.plugin for each in histories(settings)]
    prepare(settings, histories(settings))
    assert find_gaps(settings) == []
    assert {TABLE, VERSION} <= set(inspect(outside).get_table_names())
    assert notes(outside, mine) == ["canary-mine"] * 2


def test_a_plugin_whose_code_is_gone_can_be_purged(
    app: Flask, careless: Flask, outside: Any, mine: Company, theirs: Company
) -> None:
    with working_in(app, mine):  # the application without the extension
        disable("careless")
        assert purging.purge("careless", "careless")["tables"] == 1
        db.session.commit()
    assert notes(outside, mine) == ["canary-mine"]
    assert notes(outside, theirs) == ["canary-theirs"] * 2
