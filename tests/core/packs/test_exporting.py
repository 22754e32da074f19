"""The exported JSON Schemas: they take every plugin's files, and refuse what the check refuses."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from tierline.config import home_folder
from tierline.packs.documents import FORMATS, read
from tierline.packs.exporting import KINDS, json_schema
from tierline.packs.strict_yaml import nodes_of, parse

VALIDATORS = {
    kind: jsonschema_rs.Draft202012Validator(json_schema(kind), validate_formats=True)
    for kind in KINDS
}
TRIAL = Path(__file__).parents[2] / "trial"
FOLDERS = [TRIAL, *sorted(path.parent for path in home_folder().glob("plugins/*/plugin.yaml"))]
FILES = [path for folder in FOLDERS for path in sorted(folder.rglob("*.yaml"))]


def kind_of(path: Path) -> str:
    return path.parent.name if path.name != "plugin.yaml" else "plugin"


def content(path: Path) -> Any:
    root, problems = parse(path.read_bytes(), path.name)
    assert root is not None
    assert problems == []
    return root.plain()


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_is_one(kind: str) -> None:
    jsonschema_rs.meta.validate(json_schema(kind))


def test_every_format_has_a_schema() -> None:
    assert set(KINDS) == {"plugin", *FORMATS}


@pytest.mark.parametrize("path", FILES, ids=lambda path: "/".join(path.parts[-3:]))
def test_every_file_of_every_plugin_fits_its_schema(path: Path) -> None:
    errors = [
        f"{error.instance_path}: {error.message}"
        for error in VALIDATORS[kind_of(path)].iter_errors(content(path))
    ]
    assert errors == []


REMOVED = object()
MISTAKES: list[tuple[str, tuple[str | int, ...], Any]] = [
    ("plugin.yaml", ("license",), REMOVED),
    ("plugin.yaml", ("licence",), "none"),
    ("plugin.yaml", ("version",), "1.0"),
    ("plugin.yaml", ("title", "zh_CN"), REMOVED),
    ("plugin.yaml", ("title", "en"), "<b>Trial</b>"),
    ("plugin.yaml", ("kind",), "packs"),
    ("plugin.yaml", ("requires",), "essentials"),
    ("groups/partner.yaml", ("kinds", 0, "key"), "Local"),
    ("fields/size.yaml", ("minimum",), "none"),
    ("fields/rank.yaml", ("choices", 0, "points"), 1.5),
    ("metrics/size.yaml", ("compute",), {"field": "size", "share": {"of": "size"}}),
    ("metrics/size.yaml", ("compute",), {"recency": {}}),
    ("metrics/size.yaml", ("digits",), 7),
    ("tiering/score.yaml", ("kind",), "scores"),
    ("tiering/score.yaml", ("rule", "criteria", 0, "edges"), [1, 2, 3]),
    ("tiering/score.yaml", ("rule", "criteria", 1, "better"), "lower"),
    ("tiering/score.yaml", ("rule", "gates", 0, "when"), {"not": {"field": "rank", "op": "eq"}}),
    ("tiering/score.yaml", ("rule", "gates", 0, "when"), {"bin": "r", "op": "known"}),
    ("tiering/table.yaml", ("rule", "rules", 0, "when"), {"any": []}),
    (
        "tiering/table.yaml",
        ("rule", "rules", 0, "when"),
        {"metric": "size", "op": "in", "value": 1},
    ),
    ("tiering/grid.yaml", ("rule", "rows", "labels"), []),
    ("surveys/partner.yaml", ("minutes",), 0),
    ("surveys/partner.yaml", ("scales", 0, "kind"), "choice"),
    ("surveys/partner.yaml", ("scales", 0, "least"), REMOVED),
    ("surveys/partner.yaml", ("items", 0, "text", "zh_CN"), ""),
    ("surveys/partner.yaml", ("items", 0, "modes"), ["post"]),
    ("surveys/partner.yaml", ("items", 2, "visible_if"), {"metric": "size", "op": "known"}),
    ("risk/churn.yaml", ("indicators", 0, "worse"), REMOVED),
    ("risk/churn.yaml", ("indicators", 0, "thresholds", "small"), {"orange": 1}),
    ("risk/churn.yaml", ("indicators", 1, "when"), {"red": {"field": "rank", "op": "eq"}}),
    ("risk/churn.yaml", ("bands",), [{"id": "one", "title": {"en": "One", "zh_CN": "一"}}]),
    ("risk/churn.yaml", ("plans", 0, "steps", 0, "day"), -1),
    ("playbooks/standard.yaml", ("cadences", 0, "every_days"), 0),
    ("playbooks/standard.yaml", ("cadences", 0, "channel"), "pigeon"),
    ("playbooks/standard.yaml", ("service_levels", 0, "unit"), "hour"),
    ("tests/score.yaml", ("accounts", 0, "score"), 6),
    ("tests/score.yaml", ("accounts", 0, "metrics"), {"Size": 1}),
]


def changed(value: Any, path: tuple[str | int, ...], new: Any) -> Any:
    """Return a copy of the value in which something stands at a path, or nothing any more."""
    whole = copy.deepcopy(value)
    inner = whole
    for step in path[:-1]:
        inner = inner[step]
    if new is REMOVED:
        del inner[path[-1]]
    else:
        inner[path[-1]] = new
    return whole


@pytest.mark.parametrize(("file", "path", "new"), MISTAKES)
def test_what_the_check_refuses_the_schema_refuses(
    file: str, path: tuple[str | int, ...], new: Any
) -> None:
    wrong = changed(content(TRIAL / file), path, new)
    kind = kind_of(TRIAL / file)
    _document, reading = read(KINDS[kind][0], "trial", file, nodes_of(wrong))
    assert reading.problems
    assert not VALIDATORS[kind].is_valid(wrong)
