"""A simulated world is a function of its arguments, and keeps what docs/simulation.md says."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal
from statistics import NormalDist, mean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.cn import uscc

from tierline.errors import Invalid
from tierline.simulate import INDUSTRIES, World, assumptions_for, simulate_world

SEEDS = st.integers(min_value=0, max_value=10**6)
WORLDS = st.builds(
    simulate_world,
    SEEDS,
    st.sampled_from(sorted(INDUSTRIES)),
    st.integers(min_value=1, max_value=40),
    st.integers(min_value=1, max_value=30),
    st.sampled_from(["zh_CN", "en"]),
)


@pytest.fixture(scope="module")
def manufacturing() -> World:
    return simulate_world(11, "manufacturing", 1200, 36, "zh_CN")


@pytest.fixture(scope="module")
def groceries() -> World:
    return simulate_world(5, "fmcg_channel", 400, 48, "zh_CN")


def sales(world: World) -> dict[str, Decimal]:
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for transaction in world.transactions:
        totals[transaction.account] += sum(line.amount for line in transaction.lines)
    return totals


@given(SEEDS, st.sampled_from(sorted(INDUSTRIES)), st.sampled_from(["zh_CN", "en"]))
@settings(max_examples=10, deadline=None)
def test_the_same_arguments_give_the_same_world(seed: int, industry: str, locale: str) -> None:
    first, second = (simulate_world(seed, industry, 25, 18, locale) for _ in range(2))
    assert first == second


def test_another_seed_gives_another_world() -> None:
    one, other = (simulate_world(seed, "saas", 20, 12) for seed in (1, 2))
    assert {a.name for a in one.accounts} != {a.name for a in other.accounts}


def test_an_account_is_the_same_among_few_and_many() -> None:
    few, many = (simulate_world(3, "manufacturing", count, 24) for count in (30, 90))
    shared = [a for a in few.accounts if few.truth[a.external_key].duplicate_of is None]
    there = {account.external_key: account for account in many.accounts}
    assert all(there[account.external_key] == account for account in shared)


@given(WORLDS)
@settings(max_examples=40, deadline=None)
def test_every_world_holds_together(world: World) -> None:
    keys = [account.external_key for account in world.accounts]
    assert len(set(keys)) == len(keys)
    assert set(world.truth) == set(keys)
    assert len({account.name for account in world.accounts}) == len(keys)
    numbers = [(t.kind, t.number) for t in world.transactions]
    assert len(set(numbers)) == len(numbers)
    for transaction in world.transactions:
        assert transaction.account in world.truth
        assert world.start <= transaction.day <= world.until
        assert transaction.due_date is None or transaction.due_date > transaction.day
        assert transaction.paid_date is None or (
            transaction.day <= transaction.paid_date <= world.until
        )


@given(WORLDS)
@settings(max_examples=30, deadline=None)
def test_money_is_exact(world: World) -> None:
    for transaction in world.transactions:
        sign = -1 if transaction.kind == "return" else 1
        for line in transaction.lines:
            assert line.amount == line.quantity * line.unit_price
            assert line.amount.as_tuple().exponent == line.cost.as_tuple().exponent == -2
            assert line.amount * sign > 0
            assert line.unit_price > 0


@given(WORLDS)
@settings(max_examples=30, deadline=None)
def test_nobody_is_real_or_reachable(world: World) -> None:
    for account in world.accounts:
        for contact in account.contacts:
            assert contact.email.endswith(".example.com")
            assert contact.phone.startswith(("+44 7700 900", "+86 512 0"))


def test_credit_codes_pass_the_check_digit(manufacturing: World) -> None:
    codes = [a.credit_code for a in manufacturing.accounts if a.credit_code]
    assert len(codes) > 900
    assert all(uscc.is_valid(code) for code in codes)


def test_persons_and_foreign_companies_have_no_credit_code(manufacturing: World) -> None:
    abroad = [
        a for a in manufacturing.accounts if a.name.isascii() and not is_duplicate(manufacturing, a)
    ]
    assert abroad
    assert not any(a.credit_code for a in abroad)
    assert not any(a.credit_code for a in manufacturing.accounts if a.kind == "person")


def is_duplicate(world: World, account: object) -> bool:
    return world.truth[account.external_key].duplicate_of is not None  # type: ignore[attr-defined]


def test_names_come_in_both_languages(manufacturing: World) -> None:
    first = [a for a in manufacturing.accounts if not is_duplicate(manufacturing, a)]
    english = sum(a.name.isascii() for a in first) / len(first)
    assert 0.02 < english < 0.12


def test_sizes_have_the_lognormal_share_of_the_largest_fifth(manufacturing: World) -> None:
    values = sorted(
        (t.annual_value for t in manufacturing.truth.values() if t.joined), reverse=True
    )
    normal = NormalDist()
    expected = normal.cdf(assumptions_for("manufacturing").size_sigma - normal.inv_cdf(0.8))
    share = sum(values[: len(values) // 5]) / sum(values)
    assert float(share) == pytest.approx(expected, abs=0.06)


def test_order_rates_vary_more_than_poisson(groceries: World) -> None:
    """Gamma heterogeneity: the variance of counts is well above their mean."""
    steady = {
        key for key, truth in groceries.truth.items()
        if truth.state == "active" and truth.joined and truth.joined < groceries.start
    }  # fmt: skip
    counts = Counter(
        t.account for t in groceries.transactions if t.kind == "invoice" and t.account in steady
    )
    average = mean(counts.values())
    variance = mean((count - average) ** 2 for count in counts.values())
    assert variance > 5 * average


def test_spring_festival_is_quiet_and_the_weeks_before_are_not(groceries: World) -> None:
    per_day = Counter(t.day for t in groceries.transactions if t.kind == "invoice")
    ordinary = sum(per_day.values()) / (groceries.until - groceries.start).days
    for festival in (date(2024, 2, 10), date(2025, 1, 29), date(2026, 2, 17)):
        during = [n for day, n in per_day.items() if -6 <= (day - festival).days <= 12]
        before = [n for day, n in per_day.items() if -30 <= (day - festival).days < -6]
        assert sum(during) / 19 < 0.35 * ordinary
        assert sum(before) / 24 > 1.15 * ordinary


def test_who_has_left_buys_nothing_more(manufacturing: World) -> None:
    for transaction in manufacturing.transactions:
        churned = manufacturing.truth[transaction.account].churned
        if transaction.kind == "invoice" and churned is not None:
            assert transaction.day < churned


def test_the_last_orders_get_rarer_and_smaller(groceries: World) -> None:
    """The planted decay: less in its second half than in as many days before it."""
    before, during = Decimal(0), Decimal(0)
    orders_before = orders_during = 0
    for transaction in groceries.transactions:
        truth = groceries.truth[transaction.account]
        if transaction.kind != "invoice" or truth.state != "churned" or not truth.decay_start:
            continue
        assert truth.churned is not None
        half = (truth.churned - truth.decay_start) / 2
        amount = sum(line.amount for line in transaction.lines)
        if truth.decay_start - half <= transaction.day < truth.decay_start:
            before, orders_before = before + amount, orders_before + 1
        elif transaction.day >= truth.decay_start + half:
            during, orders_during = during + amount, orders_during + 1
    assert orders_during < 0.6 * orders_before
    assert during / orders_during < Decimal("0.75") * before / orders_before


def test_states_follow_from_the_dates(manufacturing: World) -> None:
    states = Counter(truth.state for truth in manufacturing.truth.values())
    assert all(states[state] > 0 for state in ("active", "declining", "churned", "prospect"))
    for truth in manufacturing.truth.values():
        if truth.state == "churned":
            assert truth.churned is not None
            assert truth.churned <= manufacturing.until
        if truth.state == "declining":
            assert truth.decay_start is not None
            assert truth.decay_start <= manufacturing.until


def test_prospects_and_other_groups_have_no_trade(manufacturing: World) -> None:
    traded = {t.account for t in manufacturing.transactions}
    idle = {k for k, truth in manufacturing.truth.items() if truth.state in ("prospect", "other")}
    assert idle
    assert not traded & idle


def test_late_payers_pay_late_and_prompt_ones_do_not(manufacturing: World) -> None:
    late: dict[str | None, list[bool]] = defaultdict(list)
    for transaction in manufacturing.transactions:
        if transaction.kind == "invoice" and transaction.due_date and transaction.paid_date:
            payer = manufacturing.truth[transaction.account].payer
            late[payer].append(transaction.paid_date > transaction.due_date)
    shares = {payer: sum(flags) / len(flags) for payer, flags in late.items()}
    assert shares["prompt"] < 0.15
    assert shares["late"] > 0.8
    assert shares["very_late"] > 0.9
    assert shares["prompt"] < shares["usual"] < shares["late"]


def test_duplicates_are_other_names_of_the_same_company(manufacturing: World) -> None:
    accounts = {account.external_key: account for account in manufacturing.accounts}
    twins = [t for t in manufacturing.truth.values() if t.duplicate_of]
    assert len(twins) > 15
    assert {"legal_form", "city", "traditional", "pinyin", "typo"} <= {t.noise for t in twins}
    for twin in twins:
        assert twin.duplicate_of is not None
        assert accounts[twin.external_key].name != accounts[twin.duplicate_of].name
        assert accounts[twin.external_key].contacts == accounts[twin.duplicate_of].contacts


def test_duplicates_share_the_company_s_trade(manufacturing: World) -> None:
    totals = sales(manufacturing)
    twins = [t for t in manufacturing.truth.values() if t.duplicate_of]
    traded = sum(t.external_key in totals for t in twins)
    assert traded > 0.6 * len(twins)


def test_english_duplicates_differ_in_form_typing_or_case() -> None:
    world = simulate_world(2, "fmcg_channel", 600, 6, "en")
    noise = {t.noise for t in world.truth.values() if t.duplicate_of}
    assert {"legal_form", "typo", "capitals", "abbreviation"} <= noise


def test_a_subscriber_is_billed_on_the_same_day_of_the_month() -> None:
    world = simulate_world(4, "saas", 60, 24)
    days: dict[str, set[int]] = defaultdict(set)
    for transaction in world.transactions:
        seats = any(line.product[:3] in ("TEA", "BUS", "ENT") for line in transaction.lines)
        if transaction.kind == "invoice" and seats:
            twin = world.truth[transaction.account].duplicate_of
            days[twin or transaction.account].add(transaction.day.day)
    assert days
    assert all(len(found) == 1 for found in days.values())


def test_all_papers_of_a_purchase_can_be_asked_for() -> None:
    kinds = ("order", "delivery", "invoice", "payment", "return")
    assumptions = replace(assumptions_for("manufacturing"), documents=kinds)
    world = simulate_world(8, "manufacturing", 80, 24, assumptions=assumptions)
    assert {t.kind for t in world.transactions} == set(kinds)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"accounts": 0}, {"accounts"}),
        ({"accounts": 100_000}, {"accounts"}),
        ({"months": 0}, {"months"}),
        ({"months": 121}, {"months"}),
        ({"locale": "fr"}, {"locale"}),
        ({"industry": "banking"}, {"industry"}),
        ({"until": date(2040, 1, 31)}, {"until"}),
        ({"accounts": 0, "locale": "fr"}, {"accounts", "locale"}),
    ],
)
def test_arguments_out_of_range_are_named(arguments: dict[str, object], named: set[str]) -> None:
    with pytest.raises(Invalid) as caught:
        simulate_world(1, **arguments)  # type: ignore[arg-type]
    assert set(caught.value.fields) == named
