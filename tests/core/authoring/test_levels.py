"""Each rule of a level: what it misses, in which file, and what it says to do."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tierline.authoring.levels import RULES, Subject, check_level
from tierline.authoring.skeleton import write
from tierline.config import home_folder
from tierline.packs.loading import check_against, load, plugin_folders

Change = Callable[[Any, Path], None]


@pytest.fixture
def begun(tmp_path: Path) -> tuple[Path, dict[str, Any]]:
    """Return a new stakeholder plugin, as a folder and as a document that may be changed."""
    folder = write(tmp_path / "guests", "guests", "stakeholders")
    return folder, copy.deepcopy(dict(check_against(folder, {}).document))


def drop(*path: str) -> Change:
    def change(document: Any, folder: Path) -> None:
        for step in path[:-1]:
            document = document[step]
        del document[path[-1]]

    return change


def put(value: Any, *path: Any) -> Change:
    def change(document: Any, folder: Path) -> None:
        for step in path[:-1]:
            document = document[step]
        document[path[-1]] = value

    return change


def write_file(name: str, text: str) -> Change:
    return lambda document, folder: (folder / name).write_text(text, encoding="utf-8") and None


def remove(name: str) -> Change:
    return lambda document, folder: (folder / name).unlink()


def known(document: Any, folder: Path) -> None:
    for account in document["tests"]["by_need"]["accounts"]:
        account["metrics"] = {"guests:annual_need": 1}


def with_edges(document: Any, folder: Path) -> None:
    document["tiering"]["by_need"]["rule"] = {
        "rows": {"metric": "guests:annual_need", "edges": [1000000, 77]}
    }


FIELD = ("fields", "annual_need")

MISSES: list[tuple[str, Change, str]] = [
    ("readme", remove("README.md"), "guests/README.md: readme: is missing"),
    ("readme", write_file("README.md", "Guests"), "readme: must begin with a title"),
    ("changelog", remove("CHANGELOG.md"), "guests/CHANGELOG.md: changelog: is missing"),
    (
        "changelog",
        put("0.2.0", "manifest", "version"),
        'guests/CHANGELOG.md: changelog: must have a section "## 0.2.0"',
    ),
    (
        "changelog",
        write_file("CHANGELOG.md", "# C\n\n## 0.1.0\n"),
        "changelog: must have a section",
    ),
    (
        "languages",
        put({"en": "需求", "zh_CN": "需求"}, *FIELD, "title"),
        "guests/fields/annual_need.yaml: languages: title.en holds Chinese",
    ),
    ("summaries", put({}, *FIELD, "summary"), "annual_need.yaml: summaries: add a summary"),
    ("summaries", drop("tiering", "by_need", "summary"), "tiering/by_need.yaml: summaries"),
    ("examples", drop("tests", "by_need"), "guests/tests/by_need.yaml: examples: is missing"),
    (
        "examples",
        put("small", "tests", "by_need", "accounts", 0, "tier"),
        'tests/by_need.yaml: examples: add an account that gets the tier "large"',
    ),
    ("examples", known, "examples: add an account of which a metric of by_need is unknown"),
    (
        "personal_data",
        put(True, *FIELD, "sensitive"),
        "guests/plugin.yaml: personal_data: declare personal_data: what, why, retention",
    ),
    ("personal_data", put("contact", *FIELD, "record"), "personal_data: declare personal_data"),
    ("edges", with_edges, "tests/by_need.yaml: edges: add an account whose guests:annual_need is"),
    ("lifecycle", put("x", "manifest", "support"), "lifecycle: support must be an address"),
    ("survey", put({}, "surveys"), "surveys/guests.yaml: survey: add a survey template"),
    ("risk_model", put({}, "risk"), "guests/risk/: risk_model: add a risk model"),
    ("playbook", put({}, "playbooks"), "guests/playbooks/: playbook: add a playbook"),
]


@pytest.mark.parametrize(("rule", "change", "told"), MISSES)
def test_what_is_missed_is_named(
    begun: tuple[Path, dict[str, Any]], rule: str, change: Change, told: str
) -> None:
    folder, document = begun
    change(document, folder)
    missed = [str(each) for each in check_level(Subject(folder, document), "gold")]
    assert [line for line in missed if told in line] != []
    exempt = {**document["manifest"], "exemptions": {rule: "a reason"}}
    rest = check_level(Subject(folder, {**document, "manifest": exempt}), "gold")
    assert [line for line in map(str, rest) if f": {rule}: " in line] == []


def test_every_rule_has_a_case() -> None:
    assert {rule.__name__ for rules in RULES.values() for rule in rules} == {
        rule for rule, _, _ in MISSES
    }


def test_bronze_asks_for_nothing_beyond_being_valid(begun: tuple[Path, dict[str, Any]]) -> None:
    assert check_level(Subject(*begun), "bronze") == []


FOLDERS = plugin_folders(home_folder() / "plugins")
LOADED = load(FOLDERS)


@pytest.mark.parametrize("plugin", sorted(FOLDERS))
def test_the_plugins_of_the_repository_are_silver(plugin: str) -> None:
    missed = check_level(Subject(FOLDERS[plugin], LOADED.releases[plugin].document), "silver")
    assert list(map(str, missed)) == []
