"""Trying a scheme out: the same answer as a run, with counts, moves and samples; writes nothing."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from tierline.db import db
from tierline.metrics.service import bring_up_to_date
from tierline.packs.contributions import TieringScheme
from tierline.plugins.queries import get_scheme, tiering_schemes
from tierline.tiering.models import Assignment, Run, Scheme
from tierline.tiering.service import run_now
from tierline.tiering.trying import try_out
from tierline.tiering.versions import document_of, read_version
from trading import Sale, make_accounts, trade

ABC, RFM = "essentials:abc_sales_total", "essentials:rfm"
MARCH = datetime.date(2026, 3, 1)


def sale(account: str, amount: int, day: datetime.date = MARCH) -> Sale:
    return Sale(account, day, Decimal(amount))


def changed(scheme_id: str, **rule: Any) -> TieringScheme:
    """Return a scheme whose rule is changed, as an editor would hand it over."""
    document = document_of(get_scheme(scheme_id))
    return read_version(scheme_id, {**document, "rule": {**document["rule"], **rule}})


@pytest.mark.usefixtures("in_tenant")
def test_a_trial_finds_what_a_run_then_does() -> None:
    trade([sale(f"K{n}", 10 + n * n, MARCH - datetime.timedelta(days=40 * n)) for n in range(30)])
    make_accounts(["prospect"])
    bring_up_to_date()
    for scheme in tiering_schemes():
        trial = try_out(scheme)
        run = run_now(scheme.id)
        assert (scheme.id, trial.result) == (scheme.id, run.result)
        assert (scheme.id, trial.moved) == (scheme.id, run.changed)
        again = try_out(scheme)
        assert (again.moved, again.samples, again.effects) == (0, (), ())


@pytest.mark.usefixtures("in_tenant")
def test_moves_are_against_the_tiers_on_record_and_have_names() -> None:
    trade([sale("A", 60), sale("B", 25), sale("C", 10), sale("D", 5)])
    run_now(ABC)
    cuts = [{"tier": "a", "until": 50}, {"tier": "b", "until": 90}, {"tier": "c", "until": 100}]
    trial = try_out(changed(ABC, cuts=cuts))
    assert [(m.previous, m.tier, m.accounts) for m in trial.moves] == [("a", "b", 1)]
    assert [(s.key, s.previous, s.tier) for s in trial.samples] == [("B", "a", "b")]
    assert [(t.tier, t.accounts, t.sales) for t in trial.result.tiers] == [
        ("a", 1, Decimal(60)),
        ("b", 2, Decimal(35)),
        ("c", 1, Decimal(5)),
    ]
    assert trial.stays == 3


@pytest.mark.usefixtures("in_tenant")
def test_every_account_is_on_one_step_of_each_part() -> None:
    trade([sale(f"K{n}", 10 + n) for n in range(20)])
    make_accounts(["prospect"])
    bring_up_to_date()
    for scheme in tiering_schemes():
        trial = try_out(scheme, samples=0)
        for path, count in trial.counts.items():
            summed = sum(count.steps) + count.unknown
            assert (scheme.id, path, summed) == (scheme.id, path, trial.result.accounts)
        assert trial.samples == ()


@pytest.mark.usefixtures("in_tenant")
def test_the_quintiles_of_rfm_are_counted() -> None:
    """Their cuts are 13.8, 17.6, 21.4 and 25.2, each plus 1."""
    trade([sale(f"K{n}", 10 + n) for n in range(20)])
    make_accounts(["prospect"])
    bring_up_to_date()
    counts = try_out(get_scheme(RFM)).counts
    assert (counts["bins.m"].steps, counts["bins.m"].unknown) == ((5, 4, 4, 4, 3), 1)


@pytest.mark.usefixtures("in_tenant")
def test_a_trial_writes_nothing() -> None:
    trade([sale("A", 60), sale("B", 40)])
    try_out(get_scheme(ABC))
    for model in (Scheme, Run, Assignment):
        assert db.session.scalar(select(func.count()).select_from(model)) == 0
