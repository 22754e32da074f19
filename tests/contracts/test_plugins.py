"""What every plugin in this repository must keep to."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import fields as fields_of
from dataclasses import is_dataclass
from types import ModuleType
from typing import Any, get_args

import pytest

from tierline.accounts.models import STAGES
from tierline.config import home_folder
from tierline.packs import contributions, playbooks, risks, surveys
from tierline.packs.golden import golden_examples
from tierline.packs.loading import load, plugin_folders
from tierline.packs.releases import Release
from tierline.plugins import hooks, queries, words
from tierline.plugins.dispatch import RECORDS
from tierline.plugins.pack import Pack

PLUGINS = home_folder() / "plugins"
FOLDERS = plugin_folders(PLUGINS)
LOADED = load(FOLDERS)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
DOCUMENTATION = (home_folder() / "docs" / "plugins.md").read_text(encoding="utf-8")

every_plugin = pytest.mark.parametrize("plugin", sorted(FOLDERS))


def texts(value: Any, path: str = "") -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield every text for people in a document, with its path."""
    if isinstance(value, dict) and "en" in value:
        yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from texts(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from texts(inner, f"{path}[{place}]")


def records_of(module: ModuleType) -> list[type]:
    """Return the record kinds that a module defines."""
    found = [value for value in vars(module).values() if is_dataclass(value)]
    return [kind for kind in found if isinstance(kind, type) and kind.__module__ == module.__name__]


def release(plugin: str) -> Release:
    return LOADED.releases[plugin]


def test_every_plugin_loads() -> None:
    problems = [str(each) for error in LOADED.failed.values() for each in error.problems]
    assert problems == []


INDUSTRIES = {
    "manufacturing",
    "fmcg_channel",
    "saas",
    "banking",
    "healthcare",
    "telecom_gov",
    "property",
}
STAKEHOLDERS = {"suppliers", "subcontractors", "regulators", "channel_partners", "employees"}


def test_the_packs_are_there() -> None:
    assert {"essentials"} | INDUSTRIES | STAKEHOLDERS <= set(FOLDERS)
    category = {id: each.document["manifest"]["category"] for id, each in LOADED.releases.items()}
    assert {category[id] for id in INDUSTRIES} == {"industry"}
    assert {category[id] for id in STAKEHOLDERS} == {"stakeholders"}


def test_essentials_alone_is_enabled_by_default() -> None:
    default = [id for id, each in LOADED.releases.items() if each.document["manifest"]["default"]]
    assert default == ["essentials"]


@every_plugin
def test_it_explains_itself(plugin: str) -> None:
    for name in ("README.md", "CHANGELOG.md"):
        assert (FOLDERS[plugin] / name).read_text(encoding="utf-8").startswith("# ")
    changes = (FOLDERS[plugin] / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## {release(plugin).version}\n" in changes


@every_plugin
def test_its_texts_are_complete_in_both_languages(plugin: str) -> None:
    found = list(texts(dict(release(plugin).document)))
    assert found
    for path, text in found:
        assert set(text) == set(contributions.LOCALES), path
        assert not CHINESE.search(text["en"]), path
        same = text["zh_CN"] == text["en"]  # A, B, C and the like
        assert CHINESE.search(text["zh_CN"]) or same or text["zh_CN"].isupper(), path


@every_plugin
def test_every_scheme_has_golden_examples_with_every_tier(plugin: str) -> None:
    document = release(plugin).document
    expected: dict[str, set[str | None]] = {}
    for example in golden_examples(document):
        tiers = {account.tier for account in example.accounts}
        expected.setdefault(example.scheme, set()).update(tiers)
    for name, scheme in document["tiering"].items():
        tiers = {tier["id"] for tier in scheme["tiers"]}
        assert f"{plugin}:{name}" in expected
        if scheme["kind"] != "table":
            assert tiers <= expected[f"{plugin}:{name}"]


def surveys_of(plugin: str) -> list[surveys.SurveyTemplate]:
    """Return a plugin's survey templates, each variant whole."""
    every = [each for one in LOADED.releases.values() for each in Pack(one).survey_templates()]
    masters = {each.id: each for each in every if each.extends is None}
    return [
        surveys.combined(masters[each.extends], each) if each.extends else each
        for each in every
        if each.id.startswith(f"{plugin}:")
    ]


def test_every_stakeholder_group_has_one_master() -> None:
    every = [each for one in LOADED.releases.values() for each in Pack(one).survey_templates()]
    groups = [each.group for each in every if each.extends is None]
    defined = {
        group.key for one in LOADED.releases.values() for group in Pack(one).stakeholder_groups()
    }
    assert sorted(map(str, groups)) == sorted({"customer", *defined})


@every_plugin
def test_every_survey_asks_what_dissatisfies_and_takes_the_time_that_it_says(plugin: str) -> None:
    for survey in surveys_of(plugin):
        kinds = {scale.id: scale.kind for scale in survey.scales}
        closing = [item for item in survey.items if item.dimension == "dissatisfaction"]
        assert closing
        assert survey.items[-len(closing) :] == tuple(closing), survey.id
        seconds = [30 if kinds[item.scale] == "text" else 15 for item in survey.items]
        assert sum(seconds) / 60 * 0.8 <= survey.minutes <= sum(seconds) / 60 * 1.6, survey.id


@every_plugin
def test_a_choice_is_scored_by_one_metric_only_where_it_has_points(plugin: str) -> None:
    document = release(plugin).document
    for name, metric in document["metrics"].items():
        field = metric["compute"].get("field")
        if field and field.startswith(f"{plugin}:"):
            is_choice = document["fields"][field.partition(":")[2]]["type"] == "choice"
            assert (metric["unit"] == "points") == is_choice, name


@every_plugin
def test_a_pack_answers_every_hook_with_its_records(plugin: str) -> None:
    pack = Pack(release(plugin))
    for hook, kind in RECORDS.items():
        answer = list(getattr(pack, hook)())
        assert all(isinstance(record, kind) for record in answer)
        assert all(record.id.startswith(f"{plugin}:") for record in answer)


def test_group_keys_are_told_apart() -> None:
    keys = [
        group["key"]
        for each in LOADED.releases.values()
        for group in each.document["groups"].values()
    ]
    assert len(keys) == len(set(keys))


def test_every_hook_is_specified_documented_and_used() -> None:
    specified = {name for name in vars(hooks.ContributionHooks) if not name.startswith("_")}
    assert specified == set(RECORDS)
    for hook in RECORDS:
        assert f"`{hook}`" in DOCUMENTATION
        assert any(getattr(Pack(each), hook)() for each in LOADED.releases.values())


def test_every_code_hook_is_documented_and_implemented_by_a_plugin_here() -> None:
    sources = [path.read_text(encoding="utf-8") for path in PLUGINS.glob("*/tierline_*/*.py")]
    for hook in vars(hooks.CodeHooks):
        if not hook.startswith("_"):
            assert f"`{hook}(" in DOCUMENTATION
            assert any(f"@hookimpl\ndef {hook}(" in source for source in sources), hook


RENAMED = {"least": "from"}  # of a band: `from` is no name in Python


@pytest.mark.parametrize(
    "kind",
    [
        contributions.Metric,
        contributions.TieringScheme,
        *(kind for module in (surveys, risks, playbooks) for kind in records_of(module)),
    ],
    ids=lambda kind: kind.__name__,
)
def test_the_keys_of_a_format_are_documented(kind: type) -> None:
    for field in fields_of(kind):
        name = RENAMED.get(field.name, field.name) if kind is risks.Band else field.name
        assert re.search(rf"\b{name}\b", DOCUMENTATION), name


@pytest.mark.parametrize("hook", RECORDS)
def test_every_hook_is_asked_for_somewhere(hook: str) -> None:
    """A hook has a query that asks it for the tenant in scope, and a record kind of its own."""
    assert callable(getattr(queries, hook))
    assert len({*RECORDS.values()}) == len(RECORDS)


def test_playbooks_speak_of_the_stages_that_accounts_have() -> None:
    assert get_args(playbooks.AccountStage) == STAGES
    assert set(words.STAGES) == set(STAGES)


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (words.MODES, surveys.Mode),
        (words.LAYERS, surveys.Layer),
        (words.CHANNELS, playbooks.Channel),
        (words.DUTIES, playbooks.Duty),
    ],
)
def test_every_word_of_a_format_has_a_name_on_the_screen(
    names: Mapping[str, Any], kind: Any
) -> None:
    assert tuple(names) == get_args(kind)


