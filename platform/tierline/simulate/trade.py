"""When an account buys and how much: purchases as a thinned Poisson process, or a subscription.

Purchases are drawn evenly on the season's clock at the account's highest rate and kept with the
probability that its rate of that day bears to the highest (thinning, Lewis & Shedler 1979).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from tierline.simulate.assumptions import Assumptions
from tierline.simulate.behaviour import YEAR, Behaviour
from tierline.simulate.products import Product, draw_assortment
from tierline.simulate.seasons import Clock
from tierline.simulate.streams import lognormal_factor, poisson, zipf

PRICE_RISE = 0.02  # of list prices and costs, per year


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a purchase, money in minor units (hundredths)."""

    product: Product
    quantity: int
    unit_price: int
    unit_cost: int


@dataclass(frozen=True, slots=True)
class Purchase:
    """A day's purchase of an account; `late` is how far its leaving has gone."""

    day: date
    items: tuple[Item, ...]
    leaving: float


@dataclass(frozen=True, slots=True)
class Market:
    """What all accounts of a world share."""

    assumptions: Assumptions
    clock: Clock
    start: date
    until: date
    articles: tuple[Product, ...]
    level: float  # the price of one CNY in the world's currency

    def years_from_middle(self, day: date) -> float:
        """Return the years between the window's middle and a day."""
        return ((day - self.start).days - (self.until - self.start).days / 2) / YEAR


def purchases(random: Random, market: Market, behaviour: Behaviour) -> list[Purchase]:
    """Return all purchases of an account in the window, by day."""
    if market.assumptions.process == "subscription":
        return subscription(random, market, behaviour)
    return ordered(random, market, behaviour)


def ordered(random: Random, market: Market, behaviour: Behaviour) -> list[Purchase]:
    """Return the purchases of an account that orders when it needs something."""
    mean = behaviour.annual_value / behaviour.orders_per_year
    count = market.assumptions.products_per_account
    assortment = draw_assortment(random, market.articles, count, mean)
    return [
        _purchase(random, market, behaviour, assortment, day, mean)
        for day in purchase_days(random, market, behaviour)
    ]


def purchase_days(random: Random, market: Market, behaviour: Behaviour) -> Iterator[date]:
    """Yield the days of its purchases; an account that joins in the window buys on that day."""
    clock, growth = market.clock, behaviour.growth / 2
    if market.start <= behaviour.joined <= market.until:
        yield behaviour.joined
    highest = math.exp(abs(growth) * (market.until - market.start).days / 2 / YEAR)
    reading = clock.reading(behaviour.joined)
    while True:
        reading += random.expovariate(behaviour.orders_per_year / YEAR * highest)
        if reading >= clock.end:
            return
        day = clock.day(reading)
        rate = math.exp(growth * market.years_from_middle(day)) * _vigour(market, behaviour, day)
        if random.random() < rate / highest:
            yield day


def _vigour(market: Market, behaviour: Behaviour, day: date) -> float:
    """Return the share of its full rate that an account shows: less while new or leaving."""
    if behaviour.churned is not None and day >= behaviour.churned:
        return 0.0
    ramp = 30.4 * market.assumptions.ramp_months
    settled = min((day - behaviour.joined).days / ramp, 1.0) if ramp else 1.0
    return (0.3 + 0.7 * settled) * (1 - market.assumptions.decay_rate * behaviour.decay(day))


def _purchase(
    random: Random,
    market: Market,
    behaviour: Behaviour,
    assortment: Sequence[Product],
    day: date,
    mean: float,
) -> Purchase:
    assumptions, leaving = market.assumptions, behaviour.decay(day)
    value = mean * math.exp(behaviour.growth / 2 * market.years_from_middle(day))
    value *= (1 - assumptions.decay_value * leaving) * lognormal_factor(
        random, assumptions.order_sigma
    )
    wanted = 1 + poisson(random, assumptions.lines_mean)
    chosen = dict.fromkeys(zipf(random, assortment, 0.8, wanted))
    shares = [random.expovariate(1.0) + 0.2 for _ in chosen]
    items = tuple(
        _item(random, market, behaviour, product, day, value * share / sum(shares))
        for product, share in zip(chosen, shares, strict=True)
    )
    return Purchase(day, items, leaving)


