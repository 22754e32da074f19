"""Tiers over time through the doors: reviews, stays, grace, caps, tiers by hand, proposals."""

from __future__ import annotations

import datetime
import random
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from conftest import Company, working_in
from tierline.access.decision import Subject, acting_as
from tierline.access.permissions import Role
from tierline.access.second_person import OwnChange
from tierline.accounts.models import AccountGroup
from tierline.configuration.approving import require_second_person
from tierline.configuration.editing import replacing
from tierline.configuration.queries import get_item
from tierline.configuration.service import apply_now
from tierline.db import db
from tierline.errors import Conflict, Forbidden, Invalid
from tierline.metrics.service import today, touch
from tierline.packs.leaves import plain
from tierline.tiering import overrides, proposals, queries
from tierline.tiering.models import Assignment, Override, Proposal, Scheme
from tierline.tiering.proposals import Chosen
from tierline.tiering.reviews import due_schemes
from tierline.tiering.service import run_now
from trading import Sale, trade

SCHEME = "essentials:abc_sales"
JAN, FEB, MAR, APR = (
    datetime.date(2026, month, day) for month, day in ((1, 31), (2, 28), (3, 31), (4, 30))
)
CAP = {"tier": "a", "by": "essentials:sales_12m"}
STRICT = {"margin": 0, "reviews": 1, "minimum_stay": 0, "every": "day"}


def use(adjustment: dict[str, Any] | None) -> None:
    """Let the scheme sort by sales of twelve months, from 100 and from 50, with an adjustment."""
    document = plain(get_item("essentials", "tiering", "abc_sales"))
    cuts = [{"tier": "a", "from": 100}, {"tier": "b", "from": 50}, {"tier": "c"}]
    rule = {"metric": "essentials:sales_12m", "better": "higher", "cuts": cuts}
    document |= {"kind": "value", "rule": rule}
    document.pop("adjustment", None)
    if adjustment is not None:
        document["adjustment"] = adjustment
    apply_now(replacing("essentials", "tiering", "abc_sales", document, "Test"), "Test", "screen")


def sale(account: str, amount: float, day: datetime.date = JAN) -> Sale:
    return Sale(account, day, Decimal(str(amount)))


def on(day: datetime.date) -> Any:
    return time_machine.travel(
        datetime.datetime(day.year, day.month, day.day, 12, tzinfo=datetime.UTC), tick=False
    )


def run_on(*days: datetime.date) -> None:
    for day in days:
        with on(day):
            run_now(SCHEME)


def story(account_id: uuid.UUID) -> list[tuple[datetime.date, str | None, str | None]]:
    """Return an account's history: from when, which tier, why."""
    scheme = queries.find_scheme(SCHEME)
    assert scheme is not None
    found = queries.history(scheme, account_id)[::-1]
    return [(each.begins_on, each.tier_id, each.reason) for each in found]


def tier_of(account_id: uuid.UUID) -> str | None:
    scheme = queries.find_scheme(SCHEME)
    assert scheme is not None
    return queries.current_tier(scheme, account_id)


@pytest.fixture
def start(in_tenant: Company) -> Iterator[Company]:
    with on(datetime.date(2026, 1, 1)):
        yield in_tenant


@pytest.mark.usefixtures("start")
def test_who_falls_below_the_margin_waits_for_two_reviews() -> None:
    use({"every": "month", "margin": 10, "reviews": 2, "minimum_stay": 0})
    ids = trade([sale("K", 100), sale("K", -8, FEB), sale("K", -8, MAR)])
    run_on(JAN, FEB, MAR, APR)  # 100, 92 within the margin, 84 below it, and again
    assert story(ids["K"]) == [(JAN, "a", None), (APR, "b", None)]


@pytest.mark.usefixtures("start")
def test_reviews_in_one_period_count_once_and_a_better_one_starts_anew() -> None:
    use({"every": "month", "margin": 0, "reviews": 2, "minimum_stay": 0})
    ids = trade([sale("K", 100), sale("K", -20, datetime.date(2026, 2, 2))])
    run_on(JAN, *(datetime.date(2026, 2, day) for day in (3, 10, 28)))
    assert story(ids["K"]) == [(JAN, "a", None)]
    trade([sale("K", 30, datetime.date(2026, 3, 1)), sale("K", -30, datetime.date(2026, 4, 1))])
    run_on(MAR, APR, datetime.date(2026, 5, 1))
    assert story(ids["K"]) == [(JAN, "a", None), (datetime.date(2026, 5, 1), "b", None)]


