"""What the ledger can't know about an account: the plugins' fields, in keeping with its trade.

Keys and choices are those of the packs in plugins/; a test holds every drawn value against its
field's definition. A field is left empty with the probability `unknown_share`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from tierline.simulate.behaviour import YEAR, Behaviour
from tierline.simulate.records import Locale
from tierline.simulate.signs import draw_signs
from tierline.simulate.streams import poisson
from tierline.simulate.trade import Market

LEVELS = ("very_low", "low", "medium", "high", "very_high")
JURISDICTIONS: Mapping[Locale, Mapping[str, str]] = {
    "zh_CN": {
        "market": "产品质量与计量",
        "environment": "排放与固体废物",
        "safety": "安全生产",
        "tax": "税务",
    },
    "en": {
        "market": "Weights, measures and labels",
        "environment": "Emissions and waste",
        "safety": "Workplace safety",
        "tax": "Tax",
    },
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What the fields of one account are drawn from; money in units of the world's currency."""

    random: Random
    market: Market
    annual: float  # what it buys from us in a year, as of the last day; 0 for prospects
    volume: float  # what it buys in a year from whomever
    relative: float  # its size beside the median account's
    behaviour: Behaviour | None


def draw_fields(
    random: Random,
    locale: Locale,
    industry: str,
    groups: tuple[str, ...],
    party_kind: str,
    behaviour: Behaviour | None,
    market: Market,
) -> dict[str, str]:
    """Return values of the fields that the plugins add, as a file would hold them."""
    facts = _facts(random, behaviour, market)
    drawn: dict[str, str] = {}
    if "customer" in groups:
        drawn |= {"essentials__annual_purchase": _money(facts.volume)} | INDUSTRY[industry](facts)
    if "channel_partner" in groups:
        drawn |= _channel_partner(facts)
    if "supplier" in groups:
        drawn |= _supplier(facts)
    if "regulator" in groups:
        drawn |= _regulator(facts)
        drawn["regulators__jurisdiction"] = JURISDICTIONS[locale][party_kind]
    known = _known(facts, drawn)
    if "customer" in groups and behaviour is not None:
        fading = behaviour.decay(market.until)
        known |= _known(facts, draw_signs(random, industry, fading, behaviour.payer))
    return known


def _known(facts: Facts, drawn: Mapping[str, str]) -> dict[str, str]:
    """Return the values without those that nobody has entered."""
    unknown = facts.market.assumptions.unknown_share
    return {key: value for key, value in drawn.items() if facts.random.random() >= unknown}


def _facts(random: Random, behaviour: Behaviour | None, market: Market) -> Facts:
    median = market.assumptions.median_annual_value * market.level
    if behaviour is None:
        volume = median * random.lognormvariate(0.5, market.assumptions.size_sigma / 2)
        return Facts(random, market, 0.0, volume, volume / median, None)
    share = random.betavariate(2.0, 4.0) * 0.9 + 0.03
    grown = behaviour.annual_value * math.exp(
        behaviour.growth * market.years_from_middle(market.until)
    )
    left = 0.0 if behaviour.state(market.until) == "churned" else 1.0
    annual = grown * left * (1 - 0.8 * behaviour.decay(market.until))
    size = behaviour.annual_value / median
    return Facts(random, market, annual, grown / share, size, behaviour)


def _manufacturing(facts: Facts) -> dict[str, str]:
    random = facts.random
    z = random.gauss(2.7, 0.9) - (1.0 if _payer(facts) == "very_late" else 0.0)
    grade = "a" if z > 2.9 else "b" if z > 2.0 else "c" if z > 1.23 else "d"
    rank = facts.relative * random.lognormvariate(0.0, 0.8)
    steps = ((12, "top_3"), (5, "top_10"), (2, "top_30"), (0.8, "regional"))
    position = next((key for least, key in steps if rank >= least), "other")
    return {
        "manufacturing__purchase_volume": _money(facts.volume),
        "manufacturing__share_of_wallet": _percent(100 * facts.annual / facts.volume),
        "manufacturing__industry_position": position,
        "manufacturing__new_projects_12m": str(poisson(random, min(0.8 * facts.relative**0.5, 8))),
        "manufacturing__altman_z": f"{z:.2f}",
        "manufacturing__credit_grade": grade,
    }


