"""Puts a world together: accounts, their trade, their duplicates, and the truth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import cast, get_args

from flask_babel import gettext as _

from tierline.errors import Invalid
from tierline.simulate.assumptions import Assumptions, assumptions_for
from tierline.simulate.behaviour import Behaviour, draw_behaviour
from tierline.simulate.customers import Identity, draw_identity
from tierline.simulate.documents import Draft, numbered, papers
from tierline.simulate.duplicates import noisy_name
from tierline.simulate.fields import draw_fields
from tierline.simulate.products import price_list
from tierline.simulate.records import Account, Locale, Stage, State, Truth, World
from tierline.simulate.seasons import FIRST_DAY, LAST_DAY, Clock
from tierline.simulate.streams import stream
from tierline.simulate.trade import Market, purchases

UNTIL = date(2026, 10, 31)
CURRENCIES: dict[Locale, tuple[str, float]] = {"zh_CN": ("CNY", 1.0), "en": ("GBP", 0.11)}
PREFIX = {"customer": "C", "supplier": "S", "regulator": "R"}


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
    market = Market(chosen, clock, start, until, articles, level)
    builder = _Builder(seed, industry, language, market, accounts)
    for group, number in _census(accounts, chosen):
        builder.add(group, number)
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
        wrong["accounts"] = [_("must be from %(least)s to %(most)s", least=1, most=99_999)]
    if not 1 <= months <= 120:
        wrong["months"] = [_("must be from %(least)s to %(most)s", least=1, most=120)]
    elif start < FIRST_DAY or until > LAST_DAY:
        wrong["until"] = [_("must be from %(least)s to %(most)s", least=FIRST_DAY, most=LAST_DAY)]
    if locale not in get_args(Locale):
        wrong["locale"] = [_("must be one of %(choices)s", choices="zh_CN, en")]
    if wrong:
        raise Invalid(_("This company can't be simulated."), fields=wrong)


def _census(accounts: int, assumptions: Assumptions) -> Iterator[tuple[str, int]]:
    for group, count in (
        ("customer", accounts),
        ("supplier", round(accounts * assumptions.suppliers_share)),
        ("regulator", round(accounts * assumptions.regulators_share)),
    ):
        yield from ((group, number) for number in range(1, count + 1))


@dataclass
class _Builder:
    """What is being put together for one world."""

    seed: int
    industry: str
    locale: Locale
    market: Market
    customers: int
    taken: set[str] = field(default_factory=set)
    accounts: list[Account] = field(default_factory=list)
    duplicates: list[Account] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)
    truth: dict[str, Truth] = field(default_factory=dict)

    def add(self, group: str, number: int) -> None:
        """Add the account of this number, with its trade and its second entry where it has them."""
        key = f"{PREFIX[group]}{number:05d}"
        names = (self.seed, self.industry, self.locale, group, number)
        random, market = stream(*names, "who"), self.market
        identity = draw_identity(
            random, market.assumptions, self.industry, self.locale, group, self.taken
        )
        behaviour = None
        if group == "customer" and random.random() >= market.assumptions.prospect_share:
            traits = stream(*names, "how")
            behaviour = draw_behaviour(
                traits, market.assumptions, market.start, market.until, market.level
            )
        self.accounts.append(self._account(key, identity, behaviour, group, names))
        self.truth[key] = _truth(key, group, behaviour, market.until)
        if behaviour is not None:
            self._trade(key, identity, behaviour, names)

    def _account(
        self,
        key: str,
        identity: Identity,
        behaviour: Behaviour | None,
        group: str,
        names: tuple[object, ...],
    ) -> Account:
        groups: tuple[str, ...] = (group,)
        party_kind = identity.name.party_kind
        if group == "customer" and identity.kind == "channel" and self.industry != "fmcg_channel":
            groups, party_kind = ("customer", "channel_partner"), "distributor"
        fields = draw_fields(
            stream(*names, "fields"), self.locale, self.industry, groups, party_kind, behaviour,
            self.market,
        )  # fmt: skip
        return Account(
            external_key=key,
            name=identity.name.full,
            kind=identity.kind,
            stage=_stage(group, behaviour, self.market.until),
            groups=groups,
            party_kind=party_kind,
            industry=identity.name.industry,
            region=identity.place.region,
            credit_code=identity.credit_code,
            contacts=identity.contacts,
            fields=fields,
        )

    def _trade(
        self, key: str, identity: Identity, behaviour: Behaviour, names: tuple[object, ...]
    ) -> None:
        """Add the account's documents; part of them under a second entry where it has one."""
        paper = stream(*names, "papers")
        drafts = [
            draft
            for purchase in purchases(stream(*names, "orders"), self.market, behaviour)
            for draft in papers(paper, self.market, behaviour, key, purchase)
        ]
        random = stream(*names, "twice")
        twice = random.random() < self.market.assumptions.duplicate_share
        if twice and identity.kind != "person":
            second = self._enter_again(random, key, identity)
            share = random.uniform(0.2, 0.5)
            drafts = [replace(d, account=second) if random.random() < share else d for d in drafts]
        self.drafts.extend(drafts)

    def _enter_again(self, random: Random, key: str, identity: Identity) -> str:
        """Add the last account a second time, under a noisy name; return its key."""
        second = f"C{self.customers + len(self.duplicates) + 1:05d}"
        noise, name = noisy_name(random, identity.name)
        again = replace(
            self.accounts[-1], external_key=second, name=name, credit_code="", fields={}
        )
        self.duplicates.append(again)
        self.truth[second] = replace(
            self.truth[key], external_key=second, duplicate_of=key, noise=noise
        )
        return second


def _stage(group: str, behaviour: Behaviour | None, until: date) -> Stage:
    """Return the stage that the company's own staff would note: they see a loss a year late."""
    if behaviour is None:
        return "prospect" if group == "customer" else "active"
    gone = behaviour.churned is not None and (until - behaviour.churned).days > 365
    return "inactive" if gone else "active"


def _truth(key: str, group: str, behaviour: Behaviour | None, until: date) -> Truth:
    if behaviour is None:
        state: State = "prospect" if group == "customer" else "other"
        return Truth(key, state, None, None, None, Decimal("0.00"), 0.0, 0.0, None)
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
