"""Installed, used, upgraded, disabled, purged: outside of a plugin no byte is different.

For every plugin of the repository. What is compared is a dump of all of the tenant's tables. Left
out is the record of the acts, which stays on purpose: the audit chain, revisions, jobs and their
schedules, the accounts' timelines, the count of an account's changes and when the last one was, and
when the metric store was computed last.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import orjson
import pytest
from flask import Flask
from sqlalchemy import select

from conftest import Company, superuser, working_in
from tenant_rows import Planted, insert_row, tables
from tierline.accounts import service as accounts
from tierline.accounts.models import Account
from tierline.accounts.plugin_fields import fields_for
from tierline.config import Settings, home_folder
from tierline.configuration import service
from tierline.db import db
from tierline.jobs.running import run_job
from tierline.metrics.service import bring_up_to_date
from tierline.packs.contributions import Field
from tierline.packs.loading import Loaded, plugin_folders
from tierline.packs.releases import release_of
from tierline.plugins import purging, queries
from tierline.plugins.contents import get_contents
from tierline.plugins.manager import installed
from tierline.tiering.starting import start_run
from trading import Sale, trade

PLUGINS = sorted(plugin_folders(home_folder() / "plugins"))
ACTS = ("audit_entry", "audit_head", "configuration_revision")
ACTS += ("job", "job_schedule", "timeline_entry")
STAMPS = {"account": ("version", "updated_at"), "metric_freshness": ("refreshed_at",)}


def dump(servers: Any, settings: Settings, company: Company) -> dict[str, bytes]:
    """Return the tenant's rows in every table, in canonical form, as bytes."""
    name = settings.database_url.rpartition("/")[2].partition("?")[0]
    found = {}
    with superuser(servers, name) as connection:
        for table in tables():
            if table.name in ACTS:
                continue
            kept = [c for c in table.c if c.name not in STAMPS.get(table.name, ())]
            statement = select(*kept).where(table.c.tenant_id == company.id)
            rows = connection.execute(statement.order_by(*table.primary_key.columns)).mappings()
            found[table.name] = b"\n".join(canonical(row) for row in rows)
    return found


def canonical(row: Any) -> bytes:
    return orjson.dumps(dict(row), default=str, option=orjson.OPT_SORT_KEYS)


def value_of(field: Field) -> Any:
    """Return a value that the field may have."""
    if field.type == "choice":
        return field.choices[0].key
    plain = {"text": "some text", "date": "2026-06-30", "boolean": True}
    return plain.get(field.type, int(field.minimum or 1))


def use(app: Flask, company: Company, plugin: str) -> None:
    """Use all that the plugin adds: groups, fields, schemes, its own tables."""
    with working_in(app, company):
        contents = get_contents(plugin)
        for account in db.session.scalars(select(Account).order_by(Account.id)).all():
            groups = {"customer": None} | {group.key: None for group in contents.groups}
            values = {field.key: value_of(field) for field in fields_for(contents.fields, groups)}
            accounts.update_account(account.id, {"fields": values}, groups)
        db.session.commit()
        bring_up_to_date()
        for scheme in contents.schemes:
            run_scheme(app, company, scheme.id)
        plant(company, plugin)
        db.session.commit()


def plant(company: Company, plugin: str) -> None:
    """Write a row into each of the extension's tables."""
    account = db.session.scalars(select(Account.id)).first()
    planted = Planted(company, "planted", {"account": {"tenant_id": company.id, "id": account}})
    for table in tables():
        if table.name.startswith(f"x_{plugin}__"):
            planted.rows[table.name] = insert_row(table, planted)


@pytest.fixture
def upgrade(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[Company, str], None]:
    """Return a function that installs a newer release of a plugin, and lets the tenant have it."""

    def upgraded(company: Company, plugin: str) -> None:
        with working_in(app, company):
            plugins = installed()
            document = json.loads(orjson.dumps(plugins.releases[plugin].document))
            document["manifest"]["version"] = "9.0.0"
            newer = release_of(document)
            loaded = Loaded({**plugins.releases, plugin: newer}, plugins.loaded.failed)
            monkeypatch.setattr(plugins, "loaded", loaded)
            service.upgrade(plugin)
            db.session.commit()
            assert queries.get_entry(plugin).version == "9.0.0"

    return upgraded


@pytest.fixture
def company(app: Flask, tenant: Company) -> Company:
    """Return a company with customers, trade, and tiers of the essentials."""
    today = datetime.date.today()
    with working_in(app, tenant):
        trade(Sale(key, today, Decimal(place * 100)) for place, key in enumerate("ABCD", 1))
        db.session.commit()
        run_scheme(app, tenant, "essentials:abc_sales")
    return tenant


def run_scheme(app: Flask, company: Company, scheme: str) -> None:
    job = start_run(scheme, None)
    db.session.commit()
    assert run_job(app, company.id, job.id) == "done"


@pytest.mark.parametrize("plugin", PLUGINS)
def test_outside_of_a_purged_plugin_nothing_is_different(
    app: Flask,
    settings: Settings,
    servers: Any,
    company: Company,
    upgrade: Callable[[Company, str], None],
    plugin: str,
) -> None:
    with working_in(app, company):
        for required in installed().releases[plugin].document["manifest"]["requires"]:
            service.enable(required)
        own = plugin in queries.enabled_plugins()
        if own:
            forget(plugin)
        bring_up_to_date()
        db.session.commit()
    before = dump(servers, settings, company)
    with working_in(app, company):
        service.enable(plugin)
        db.session.commit()
    use(app, company, plugin)
    upgrade(company, plugin)
    use(app, company, plugin)
    during = dump(servers, settings, company)
    assert {name for name in before if before[name] != during[name]} >= {"plugin_enablement"}
    with working_in(app, company):
        service.disable(plugin)
        counts = purging.purge(plugin, plugin)
        db.session.commit()
        assert sum(counts.values()) > 0
    after = dump(servers, settings, company)
    assert {name: after[name] for name in after if after[name] != before[name]} == {}


def forget(plugin: str) -> None:
    """Take a plugin that each new tenant has away from this one, with what needs it."""
    for row in queries.enablements():
        if row.plugin != plugin:
            service.disable(row.plugin)
            purging.purge(row.plugin, row.plugin)
    service.disable(plugin)
    purging.purge(plugin, plugin)
