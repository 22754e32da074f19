"""The decision of `adjusting.py` in SQL, for all accounts at once, layer by layer."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import ColumnElement, Numeric, case, cast, false, func, literal, literal_column, or_

from tierline.metrics.source import Source
from tierline.packs.contributions import Field
from tierline.rules.adjusting import PARTS, REASONS, bonus_of, period_start
from tierline.rules.expressions import Truth, Whole, constant
from tierline.rules.leniency import Lenient, lenient
from tierline.rules.population import NOBODY, Border, Population
from tierline.rules.scheme import Adjustment, Cap, Scheme
from tierline.rules.shares import key_of
from tierline.rules.sql import compile_condition, compile_scheme

_RULE, _MARGIN, _GRACE, _REVIEWS, _STAY, _CAP = range(len(REASONS) - 1)


@dataclass(frozen=True)
class StandingColumns:
    """`Standing` as columns, overrides aside; the tier as a code, `below` 0 for never."""

    tier: Whole
    since: ColumnElement[datetime.date]
    below: Whole
    counted_on: ColumnElement[datetime.date]


@dataclass(frozen=True)
class Adjuster:
    """The decision in SQL, layer by layer; each layer's columns stand in the next one's rows.

    Layer 1, the caller's, has the values of a source and `rule`: the code of the tier by the rule.
    """

    scheme: Scheme
    population: Population
    source: Source
    codes: Mapping[str, int]
    known_fields: Mapping[str, Field]
    as_of: datetime.date

    @property
    def adjustment(self) -> Adjustment:
        """Return the scheme's adjustment."""
        assert self.scheme.adjustment is not None  # noqa: S101 - made for schemes that adjust
        return self.scheme.adjustment

    def is_new(self) -> Truth:
        """Return, in layer 2, whether an account is in its grace."""
        grace = self.adjustment.grace
        if grace is None:
            return false()
        said = compile_condition(grace.when, self.scheme, self.source, self.known_fields)
        return func.coalesce(said, false())

    def counted(self, standing: StandingColumns) -> Whole:
        """Return, in layer 2, how many reviews in a row would find an account below."""
        start = literal(period_start(self.as_of, self.adjustment.every))
        again = func.coalesce(standing.counted_on >= start, false())
        return case((again, standing.below), else_=standing.below + 1)

    def keeps(self, rule: Whole, standing: StandingColumns) -> Truth:
        """Return, in layer 2, whether an account that would fall keeps its tier by the margin."""
        falls = self._place(standing.tier) < self._place(rule)
        held = case(*self._lenient(standing.tier), else_=false())
        return case((falls, held), else_=false())

    def _lenient(self, held: Whole) -> list[tuple[Truth, Truth]]:
        """Return for each held tier whether a lenient scheme gives it; equal schemes are one."""
        found: list[tuple[Truth, Truth]] = []
        tiers = [(tier, lenient(self.scheme, self.population, tier)) for tier in self.scheme.tiers]
        for variants, same in groupby(tiers, key=lambda each: each[1]):
            codes = [self.codes[tier] for tier, _variants in same]
            reached = or_(
                *(self._place(self._compiled(each)) <= self._place(held) for each in variants)
            )
            found.append(
                (held.in_([constant(code) for code in codes]), func.coalesce(reached, false()))
            )
        return found

    def _compiled(self, variant: Lenient) -> Whole:
        scheme, population = variant
        return compile_scheme(scheme, population, self.source, self.codes, self.known_fields).tier

    def _place(self, code: Whole) -> Whole:
        """Return a tier's place from its code; for none, and for one that is gone, the last."""
        tiers = self.scheme.tiers
        places = {constant(self.codes[tier]): constant(n) for n, tier in enumerate(tiers)}
        return case(places, value=code, else_=constant(len(tiers)))

    def reason(
        self, rule: Whole, standing: StandingColumns, is_new: Truth, keeps: Truth, counted: Whole
    ) -> Whole:
        """Return, in layer 3, why an account keeps its tier, or that it has the rule's."""
        rises = self._place(standing.tier) >= self._place(rule)
        stay = datetime.timedelta(days=self.adjustment.minimum_stay)
        too_short = func.coalesce(standing.since > literal(self.as_of - stay), false())
        return case(
            (standing.tier.is_(None) | rises, constant(_RULE)),
            (keeps, constant(_MARGIN)),
            (is_new, constant(_GRACE)),
            (counted < constant(self.adjustment.reviews), constant(_REVIEWS)),
            (too_short if stay else false(), constant(_STAY)),
            else_=constant(_RULE),
        )

    def below(self, rule: Whole, standing: StandingColumns, reason: Whole, counted: Whole) -> Whole:
        """Return, in layer 4, how many reviews in a row found an account below, else 0."""
        falls = standing.tier.is_not(None) & (self._place(standing.tier) < self._place(rule))
        waits = reason.in_([constant(_REVIEWS), constant(_STAY)])
        return case((waits | ((reason == constant(_RULE)) & falls), counted), else_=constant(0))

    def adjusted(
        self, rule: Whole, standing: StandingColumns, is_new: Truth, reason: Whole
    ) -> tuple[Whole, Whole]:
        """Return, in layer 4, the tier before caps, and the reason, with the grace's least tier."""
        kept = case((reason == constant(_RULE), rule), else_=standing.tier)
        grace = self.adjustment.grace
        if grace is None or grace.tier is None:
            return kept, reason
        floor = self.codes[grace.tier]
        lifted = is_new & (self._place(kept) > constant(self.scheme.position(grace.tier)))
        return (
            case((lifted, constant(floor)), else_=kept),
            case((lifted, constant(_GRACE)), else_=reason),
        )

    def capped(
        self, tier: Whole, reason: Whole, held: Whole, borders: Sequence[Border | None]
    ) -> tuple[Whole, Whole]:
        """Return, in layer 5, the tier after the caps whose borders are known, and the reason."""
        caps = dict(zip((cap.tier for cap in self.adjustment.caps), borders, strict=False))
        changed = {
            constant(self.codes[name]): self._chain(name, held, caps)
            for name, border in caps.items()
            if border is not None
        }
        if not changed:
            return tier, reason
        after = case(changed, value=tier, else_=tier)
        return after, case((after != tier, constant(_CAP)), else_=reason)

    def _chain(self, name: str, held: Whole, borders: Mapping[str, Border | None]) -> Whole:
        """Return where an account of a tier ends up: there, or further down."""
        border = borders.get(name)
        if border is None:
            return constant(self.codes[name])
        below = self.scheme.tiers[self.scheme.position(name) + 1]
        cap = next(cap for cap in self.adjustment.caps if cap.tier == name)
        fits = self._fits(cap, border, held)
        return case((fits, constant(self.codes[name])), else_=self._chain(below, held, borders))

    def _fits(self, cap: Cap, border: Border, held: Whole) -> Truth:
        if border == NOBODY:
            return false()
        number, key = self.cap_number(cap, held), key_of(self.source)
        if border.number is None:
            return number.is_not(None) | (key <= literal(border.key))
        least = literal_column(str(border.number), Numeric)
        ahead = (number > least) | case((number == least, key <= literal(border.key)))
        return func.coalesce(ahead, false())

    def cap_number(self, cap: Cap, held: Whole) -> ColumnElement[int]:
        """Return what a cap ranks accounts by, the greatest first; NULL where it is unknown."""
        value = cast(self.source.value(cap.by), Numeric)
        was_in = self._place(held) <= constant(self.scheme.position(cap.tier))
        bonus = case(
            (was_in, func.abs(value) * literal_column(str(bonus_of(self.adjustment)), Numeric))
        )
        signed = -value if cap.better == "lower" else value
        return signed * literal_column(str(PARTS), Numeric) + func.coalesce(bonus, 0)
