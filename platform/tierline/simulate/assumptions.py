"""Every assumption of the simulation, by industry, as numbers with their units.

docs/simulation.md explains them. Values are judgement unless a source is named there: they make
worlds believable, they are not estimates of a market.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from flask_babel import gettext as _

from tierline.errors import Invalid
from tierline.simulate.records import DocumentKind, Kind, Payer

FLAT = (1.0,) * 12


@dataclass(frozen=True)
class Assumptions:
    """How the accounts of one industry come, buy, pay and leave."""

    process: Literal["orders", "subscription"] = "orders"
    documents: tuple[DocumentKind, ...] = ("invoice", "return")

    # who they are
    kinds: Mapping[Kind, float] = field(default_factory=lambda: {"enterprise": 1.0})
    foreign_share: float = 0.06  # accounts named in the other language
    prospect_share: float = 0.05  # accounts that never bought
    duplicate_share: float = 0.03  # further entries of companies that are there already
    suppliers_share: float = 0.06  # accounts of other stakeholder groups, beside the customers
    regulators_share: float = 0.01
    unknown_share: float = 0.12  # plugin fields that nobody filled in

    # how much and how often they buy
    median_annual_value: float = 400_000.0  # CNY a year
    size_sigma: float = 1.6  # of the logarithm of annual value: the heavy tail
    orders_per_year: float = 12.0  # of an account of median size
    rate_shape: float = 2.0  # gamma shape of the order rate; smaller: more unequal
    rate_elasticity: float = 0.25  # order rate grows with size to this power
    most_orders_per_year: float = 150.0
    order_sigma: float = 0.45  # of the logarithm of one order's value round the account's mean
    lines_mean: float = 1.5  # further lines of an order beyond the first (Poisson)
    products_per_account: int = 8
    annual_billing_share: float = 0.4  # subscription: the rest is billed monthly
    months: tuple[float, ...] = FLAT  # season: factor of each month
    before_festival: float = 1.0  # factor in the four weeks before the year's great festival
    festival: float = 0.12  # factor during it

    # how they come, grow and leave
    new_per_year: float = 0.14  # accounts that join in the window, as a share of all, per year
    ramp_months: float = 3.0  # a new account reaches its full rate in this time
    growth_mean: float = 0.03  # logarithmic, per year
    growth_sigma: float = 0.15
    churn_per_year: float = 0.10  # mean hazard
    churn_shape: float = 1.5  # gamma shape of the hazard over accounts
    decay_days: tuple[int, int] = (90, 240)  # from the start of decay to the last day as a customer
    decay_rate: float = 0.8  # of its order rate that is lost at the end of decay
    decay_value: float = 0.6  # of its order value that is lost at the end of decay

    # how they pay and give back
    terms: Mapping[int, float] = field(default_factory=lambda: {30: 0.5, 60: 0.35, 90: 0.15})
    payers: Mapping[Payer, float] = field(
        default_factory=lambda: {"prompt": 0.3, "usual": 0.45, "late": 0.19, "very_late": 0.06}
    )
    decay_late_days: float = 25.0  # added to the delay at the end of decay
    return_share: float = 0.03  # invoices followed by a return
    discount_most: float = 0.12  # discount of the largest accounts


PAYMENT_DELAYS: Mapping[Payer, tuple[float, float, float]] = {
    # days after the due date: mean, standard deviation; share of invoices never paid
    "prompt": (-4.0, 2.0, 0.0),
    "usual": (-2.0, 2.0, 0.0),
    "late": (16.0, 8.0, 0.005),
    "very_late": (45.0, 20.0, 0.04),
}

INDUSTRIES: Mapping[str, Assumptions] = {
    "manufacturing": Assumptions(
        kinds={"enterprise": 0.86, "channel": 0.08, "government": 0.04, "person": 0.02},
        months=(0.95, 0.85, 1.08, 1.05, 1.0, 1.02, 0.95, 0.95, 1.05, 0.95, 1.05, 1.1),
    ),
    "fmcg_channel": Assumptions(
        kinds={"channel": 0.62, "enterprise": 0.25, "government": 0.03, "person": 0.1},
        median_annual_value=160_000.0,
        size_sigma=1.35,
        orders_per_year=26.0,
        rate_shape=3.0,
        rate_elasticity=0.2,
        order_sigma=0.35,
        lines_mean=3.5,
        products_per_account=16,
        months=(1.05, 0.8, 0.9, 0.95, 1.0, 1.02, 1.05, 1.05, 1.1, 1.0, 1.03, 1.05),
        before_festival=1.7,
        festival=0.1,
        growth_mean=0.02,
        churn_per_year=0.14,
        decay_days=(60, 180),
        terms={15: 0.4, 30: 0.45, 45: 0.15},
        return_share=0.06,
        discount_most=0.08,
        suppliers_share=0.03,
    ),
    "saas": Assumptions(
        process="subscription",
        kinds={"enterprise": 0.9, "government": 0.07, "channel": 0.03},
        median_annual_value=90_000.0,
        size_sigma=1.5,
        orders_per_year=1.5,  # one-off services beside the subscription
        rate_shape=1.0,
        rate_elasticity=0.3,
        lines_mean=0.4,
        products_per_account=4,
        months=(0.9, 0.8, 1.15, 0.9, 0.95, 1.15, 0.9, 0.9, 1.15, 0.9, 1.0, 1.3),
        new_per_year=0.22,
        growth_mean=0.06,
        growth_sigma=0.2,
        churn_per_year=0.12,
        decay_days=(60, 270),
        terms={15: 0.3, 30: 0.6, 60: 0.1},
        return_share=0.005,
        suppliers_share=0.0,
        regulators_share=0.0,
    ),
}


def assumptions_for(industry: str) -> Assumptions:
    """Return the industry's assumptions; raises Invalid naming those that there are."""
    if industry not in INDUSTRIES:
        known = ", ".join(INDUSTRIES)
        raise Invalid(
            _("There is no simulated industry %(name)s.", name=industry),
            fields={"industry": [_("must be one of %(choices)s", choices=known)]},
        )
    return INDUSTRIES[industry]
