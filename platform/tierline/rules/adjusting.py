"""From the tier that the rule gives to the tier that an account gets: margin, reviews, caps.

A decision goes in this order, for one account here, for all in SQL in `adjuster.py`:

1. Who rises or stays by the rule has its tier at once; so has who has no tier yet.
2. Who would fall keeps its tier while a scheme that is lenient by the margin gives it
   (`leniency.py`), in its grace, before so many reviews in a row found it below, and before its
   least stay is over. A calendar period counts as one review.
3. In its grace an account stands at least in the tier of the grace.
4. A tier with a cap takes the best by the cap's metric; those that were in it count as better by
   the margin, equal ones go by their key. The others go one tier down, where the next cap acts.
5. A tier set by hand holds in place of all that, and takes a place of its cap.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from tierline.metrics.source import Source
from tierline.packs.contributions import Field
from tierline.rules.evaluate import condition_holds, evaluate
from tierline.rules.leniency import lenient
from tierline.rules.population import AccountValues, Border, Population
from tierline.rules.scheme import Adjustment, Cap, Scheme

REASONS = ("rule", "margin", "grace", "reviews", "stay", "cap", "override")
"""Why an account is in its tier; SQL answers with the place in this."""

PARTS = 10_000
"""A cap's metric is compared in so many parts, of which a margin takes some."""


@dataclass(frozen=True)
class Standing:
    """Where an account stands before a review; `override`: the tier set by hand, in force."""

    tier: str | None
    since: datetime.date | None = None
    below: int = 0  # reviews in a row that found it below
    counted_on: datetime.date | None = None  # the last of them
    override: str | None = None


@dataclass(frozen=True)
class Decision:
    """The tier that an account gets, why, and how many reviews in a row found it below."""

    tier: str | None
    reason: str
    rule: str | None  # what the rule alone gives
    below: int = 0


def period_start(day: datetime.date, every: str) -> datetime.date:
    """Return the first day of the calendar period that a day lies in."""
    if every == "week":
        return day - datetime.timedelta(days=day.weekday())
    if every == "month":
        return day.replace(day=1)
    if every == "quarter":
        return day.replace(month=day.month - (day.month - 1) % 3, day=1)
    return day.replace(month=1, day=1) if every == "year" else day


def decide(
    scheme: Scheme,
    population: Population,
    source: Source,
    account: AccountValues,
    known_fields: Mapping[str, Field],
    standing: Standing,
    as_of: datetime.date,
) -> Decision:
    """Return what becomes of an account of the scheme's group."""
    return _Decider(scheme, population, source, account, known_fields, standing, as_of).decision()


@dataclass(frozen=True)
class _Decider:
    scheme: Scheme
    population: Population
    source: Source
    account: AccountValues
    fields: Mapping[str, Field]
    standing: Standing
    as_of: datetime.date

    def decision(self) -> Decision:
        rule = self._tier(self.scheme, self.population)
        if self.standing.override is not None:
            return Decision(self.standing.override, "override", rule)
        adjustment = self.scheme.adjustment
        if adjustment is None:
            return Decision(rule, "rule", rule)
        return self._capped(adjustment, self._adjusted(adjustment, rule))

    def _tier(self, scheme: Scheme, population: Population) -> str | None:
        return evaluate(scheme, population, self.source, self.account, self.fields).tier

    def _place(self, tier: str | None) -> int:
        tiers = self.scheme.tiers
        return tiers.index(tier) if tier in tiers else len(tiers)

    def _adjusted(self, adjustment: Adjustment, rule: str | None) -> Decision:
        is_new = self._is_new(adjustment)
        found = self._kept(adjustment, rule, is_new=is_new)
        floor = adjustment.grace.tier if adjustment.grace else None
        if is_new and floor is not None and self._place(floor) < self._place(found.tier):
            return replace(found, tier=floor, reason="grace")
        return found

    def _is_new(self, adjustment: Adjustment) -> bool:
        if adjustment.grace is None:
            return False
        said = condition_holds(
            adjustment.grace.when, self.scheme, self.source, self.account, self.fields
        )
        return said is True

    def _kept(self, adjustment: Adjustment, rule: str | None, *, is_new: bool) -> Decision:
        held, place = self.standing.tier, self._place(self.standing.tier)
        if held is None or place >= self._place(rule):
            return Decision(rule, "rule", rule)
        variants = lenient(self.scheme, self.population, held)
        if any(self._place(self._tier(*variant)) <= place for variant in variants):
            return Decision(held, "margin", rule)
        if is_new:
            return Decision(held, "grace", rule)
        below = self._counted(adjustment)
        if below < adjustment.reviews:
            return Decision(held, "reviews", rule, below)
        since = self.standing.since
        if since and (self.as_of - since).days < adjustment.minimum_stay:
            return Decision(held, "stay", rule, below)
        return Decision(rule, "rule", rule, below)

    def _counted(self, adjustment: Adjustment) -> int:
        counted_on = self.standing.counted_on
        again = counted_on is not None and counted_on >= period_start(self.as_of, adjustment.every)
        return self.standing.below + (0 if again else 1)

    def _capped(self, adjustment: Adjustment, found: Decision) -> Decision:
        for cap, border in zip(adjustment.caps, self.population.caps, strict=True):
            if found.tier == cap.tier and not self._fits(adjustment, cap, border):
                below = self.scheme.tiers[self.scheme.position(cap.tier) + 1]
                found = replace(found, tier=below, reason="cap")
        return found

    def _fits(self, adjustment: Adjustment, cap: Cap, border: Border | None) -> bool:
        if border is None:
            return True
        value = self.account.metrics.get(cap.by)
        number = None
        if value is not None:
            was_in = self._place(self.standing.tier) <= self.scheme.position(cap.tier)
            bonus = bonus_of(adjustment) * abs(value) if was_in else 0
            number = (-value if cap.better == "lower" else value) * PARTS + bonus
        return border.holds(number, self.account.key)


def bonus_of(adjustment: Adjustment) -> int:
    """Return how many parts of the metric count for an account that was in the capped tier."""
    return int(Fraction(adjustment.margin) * PARTS / 100)
