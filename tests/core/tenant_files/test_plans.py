"""A company's file against the company: add, change, delete, edited in the app, conflict."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from flask import Flask

from tierline.cli.tenants import command
from tierline.configuration.service import disable, enable, override
from tierline.console import in_tenant
from tierline.packs.differences import Operation
from tierline.plugins.queries import enabled_plugins, get_metric, get_scheme, overrides
from tierline.tenancy.queries import current_tenant

TITLE = {"en": "Our matrix", "zh_CN": "本公司矩阵"}
OTHER = {"en": "Their matrix", "zh_CN": "其矩阵"}
ADDRESS = "tiering/kraljic#/title"


class Folder:
    """A folder of tenants' files with one file in it, and the command line that reads it."""

    def __init__(self, path: Path) -> None:
        self.slug = f"p-{uuid.uuid4().hex[:12]}"
        self.path = path / f"{self.slug}.yaml"

    def write(self, **fields: Any) -> None:
        """Write the file; a company without a name is called First."""
        document = {"slug": self.slug, "name": "First", **fields}
        self.path.write_text(yaml.safe_dump(document, allow_unicode=True))

    def run(self, *arguments: str, code: int = 0) -> Any:
        """Return what a command answers; it must end with `code`."""
        result = CliRunner().invoke(command, [*arguments, "--json"], catch_exceptions=False)
        assert result.exit_code == code, result.output
        return json.loads(result.stdout)

    def plan(self, code: int = 3) -> dict[str, str]:
        """Return what applying would do, by field."""
        (told,) = self.run("plan", self.slug, code=code)["tenants"]
        return {step["field"]: step["action"] for step in told["steps"]}


def changed(title: Any = TITLE) -> dict[str, Any]:
    """Return the suppliers' entry with another title of their scheme."""
    return {"id": "suppliers", "changes": [{"address": ADDRESS, "value": title, "reason": "Ours"}]}


@pytest.fixture
def folder(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Folder]:
    settings = replace(app.extensions["tierline.settings"], home=tmp_path)
    monkeypatch.setitem(app.extensions, "tierline.settings", settings)
    (tmp_path / "tenants").mkdir()
    with app.app_context():
        yield Folder(tmp_path / "tenants")


def titles(slug: str) -> list[Any]:
    with in_tenant(slug):
        return [each.operation.value for each in overrides("suppliers")]


def test_a_file_creates_its_company_and_then_plans_to_nothing(folder: Folder) -> None:
    folder.write(locale="zh_CN", plugins=["essentials", changed()])
    assert folder.run("plan", folder.slug, code=3)["tenants"][0]["create"] is True
    assert folder.run("apply", folder.slug)["tenants"][0]["created"] is True
    assert folder.plan(code=0) == {}
    assert titles(folder.slug) == [TITLE]
    with in_tenant(folder.slug):
        assert [each.reason for each in overrides("suppliers")] == ["Ours"]


def test_a_changed_file_is_carried_out(folder: Folder) -> None:
    folder.write(plugins=[changed()])
    folder.run("apply", folder.slug)
    folder.write(name="Second", plugins=[changed(OTHER), "saas"])
    assert folder.plan() == {
        "name": "change",
        f"plugins/suppliers/{ADDRESS}": "change",
        "plugins/saas": "add",
    }
    folder.run("apply", folder.slug)
    assert titles(folder.slug) == [OTHER]
    with in_tenant(folder.slug):
        assert current_tenant().name == "Second"
        assert "saas" in enabled_plugins()


def test_what_a_file_no_longer_names_is_taken_back(folder: Folder) -> None:
    folder.write(plugins=[changed(), "saas"])
    folder.run("apply", folder.slug)
    folder.write(plugins=["suppliers"])
    assert folder.plan() == {
        f"plugins/suppliers/{ADDRESS}": "delete",
        "plugins/saas": "delete",
    }
    folder.run("apply", folder.slug)
    assert titles(folder.slug) == []
    with in_tenant(folder.slug):
        assert "saas" not in enabled_plugins()


def test_a_file_owns_only_what_it_names(folder: Folder) -> None:
    folder.write(plugins=["suppliers"])
    folder.run("apply", folder.slug)
    with in_tenant(folder.slug):
        override("suppliers", [Operation(ADDRESS, "set", TITLE)], reason="Ours")
        enable("regulators")
    assert folder.plan(code=0) == {}


def test_what_was_edited_in_the_app_is_left_until_the_file_is_to_win(folder: Folder) -> None:
    folder.write(plugins=[changed()])
    folder.run("apply", folder.slug)
    with in_tenant(folder.slug):
        override("suppliers", [Operation(ADDRESS, "set", OTHER)], reason="Ours")
    assert folder.plan() == {f"plugins/suppliers/{ADDRESS}": "edited"}
    folder.run("apply", folder.slug, code=3)
    assert titles(folder.slug) == [OTHER]
    folder.run("apply", folder.slug, "--take", "file")
    assert titles(folder.slug) == [TITLE]


