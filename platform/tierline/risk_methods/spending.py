"""What a purchase is worth (Gamma-Gamma), how long contracts last, and lifetime value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln, gammaln

from tierline.risk_methods.lifetime import BgNbd, Histories, Numbers, ParetoNbd


@dataclass(frozen=True)
class GammaGamma:
    """Fader & Hardie (2013), "The Gamma-Gamma model of monetary value"; Colombo & Jiang (1999).

    Holds only where what accounts spend does not go with how often they buy: look at `correlation`.
    """

    p: float
    q: float
    gamma: float

    @property
    def mean(self) -> float:
        """Return what a purchase of an account of which nothing is known is worth."""
        return self.p * self.gamma / (self.q - 1)

    def expected(self, repeats: Any, average: Any) -> Numbers:
        """Return what a purchase of each account is worth: its own average, drawn to the mean."""
        x, spent = np.asarray(repeats, dtype=float), np.asarray(average, dtype=float)
        known = np.where(x > 0, spent, 0)
        found: Numbers = self.p * (self.gamma + x * known) / (self.p * x + self.q - 1)
        return found

    def log_likelihood(self, repeats: Numbers, average: Numbers) -> float:
        """Return the log-likelihood of what accounts with repeats spent."""
        px = self.p * repeats
        terms = gammaln(px + self.q) - gammaln(px) - gammaln(self.q)
        terms = terms + self.q * np.log(self.gamma) + (px - 1) * np.log(average)
        terms = (
            terms + px * np.log(repeats) - (px + self.q) * np.log(self.gamma + repeats * average)
        )
        return float(np.sum(terms))


def fit_gamma_gamma(repeats: Any, average: Any) -> GammaGamma:
    """Return the model that fits the accounts with at least one repeat purchase best.

    `average` is of the repeat purchases: the first is left out, as in the counts.

    Raises:
        ValueError: an average that is not above 0, or no maximum.
    """
    x, spent = np.asarray(repeats, dtype=float), np.asarray(average, dtype=float)
    used = x > 0
    x, spent = x[used], spent[used]
    if not len(x) or np.any(spent <= 0):
        raise ValueError("each account with repeat purchases must have spent something above 0")

    def loss(logs: Numbers) -> float:
        value = -GammaGamma(*np.exp(logs)).log_likelihood(x, spent)
        return value if np.isfinite(value) else 1e12

    start = np.log([5.0, 3.0, float(np.mean(spent)) / 2])
    options = {"maxiter": 4000, "xatol": 1e-7, "fatol": 1e-7}
    found = minimize(loss, start, method="Nelder-Mead", options=options)
    if not found.success:
        raise ValueError("no parameters were found that fit best")
    return GammaGamma(*np.exp(found.x))


def correlation(repeats: Any, average: Any) -> float:
    """Return how far what accounts spend goes with how often they buy (Pearson); 0 is needed."""
    x, spent = np.asarray(repeats, dtype=float), np.asarray(average, dtype=float)
    return float(np.corrcoef(x[x > 0], spent[x > 0])[0, 1])


def value(
    model: BgNbd | ParetoNbd,
    seen: Histories,
    worth: Numbers,
    *,
    periods: int,
    length: float,
    margin: float,
    discount: float,
) -> Numbers:
    """Return the lifetime value of each account: margin on what it will buy, discounted.

    Args:
        model: how often they buy.
        seen: what is known of the accounts.
        worth: what a purchase of each is worth.
        periods: how many are looked ahead.
        length: of a period, in the model's unit of time.
        margin: share of the worth that is earned, as a fraction.
        discount: for a period, as a fraction; a period's purchases count at its end.
    """
    total = np.zeros_like(worth)
    before = np.zeros_like(worth)
    for period in range(1, periods + 1):
        until = model.expected(seen, period * length)
        total += (until - before) / (1 + discount) ** period
        before = until
    found: Numbers = total * worth * margin
    return found


def margin_multiple(retention: float, interest: float) -> float:
    """Return how many times its yearly margin an account is worth: r / (1 + i - r).

    Gupta & Lehmann (2003), Journal of Interactive Marketing 17(1); both as fractions.
    """
    if not 0 <= retention <= 1 or interest < 0:
        raise ValueError("retention and interest are fractions: 0.8 for 80 percent")
    return retention / (1 + interest - retention)


@dataclass(frozen=True)
class Retention:
    """The shifted beta-geometric model of contracts: Fader & Hardie (2007), "How to project …"."""

    alpha: float
    beta: float
    log_likelihood: float

    def survival(self, periods: int) -> float:
        """Return the share of accounts that are still there after so many periods."""
        return float(
            np.exp(betaln(self.alpha, self.beta + periods) - betaln(self.alpha, self.beta))
        )


def fit_retention(remaining: Sequence[float]) -> Retention:
    """Return the model of how many of the first accounts remain at each period's end.

    Raises:
        ValueError: fewer than three figures, or more remain than before.
    """
    left = np.asarray(remaining, dtype=float)
    if len(left) < 3 or np.any(np.diff(left) > 0):
        raise ValueError("needs three figures or more, none greater than the one before")
    lost, last = -np.diff(left), len(left) - 1
    ends = np.arange(1, last + 1)

    def loss(logs: Numbers) -> float:
        alpha, beta = np.exp(logs)
        gone = betaln(alpha + 1, beta + ends - 1) - betaln(alpha, beta)
        stays = betaln(alpha, beta + last) - betaln(alpha, beta)
        return -float(np.sum(lost * gone) + left[-1] * stays)

    options = {"xatol": 1e-9, "fatol": 1e-9}
    found = minimize(loss, np.zeros(2), method="Nelder-Mead", options=options)
    alpha, beta = np.exp(found.x)
    return Retention(float(alpha), float(beta), -float(found.fun))
