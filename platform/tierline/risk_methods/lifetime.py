"""How much accounts will still buy, from how often and how lately they bought: BG/NBD, Pareto/NBD.

Both say of an account with x repeat purchases, the last of them t_x after its first, observed for T
(all in one unit, such as weeks): it buys at random at a rate of its own until it leaves unseen. The
first purchase is not counted, several on one day are one. Own implementation: of the kept libraries
none without half a gigabyte of others gives the published figures (see docs/risk.md).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, dataclass
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import betaln, expit, gammaln, hyp2f1

Numbers = NDArray[np.float64]
Model = TypeVar("Model", "BgNbd", "ParetoNbd")

LEAST_ACCOUNTS = 100
"""With fewer accounts the parameters are not worth fitting."""


@dataclass(frozen=True)
class Histories:
    """What is known of accounts, one element each: x, t_x and T."""

    repeats: Numbers
    last: Numbers
    observed: Numbers

    def __post_init__(self) -> None:
        """Refuse what can't have happened."""
        if np.any(self.repeats < 0) or np.any(self.last < 0) or np.any(self.last > self.observed):
            raise ValueError("a last purchase lies outside the time that was observed")
        if np.any((self.repeats == 0) != (self.last == 0)):
            raise ValueError("an account has a last repeat purchase exactly where it has repeats")


def histories(repeats: Any, last: Any, observed: Any) -> Histories:
    """Return the histories of some accounts, from sequences of one length."""
    return Histories(*(np.asarray(each, dtype=float) for each in (repeats, last, observed)))


@dataclass(frozen=True)
class BgNbd:
    """Fader, Hardie & Lee (2005), Marketing Science 24(2): it may leave after each purchase.

    P(alive) is 1 for whoever bought once only, by construction: it is no list of those who leave.
    """

    r: float
    alpha: float
    a: float
    b: float

    def log_likelihood(self, seen: Histories) -> float:
        """Return the log-likelihood of what was seen."""
        x, last, observed = seen.repeats, seen.last, seen.observed
        k = self.r + x
        common = gammaln(k) - gammaln(self.r) + self.r * np.log(self.alpha)
        left = betaln(self.a, self.b + x) - betaln(self.a, self.b)
        stays = left - k * np.log(self.alpha + observed)
        # B(a + 1, b + x - 1) = B(a, b + x) · a / (b + x - 1): left right after the last purchase
        gone = np.log(self.a) - np.log(self.b + np.maximum(x, 1) - 1) + left
        gone = np.where(x > 0, gone - k * np.log(self.alpha + last), -np.inf)
        return float(np.sum(common + np.logaddexp(stays, gone)))

    def alive(self, seen: Histories) -> Numbers:
        """Return the probability that each account has not left."""
        x = seen.repeats
        ratio = np.log(self.alpha + seen.observed) - np.log(self.alpha + seen.last)
        odds = np.log(self.a) - np.log(self.b + np.maximum(x, 1) - 1) + (self.r + x) * ratio
        alive: Numbers = np.where(x > 0, expit(-odds), 1.0)
        return alive

    def expected(self, seen: Histories, time: float) -> Numbers:
        """Return how many purchases each account is expected to make in the time to come.

        The published formula after Euler's transformation of its hypergeometric function, which
        else overflows for accounts that buy often.
        """
        a = self.a if abs(self.a - 1) > 1e-9 else 1 + 1e-9
        x, start = seen.repeats, self.alpha + seen.observed
        z = time / (start + time)
        bought = hyp2f1(a + self.b - 1 - self.r, a - 1, a + self.b + x - 1, z) * (1 - z) ** (a - 1)
        found: Numbers = (a + self.b + x - 1) / (a - 1) * (1 - bought) * self.alive(seen)
        return found

    def expected_of_new(self, time: float) -> float:
        """Return how many repeat purchases an account is expected to make after its first."""
        return float(self.expected(histories([0], [0], [0]), time)[0])


