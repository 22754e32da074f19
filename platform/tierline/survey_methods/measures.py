"""What a survey measures: satisfaction, recommendation, effort, and who is dissatisfied.

Each measure has its n and a 95 % interval. What was not answered, or answered with "I don't know",
is left out of n: it is unknown, not zero and not the middle of the scale.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt

from tierline.statistics import Z_95, Rate, wilson
from tierline.survey_methods.estimates import (
    Answers,
    Estimate,
    Flags,
    Numbers,
    aligned,
    answered,
    mean_of,
)

EFFORT_EASY_FROM = 5
"""Customer effort 2.0: who agrees, 5 to 7 of 7, had it easy."""


@dataclass(frozen=True)
class Points:
    """A rating scale from `least` to `most`, where more is better."""

    least: float
    most: float

    def checked(self, answers: Answers) -> Numbers:
        """Return what was answered; an answer off the scale is an error, not an extreme.

        Raises:
            ValueError: an answer lies outside the scale.
        """
        return answered(self.checked_in_place(answers))

    def checked_in_place(self, answers: Answers) -> Numbers:
        """Return the answers respondent by respondent, checked as `checked` does."""
        (values,) = aligned(answers)
        given = answered(values)
        if len(given) and not (given.min() >= self.least and given.max() <= self.most):
            raise ValueError(f"an answer is off the scale from {self.least:g} to {self.most:g}")
        return values

    def mirrored(self, answers: Answers) -> Numbers:
        """Return the answers of an item where agreeing is bad as if agreeing were good."""
        (values,) = aligned(answers)
        mirrored: Numbers = self.least + self.most - values
        return mirrored

    def top(self, values: Numbers, boxes: int) -> Flags:
        """Return which values lie in the best boxes."""
        found: Flags = values > self.most - boxes
        return found

    def bottom(self, values: Numbers, boxes: int) -> Flags:
        """Return which values lie in the worst boxes."""
        found: Flags = values < self.least + boxes
        return found


FIVE, SEVEN, ELEVEN = Points(1, 5), Points(1, 7), Points(0, 10)


def top_box(answers: Answers, scale: Points = FIVE, boxes: int = 2) -> Rate:
    """Return how many of those who answered are satisfied: in the best two boxes."""
    values = scale.checked(answers)
    return Rate(int(scale.top(values, boxes).sum()), len(values))


def bottom_box(answers: Answers, scale: Points = FIVE, boxes: int = 2) -> Rate:
    """Return how many of those who answered are dissatisfied: in the worst two boxes."""
    values = scale.checked(answers)
    return Rate(int(scale.bottom(values, boxes).sum()), len(values))


def satisfaction(answers: Answers, scale: Points = FIVE) -> Estimate:
    """Return the mean rating with Student's t interval, which ends where the scale ends."""
    return _within(mean_of(scale.checked(answers)), scale.least, scale.most)


def _within(estimate: Estimate, least: float, most: float) -> Estimate:
    if estimate.low is None or estimate.high is None:
        return estimate
    return replace(estimate, low=max(least, estimate.low), high=min(most, estimate.high))


@dataclass(frozen=True)
class Effort:
    """Customer effort score 2.0: "made it easy", agreement 1 to 7; the mean, and who agrees."""

    score: Estimate
    easy: Rate


def effort(answers: Answers) -> Effort:
    """Return the customer effort score (Dixon, Freeman & Toman 2010; 2.0: CEB 2013)."""
    values = SEVEN.checked(answers)
    easy = int((values >= EFFORT_EASY_FROM).sum())
    return Effort(satisfaction(values, SEVEN), Rate(easy, len(values)))


@dataclass(frozen=True)
class NetPromoter:
    """Promoters (9, 10), passives (7, 8) and detractors (0 to 6); scores from -100 to +100.

    `promoters` and `detractors` may be weighted counts, with `n` the effective number.
    """

    promoters: float
    passives: float
    detractors: float

    @property
    def n(self) -> float:
        """Return how many answered."""
        return self.promoters + self.passives + self.detractors

    @property
    def score(self) -> float | None:
        """Return the share of promoters less that of detractors, in points."""
        return 100 * (self.promoters - self.detractors) / self.n if self.n else None

    @property
    def standard_error(self) -> float | None:
        """Return sqrt((p + d - (p - d)^2) / n), in points."""
        return _net_error(self.promoters, self.detractors, self.n) if self.n else None

    @property
    def wald(self) -> tuple[float, float] | None:
        """Return score -/+ z SE, for comparison: it has no width where all agree."""
        if self.score is None or self.standard_error is None:
            return None
        return self.score - Z_95 * self.standard_error, self.score + Z_95 * self.standard_error

    @property
    def interval(self) -> tuple[float, float] | None:
        """Return the adjusted Wald interval, within -100 and +100; the one to show.

        Three answers are added, 3/4 to promoters and to detractors each and the rest to passives:
        B. Rocks (2016), Interval estimation for the net promoter score, The American Statistician
        70, 365-372.
        """
        if not self.n:
            return None
        promoters, detractors, n = self.promoters + 0.75, self.detractors + 0.75, self.n + 3
        centre = 100 * (promoters - detractors) / n
        spread = Z_95 * _net_error(promoters, detractors, n)
        return max(-100.0, centre - spread), min(100.0, centre + spread)


def _net_error(promoters: float, detractors: float, n: float) -> float:
    sum_of, net = (promoters + detractors) / n, (promoters - detractors) / n
    return 100 * sqrt(max(0.0, sum_of - net * net) / n)


def net_promoter(answers: Answers) -> NetPromoter:
    """Return the net promoter score of answers from 0 to 10 (Reichheld 2003)."""
    values = ELEVEN.checked(answers)
    promoters, detractors = int((values >= 9).sum()), int((values <= 6).sum())
    return NetPromoter(promoters, len(values) - promoters - detractors, detractors)


def finite(rate: Rate, population: int) -> tuple[float, float] | None:
    """Return Wilson's interval in percent for n of a population of N, all of it answered: no width.

    By convention with n (N - 1) / (N - n) in the place of n.

    Raises:
        ValueError: more answered than there are.
    """
    if rate.n > population:
        raise ValueError(f"{rate.n} answers from {population}")
    if not rate.n:
        return None
    if rate.n == population:
        return 100 * rate.count / rate.n, 100 * rate.count / rate.n
    effective = rate.n * (population - 1) / (population - rate.n)
    return wilson(rate.count / rate.n * effective, effective)
