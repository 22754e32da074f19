"""The demonstration's companies are filled through a user's doors, and only once."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import pytest
from flask import Flask
from flask_security.utils import verify_password
from sqlalchemy import func, select

from tierline.accounts.models import Account, AccountGroup, Contact
from tierline.console import in_tenant
from tierline.db import db
from tierline.identity.models import Membership
from tierline.identity.queries import find_user
from tierline.imports.models import ImportRun
from tierline.ledger.models import LedgerTransaction
from tierline.simulate.demo import (
    COMPANIES,
    QUARTERS,
    RANKING,
    Company,
    demonstration_password,
    fill,
    quarter_ends,
)
from tierline.tenant_files.service import apply_tenant_files
from tierline.tiering.models import Run, Scheme

COUNTED = (Account, Contact, AccountGroup, LedgerTransaction, Membership, ImportRun, Run)


@pytest.fixture(scope="module")
def lines(app: Flask) -> Iterator[list[str]]:
    apply_tenant_files(app)
    return fill(app)


@pytest.fixture(params=COMPANIES, ids=lambda company: company.slug)
def company(request: pytest.FixtureRequest, app: Flask, lines: list[str]) -> Iterator[Company]:
    with app.app_context(), in_tenant(request.param.slug):
        yield request.param


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.slow
def test_everything_was_imported(company: Company) -> None:
    assert count(Account) >= company.accounts
    assert count(LedgerTransaction) > 10 * company.accounts
    for run in db.session.scalars(select(ImportRun)):
        assert run.state == "done"
        assert run.result is not None
        assert run.result["failed"] == 0


@pytest.mark.slow
def test_accounts_have_owners_groups_and_fields(company: Company) -> None:
    owned = db.session.scalar(select(func.count(Account.owner_id)))
    with_fields = db.session.scalar(select(func.count()).where(Account.fields != {}))
    assert owned == count(Account)
    assert with_fields is not None
    assert with_fields > 0.9 * count(Account)
    assert count(AccountGroup) >= count(Account)


@pytest.mark.slow
def test_each_scheme_was_run_and_two_have_a_history(company: Company) -> None:
    names = dict(db.session.execute(select(Scheme.scheme_id, Scheme.number)).all())
    runs = db.session.execute(select(Run.scheme_number, func.count()).group_by(Run.scheme_number))
    by_scheme = dict(runs.all())
    for scheme in (company.main, RANKING):
        assert by_scheme.pop(names[scheme]) == QUARTERS + 1
    assert set(by_scheme) == {names[scheme] for scheme in company.schemes}
    assert set(db.session.scalars(select(Run.state))) == {"done"}


@pytest.mark.slow
def test_the_main_scheme_tells_customers_apart(company: Company) -> None:
    statement = select(Run.result).join(Scheme, Scheme.number == Run.scheme_number)
    latest = statement.where(Scheme.scheme_id == company.main).order_by(Run.as_of.desc())
    tiers = {tier["tier"]: tier for tier in db.session.scalars(latest).first()["tiers"]}
    assert 0 < tiers["strategic"]["accounts"] < tiers["key"]["accounts"]
    assert tiers["key"]["accounts"] < tiers["ordinary"]["accounts"]


@pytest.mark.slow
def test_filling_again_changes_nothing(app: Flask, lines: list[str]) -> None:
    def counts() -> list[int]:
        found = []
        for each in COMPANIES:
            with app.app_context(), in_tenant(each.slug):
                found += [count(model) for model in COUNTED]
        return found

    before = counts()
    assert fill(app) == lines
    assert counts() == before


@pytest.mark.slow
def test_the_password_that_is_told_is_everybody_s(app: Flask, lines: list[str]) -> None:
    password = lines[-1].rpartition(" ")[2]
    assert password == demonstration_password(app.config["SECRET_KEY"])
    with app.app_context():
        for each in COMPANIES:
            for person in each.people:
                user = find_user(each.email(person))
                assert user is not None
                assert each.email(person) in " ".join(lines)
                assert verify_password(password, user.password)


def test_the_password_follows_from_the_secret_key_alone() -> None:
    assert demonstration_password("one") == demonstration_password("one")
    assert demonstration_password("one") != demonstration_password("two")
    assert len(demonstration_password("one")) >= 15


@pytest.mark.parametrize(
    ("day", "ends"),
    [
        ("2026-11-21", ["2026-03-31", "2026-06-30", "2026-09-30"]),
        ("2026-10-01", ["2026-03-31", "2026-06-30", "2026-09-30"]),
        ("2026-09-30", ["2025-12-31", "2026-03-31", "2026-06-30"]),
        ("2026-01-15", ["2025-06-30", "2025-09-30", "2025-12-31"]),
    ],
)
def test_quarters_end_before_the_day(day: str, ends: list[str]) -> None:
    found = quarter_ends(datetime.date.fromisoformat(day), 3)
    assert [end.isoformat() for end in found] == ends