@dataclass(frozen=True)
class ParetoNbd:
    """Schmittlein, Morrison & Colombo (1987), Management Science 33(1): it may always leave."""

    r: float
    alpha: float
    s: float
    beta: float

    def log_likelihood(self, seen: Histories) -> float:
        """Return the log-likelihood of what was seen (Fader & Hardie 2005, "A note on …")."""
        stays, gone = self._parts(seen)
        k = self.r + seen.repeats
        common = gammaln(k) - gammaln(self.r)
        common = common + self.r * np.log(self.alpha) + self.s * np.log(self.beta)
        return float(np.sum(common + np.logaddexp(stays, gone)))

    def _parts(self, seen: Histories) -> tuple[Numbers, Numbers]:
        """Return, but for what both have in common, the logs of staying and of having left."""
        x, k = seen.repeats, self.r + self.s + seen.repeats
        stays = -(self.r + x) * np.log(self.alpha + seen.observed)
        stays = stays - self.s * np.log(self.beta + seen.observed)
        larger, second = (
            (self.alpha, self.s + 1) if self.alpha >= self.beta else (self.beta, self.r + x)
        )
        apart = abs(self.alpha - self.beta)

        def integral(time: Numbers) -> Numbers:
            part = hyp2f1(k, second, k + 1, apart / (larger + time))
            logs: Numbers = np.log(part) - k * np.log(larger + time)
            return logs

        upper, lower = integral(seen.last), integral(seen.observed)
        with np.errstate(divide="ignore"):
            between = upper + np.log1p(-np.exp(np.minimum(lower - upper, 0)))
        return stays, np.log(self.s) - np.log(k) + between

    def alive(self, seen: Histories) -> Numbers:
        """Return the probability that each account has not left."""
        stays, gone = self._parts(seen)
        found: Numbers = expit(stays - gone)
        return found

    def expected(self, seen: Histories, time: float) -> Numbers:
        """Return how many purchases each account is expected to make in the time to come."""
        s = self.s if abs(self.s - 1) > 1e-9 else 1 + 1e-9
        start = self.beta + seen.observed
        rate = (self.r + seen.repeats) * start / ((self.alpha + seen.observed) * (s - 1))
        found: Numbers = rate * (1 - (start / (start + time)) ** (s - 1)) * self.alive(seen)
        return found

    def expected_of_new(self, time: float) -> float:
        """Return how many repeat purchases an account is expected to make after its first."""
        s = self.s if abs(self.s - 1) > 1e-9 else 1 + 1e-9
        rate = self.r * self.beta / (self.alpha * (s - 1))
        return float(rate * (1 - (self.beta / (self.beta + time)) ** (s - 1)))


@dataclass(frozen=True)
class Fitted(Generic[Model]):
    """A model with the parameters that fit best, and how sure they are."""

    model: Model
    log_likelihood: float
    accounts: int
    covariance: Numbers  # of the logarithms of the parameters
    kind: type[Model]

    def interval(
        self, figure: Callable[[Model], Numbers], draws: int = 400, seed: int = 0
    ) -> tuple[Numbers, Numbers]:
        """Return 95 % intervals of a figure, by drawing parameters as unsure as these are."""
        random = np.random.default_rng(seed)
        middle = np.log(astuple(self.model))
        drawn = random.multivariate_normal(middle, self.covariance, draws, method="cholesky")
        values = np.stack([figure(self.kind(*np.exp(each))) for each in drawn])
        low, high = np.quantile(values, [0.025, 0.975], axis=0)
        return low, high


def fit(kind: type[Model], seen: Histories) -> Fitted[Model]:
    """Return the model of a kind (BgNbd, ParetoNbd) that makes what was seen most likely.

    Raises:
        ValueError: fewer than LEAST_ACCOUNTS accounts, or the search finds no maximum.
    """
    accounts = len(seen.repeats)
    if accounts < LEAST_ACCOUNTS:
        raise ValueError(f"{accounts} accounts are too few to fit a model: {LEAST_ACCOUNTS} needed")

    def loss(logs: Numbers) -> float:
        with np.errstate(all="ignore"):
            value = -kind(*np.exp(logs)).log_likelihood(seen)
        return value if np.isfinite(value) else 1e12

    weeks = float(np.mean(seen.observed)) / 4
    start = np.log([0.5, weeks, 0.7, 2.0 if kind is BgNbd else weeks])
    found = minimize(
        loss,
        start,
        method="Nelder-Mead",
        options={"maxiter": 4000, "xatol": 1e-7, "fatol": 1e-7, "adaptive": True},
    )
    if not found.success:
        raise ValueError("no parameters were found that fit best: the accounts are too much alike")
    return Fitted(
        kind(*np.exp(found.x)), -float(found.fun), accounts, _covariance(loss, found.x), kind
    )


def _covariance(loss: Callable[[Numbers], float], at: Numbers, step: float = 1e-3) -> Numbers:
    """Return the inverse of the observed information, by second differences."""
    size = len(at)
    second = np.empty((size, size))
    moves = np.eye(size) * step
    for i in range(size):
        for j in range(i, size):
            corners = [
                loss(at + one * moves[i] + other * moves[j]) for one in (1, -1) for other in (1, -1)
            ]
            second[i, j] = second[j, i] = (corners[0] - corners[1] - corners[2] + corners[3]) / (
                4 * step**2
            )
    inverse = np.linalg.inv(second)
    return (inverse + inverse.T) / 2