@pytest.mark.usefixtures("start")
def test_a_rise_is_at_once_and_a_stay_has_a_least_length() -> None:
    use({"every": "day", "margin": 0, "reviews": 1, "minimum_stay": 60})
    ids = trade([sale("K", 40), sale("K", 70, FEB), sale("K", -70, MAR)])
    run_on(JAN, FEB, MAR)
    assert story(ids["K"]) == [(JAN, "c", None), (FEB, "a", None)]
    run_on(FEB + datetime.timedelta(days=59), FEB + datetime.timedelta(days=60))
    assert story(ids["K"])[-1] == (FEB + datetime.timedelta(days=60), "c", None)


@pytest.mark.usefixtures("start")
def test_a_second_run_on_a_day_decides_the_same() -> None:
    use({"every": "day", "margin": 10, "reviews": 2, "minimum_stay": 0})
    ids = trade([sale("K", 100), sale("K", -20, FEB), sale("L", 40), sale("L", 90, FEB)])
    run_on(JAN, FEB, FEB, MAR, MAR, MAR)
    assert story(ids["K"]) == [(JAN, "a", None), (MAR, "b", None)]
    assert story(ids["L"]) == [(JAN, "c", None), (FEB, "a", None)]


@pytest.mark.usefixtures("start")
def test_in_its_grace_an_account_stands_in_the_tier_of_the_grace() -> None:
    when = {"metric": "essentials:days_as_customer", "op": "le", "value": 60}
    use({**STRICT, "grace": {"when": when, "tier": "b"}})
    ids = trade([sale("N", 10), sale("O", 10, datetime.date(2025, 6, 1)), sale("P", 120, JAN)])
    trade([sale("P", -110, FEB)])
    run_on(JAN, FEB, APR)
    assert story(ids["N"]) == [(JAN, "b", "grace"), (APR, "c", None)]
    assert story(ids["O"]) == [(JAN, "c", None)]
    assert story(ids["P"]) == [(JAN, "a", None), (APR, "c", None)]