def _fmcg_channel(facts: Facts) -> dict[str, str]:
    random = facts.random
    coverage = random.betavariate(3.0, 3.0)
    diversions, price_cases = poisson(random, 0.2), poisson(random, 0.15)
    slow = 18 if facts.behaviour and facts.behaviour.state(facts.market.until) == "declining" else 0
    return {
        "fmcg_channel__outlet_coverage": _percent(100 * coverage),
        "fmcg_channel__market_capacity": _money(facts.volume * random.uniform(3.0, 9.0)),
        "fmcg_channel__stock_days": str(max(round(random.gauss(34 + slow, 11)), 3)),
        "fmcg_channel__diversion_cases_12m": str(diversions + price_cases),
        "fmcg_channel__diversions_12m": str(diversions),
        "fmcg_channel__exclusive": "true" if random.random() < 0.15 else "false",
    }


def _saas(facts: Facts) -> dict[str, str]:
    random, behaviour = facts.random, facts.behaviour
    values = {
        "saas__white_space_arr": _money(max(facts.volume - facts.annual, 0.0)),
        "saas__reference_value": _reference(facts),
        "saas__compliance_met": "true" if random.random() < 0.92 else "false",
    }
    if behaviour is None or not facts.annual:
        return values
    fading = behaviour.decay(facts.market.until)
    return values | {
        "saas__arr": _money(facts.annual),
        "saas__net_revenue_retention": _percent(
            100 * math.exp(behaviour.growth) * (1 - 0.6 * fading)
        ),
        "saas__active_seats": _percent(100 * random.betavariate(6, 2.5) * (1 - 0.5 * fading)),
        "saas__service_margin": _percent(random.gauss(62 + 5 * math.log10(facts.relative), 9)),
        "saas__contract_end": _contract_end(behaviour, facts.market.until).isoformat(),
    }


def _contract_end(behaviour: Behaviour, until: date) -> date:
    years = int((until - behaviour.joined).days / YEAR) + 1
    end = behaviour.joined + timedelta(days=round(years * YEAR) - 1)
    return min(end, behaviour.churned) if behaviour.churned else end


def _reference(facts: Facts) -> str:
    fame = facts.relative * facts.random.lognormvariate(0.0, 1.0)
    steps = ((20, "national"), (8, "industry"), (3, "regional"), (1, "anonymous"))
    return next((key for least, key in steps if fame >= least), "none")


def _payer(facts: Facts) -> str | None:
    return facts.behaviour.payer if facts.behaviour else None


INDUSTRY = {"manufacturing": _manufacturing, "fmcg_channel": _fmcg_channel, "saas": _saas}


def _channel_partner(facts: Facts) -> dict[str, str]:
    random = facts.random
    return {
        "channel_partners__target_attainment": _percent(max(random.gauss(94, 22), 0.0)),
        "channel_partners__territory_coverage": _percent(100 * random.betavariate(3, 3)),
        "channel_partners__capability": _level(random),
        "channel_partners__certified_staff": str(poisson(random, min(1.5 * facts.relative, 20))),
        "channel_partners__price_violations_12m": str(poisson(random, 0.4)),
    }


def _supplier(facts: Facts) -> dict[str, str]:
    random = facts.random
    return {
        "suppliers__annual_spend": _money(
            600_000 * facts.market.level * random.lognormvariate(0.0, 1.3)
        ),
        "suppliers__quality_impact": _level(random),
        "suppliers__alternative_sources": str(poisson(random, 2.2)),
        "suppliers__lead_time_days": str(random.choice((7, 10, 14, 21, 30, 45, 60, 90))),
        "suppliers__switching_effort": _level(random),
        "suppliers__supply_stability": _level(random),
    }


def _regulator(facts: Facts) -> dict[str, str]:
    random = facts.random
    inspected = facts.market.until - timedelta(days=random.randint(10, 700))
    return {
        "regulators__power": _level(random),
        "regulators__interest": _level(random),
        "regulators__open_findings": str(poisson(random, 1.2)),
        "regulators__last_inspection": inspected.isoformat(),
    }


def _level(random: Random) -> str:
    return random.choices(LEVELS, (1, 3, 4, 3, 1))[0]


def _money(amount: float) -> str:
    """Return an estimate as people write one: two leading digits, whole units."""
    if amount < 1:
        return "0"
    step = 10 ** max(math.floor(math.log10(amount)) - 1, 0)
    return str(round(amount / step) * step)


def _percent(value: float) -> str:
    return f"{value:.1f}"
