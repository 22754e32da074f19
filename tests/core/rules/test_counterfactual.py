"""The smallest change of one value: applied it moves the tier, and nothing smaller does."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drawn_schemes import FIELDS, KINDS, UNITS, accounts, schemes
from tierline.metrics.source import Source
from tierline.rules.counterfactual import Change, counterfactual
from tierline.rules.evaluate import evaluate
from tierline.rules.measuring import population_of
from tierline.rules.population import AccountValues, Population

CASES = 1_000
EACH = 20  # accounts of a scheme
SOURCE = Source.of_units(UNITS)


class Asked:
    """A scheme over a population; says where an account stands with another value of a metric."""

    def __init__(self, scheme: Any, population: Population, account: AccountValues) -> None:
        self.scheme, self.population, self.account = scheme, population, account
        self.found = counterfactual(scheme, population, SOURCE, account, FIELDS)

    def place(self, metric: str | None = None, stored: int = 0) -> int:
        values = (
            self.account.metrics if metric is None else {**self.account.metrics, metric: stored}
        )
        given = replace(self.account, metrics=values)
        tier = evaluate(self.scheme, self.population, SOURCE, given, FIELDS).tier
        return len(self.scheme.tiers) if tier is None else self.scheme.position(tier)

    def check(self, chance: random.Random) -> int:
        """Check the changes up and down; return how many there were."""
        here = self.place()
        up = {change.metric: change for change in self.found.up}
        down = {change.metric: change for change in self.found.down}
        for metric, now in self.account.metrics.items():
            if now is None:
                assert metric not in up.keys() | down.keys()
                continue
            for stored in tried(now, [each.get(metric) for each in (up, down)], chance):
                there = self.place(metric, stored)
                change = up.get(metric) if there < here else down.get(metric)
                assert there == here or (change and abs(change.stored - now) <= abs(stored - now))
        for change in self.found.up:
            assert self.place(change.metric, change.stored) < here
        for change in self.found.down:
            assert self.place(change.metric, change.stored) > here
        return len(up) + len(down)


def tried(now: int, changes: list[Change | None], chance: random.Random) -> set[int]:
    """Return values to try: near and far, and one stored unit before each change."""
    sizes = [abs(change.stored - now) if change else 20_000_000 for change in changes]
    steps = {step for size in sizes for step in (size - 1, chance.randrange(size))}
    return {now + sign * step for step in steps for sign in (1, -1)}


@pytest.mark.parametrize("kind", KINDS)
def test_the_change_moves_the_tier_and_no_smaller_one_does(kind: str) -> None:
    seen = 0

    @settings(max_examples=CASES // EACH)
    @given(KINDS[kind], accounts(EACH), st.integers(0, 2**32))
    def check(rule: dict[str, Any], drawn: list[dict[str, Any]], seed: int) -> None:
        nonlocal seen
        scheme, chance = schemes(kind, rule), random.Random(seed)
        told = [
            AccountValues(each["metrics"], each["fields"], str(place))
            for place, each in enumerate(drawn)
        ]
        population = population_of(scheme, SOURCE, told)
        for account in told:
            asked = Asked(scheme, population, account)
            seen += asked.check(chance)

    check()
    assert seen > CASES // 4
