"""The format of `risk/<name>.yaml`. What the words mean is written in docs/plugins.md."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from itertools import pairwise
from typing import Any

from tierline.packs.branching import by_key, nullable
from tierline.packs.conditions import condition
from tierline.packs.names import group_key, name, refers_to
from tierline.packs.playbook_documents import STEPS
from tierline.packs.problems import did_you_mean
from tierline.packs.scheme_documents import COLORS
from tierline.packs.shapes import (
    Optional,
    Path,
    Reading,
    Shape,
    items,
    localized,
    mapping,
    number,
    record,
    word,
)

PURPOSES = ("churn", "credit", "cooperation", "compliance", "operations")
ALL = "all"

when = condition("metric", "field")
_thresholds = record({"yellow": Optional(number()), "red": Optional(number())})

_INDICATOR: dict[str, Shape | Optional] = {
    "id": name,
    "title": localized(),
    "weight": number(0, 100),
}
_MEASURED = record(
    {
        **_INDICATOR,
        "metric": refers_to("metric"),
        "worse": word("higher", "lower"),
        "thresholds": mapping(nullable(_thresholds)),
    }
)
_JUDGED = record({**_INDICATOR, "when": record({"yellow": Optional(when), "red": Optional(when)})})
indicator = by_key(("when",), _JUDGED, _MEASURED)
"""An indicator: a metric with thresholds, or conditions."""

RISK = record(
    {
        "title": localized(),
        "summary": localized(500),
        "group": group_key,
        "purpose": word(*PURPOSES),
        "stages": Optional(
            items(record({"id": name, "title": localized(60), "when": Optional(when)}), 0, 20), []
        ),
        "indicators": items(indicator, 1, 50),
        "minimum_present": Optional(number(0, 100), 70),
        "bands": items(
            record(
                {
                    "id": name,
                    "title": localized(60),
                    "color": word(*COLORS),
                    "from": Optional(number(0, 100)),
                }
            ),
            2,
            10,
        ),
        "floors": Optional(
            items(record({"id": name, "title": localized(), "when": when, "at_least": name})), []
        ),
        "plans": Optional(
            items(
                record(
                    {
                        "id": name,
                        "title": localized(),
                        "bands": items(name, 1, 10),
                        "indicators": Optional(items(name), []),
                        "steps": STEPS,
                    }
                )
            ),
            [],
        ),
        "weight": Optional(number(0, 1000, integer=True), 100),
    }
)


def check_risk(reading: Reading, document: dict[str, Any]) -> None:
    """Check that the model's parts fit each other and that churn is judged stage by stage."""
    for part in ("stages", "indicators", "bands", "floors", "plans"):
        reading.distinct((part,), [each["id"] for each in document[part]])
    _check_stages(reading, document["stages"])
    _check_indicators(reading, document)
    _check_bands(reading, document["bands"])
    bands = [band["id"] for band in document["bands"]]
    for place, floor in enumerate(document["floors"]):
        _known(reading, ("floors", place, "at_least"), floor["at_least"], bands, "bands")
    named = [indicator["id"] for indicator in document["indicators"]]
    for place, plan in enumerate(document["plans"]):
        path = ("plans", place)
        reading.distinct((*path, "steps"), [each["id"] for each in plan["steps"]])
        for key, known in (("bands", bands), ("indicators", named)):
            for inner, given in enumerate(plan[key]):
                _known(reading, (*path, key, inner), given, known, key)


def _known(reading: Reading, path: Path, given: str, known: Iterable[str], what: str) -> None:
    there = list(known)
    if given not in there:
        hint = did_you_mean(given, there)
        reading.at(path, f'"{given}" is not one of the {what} {", ".join(there)}{hint}')


def _check_stages(reading: Reading, stages: list[dict[str, Any]]) -> None:
    for place, stage in enumerate(stages):
        last = place == len(stages) - 1
        if last and "when" in stage:
            reading.at(("stages", place, "when"), "the last stage takes the rest: leave this out")
        if not last and "when" not in stage:
            reading.at(("stages", place, "when"), "is missing; only the last stage has none")
        if stage["id"] == ALL:
            reading.at(("stages", place, "id"), '"all" stands for every stage')


def _check_indicators(reading: Reading, document: dict[str, Any]) -> None:
    indicators, path = document["indicators"], ("indicators",)
    total = sum(Fraction(str(indicator["weight"])) for indicator in indicators)
    if total != 100:
        reading.at(path, f"the weights sum to {float(total):g}, not to 100")
    stages = [stage["id"] for stage in document["stages"]]
    for place, each in enumerate(indicators):
        if "thresholds" in each:
            _check_thresholds(reading, (*path, place), each, stages)
        elif not each["when"]:
            reading.at((*path, place, "when"), "must have yellow, red or both")
    told_apart = any(set(each.get("thresholds", ())) - {ALL} for each in indicators)
    if document["purpose"] == "churn" and not told_apart:
        what = "has one threshold for all stages: churn differs by stage, so at least one must, too"
        reading.at(path, what)


def _check_thresholds(
    reading: Reading, path: Path, indicator: dict[str, Any], stages: list[str]
) -> None:
    given, at = indicator["thresholds"], (*path, "thresholds")
    for stage in given:
        _known(reading, (*at, stage), stage, [ALL, *stages], "stages")
    for stage in stages if ALL not in given else ():
        if stage not in given:
            reading.at(at, f'has nothing for the stage "{stage}": name it, or give "all"')
    if not stages and ALL not in given:
        reading.at(at, 'must have "all": the model has no stages')
    for stage, levels in given.items():
        if levels is not None:
            _check_levels(reading, (*at, stage), levels, indicator["worse"])


def _check_levels(reading: Reading, path: Path, levels: dict[str, float], worse: str) -> None:
    if not levels:
        reading.at(path, "must have yellow, red or both")
    if len(levels) == 2:
        milder = levels["yellow"] < levels["red"]
        if milder != (worse == "higher") or levels["yellow"] == levels["red"]:
            side = "greater" if worse == "higher" else "less"
            reading.at((*path, "red"), f"must be {side} than yellow: {worse} is worse")


def _check_bands(reading: Reading, bands: list[dict[str, Any]]) -> None:
    for place, band in enumerate(bands[:-1]):
        if "from" not in band:
            reading.at(("bands", place, "from"), "is missing; only the last band has none")
    if "from" in bands[-1]:
        path = ("bands", len(bands) - 1, "from")
        reading.at(path, "the last band takes the rest: leave this out")
    froms = [band["from"] for band in bands if "from" in band]
    for place, (before, after) in enumerate(pairwise(froms), start=1):
        if after >= before:
            reading.at(("bands", place, "from"), "must be less than the one before")
