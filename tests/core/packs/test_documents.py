"""A pack's files with one mistake each, and the exact message that it gets."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from tierline.config import home_folder
from tierline.packs.loading import check_folder
from tierline.packs.problems import PluginInvalid
from tierline.packs.records import survey_templates
from tierline.packs.releases import Release
from tierline.packs.surveys import combined

HERE = Path(__file__).parent
MISTAKES = yaml.safe_load((HERE / "mistakes.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a plugins folder with two installed packs."""
    folder = tmp_path_factory.mktemp("plugins")
    for plugin in ("essentials", "manufacturing"):
        shutil.copytree(home_folder() / "plugins" / plugin, folder / plugin)
    return folder


class Author:
    """Writes the trial pack, with changes, and has it checked."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder, self.home = folder / "trial", home
        shutil.copytree(HERE.parents[1] / "trial", self.folder)

    def write(self, file: str, text: str) -> None:
        path = self.folder.parent / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def change(self, file: str, right: str, wrong: str) -> None:
        text = (self.folder / file).read_text(encoding="utf-8")
        assert right in text
        self.write(f"trial/{file}", text.replace(right, wrong, 1))

    def check(self) -> Release:
        return check_folder(self.folder, self.home)

    def problems(self) -> list[str]:
        with pytest.raises(PluginInvalid) as caught:
            self.check()
        return [str(problem) for problem in caught.value.problems]


@pytest.fixture
def author(tmp_path: Path, home: Path) -> Author:
    return Author(tmp_path, home)


def test_the_trial_pack_is_valid_and_normalised(author: Author) -> None:
    release = author.check()
    assert (release.plugin, release.version) == ("trial", "1.0.0")
    assert release.document["groups"]["partner"]["fields"] == ["trial:rank"]
    rule = release.document["tiering"]["score"]["rule"]
    assert rule["criteria"][0]["better"] == "higher"
    assert rule["minimum_present"] == 70
    assert rule["gates"][0]["when"] == {"not": {"field": "trial:rank", "op": "eq", "value": "top"}}


def test_the_digest_is_of_what_is_said_not_of_how_it_is_written(author: Author) -> None:
    digest = author.check().digest
    author.change("plugin.yaml", "schema: 1", "# a comment\nschema:   1")
    assert author.check().digest == digest
    author.change("plugin.yaml", "1.0.0", "1.0.1")
    assert author.check().digest != digest


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda each: f"{each['file']} {each['wrong']}")
def test_a_mistake_is_named_with_its_place(author: Author, mistake: dict[str, Any]) -> None:
    author.change(mistake["file"], mistake["right"], mistake["wrong"])
    assert author.problems() == [f"trial/{mistake['file']}:{what}" for what in mistake["says"]]


def test_every_problem_of_every_file_is_told_at_once(author: Author) -> None:
    author.change("plugin.yaml", "publisher", "pubisher")
    author.change("fields/size.yaml", "maximum: 10", "maximum: ten")
    author.change("tiering/abc.yaml", "until: 80", "until: 180")
    assert author.problems() == [
        "trial/fields/size.yaml:5:10: maximum: must be a number, not text",
        "trial/plugin.yaml:1:1: publisher: is missing",
        'trial/plugin.yaml:7:11: pubisher: is not known here; did you mean "publisher"?',
        "trial/tiering/abc.yaml:10:27: rule.cuts[0].until: must be from 0 to 100",
    ]


NAMED = "must be named by a name: small letters, digits and _, ending in .yaml"


@pytest.mark.parametrize(
    ("file", "what"),
    [
        ("run.py", "does not belong in a pack"),
        ("field/size.yaml", 'does not belong in a pack; did you mean "fields"?'),
        ("README", 'does not belong in a pack; did you mean "README.md"?'),
        ("fields/Size.yaml", NAMED),
        ("fields/more/size.yaml", NAMED),
    ],
)
def test_a_pack_holds_nothing_else(author: Author, file: str, what: str) -> None:
    author.write(f"trial/{file}", "x: 1\n")
    assert f"trial/{file}:1:1: {what}" in author.problems()


def test_a_link_out_of_the_folder_is_refused(author: Author) -> None:
    (author.folder / "LICENSE").symlink_to("/etc/passwd")
    assert author.problems() == ["trial/LICENSE:1:1: is a link"]


def test_a_folder_without_a_manifest(author: Author) -> None:
    (author.folder / "plugin.yaml").unlink()
    assert "trial/plugin.yaml:1:1: is missing" in author.problems()


def test_plugins_that_require_each_other_are_refused(author: Author) -> None:
    author.change("plugin.yaml", "[essentials]", "[essentials, second]")
    manifest = (author.folder / "plugin.yaml").read_text(encoding="utf-8")
    second = manifest.replace("id: trial", "id: second").replace("second]", "trial]")
    author.write("second/plugin.yaml", second)
    what = 'requires: "second" requires this plugin in turn'
    assert author.problems() == [f"trial/plugin.yaml:1:1: {what}"]


def test_a_plugin_falls_with_what_it_requires(author: Author) -> None:
    author.change("plugin.yaml", "[essentials]", "[essentials, second]")
    author.write("second/plugin.yaml", "schema: 1\n")
    what = 'requires: requires "second", which can\'t be loaded'
    assert author.problems() == [f"trial/plugin.yaml:1:1: {what}"]


SUPPLEMENT = """
title: {en: Added, zh_CN: 新增}
summary: {en: For another's group, zh_CN: 面向其他插件的群体}
extends: second:master
minutes: 1
items: [{id: a1, after: q1, dimension: none, scale: none, text: {en: One, zh_CN: 一}}]
"""


def test_what_a_supplemented_plugin_lacks_is_told_only_where_it_is_installed(
    author: Author,
) -> None:
    author.change("plugin.yaml", "[essentials]", "[essentials]\nsupplements: [second]")
    author.write("trial/surveys/added.yaml", SUPPLEMENT)
    assert author.check().document["surveys"]["added"]["extends"] == "second:master"
    manifest = (author.folder / "plugin.yaml").read_text(encoding="utf-8")
    manifest = manifest.replace("id: trial", "id: second").replace("[second]", "[]")
    author.write("second/plugin.yaml", manifest)
    what = 'extends: there is no survey "second:master"'
    assert author.problems() == [f"trial/surveys/added.yaml:4:10: {what}"]
    master = (author.folder / "surveys" / "partner.yaml").read_text(encoding="utf-8")
    author.write("second/surveys/master.yaml", master.replace("group: partner", "group: customer"))
    file = "trial/surveys/added.yaml"
    what = 'items[0].after: "q1" is not one of the items before it'
    assert author.problems() == [f"{file}:6:25: {what}"]
    author.change("surveys/added.yaml", "q1", "p1")
    assert author.problems() == [
        f'{file}:6:40: items[0].dimension: "none" is not one of the dimensions',
        f'{file}:6:53: items[0].scale: "none" is not one of the scales',
    ]
    author.change(
        "surveys/added.yaml", "dimension: none, scale: none", "dimension: cause, scale: open"
    )
    assert author.check().version == "1.0.0"


def test_a_variant_made_whole(author: Author) -> None:
    templates = {each.id: each for each in survey_templates(author.check().document)}
    whole = combined(templates["trial:partner"], templates["trial:partner_short"])
    assert [item.id for item in whole.items] == ["p1", "s1", "s2", "p2"]
    assert whole.items[0].text["en"] == "And {company}?"
    assert (whole.group, whole.minutes) == ("partner", 1)
    assert [scale.id for scale in whole.scales] == ["ten", "where", "open"]
