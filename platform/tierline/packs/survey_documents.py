"""The format of `surveys/<name>.yaml`. What the words mean is written in docs/plugins.md.

A master is checked as a whole when its file is read. A variant can be checked only together with
its master, which may stand in another plugin: `references.py` does so when all files are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, get_args

from tierline.packs.branching import by_word
from tierline.packs.conditions import condition
from tierline.packs.contributions import LOCALES
from tierline.packs.names import group_key, name, refers_to
from tierline.packs.problems import did_you_mean
from tierline.packs.records import survey_template
from tierline.packs.shapes import (
    Optional,
    Path,
    Reading,
    Shape,
    flag,
    items,
    localized,
    mapping,
    number,
    record,
    word,
)
from tierline.packs.strict_yaml import Node
from tierline.packs.survey_checks import check_scales, check_whole
from tierline.packs.surveys import Layer, Mode

MODES, LAYERS = get_args(Mode), get_args(Layer)
PLACEHOLDERS = ("company", "period")

whole = number(-1000, 1000, integer=True)
unknown = Optional(record({"code": whole, "title": localized(60)}))
_SCALE: dict[str, Shape | Optional] = {"id": name, "title": localized()}

SCALE = by_word(
    "kind",
    {
        "rating": record(
            {
                **_SCALE,
                "kind": word("rating"),
                "least": whole,
                "most": whole,
                "low": localized(60),
                "high": localized(60),
                "unknown": unknown,
            }
        ),
        "choice": record(
            {
                **_SCALE,
                "kind": word("choice"),
                "choices": items(
                    record({"id": name, "title": localized(), "points": Optional(number())}), 2, 50
                ),
                "several": Optional(flag, False),
                "unknown": unknown,
            }
        ),
        "text": record(
            {
                **_SCALE,
                "kind": word("text"),
                "length": Optional(number(1, 10_000, integer=True), 2000),
            }
        ),
    },
)


BRACED = re.compile(r"\{([^{}]*)\}")


def _question(reading: Reading, node: Node, path: Path) -> Any:
    before = len(reading.problems)
    value = _texts(reading, node, path)
    if len(reading.problems) > before:
        return value
    for locale in LOCALES:
        for what in _bad_braces(value[locale]):
            reading.problem(node.value[locale], (*path, locale), what)
    if len({frozenset(BRACED.findall(value[locale])) for locale in LOCALES}) > 1:
        reading.problem(node, path, "must have the same placeholders in every language")
    return value


_texts = localized(500)
question = Shape(_question, _texts.description)
"""A question: in each language, with the same known placeholders."""


def _bad_braces(text: str) -> Iterator[str]:
    known = " and ".join(f"{{{each}}}" for each in PLACEHOLDERS)
    for given in BRACED.findall(text):
        if given not in PLACEHOLDERS:
            hint = did_you_mean(given, PLACEHOLDERS)
            yield f'has no use for "{{{given}}}": known are {known}{hint}'
    if set("{}") & set(BRACED.sub("", text)):
        yield "has a brace without its other half"


named = record({"id": name, "title": localized()})
SURVEY = record(
    {
        "title": localized(),
        "summary": localized(500),
        "group": Optional(group_key),
        "extends": Optional(refers_to("survey")),
        "minutes": number(0.5, 120),
        "anonymous": Optional(flag, False),
        "modes": Optional(items(word(*MODES), 1), list(MODES)),
        "layers": Optional(items(word(*LAYERS), 1), list(LAYERS)),
        "dimensions": Optional(items(named, 0, 50), []),
        "scales": Optional(items(SCALE, 0, 50), []),
        "causes": Optional(
            items(record({"id": name, "title": localized(), "parent": Optional(name)}), 0, 200), []
        ),
        "items": items(
            record(
                {
                    "id": name,
                    "dimension": name,
                    "scale": name,
                    "text": question,
                    "required": Optional(flag, False),
                    "reverse": Optional(flag, False),
                    "visible_if": Optional(condition("item")),
                    "layers": Optional(items(word(*LAYERS), 1), []),
                    "modes": Optional(items(word(*MODES), 1), []),
                    "after": Optional(name),
                }
            ),
            0,
            100,
        ),
        "hides": Optional(items(name), []),
        "rewords": Optional(mapping(question), {}),
        "weight": Optional(number(0, 1000, integer=True), 100),
    }
)


def check_survey(reading: Reading, document: dict[str, Any]) -> None:
    """Check what can be checked without the master: a master is then checked as a whole."""
    if ("group" in document) == ("extends" in document):
        reading.at((), "must have either a group (a master) or extends (a variant)")
    check_scales(reading, document["scales"])
    if "extends" in document:
        return
    if not document["items"]:
        reading.at(("items",), "a master needs at least one")
    for key in ("hides", "rewords"):
        if document[key]:
            reading.at((key,), "only a variant may have this")
    for place, item in enumerate(document["items"]):
        if "after" in item:
            reading.at(("items", place, "after"), "only a variant's items may have this")
    if not reading.problems:
        check_whole(reading, document, survey_template(reading.file, document))