def test_what_both_changed_is_a_conflict_and_nothing_of_it_is_done(folder: Folder) -> None:
    folder.write()
    folder.run("apply", folder.slug)
    folder.write(plugins=["saas"])
    folder.run("apply", folder.slug)
    with in_tenant(folder.slug):
        disable("saas")
    folder.write(name="Second", plugins=[{"id": "saas", "state": "enabled"}])
    assert folder.plan() == {"name": "change", "plugins/saas": "edited"}
    folder.run("apply", folder.slug, code=3)
    with in_tenant(folder.slug):
        assert current_tenant().name == "Second"
        assert "saas" not in enabled_plugins()


def test_a_conflict_is_ended_by_either_side(folder: Folder) -> None:
    folder.write(plugins=[changed()])
    folder.run("apply", folder.slug)
    third = {"en": "A third", "zh_CN": "第三"}
    with in_tenant(folder.slug):
        override("suppliers", [Operation(ADDRESS, "set", OTHER)], reason="Ours")
    folder.write(plugins=[changed(third)])
    assert folder.plan() == {f"plugins/suppliers/{ADDRESS}": "conflict"}
    folder.run("apply", folder.slug, "--take", "app")
    assert titles(folder.slug) == [OTHER]
    folder.run("apply", folder.slug, "--take", "file")
    assert titles(folder.slug) == [third]


def test_an_export_plans_to_nothing(folder: Folder) -> None:
    folder.write(locale="zh_CN", plugins=[changed(), "saas"])
    folder.run("apply", folder.slug)
    with in_tenant(folder.slug):
        disable("saas")
    exported = folder.run("export", folder.slug)
    folder.path.write_text(yaml.safe_dump(exported, allow_unicode=True))
    assert folder.plan(code=0) == {}
    assert folder.run("apply", folder.slug)["tenants"][0]["left"] == []
    assert folder.plan(code=0) == {}


def test_what_a_company_made_goes_from_one_company_to_another(folder: Folder) -> None:
    document = {
        "title": {"en": "Share", "zh_CN": "份额"},
        "summary": {"en": "Share", "zh_CN": "份额"},
        "unit": "percent",
        "period": {"en": "a year", "zh_CN": "一年"},
        "null": {"en": "never", "zh_CN": "从不"},
        "compute": {"share": {"of": "essentials:sales_12m"}},
    }
    folder.write(locale="zh_CN", plugins=["essentials"])
    folder.run("apply", folder.slug)
    with in_tenant(folder.slug):
        override("own", [Operation("metrics/share", "add", document)], reason="ours")
        use = Operation("tiering/abc_sales#/rule/metric", "set", "own:share")
        override("essentials", [use], reason="ours")
    exported = folder.run("export", folder.slug)
    other = f"{folder.slug}-2"
    (folder.path.parent / f"{other}.yaml").write_text(
        yaml.safe_dump({**exported, "slug": other}, allow_unicode=True)
    )
    assert folder.run("apply", other)["tenants"][0]["left"] == []
    with in_tenant(other):
        assert get_metric("own:share").title["zh_CN"] == "份额"
        assert get_scheme("essentials:abc_sales").rule["metric"] == "own:share"


def test_a_wrong_change_does_nothing_of_the_file(folder: Folder) -> None:
    folder.write()
    folder.run("apply", folder.slug)
    wrong = {"id": "suppliers", "changes": [{"address": "tiering/nothing#/title", "value": TITLE}]}
    folder.write(name="Second", plugins=[wrong])
    with pytest.raises(Exception, match="names no item of the plugin"):
        folder.run("apply", folder.slug)
    with in_tenant(folder.slug):
        assert current_tenant().name == "First"
        assert "suppliers" not in enabled_plugins()


def test_diff_shows_both_sides(folder: Folder) -> None:
    folder.write()
    folder.run("apply", folder.slug)
    folder.write(name="Second")
    lines = folder.run("diff", folder.slug, code=3)[folder.slug]
    assert lines[-2:] == ['-name: "Second"', '+name: "First"']


@pytest.mark.parametrize(
    ("plugins", "problem"),
    [
        ([{"id": "saas", "state": "on"}], '"on" is not one of enabled, disabled'),
        (["saas", "saas"], '"saas" stands here twice'),
        ([{"id": "saas", "changes": [{"value": 1}]}], "address: is missing"),
    ],
)
def test_mistakes_are_named_with_their_place(
    folder: Folder, plugins: list[Any], problem: str, make_tenant: Callable[..., Any]
) -> None:
    folder.write(plugins=plugins)
    with pytest.raises(Exception, match="not valid") as refused:
        folder.run("validate", folder.slug)
    assert problem in str(refused.value)
