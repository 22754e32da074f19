"""A value that swings five percent around an edge changes the tier at most once a year."""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from drawn_schemes import FIELDS, TIERS, UNITS, abc, better, grid, rank, schemes, score, value
from tierline.metrics.source import Source
from tierline.metrics.units import SCALES
from tierline.packs.adjustment_documents import ADJUSTMENT
from tierline.packs.shapes import Reading
from tierline.packs.strict_yaml import nodes_of
from tierline.rules.adjusting import Standing, decide
from tierline.rules.evaluate import evaluate
from tierline.rules.measuring import population_of
from tierline.rules.population import AccountValues, Population

SOURCE = Source.of_units(UNITS)
SWING = 0.05
START = datetime.date(2026, 1, 1)
REVIEWS = [START + datetime.timedelta(days=12 * n) for n in range(61)]  # two years
EDGES = [-1.5, -0.5, 0.5, 1.0, 2.0, 2.34, 3.0, 3.67, 4.5]


def default_adjustment() -> dict[str, Any]:
    """Return what an adjustment says where its document says nothing."""
    root = nodes_of({})
    found: dict[str, Any] = ADJUSTMENT(Reading("x", "x", root), root, ())
    return found


@st.composite
def tables(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a decision table whose rows compare metrics with edges."""
    metrics = st.sampled_from(list(UNITS))
    leaves = st.builds(
        lambda metric, op, value: {"metric": metric, "op": op, "value": value},
        metrics,
        st.sampled_from(["lt", "le", "gt", "ge"]),
        st.sampled_from(EDGES),
    )
    binned = st.builds(
        lambda op, value: {"bin": "b0", "op": op, "value": value},
        st.sampled_from(["eq", "le", "ge", "between"]),
        st.integers(1, 4),
    ).map(lambda leaf: leaf | ({"value": [2, 3]} if leaf["op"] == "between" else {}))
    parts = st.lists(st.one_of(leaves, binned), min_size=1, max_size=3)
    whens = st.one_of(
        parts.map(lambda each: {"all": each}),
        parts.map(lambda each: {"any": each}),
        leaves.map(lambda each: {"not": each}),
    )
    rows = draw(st.lists(st.tuples(whens, st.sampled_from(TIERS)), min_size=1, max_size=5))
    one = {"id": "b0", "metric": draw(metrics), "quantiles": 4, "better": draw(better), "offset": 0}
    rules = [{"id": f"r{n}", "when": when, "tier": tier} for n, (when, tier) in enumerate(rows)]
    return {"bins": [one], "rules": rules, "otherwise": "d"}


KINDS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "abc": abc(),
    "value": value(),
    "rank": rank(),
    "score": score(),
    "grid": grid(),
    "table": tables(),
}


Values = dict[str, int | None]


def stored(base: dict[str, float | None]) -> Values:
    """Return values as the store keeps them."""
    return {
        name: None if number is None else round(number * SCALES[UNITS[name]])
        for name, number in base.items()
    }


def an_edge(
    base: Values, metric: str, tier: Callable[[Values], str | None], seed: int
) -> int | None:
    """Return a value of the metric at which the tier changes and stays so within the swing, if any.

    It is looked for between all edges that schemes are drawn with, so that most schemes have one.
    """
    points = [round(point * SCALES[UNITS[metric]]) for point in (-3.0, *EDGES, 6.0)]
    found = [tier({**base, metric: point}) for point in points]
    between = [
        (points[place], points[place + 1], below)
        for place, (below, above) in enumerate(pairwise(found))
        if below != above
    ]
    if not between:
        return None
    low, high, below = random.Random(seed).choice(between)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if tier({**base, metric: middle}) == below else (low, middle)
    ends = {tier({**base, metric: round(high * (1 + way * SWING))}) for way in (-1, 1)}
    return high if len(ends) == 2 else None


def swinging(seed: int, base: Values, metric: str, edge: int) -> Iterator[AccountValues]:
    """Yield the values at each review; one of them lies within the swing around the edge."""
    chance = random.Random(seed)
    for _review in REVIEWS:
        way = chance.choice([-1, 1, chance.uniform(-1, 1)])
        yield AccountValues({**base, metric: round(edge * (1 + way * SWING))})


def population(scheme: Any, seed: int) -> Population:
    """Return what the scheme takes from a population of random accounts."""
    chance = random.Random(seed)
    drawn = [
        AccountValues(
            {name: round(chance.uniform(-2, 5) * SCALES[unit]) for name, unit in UNITS.items()}
        )
        for _account in range(60)
    ]
    return population_of(scheme, SOURCE, drawn)


@pytest.mark.parametrize("kind", KINDS)
def test_a_swing_changes_the_tier_at_most_once_a_year(kind: str) -> None:
    adjustment = default_adjustment()
    bases = st.fixed_dictionaries(
        {name: st.one_of(st.none(), st.sampled_from(EDGES)) for name in UNITS}
    )

    @settings(
        max_examples=60,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        phases=[Phase.generate],
    )
    @given(KINDS[kind], bases, st.sampled_from(list(UNITS)), st.integers(0, 2**32))
    def holds(rule: dict[str, Any], base: dict[str, float | None], metric: str, seed: int) -> None:
        scheme = schemes(kind, rule, adjustment)
        known = population(scheme, seed)
        values = stored(base)

        def by_rule(given: Values) -> str | None:
            return evaluate(scheme, known, SOURCE, AccountValues(given), FIELDS).tier

        edge = an_edge(values, metric, by_rule, seed)
        assume(edge is not None)
        path = [*swinging(seed, values, metric, int(edge or 0))]
        tiers = {by_rule({**each.metrics}) for each in path}
        assume(len(tiers) == 2)  # around one edge, and the rule alone goes with it
        standing, changes = Standing(None), list[datetime.date]()
        for day, account in zip(REVIEWS, path, strict=True):
            found = decide(scheme, known, SOURCE, account, FIELDS, standing, day)
            if standing.tier is not None and found.tier != standing.tier:
                changes.append(day)
            if found.tier != standing.tier:
                standing = Standing(found.tier, since=day)
            elif found.below != standing.below:
                standing = replace(standing, below=found.below, counted_on=day)
        assert all((later - earlier).days > 365 for earlier, later in pairwise(changes)), (
            changes,
            tiers,
        )

    holds()
