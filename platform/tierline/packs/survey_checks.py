"""What the parts of a survey template say about each other: scales, causes, order, visibility.

A variant is checked as the whole that it makes with its master, and only its own parts are blamed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tierline.packs.conditions import leaves
from tierline.packs.problems import did_you_mean
from tierline.packs.records import survey_template
from tierline.packs.shapes import Path, Reading
from tierline.packs.surveys import Scale, SurveyItem, SurveyTemplate, combined

ORDERED = frozenset({"lt", "le", "gt", "ge", "between"})


def check_variant(reading: Reading, document: Mapping[str, Any], master: Mapping[str, Any]) -> None:
    """Check a variant together with its master's document."""
    if "extends" in master:
        reading.at(("extends",), f'is a variant itself: name its master "{master["extends"]}"')
        return
    base = survey_template("master", master)
    variant = survey_template(reading.file, document)
    before = [item.id for item in base.items]
    for place, hidden in enumerate(document["hides"]):
        _known(reading, ("hides", place), hidden, before, "the master's items")
    for reworded in document["rewords"]:
        _known(reading, ("rewords", reworded), reworded, before, "the master's items")
    own = [item["id"] for item in document["items"]]
    for place, item in enumerate(document["items"]):
        if "after" in item:
            there = [*before, *own[:place]]
            path = ("items", place, "after")
            _known(reading, path, item["after"], there, "the items before it")
    for kind in ("dimensions", "scales", "causes", "items"):
        theirs = {part["id"] for part in master[kind]}
        for place, part in enumerate(document[kind]):
            if part["id"] in theirs:
                reading.at((kind, place, "id"), f'"{part["id"]}" is the master\'s already')
    if not reading.problems:
        check_whole(reading, document, combined(base, variant))


def check_whole(reading: Reading, document: Mapping[str, Any], template: SurveyTemplate) -> None:
    """Check that a template's parts fit each other; what is its master's is taken as right."""
    for kind in ("dimensions", "scales", "causes", "items"):
        reading.distinct((kind,), [each["id"] for each in document[kind]])
    _check_causes(reading, document["causes"], template)
    scales = {scale.id: scale for scale in template.scales}
    dimensions = [dimension.id for dimension in template.dimensions]
    places = {item["id"]: place for place, item in enumerate(document["items"])}
    earlier: dict[str, SurveyItem] = {}
    for item in template.items:
        path: Path = ("items", places[item.id]) if item.id in places else ("hides",)
        if item.id in places:
            _known(reading, (*path, "dimension"), item.dimension, dimensions, "the dimensions")
            _known(reading, (*path, "scale"), item.scale, scales, "the scales")
            _check_reverse(reading, (*path, "reverse"), item, scales)
        _check_visibility(reading, path, item, earlier, scales)
        earlier[item.id] = item


def _known(reading: Reading, path: Path, given: str, known: Iterable[str], what: str) -> None:
    there = list(known)
    if given not in there:
        hint = did_you_mean(given, there)
        reading.at(path, f'"{given}" is not one of {what}{hint}')


def _check_causes(reading: Reading, causes: list[dict[str, Any]], template: SurveyTemplate) -> None:
    """A cause's parent stands before it and has no parent itself: the tree has two levels."""
    own = {cause["id"] for cause in causes}
    tops = [cause.id for cause in template.causes if cause.parent is None]
    for place, cause in enumerate(causes):
        if "parent" in cause:
            inside = [top for top in tops if top not in own or top != cause["id"]]
            path = ("causes", place, "parent")
            _known(reading, path, cause["parent"], inside, "the causes without a parent")


def check_scales(reading: Reading, scales: list[dict[str, Any]]) -> None:
    """Check that ratings go upwards, choices differ, and "don't know" is no answer of its own."""
    for place, scale in enumerate(scales):
        path = ("scales", place)
        if scale["kind"] == "rating":
            if scale["least"] >= scale["most"]:
                reading.at((*path, "most"), "must be greater than the least")
            code = scale.get("unknown", {}).get("code")
            if code is not None and scale["least"] <= code <= scale["most"]:
                reading.at((*path, "unknown", "code"), "must lie outside the ratings")
        if scale["kind"] == "choice":
            _check_choices(reading, (*path, "choices"), scale["choices"])


def _check_choices(reading: Reading, path: Path, choices: list[dict[str, Any]]) -> None:
    ids = [choice["id"] for choice in choices]
    for place, given in enumerate(ids):
        if given in ids[:place]:
            reading.at((*path, place, "id"), f'"{given}" stands here twice')
    if sum("points" in choice for choice in choices) not in (0, len(choices)):
        reading.at(path, "either every choice has points, or none has")


def _check_reverse(
    reading: Reading, path: Path, item: SurveyItem, scales: Mapping[str, Scale]
) -> None:
    scale = scales.get(item.scale)
    if item.reverse and scale is not None and scale.kind != "rating":
        reading.at(path, f'goes with a rating only, and "{scale.id}" is a {scale.kind}')


def _check_visibility(
    reading: Reading,
    path: Path,
    item: SurveyItem,
    earlier: Mapping[str, SurveyItem],
    scales: Mapping[str, Scale],
) -> None:
    """Check that a question depends on answers that were given before it, and can be given."""
    if item.visible_if is None:
        return
    for inner, leaf in leaves(item.visible_if, ("visible_if",)):
        place = (*path, *inner) if path[0] == "items" else path
        named = leaf["item"]
        if named not in earlier:
            hint = did_you_mean(named, earlier)
            reading.at(
                place, f'"{item.id}" depends on "{named}", which is not asked before it{hint}'
            )
        elif earlier[named].scale in scales:
            for what in _misfits(leaf, scales[earlier[named].scale]):
                reading.at(place, f'"{named}" {what}')


def _misfits(leaf: Mapping[str, Any], scale: Scale) -> Iterator[str]:
    """Yield why a condition can't speak so of an item with this scale."""
    operator = leaf["op"]
    if operator in ORDERED and scale.kind != "rating":
        yield f'has no order: it is a {scale.kind}; "{operator}" does not fit'
        return
    if "value" not in leaf:
        return
    given = leaf["value"] if isinstance(leaf["value"], list | tuple) else (leaf["value"],)
    for value in given:
        if scale.kind == "text":
            yield "is a text: only known and unknown fit"
        elif scale.kind == "rating" and not _is_rating(value, scale):
            yield f"can't be answered with {value}: it goes from {scale.least} to {scale.most}"
        elif scale.kind == "choice":
            ids = [choice.id for choice in scale.choices]
            if value not in ids:
                yield f'has no choice "{value}": its choices are {", ".join(ids)}'


def _is_rating(value: Any, scale: Scale) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return scale.least is not None and scale.most is not None and scale.least <= value <= scale.most
