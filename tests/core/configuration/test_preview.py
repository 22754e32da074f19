"""What a preview predicts is what happens: for every plugin, on accounts with trade and fields."""

from __future__ import annotations

import datetime
import random
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from conftest import Company
from releases import pin_older
from tierline.accounts.service import create_account, update_account
from tierline.config import home_folder
from tierline.configuration import changes, planning, service
from tierline.db import db
from tierline.jobs.queries import open_jobs
from tierline.jobs.running import run_job
from tierline.metrics.models import STATE
from tierline.packs.loading import load, plugin_folders
from tierline.plugins.queries import fields, stakeholder_groups, tiering_schemes
from tierline.tiering.models import Scheme
from tierline.tiering.queries import tier_name
from tierline.tiering.service import run_now
from trading import Sale, trade

PLUGINS = sorted(load(plugin_folders(home_folder() / "plugins")).releases)
ACCOUNTS = 24


def shift(document: dict[str, Any]) -> None:
    """Give every scheme of a release another rule, under which other tiers come out."""
    for scheme in document["tiering"].values():
        rule = scheme["rule"]
        if scheme["kind"] == "abc":
            rule["cuts"][0]["until"] = 30
        elif scheme["kind"] == "score":
            rule["cuts"][-2]["from"] = rule["cuts"][-1].get("from", 1.2)
        elif scheme["kind"] == "grid":
            rule["cells"] = [row[::-1] for row in rule["cells"][::-1]]
        else:
            rule["rules"] = rule["rules"][::-1]


def some_value(field: Any, chance: random.Random) -> Any:
    """Return a value that fits a field."""
    if field.type == "choice":
        return chance.choice(field.choices).key
    if field.type == "boolean":
        return chance.random() < 0.2
    if field.type == "date":
        return str(datetime.date.today() + datetime.timedelta(days=chance.randint(-400, 400)))
    if field.type == "text":
        return "x"
    least = 0 if field.minimum is None else field.minimum
    most = (
        {"percent": 100, "money": 5e7}.get(field.type, 50)
        if field.maximum is None
        else field.maximum
    )
    return chance.randint(int(least), int(most))


def fill(chance: random.Random) -> None:
    """Make accounts in every group, with trade and with most of their fields known."""
    today = datetime.date.today()
    sales = [
        Sale(
            f"A{chance.randrange(ACCOUNTS):02}",
            today - datetime.timedelta(days=chance.randint(1, 700)),
            Decimal(chance.randint(10, 2_000_000)),
            cost=Decimal(chance.randint(1, 9)),
        )
        for _ in range(150)
    ]
    ids = dict(trade(sales))
    groups = {"customer": None, **{group.key: None for group in stakeholder_groups()}}
    known = fields("account")
    for number in range(ACCOUNTS):
        key = f"A{number:02}"
        if key not in ids:
            ids[key] = create_account({"name": key, "external_key": key}).id
        values = {each.key: some_value(each, chance) for each in known if chance.random() < 0.9}
        update_account(ids[key], {"fields": values}, groups, version=None)


def tiers() -> dict[str, dict[Any, str | None]]:
    """Return every account's tier, by scheme."""
    found = {}
    for scheme in db.session.scalars(select(Scheme)):
        rows = db.session.execute(select(STATE.c.account_id, STATE.c[f"t{scheme.number}"]))
        found[scheme.scheme_id] = {row[0]: tier_name(scheme, row[1]) for row in rows}
    return found


def run_open_jobs(app: Flask, company: Company) -> None:
    """Run the runs that publishing has started."""
    db.session.commit()
    for job in open_jobs("tiering.run"):
        assert run_job(app, company.id, job.id) == "done"
    db.session.expire_all()


@pytest.mark.parametrize("plugin", PLUGINS)
def test_an_upgrade_moves_whom_its_preview_names(
    app: Flask, in_tenant: Company, plugin: str
) -> None:
    pin_older(plugin, shift)
    fill(random.Random(plugin))
    mine = [each.id for each in tiering_schemes() if each.id.startswith(f"{plugin}:")]
    for scheme in mine:
        run_now(scheme)
    db.session.commit()
    before = tiers()
    draft = service.draft(changes.upgrading(plugin), "", "screen")
    assert draft is not None
    planning.make_plan(draft)
    assert draft.plan is not None
    predicted = {each["scheme"]: each for each in draft.plan["schemes"]}
    assert set(predicted) == set(mine)
    planning.publish_planned(draft.number)
    run_open_jobs(app, in_tenant)
    after = tiers()
    moved = 0
    for scheme in mine:
        actual = Counter(
            (before[scheme][id], tier)
            for id, tier in after[scheme].items()
            if before[scheme][id] != tier
        )
        told = predicted[scheme]["moves"]
        assert {(m["previous"], m["tier"]): m["accounts"] for m in told} == dict(actual)
        assert predicted[scheme]["accounts"] == ACCOUNTS
        moved += sum(actual.values())
    assert moved > 0


@pytest.mark.parametrize("plugin", [each for each in PLUGINS if each != "essentials"])
def test_enabling_adds_what_its_preview_names(in_tenant: Company, plugin: str) -> None:
    fill(random.Random(plugin))
    draft = service.draft(changes.enabling(plugin), "", "screen")
    assert draft is not None
    planning.make_plan(draft)
    assert draft.plan is not None
    had = {each.id for each in tiering_schemes()}
    planning.publish_planned(draft.number)
    added = {each.id for each in tiering_schemes()} - had
    assert added == {each["id"] for each in draft.plan["adds"]["tiering"]}
    for told in draft.plan["schemes"]:
        result = run_now(told["scheme"])
        found = {tier.tier: tier.accounts for tier in result.result.tiers if tier.accounts}
        assert {move["tier"]: move["accounts"] for move in told["moves"]} == found


def test_a_plan_is_carried_out_only_while_it_is_true(in_tenant: Company) -> None:
    pin_older("essentials", shift)
    fill(random.Random(7))
    run_now("essentials:abc_sales_total")
    draft = service.draft(changes.upgrading("essentials"), "", "screen")
    assert draft is not None
    planning.make_plan(draft)
    today = datetime.date.today()
    trade([Sale("A01", today, Decimal(900_000_000))])
    from tierline.metrics.service import refresh

    refresh()
    with pytest.raises(service.RevisionStale, match="would no longer do what was shown"):
        planning.publish_planned(draft.number)
    planning.make_plan(draft)
    assert planning.publish_planned(draft.number).state == "published"


def test_a_preview_writes_nothing(in_tenant: Company) -> None:
    fill(random.Random(3))
    db.session.commit()
    before = db.session.execute(select(STATE).order_by(STATE.c.account_id)).all()
    draft = service.draft(changes.enabling("manufacturing"), "", "screen")
    assert draft is not None
    planning.make_plan(draft)
    db.session.commit()
    assert db.session.execute(select(STATE).order_by(STATE.c.account_id)).all() == before
    assert db.session.scalars(select(Scheme)).all() == []
