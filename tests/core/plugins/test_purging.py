"""Purging a disabled plugin: what is asked for, what an export holds, what is refused."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from conftest import Company, working_in
from tierline.accounts import service as accounts
from tierline.accounts.models import Account, AccountGroup
from tierline.audit.models import AuditEntry
from tierline.configuration import service
from tierline.db import db
from tierline.errors import Conflict, Invalid, NotFound
from tierline.metrics.models import MetricSlot
from tierline.metrics.service import bring_up_to_date
from tierline.plugins import purging
from tierline.plugins.commands import command
from tierline.plugins.queries import get_entry
from tierline.plugins.service import suspend
from tierline_regulators import service as commitments

Login = Callable[..., FlaskClient]


@pytest.fixture
def used(app: Flask, tenant: Company) -> Company:
    """Return a tenant that used the plugin `regulators`, and disabled it."""
    with working_in(app, tenant):
        service.enable("regulators")
        values = {"name": "Bureau", "fields": {"regulators__open_findings": 3}}
        bureau = accounts.create_account(values, {"customer": None, "regulator": "tax"})
        promise = {"account_id": bureau.id, "title": "A report", "due_on": "2026-06-30"}
        commitments.add_commitment(promise)
        bring_up_to_date()
        service.disable("regulators")
        db.session.commit()
    return tenant


def held(app: Flask, tenant: Company) -> dict[str, int]:
    with working_in(app, tenant):
        return {each.holding.key: each.count for each in purging.count_held("regulators")}


HELD = {"changes": 0, "tables": 1, "tiers": 0, "fields": 1, "memberships": 1, "metrics": 3}


def test_disabling_keeps_everything_and_purging_removes_it(app: Flask, used: Company) -> None:
    assert held(app, used) == HELD
    with working_in(app, used):
        assert purging.purge("regulators", "regulators") == HELD
        db.session.commit()
    with working_in(app, used):
        assert get_entry("regulators").state == "available"
        account = db.session.scalars(select(Account)).one()
        assert account.fields == {}
        assert db.session.scalars(select(AccountGroup.group_key)).all() == ["customer"]
        slots = db.session.scalars(select(MetricSlot.metric_id)).all()
        assert not [name for name in slots if name.startswith("regulators:")]
        with pytest.raises(NotFound):
            purging.count_held("regulators")


def test_another_companys_rows_stay(app: Flask, used: Company, other_tenant: Company) -> None:
    with working_in(app, other_tenant):
        service.enable("regulators")
        accounts.create_account(
            {"name": "Office", "fields": {"regulators__open_findings": 1}}, {"regulator": None}
        )
        service.disable("regulators")
        db.session.commit()
    before = held(app, other_tenant)
    with working_in(app, used):
        purging.purge("regulators", "regulators")
        db.session.commit()
    assert held(app, other_tenant) == before


@pytest.mark.parametrize("state", ["enabled", "suspended"])
def test_only_a_disabled_plugin_is_purged(app: Flask, used: Company, state: str) -> None:
    with working_in(app, used):
        service.enable("regulators")
        if state == "suspended":
            suspend("regulators", "a test")
        with pytest.raises(Conflict, match="must be disabled"):
            purging.purge("regulators", "regulators")


def test_the_name_must_be_typed(app: Flask, used: Company, login: Login) -> None:
    page = f"/t/{used.slug}/plugins/regulators/purge"
    browser = login("administrator")
    assert "Type <code>regulators</code> to purge it." in browser.get(page).text
    wrong = browser.post(page, data={"confirm": "regulator"})
    assert wrong.status_code == 422
    assert "must be &#34;regulators&#34;" in wrong.text
    assert held(app, used) == HELD
    assert browser.post(page, data={"confirm": "regulators"}).status_code == 303
    with working_in(app, used), pytest.raises(Invalid):
        purging.purge("regulators", "")


def test_an_export_holds_what_a_purge_removes(app: Flask, used: Company, login: Login) -> None:
    answer = login("administrator").post(f"/t/{used.slug}/plugins/regulators/export", buffered=True)
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    rows = {name: lines(archive, name) for name in archive.namelist()}
    assert {name.partition("/")[2]: len(found) for name, found in rows.items()} == {
        f"{key}.jsonl": count for key, count in HELD.items()
    }
    (commitment,) = rows["regulators/tables.jsonl"]
    assert commitment["table"] == "x_regulators__commitment"
    assert commitment["title"] == "A report"
    assert "tenant_id" not in commitment
    (account,) = rows["regulators/fields.jsonl"]
    assert account["fields"] == {"regulators__open_findings": 3}


def lines(archive: zipfile.ZipFile, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in archive.read(name).splitlines()]


def test_the_api_counts_exports_and_purges(used: Company, api: Callable[..., FlaskClient]) -> None:
    program, root = api("plugins.*"), f"/api/v1/t/{used.slug}/plugins/regulators"
    items = program.get(f"{root}/held").json["items"]
    assert {item["key"]: item["count"] for item in items} == HELD
    exported = program.post(f"{root}/export", buffered=True)
    assert exported.content_type == "application/zip"
    assert program.post(f"{root}/purge", json={"confirm": "x"}).status_code == 422
    assert program.post(f"{root}/purge", json={"confirm": "regulators"}).json == {"removed": HELD}
    assert program.get(f"{root}/held").status_code == 404


def test_the_command_says_what_would_be_removed_and_removes_it_with_yes(
    app: Flask, used: Company, tmp_path: Path
) -> None:
    archive = tmp_path / "held.zip"
    arguments = ["purge", "regulators", "--tenant", used.slug]
    runner = CliRunner()
    with app.app_context():
        told = runner.invoke(command, [*arguments, "--export", str(archive)])
    assert "1 tables would be removed" in told.output
    assert zipfile.is_zipfile(archive)
    assert held(app, used) == HELD
    with app.app_context():
        done = runner.invoke(command, [*arguments, "--yes", "--json"])
    assert json.loads(done.output)["held"] == HELD
    with working_in(app, used):
        assert get_entry("regulators").state == "available"


def test_a_purge_is_audited_with_its_counts(app: Flask, used: Company) -> None:
    with working_in(app, used):
        purging.purge("regulators", "regulators")
        db.session.commit()
        entry = db.session.scalars(
            select(AuditEntry).where(AuditEntry.action == "plugins.purge")
        ).one()
        assert entry.changes == {"plugin": "regulators", **HELD}


def test_a_slot_and_a_number_that_were_freed_are_used_again(app: Flask, used: Company) -> None:
    with working_in(app, used):
        service.enable("saas")
        bring_up_to_date()
        purging.purge("regulators", "regulators")
        bring_up_to_date()
        service.enable("suppliers")
        bring_up_to_date()
        slots = db.session.scalars(select(MetricSlot.slot)).all()
        assert sorted(slots) == list(range(1, len(slots) + 1)) or max(slots) > len(slots)
        assert len(set(slots)) == len(slots)
