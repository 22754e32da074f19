"""How one account really behaves: its size, rate, growth, decay and way of paying."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from tierline.simulate.assumptions import Assumptions
from tierline.simulate.records import Payer, State
from tierline.simulate.streams import weighted

YEAR = 365.25


@dataclass(frozen=True, slots=True)
class Behaviour:
    """The hidden traits of an account; values are in units of the world's currency."""

    annual_value: float  # at full rate, in the middle of the window
    orders_per_year: float
    joined: date
    growth: float  # logarithmic, per year; half of it in the rate, half in the value
    decay_start: date | None
    churned: date | None  # may lie after the window where decay has begun in it
    payer: Payer
    terms: int  # days from invoice to due date
    discount: float

    def decay(self, day: date) -> float:
        """Return how far its leaving has gone: 0 before decay begins, 1 once it has left."""
        if self.decay_start is None or self.churned is None or day < self.decay_start:
            return 0.0
        span = max((self.churned - self.decay_start).days, 1)
        return min((day - self.decay_start).days / span, 1.0)

    def state(self, until: date) -> State:
        """Return whether it is with us on a day."""
        if self.churned is not None and self.churned <= until:
            return "churned"
        leaving = self.decay_start is not None and self.decay_start <= until
        return "declining" if leaving else "active"


def draw_behaviour(
    random: Random, assumptions: Assumptions, start: date, until: date, level: float
) -> Behaviour:
    """Draw an account's traits; `level` is the price of one CNY in the world's currency."""
    size = random.lognormvariate(math.log(assumptions.median_annual_value), assumptions.size_sigma)
    relative = size / assumptions.median_annual_value
    joined = _draw_joined(random, assumptions, start, until)
    decay_start, churned = _draw_leaving(random, assumptions, max(joined, start), until)
    return Behaviour(
        annual_value=size * level,
        orders_per_year=_draw_rate(random, assumptions, relative),
        joined=joined,
        growth=random.gauss(assumptions.growth_mean, assumptions.growth_sigma),
        decay_start=decay_start,
        churned=churned,
        payer=weighted(random, assumptions.payers),
        terms=weighted(random, assumptions.terms),
        discount=round(assumptions.discount_most * relative / (relative + 4.0), 3),
    )


def _draw_rate(random: Random, assumptions: Assumptions, relative: float) -> float:
    mean = assumptions.orders_per_year
    rate = random.gammavariate(assumptions.rate_shape, mean / assumptions.rate_shape)
    rate *= math.pow(relative, assumptions.rate_elasticity)
    return min(max(rate, 0.5), assumptions.most_orders_per_year)


def _draw_joined(random: Random, assumptions: Assumptions, start: date, until: date) -> date:
    window = (until - start).days + 1
    if random.random() < assumptions.new_per_year * window / YEAR:
        return start + timedelta(days=random.randrange(window))
    return start - timedelta(days=1 + int(random.expovariate(1 / (3 * YEAR))))


def _draw_leaving(
    random: Random, assumptions: Assumptions, since: date, until: date
) -> tuple[date | None, date | None]:
    shape = assumptions.churn_shape
    hazard = max(random.gammavariate(shape, assumptions.churn_per_year / shape), 1e-4)
    life = timedelta(days=30 + min(random.expovariate(hazard) * YEAR, 40_000))
    decay = timedelta(days=random.randint(*assumptions.decay_days))
    churned = since + life
    decay_start = max(churned - decay, since + timedelta(days=1))
    return (decay_start, churned) if decay_start <= until else (None, None)