def _item(
    random: Random, market: Market, behaviour: Behaviour, product: Product, day: date, value: float
) -> Item:
    price = product.price * (1 - behaviour.discount)
    return priced_item(random, market, product, day, price, round_quantity(value / price))


def priced_item(
    random: Random, market: Market, product: Product, day: date, price: float, quantity: int
) -> Item:
    """Return a line at the day's price level, its cost within 3 % of the article's usual cost."""
    level = (1 + PRICE_RISE) ** ((day - market.start).days / YEAR)
    cost = product.price * product.cost_share * random.uniform(0.97, 1.03)
    return Item(product, quantity, max(round(price * level * 100), 1), round(cost * level * 100))


def round_quantity(quantity: float) -> int:
    """Return a quantity as people order: whole, and in tens or hundreds where it is large."""
    step = 100 if quantity >= 2000 else 10 if quantity >= 100 else 1
    return max(round(quantity / step) * step, 1)


def subscription(random: Random, market: Market, behaviour: Behaviour) -> list[Purchase]:
    """Return the invoices of a subscriber: seats per month or year, and services now and then.

    It is billed on the day of the month on which it joined. While it leaves, its seats fall.
    """
    plan = _draw_plan(random, market, behaviour)
    monthly = random.random() >= market.assumptions.annual_billing_share
    months = 1 if monthly else 12
    seats = behaviour.annual_value / 12 / (plan.price * (1 - behaviour.discount))
    bills = [
        Purchase(day, (_seats(random, market, behaviour, plan, day, seats, months),), leaving)
        for day in billing_days(behaviour, market, months)
        if (leaving := behaviour.decay(day)) < 1.0
    ]
    services = [p for p in market.articles if p.code[:3] in ("SVC", "TRN", "API")]
    mean = behaviour.annual_value / 20
    extras = [
        _purchase(random, market, behaviour, services, day, mean)
        for day in purchase_days(random, market, behaviour)
    ]
    return sorted(bills + extras, key=lambda purchase: purchase.day)


def _draw_plan(random: Random, market: Market, behaviour: Behaviour) -> Product:
    """Draw the plan: larger subscribers take dearer ones."""
    plans = [p for p in market.articles if p.code[:3] in ("TEA", "BUS", "ENT")]
    relative = behaviour.annual_value / (plans[0].price * 12 * 40)
    rank = 0 if relative < 1 else 1 if relative < 6 else 2
    return plans[min(max(rank + random.choice((-1, 0, 0, 0, 1)), 0), len(plans) - 1)]


def billing_days(behaviour: Behaviour, market: Market, months: int) -> Iterator[date]:
    """Yield the days in the window on which a subscriber is billed for the next `months`."""
    first = behaviour.joined
    anchor = min(first.day, 28)
    number = 0
    while True:
        month = first.month - 1 + number * months
        day = date(first.year + month // 12, month % 12 + 1, anchor)
        if day > market.until:
            return
        if day >= market.start and day >= first - timedelta(days=3):
            yield day
        number += 1


def _seats(
    random: Random,
    market: Market,
    behaviour: Behaviour,
    plan: Product,
    day: date,
    seats: float,
    months: int,
) -> Item:
    grown = seats * math.exp(behaviour.growth * market.years_from_middle(day))
    kept = max(round(grown * (1 - market.assumptions.decay_value * behaviour.decay(day))), 1)
    price = plan.price * (1 - behaviour.discount) * months
    item = priced_item(random, market, plan, day, price, kept)
    return Item(item.product, kept, item.unit_price, item.unit_cost * months)
