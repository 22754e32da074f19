"""The part of a scheme that scores: criteria, their weights, and where the weights come from."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

from tierline.packs.branching import by_key, by_word
from tierline.packs.names import name, refers_to
from tierline.packs.shapes import (
    Optional,
    Path,
    Reading,
    Shape,
    items,
    localized,
    number,
    record,
    text,
    word,
)
from tierline.packs.weighting import ahp, greatest_ratio, pairs_of, worst

DIMENSIONS = ("current_value", "potential_value", "industry_position", "risk_stability")
POINT_EDGES = 4  # points go from 1 to 5
ROUNDING = 1  # weights may stand in whole percent

edges = items(number(), 1, 20)
better = Optional(word("higher", "lower"), "higher")
percent = Optional(number(0, 100), 70)

_WITH_EDGES: dict[str, Shape | Optional] = {
    "id": name,
    "title": Optional(localized()),
    "dimension": Optional(word(*DIMENSIONS)),
    "weight": number(0, 100),
    "metric": refers_to("metric"),
    "edges": items(number(), POINT_EDGES, POINT_EDGES),
    "better": better,
}
_IN_POINTS: dict[str, Shape | Optional] = {
    **{key: shape for key, shape in _WITH_EDGES.items() if key not in ("edges", "better")},
    "metric": refers_to("points_metric"),
}


criterion = by_key(("edges", "better"), record(_WITH_EDGES), record(_IN_POINTS))
"""A criterion: with four edges, or over a metric that is in points already."""

judgement = record({"of": name, "over": name, "value": number(1, 9)})
weighting = by_word(
    "method",
    {
        "ahp": record({"method": word("ahp"), "judgements": items(judgement, 1, 45)}),
        "entropy": record(
            {
                "method": word("entropy"),
                "accounts": number(2, integer=True),
                "as_of": text(10, r"\d{4}-\d{2}-\d{2}", "a date like 2026-12-31"),
            }
        ),
    },
)
"""Where weights come from, if not from a person: judgements in pairs (`of` is `value` times as
important as `over`), or how the values of so many accounts spread on a day."""

SCORING: dict[str, Shape | Optional] = {
    "criteria": items(criterion, 1, 50),
    "weighting": Optional(weighting),
    "minimum_present": percent,
}


def check_scoring(reading: Reading, path: Path, scoring: dict[str, Any]) -> None:
    """Check criteria, edges and weights, and that the weights are those of their method."""
    criteria, path_of = scoring["criteria"], (*path, "criteria")
    reading.distinct(path_of, [criterion["id"] for criterion in criteria])
    total = sum(Fraction(str(criterion["weight"])) for criterion in criteria)
    if total != 100:
        reading.at(path_of, f"the weights sum to {float(total):g}, not to 100")
    for place, criterion in enumerate(criteria):
        ascending(reading, (*path_of, place, "edges"), criterion.get("edges", []))
    judgements = scoring.get("weighting", {}).get("judgements")
    if judgements and _each_pair_once(reading, path, criteria, judgements):
        _check_method(reading, path, criteria, judgements)


Judged = list[dict[str, Any]]


def _each_pair_once(reading: Reading, path: Path, criteria: Judged, judgements: Judged) -> bool:
    """Note judgements of something else, of a pair judged before, and pairs not judged."""
    path, before = (*path, "weighting", "judgements"), len(reading.problems)
    ids = [criterion["id"] for criterion in criteria]
    missing = {frozenset(pair): pair for pair in pairs_of(ids)}
    for place, judged in enumerate(judgements):
        pair = frozenset((judged["of"], judged["over"]))
        if missing.pop(pair, None) is None:
            known = pair <= set(ids) and len(pair) == 2
            why = "is judged twice" if known else "is not a pair of the criteria"
            reading.at((*path, place), f"{judged['of']} over {judged['over']} {why}")
    for one, other in missing.values():
        reading.at(path, f"{one} over {other} is missing: every pair is judged once")
    return len(reading.problems) == before


def _check_method(reading: Reading, path: Path, criteria: Judged, judgements: Judged) -> None:
    """Note judgements that contradict each other, and weights that are not their result."""
    given = {(judged["of"], judged["over"]): judged["value"] for judged in judgements}
    found = ahp([criterion["id"] for criterion in criteria], given)
    most = greatest_ratio(len(criteria))
    if found.consistency_ratio > most:
        misfit = worst(given, found)
        what = (
            "the judgements contradict each other (consistency ratio "
            f"{found.consistency_ratio:.2f}, at most {most:.2f}); furthest off is {misfit.of} over "
            f"{misfit.over}: {misfit.given:g}, while the others say {misfit.implied:.2g}"
        )
        reading.at((*path, "weighting", "judgements"), what)
        return
    for place, criterion in enumerate(criteria):
        exact = found.weights[criterion["id"]] * 100
        if abs(criterion["weight"] - exact) > ROUNDING:
            what = f"is {criterion['weight']:g}, but the judgements say {exact:.1f}"
            reading.at((*path, "criteria", place, "weight"), what)


def ascending(
    reading: Reading,
    path: Path,
    values: list[float],
    key: str = "",
    what: str = "greater than the one before",
) -> None:
    """Note each value that is not greater than the one before."""
    for place, (before, after) in enumerate(pairwise(values), start=1):
        if after <= before:
            reading.at((*path, place, key) if key else (*path, place), f"must be {what}")
