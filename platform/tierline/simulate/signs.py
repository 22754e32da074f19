"""Signs of risk that people enter, worse where trade is fading, so that risk models find them.

Keys are those of the packs in plugins/, as in `fields.py`; a test holds that all are drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

from tierline.simulate.streams import poisson

LATE = {"late": 1.0, "very_late": 2.5}
"""How much worse the receivables of those who pay late are."""


def _manufacturing(random: Random, fading: float, lateness: float) -> dict[str, str]:
    ppm = 300 * random.lognormvariate(0.0, 0.7)
    return {
        "manufacturing__on_time_delivery": _share(random.gauss(96 - 10 * fading, 2.5)),
        "manufacturing__ppm_12m": f"{ppm:.0f}",
        "manufacturing__ppm_3m": f"{ppm * random.lognormvariate(0.8 * fading, 0.35):.0f}",
        "manufacturing__first_pass_rate": _share(random.gauss(82 - 25 * fading, 9)),
        "manufacturing__overdue_share": _overdue(random, lateness),
        "manufacturing__quote_hit_drop": f"{random.gauss(1 + 18 * fading, 5):.1f}",
        "manufacturing__uncovered_cost_rise": f"{random.gauss(2, 3):.1f}",
        "manufacturing__days_without_contact": _days_alone(random, fading),
    }


def _fmcg_channel(random: Random, fading: float, lateness: float) -> dict[str, str]:
    return {
        "fmcg_channel__competitor_rise": f"{random.gauss(2 + 14 * fading, 4):.1f}",
        "fmcg_channel__overdue_share": _overdue(random, lateness),
        "fmcg_channel__price_reports_90d": str(poisson(random, 0.3)),
        "fmcg_channel__sellout_growth": f"{random.gauss(5 - 30 * fading, 8):.1f}",
    }


def _saas(random: Random, fading: float, lateness: float) -> dict[str, str]:
    use = random.gauss(4.2 - 2.8 * fading, 0.8)
    satisfaction = random.gauss(4.4 - 0.9 * fading, 0.35)
    return {
        "saas__core_use_days": f"{min(max(use, 0.0), 7.0):.1f}",
        "saas__days_without_sponsor": _days_alone(random, fading),
        "saas__renewal_confirmed": "true" if random.random() < 0.6 - 0.5 * fading else "false",
        "saas__seat_use_drop": f"{min(random.gauss(2 + 40 * fading, 9), 100.0):.1f}",
        "saas__ticket_satisfaction": f"{min(max(satisfaction, 1.0), 5.0):.1f}",
        "saas__turned_detractors": str(poisson(random, 0.1 + 1.2 * fading)),
        "saas__urgent_tickets_90d": str(poisson(random, 0.6 + 2.5 * fading)),
    }


Draw = Callable[[Random, float, float], dict[str, str]]
INDUSTRY: Mapping[str, Draw] = {
    "manufacturing": _manufacturing,
    "fmcg_channel": _fmcg_channel,
    "saas": _saas,
}


def draw_signs(random: Random, industry: str, fading: float, payer: str) -> dict[str, str]:
    """Return the signs of one customer; `fading` goes from 0 (as ever) to 1 (trade is gone)."""
    return INDUSTRY[industry](random, fading, LATE.get(payer, 0.0))


def _share(value: float) -> str:
    return f"{min(max(value, 0.0), 100.0):.1f}"


def _overdue(random: Random, lateness: float) -> str:
    return _share(100 * random.betavariate(1.2 + 2 * lateness, 14))


def _days_alone(random: Random, fading: float) -> str:
    """Return the days without a contact: mostly 0, more often some where trade is fading."""
    gone = random.random() < 0.05 + 0.3 * fading
    return str(random.randint(5, 120) if gone else 0)
