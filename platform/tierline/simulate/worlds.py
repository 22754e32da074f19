"""Puts a world together: accounts, their trade, their duplicates, and the truth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import cast, get_args

from tierline.errors import Invalid
from tierline.simulate.assumptions import Assumptions, assumptions_for
from tierline.simulate.behaviour import Behaviour, draw_behaviour
from tierline.simulate.customers import Identity, draw_identity
from tierline.simulate.documents import Draft, numbered, papers
from tierline.simulate.duplicates import noisy_name
from tierline.simulate.fields import draw_fields
from tierline.simulate.products import price_list
from tierline.simulate.records import Account, Locale, Truth, World
from tierline.simulate.seasons import FIRST_DAY, LAST_DAY, Clock
from tierline.simulate.streams import stream
from tierline.simulate.trade import Market, purchases

UNTIL = date(2026, 10, 31)
CURRENCIES: dict[Locale, tuple[str, float]] = {"zh_CN": ("CNY", 1.0), "en": ("GBP", 0.11)}
PREFIX = {"customer": "C", "supplier": "S", "regulator": "R"}


@dataclass
class _Builder:
    """What is being put together for one world."""

    seed: int
    industry: str
    locale: Locale
    assumptions: Assumptions
    market: Market
    level: float
    taken: set[str] = field(default_factory=set)
    accounts: list[Account] = field(default_factory=list)
    duplicates: list[Account] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)
    truth: dict[str, Truth] = field(default_factory=dict)


def simulate_world(
    seed: int,
    industry: str = "manufacturing",
    accounts: int = 500,
    months: int = 36,
    locale: str = "zh_CN",
    *,
    until: date = UNTIL,
    assumptions: Assumptions | None = None,
) -> World:
    """Return the world of these arguments: the same arguments, the same world.

    `accounts` counts customers; duplicates and accounts of other stakeholder groups come on top.
    The window ends with the day `until` and is `months` long. Raises Invalid naming each argument
    that is out of range.
    """
    start = first_day(until, months)
    _check(accounts, months, locale, start, until)
    chosen = assumptions or assumptions_for(industry)
    language = cast("Locale", locale)
    currency, level = CURRENCIES[language]
    articles = price_list(seed, industry, language, level)
    clock = Clock(start, until, language, chosen)
    market = Market(chosen, clock, start, until, articles)
    builder = _Builder(seed, industry, language, chosen, market, level)
    for group, number in _census(accounts, chosen):
        _add(builder, group, number, accounts)
    return World(
        seed, industry, language, currency, start, until,
        (*builder.accounts, *builder.duplicates), tuple(numbered(builder.drafts)), builder.truth,
    )  # fmt: skip


def first_day(until: date, months: int) -> date:
    """Return the first day of the window of `months` months that ends with `until`."""
    after = until + timedelta(days=1)
    month = after.year * 12 + after.month - 1 - max(months, 0)
    return date(max(month // 12, 1), month % 12 + 1, min(after.day, 28))


def _check(accounts: int, months: int, locale: str, start: date, until: date) -> None:
    wrong: dict[str, list[str]] = {}
    if not 1 <= accounts <= 99_999:
        wrong["accounts"] = ["must be from 1 to 99999"]
    if not 1 <= months <= 120:
        wrong["months"] = ["must be from 1 to 120"]
    elif start < FIRST_DAY or until > LAST_DAY:
        wrong["until"] = [f"the window must lie from {FIRST_DAY} to {LAST_DAY}"]
    if locale not in get_args(Locale):
        wrong["locale"] = ["must be zh_CN or en"]
    if wrong:
        text = "; ".join(f"{name} {problem}" for name, (problem,) in wrong.items())
        raise Invalid(f"This world can't be simulated: {text}.", fields=wrong)


def _census(accounts: int, assumptions: Assumptions) -> Iterator[tuple[str, int]]:
    for group, count in (
        ("customer", accounts),
        ("supplier", round(accounts * assumptions.suppliers_share)),
        ("regulator", round(accounts * assumptions.regulators_share)),
    ):
        yield from ((group, number) for number in range(1, count + 1))


def _add(builder: _Builder, group: str, number: int, accounts: int) -> None:
    """Add the account of this number, with its trade and its duplicate where it has them."""
    names = (builder.seed, builder.industry, builder.locale, group, number)
    key = f"{PREFIX[group]}{number:05d}"
    random = stream(*names, "who")
    identity = draw_identity(
        random, builder.assumptions, builder.industry, builder.locale, group, builder.taken
    )
    behaviour = None
    if group == "customer" and random.random() >= builder.assumptions.prospect_share:
        traits = stream(*names, "how")
        market = builder.market
        behaviour = draw_behaviour(
            traits, builder.assumptions, market.start, market.until, builder.level
        )
    fields = draw_fields(
        stream(*names, "fields"), builder.industry, group, behaviour, builder.market
    )
    builder.accounts.append(_account(identity, key, identity.name.full, group, fields))
    builder.truth[key] = _truth(key, group, behaviour, builder.market.until)
    if behaviour is not None:
        _trade(builder, names, identity, behaviour, key, accounts)


def _account(
    identity: Identity, key: str, name: str, group: str, fields: dict[str, str]
) -> Account:
    return Account(
        key, name, identity.kind, group, identity.name.industry, identity.place.region,
        identity.credit_code, identity.contacts, fields,
    )  # fmt: skip


def _truth(key: str, group: str, behaviour: Behaviour | None, until: date) -> Truth:
    if behaviour is None:
        state = "prospect" if group == "customer" else "other"
        return Truth(key, state, None, None, None, Decimal("0.00"), 0.0, 0.0, None)  # type: ignore[arg-type]
    return Truth(
        external_key=key,
        state=behaviour.state(until),
        joined=behaviour.joined,
        decay_start=behaviour.decay_start,
        churned=behaviour.churned,
        annual_value=Decimal(round(behaviour.annual_value * 100)).scaleb(-2),
        orders_per_year=round(behaviour.orders_per_year, 3),
        growth=round(behaviour.growth, 4),
        payer=behaviour.payer,
    )


def _trade(
    builder: _Builder,
    names: tuple[object, ...],
    identity: Identity,
    behaviour: Behaviour,
    key: str,
    accounts: int,
) -> None:
    """Add the account's documents; part of them under a second entry where it has one."""
    paper = stream(*names, "papers")
    drafts = [
        draft
        for purchase in purchases(stream(*names, "orders"), builder.market, behaviour)
        for draft in papers(paper, builder.market, behaviour, key, purchase)
    ]
    random = stream(*names, "twice")
    if identity.kind != "person" and random.random() < builder.assumptions.duplicate_share:
        second = f"C{accounts + len(builder.duplicates) + 1:05d}"
        noise, name = noisy_name(random, identity.name)
        builder.duplicates.append(
            replace(_account(identity, second, name, "customer", {}), credit_code="")
        )
        builder.truth[second] = replace(
            builder.truth[key], external_key=second, duplicate_of=key, noise=noise
        )
        share = random.uniform(0.2, 0.5)
        drafts = [replace(d, account=second) if random.random() < share else d for d in drafts]
    builder.drafts.extend(drafts)