def test_the_core_names_no_plugin() -> None:
    """Everything industry-specific is a plugin; the simulation may name those that it fills."""
    named = re.compile(rf"({'|'.join(sorted(set(FOLDERS) - {'essentials'}))})(:|__)")
    core = home_folder() / "platform" / "tierline"
    found = [
        f"{path.relative_to(core)}:{constant.lineno}"
        for path in core.rglob("*.py")
        if path.relative_to(core).parts[0] != "simulate"
        for constant in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(constant, ast.Constant)
        and isinstance(constant.value, str)
        and named.match(constant.value)
    ]
    assert found == []


def test_every_extension_is_a_member_of_the_workspace_and_installed_for_everybody() -> None:
    root = home_folder()
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    members = set(project["tool"]["uv"]["workspace"]["members"])
    checked = project["tool"]["mypy"]["packages"]
    forbidden = project["tool"]["importlinter"]["contracts"][-1]["forbidden_modules"]
    for path in sorted((root / "plugins").glob("*/pyproject.toml")):
        plugin = path.parent.name
        assert f"plugins/{plugin}" in members
        assert f"tierline-{plugin}" in project["project"]["dependencies"]
        assert f"tierline_{plugin}" in checked
        assert f"tierline_{plugin}" in forbidden
        assert (path.parent / f"tierline_{plugin}" / "plugin.py").is_file()