@pytest.mark.usefixtures("start")
def test_a_cap_takes_the_best_and_sends_the_others_down() -> None:
    cap = [
        {"tier": "a", "accounts": 2, "by": "essentials:sales_12m"},
        {"tier": "b", "percent": 20, "by": "essentials:sales_12m"},
    ]
    use({**STRICT, "caps": cap})
    ids = trade([sale(f"K{n:02}", 100 + (n // 2)) for n in range(10)])
    run_on(JAN)
    tiers = {key: tier_of(id) for key, id in ids.items()}
    assert [key for key, tier in tiers.items() if tier == "a"] == ["K08", "K09"]
    assert [key for key, tier in tiers.items() if tier == "b"] == ["K06", "K07"]
    assert story(ids["K00"]) == [(JAN, "c", "cap")]


@pytest.mark.usefixtures("start")
def test_in_a_capped_tier_who_was_in_it_counts_as_better_by_the_margin() -> None:
    cap = [{"tier": "a", "accounts": 1, "by": "essentials:sales_12m"}]
    use({**STRICT, "margin": 10, "caps": cap})
    ids = trade([sale("K", 200), sale("L", 190), sale("L", 25, FEB), sale("L", 10, MAR)])
    run_on(JAN, FEB)  # 200 counts as 220, 215 does not reach it
    assert (tier_of(ids["K"]), tier_of(ids["L"])) == ("a", "b")
    run_on(MAR)
    assert (tier_of(ids["K"]), tier_of(ids["L"])) == ("b", "a")


@pytest.mark.usefixtures("start")
def test_a_tier_by_hand_holds_at_once_and_ends_with_its_day() -> None:
    use({"every": "month", "margin": 10, "reviews": 3, "minimum_stay": 365})
    ids = trade([sale("K", 10)])
    run_on(JAN)
    with on(FEB):
        asked = overrides.ask(SCHEME, ids["K"], "a", "They sign in March", APR)
        assert (asked.state, asked.decided_by) == ("approved", asked.asked_by)
        assert story(ids["K"]) == [(JAN, "c", None), (FEB, "a", "override")]
    run_on(FEB, MAR)
    assert story(ids["K"])[1:] == [(FEB, "a", "override")]
    with on(APR):
        assert due_schemes() == [SCHEME]
        run_now(SCHEME)
        assert due_schemes() == []
    assert story(ids["K"])[2:] == [(APR, "c", "released")]
    assert db.session.scalars(select(Override.released_on)).all() == [APR]


@pytest.mark.usefixtures("start")
def test_a_tier_by_hand_is_withdrawn_and_takes_a_place_of_its_cap() -> None:
    use({**STRICT, "caps": [{"tier": "a", "accounts": 1, "by": "essentials:sales_12m"}]})
    ids = trade([sale("K", 10), sale("L", 200)])
    run_on(JAN)
    with on(FEB):
        asked = overrides.ask(SCHEME, ids["K"], "a", "They sign in March", APR)
        run_now(SCHEME)
        assert (tier_of(ids["K"]), tier_of(ids["L"])) == ("a", "b")
        overrides.withdraw(asked.id, "They did not")
        assert tier_of(ids["K"]) == "c"
        run_now(SCHEME)
        assert (tier_of(ids["K"]), tier_of(ids["L"])) == ("c", "a")
    with pytest.raises(Conflict, match="over already"):
        overrides.withdraw(asked.id)


@pytest.mark.usefixtures("start")
def test_what_is_asked_before_the_first_run_is_heeded_by_it() -> None:
    use(STRICT)
    ids = trade([sale("K", 10)])
    with on(JAN):
        overrides.ask(SCHEME, ids["K"], "a", "They sign in March", APR)
    run_on(JAN)
    assert story(ids["K"]) == [(JAN, "a", "override")]


@pytest.mark.usefixtures("start")
def test_a_second_person_decides_where_the_company_wants_it() -> None:
    use(None)
    ids = trade([sale("K", 10)])
    run_on(JAN)
    require_second_person(True)
    tenant_id = db.session().scope.tenant_id
    assert tenant_id is not None

    def person(name: str, role: Role) -> Subject:
        return Subject(name=name, tenant_id=tenant_id, role=role, membership_id=uuid.uuid4())

    boss, other = person("Boss", Role.MANAGER), person("Other", Role.MANAGER)
    member, viewer = person("Member", Role.MEMBER), person("Viewer", Role.VIEWER)
    with on(FEB):
        with acting_as(viewer), pytest.raises(Forbidden):
            overrides.ask(SCHEME, ids["K"], "a", "Because", APR)
        with acting_as(boss):
            asked = overrides.ask(SCHEME, ids["K"], "a", "Because", APR)
            assert (asked.state, tier_of(ids["K"])) == ("open", "c")
            with pytest.raises(OwnChange):
                overrides.approve(asked.id)
            with pytest.raises(Conflict, match="asked for already"):
                overrides.ask(SCHEME, ids["K"], "b", "Because", APR)
        with acting_as(member), pytest.raises(Forbidden):
            overrides.approve(asked.id)
        with acting_as(other):
            overrides.approve(asked.id)
        assert (asked.state, asked.decided_by, tier_of(ids["K"])) == ("approved", "Other", "a")
        with acting_as(member):
            again = overrides.ask(SCHEME, ids["K"], "b", "Less", APR)
        with acting_as(other):
            with pytest.raises(Invalid, match="Say why"):
                overrides.reject(again.id, " ")
            overrides.reject(again.id, "No")
            with pytest.raises(Conflict, match="decided already"):
                overrides.approve(again.id)
    assert (again.state, again.note, tier_of(ids["K"])) == ("rejected", "No", "a")


@pytest.mark.usefixtures("start")
def test_what_can_not_be_set_by_hand_is_refused() -> None:
    use(None)
    ids = trade([sale("K", 10)])
    run_on(JAN)
    with pytest.raises(Invalid) as refused:
        overrides.ask(SCHEME, ids["K"], "gold", " ", datetime.date(2028, 1, 1))
    assert set(refused.value.fields) == {"tier", "reason", "ends_on"}
    db.session.execute(AccountGroup.__table__.delete())
    with pytest.raises(Invalid, match="stakeholder group"):
        overrides.ask(SCHEME, ids["K"], "a", "Because", APR)


@pytest.mark.usefixtures("start")
def test_people_accept_and_reject_what_a_run_proposes() -> None:
    use({**STRICT, "proposals": True})
    ids = trade([sale(key, 120) for key in "KLM"] + [sale(key, -100, FEB) for key in "KLM"])
    run_on(JAN, FEB)
    scheme = db.session.scalars(select(Scheme)).one()
    assert [tier_of(id) for id in ids.values()] == ["a", "a", "a"]
    assert [(m.previous, m.tier, m.accounts) for m in proposals.open_moves(scheme)] == [
        ("a", "c", 3)
    ]
    found = {each.key: each for each in proposals.open_proposals(scheme, Chosen())}
    with on(MAR):
        assert proposals.accept(SCHEME, Chosen([found["K"].id])) == 1
        assert proposals.reject(SCHEME, Chosen([found["L"].id]), "They come back") == 1
        trade([sale("M", 100, MAR)])
        run_now(SCHEME)
    states = {
        row.account_id: row.state
        for row in db.session.execute(select(Proposal.account_id, Proposal.state))
    }
    assert states == {ids["K"]: "accepted", ids["L"]: "rejected", ids["M"]: "outdated"}
    assert story(ids["K"]) == [(JAN, "a", None), (MAR, "c", None)]
    assert [tier_of(ids[key]) for key in "KLM"] == ["c", "a", "a"]
    assert proposals.open_moves(scheme) == []
    run_on(APR)  # rejected a month ago
    assert proposals.open_moves(scheme) == []
    run_on(MAR + datetime.timedelta(days=100))
    assert [each.key for each in proposals.open_proposals(scheme, Chosen())] == ["L"]


@pytest.mark.usefixtures("start")
def test_a_run_as_of_an_earlier_day_leaves_what_people_decided_since() -> None:
    use(STRICT)
    ids = trade([sale("K", 10), sale("L", 10), sale("L", 100, FEB)])
    run_on(JAN)
    with on(MAR):
        overrides.ask(SCHEME, ids["K"], "a", "Because", APR)
        assert not run_now(SCHEME, FEB).recorded
        run_now(SCHEME)
    assert story(ids["K"]) == [(JAN, "c", None), (MAR, "a", "override")]
    assert story(ids["L"]) == [(JAN, "c", None), (MAR, "a", None)]


@pytest.mark.usefixtures("start")
def test_schemes_are_due_once_in_each_of_their_periods() -> None:
    use({**STRICT, "every": "quarter"})
    trade([sale("K", 10)])
    with on(JAN):
        assert due_schemes() == []  # never run: that is for people to begin
    run_on(JAN)
    for day, due in ((MAR, []), (APR, [SCHEME])):
        with on(day):
            assert due_schemes() == due
    run_on(APR)
    with on(datetime.date(2026, 6, 30)):
        assert due_schemes() == []


def test_nothing_overlaps_under_a_hundred_runs_and_decisions_at_once(
    app: Flask, tenant: Company
) -> None:
    with working_in(app, tenant):
        use({**STRICT, "margin": 5, "caps": [CAP | {"accounts": 4}]})
        ids = trade([sale(f"K{n}", 40 + 10 * n, today()) for n in range(12)])
        run_now(SCHEME)
        db.session.commit()
    chance = random.Random(7)
    acts = [chance.choice([_run, _buy, _ask, _withdraw]) for _act in range(100)]

    def act(place: int) -> None:
        key = f"K{place % 12}"
        with working_in(app, tenant):
            try:
                acts[place](key, ids[key], place)
            except Conflict:
                db.session.rollback()  # asked for already, or over already: that is an answer
            else:
                db.session.commit()

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(act, range(100)))
    with working_in(app, tenant):
        run_now(SCHEME)
        db.session.commit()
        _check_chains(ids)


def _run(key: str, account_id: uuid.UUID, place: int) -> None:
    run_now(SCHEME)


def _buy(key: str, account_id: uuid.UUID, place: int) -> None:
    trade([sale(key, 10 * (place % 5 - 2), today())])
    touch([account_id])
    db.session.commit()
    run_now(SCHEME)


def _ask(key: str, account_id: uuid.UUID, place: int) -> None:
    until = today() + datetime.timedelta(days=30)
    overrides.ask(SCHEME, account_id, "abc"[place % 3], "Because", until)


def _withdraw(key: str, account_id: uuid.UUID, place: int) -> None:
    held = overrides.find_in_force(1, account_id)
    if held is not None:
        overrides.withdraw(held.id)


def _check_chains(ids: dict[str, uuid.UUID]) -> None:
    """Check that each tier begins where another ends, and that hands are heeded."""
    scheme = db.session.scalars(select(Scheme)).one()
    for account_id in ids.values():
        chosen = select(Assignment).where(Assignment.account_id == account_id)
        rows = db.session.scalars(chosen.order_by(Assignment.begins_on)).all()
        before = None
        for row in rows:
            assert row.previous == before
            before = row.tier
        held = overrides.find_in_force(scheme.number, account_id)
        assert queries.tier_name(scheme, before) == tier_of(account_id)
        assert held is None or held.tier == before
