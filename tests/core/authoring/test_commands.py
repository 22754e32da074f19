"""`tierline plugins` for authors and publishers, as people type it."""

from __future__ import annotations

import json
import shutil
import stat
import tarfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tierline.cli.plugins import command
from tierline.errors import Conflict, Invalid
from tierline.packs.exporting import KINDS
from tierline.packs.problems import PluginInvalid

TRIAL = Path(__file__).parents[2] / "trial"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments, catch_exceptions=False)


def answer(*arguments: str) -> Any:
    return json.loads(run(*arguments, "--json").output)


def change(file: str, right: str, wrong: str) -> None:
    text = Path(file).read_text(encoding="utf-8")
    assert right in text
    Path(file).write_text(text.replace(right, wrong, 1), encoding="utf-8")


def test_checking_a_good_folder() -> None:
    result = run("check", str(TRIAL))
    assert (result.exit_code, result.output[:22]) == (0, "trial 1.0.0 is valid (")


def test_checking_a_bad_folder(tmp_path: Path) -> None:
    folder = tmp_path / "trial"
    folder.mkdir()
    manifest = (TRIAL / "plugin.yaml").read_text(encoding="utf-8")
    (folder / "plugin.yaml").write_text(manifest.replace("kind: pack", "kind: pak"))
    what = '"pak" is not one of pack, extension; did you mean "pack"?'
    result = run("check", str(folder))
    assert (result.exit_code, result.output) == (1, f"trial/plugin.yaml:4:7: kind: {what}\n")
    told = answer("check", str(folder))
    assert told["problems"] == [
        {"file": "trial/plugin.yaml", "line": 4, "column": 7, "path": "kind", "what": what}
    ]


@pytest.mark.parametrize("category", ["industry", "stakeholders", "method", "integration"])
@pytest.mark.parametrize("code", [(), ("--code",)])
def test_a_new_plugin_is_valid_at_once_and_passes_its_examples(
    category: str, code: tuple[str, ...]
) -> None:
    assert run("new", "hotels", "--category", category, *code).exit_code == 0
    assert run("check", "hotels").exit_code == 0
    result = run("test", "hotels")
    assert result.exit_code == 0
    assert result.output.endswith("4 accounts, 0 otherwise than expected\n")
    assert Path("hotels/pyproject.toml").exists() == bool(code)


def test_a_new_plugin_is_silver_once_it_is_filled() -> None:
    run("new", "hotels")
    result = run("check", "hotels", "--level", "silver")
    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert "hotels/README.md: readme: is shorter than 200 characters: say more" in lines
    untranslated = "is not Chinese: translate it"
    assert f"hotels/fields/annual_need.yaml: languages: title.zh_CN {untranslated}" in lines
    assert lines[-1].startswith("hotels 0.1.0 does not reach silver: ")
    fill("hotels")
    result = run("check", "hotels", "--level", "silver")
    assert (result.exit_code, result.output[:27]) == (0, "hotels 0.1.0 reaches silver")


def fill(plugin: str) -> None:
    """Write what a new plugin leaves to its author."""
    for path in Path(plugin).rglob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        lines = [
            line.partition("zh_CN: ")[0] + "zh_CN: 中文" + ("}" * line.count("}"))
            if "zh_CN: " in line and "tiers" not in line
            else line
            for line in text.splitlines()
        ]
        lines = [
            line.replace("中文}}", "中文}, color: blue}") if "id: " in line else line
            for line in lines
        ]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with Path(plugin, "README.md").open("a", encoding="utf-8") as readme:
        readme.write("For hotels that sell to companies and to travel agencies. " * 5)


@pytest.mark.parametrize("given", ["H", "Hotels", "9x", "a-b"])
def test_a_new_plugin_needs_a_right_id(given: str) -> None:
    with pytest.raises(Invalid, match="must be small letters"):
        run("new", given)


def test_a_new_plugin_overwrites_nothing() -> None:
    run("new", "hotels")
    with pytest.raises(Conflict, match="hotels is there already"):
        run("new", "hotels")


def test_a_rule_is_exempted_with_a_reason_that_is_shown() -> None:
    run("new", "hotels")
    fill("hotels")
    Path("hotels/CHANGELOG.md").unlink()
    with Path("hotels/plugin.yaml").open("a", encoding="utf-8") as manifest:
        manifest.write("exemptions: {changelog: The first release has no history}\n")
    result = run("check", "hotels", "--level", "silver")
    assert result.exit_code == 0
    assert "hotels: exempt from changelog: The first release has no history" in result.output
    assert answer("check", "hotels", "--level", "silver")["exemptions"] == {
        "changelog": "The first release has no history"
    }
    change("hotels/plugin.yaml", "changelog:", "changelogs:")
    result = run("check", "hotels", "--level", "silver")
    assert result.exit_code == 1
    told = 'hotels/plugin.yaml: exemptions: there is no rule "changelogs"; did you mean "changelog"'
    assert told in result.output


def test_an_example_that_comes_out_otherwise_is_shown_with_both() -> None:
    run("new", "hotels")
    change("hotels/tests/by_need.yaml", "999999.99}, tier: medium", "999999.99}, tier: large")
    result = run("test", "hotels")
    assert result.exit_code == 1
    line = "FAIL hotels:by_need: Needs less than a million: expected tier large, got tier medium"
    assert line in result.output.splitlines()
    assert [each["account"] for each in answer("test", "hotels")["outcomes"] if not each["passed"]]


def test_a_key_is_made_once_and_for_its_owner_only() -> None:
    result = run("keygen", "key.pem")
    assert result.output.startswith("ed25519:")
    assert stat.S_IMODE(Path("key.pem").stat().st_mode) == 0o600
    assert run("keygen", "key.pem").exit_code == 1


def test_signing_packing_and_verifying() -> None:
    run("new", "hotels")
    key = run("keygen", "key.pem").output.strip()
    unsigned = run("verify", "hotels")
    assert (unsigned.exit_code, unsigned.output) == (3, "hotels 0.1.0 is not signed\n")
    assert run("sign", "hotels", "--key", "key.pem").output == "hotels 0.1.0: 7 files are signed.\n"
    assert run("pack", "hotels").output == "hotels-0.1.0.zip\n"
    for path in ("hotels", "hotels-0.1.0.zip"):
        assert run("verify", path).output == f"hotels 0.1.0 is signed by {key}\n"
    with tarfile.open("hotels.tar.gz", "w:gz") as archive:
        archive.add("hotels")
    assert answer("verify", "hotels.tar.gz") == {"plugin": "hotels", "version": "0.1.0", "key": key}
    change("hotels/README.md", "whom", "everybody")
    for arguments in (("verify", "hotels"), ("pack", "hotels")):
        with pytest.raises(PluginInvalid) as caught:
            run(*arguments)
        assert str(caught.value.problems[0]) == (
            "hotels/README.md:1:1: was changed after the signing"
        )


def test_a_signature_of_another_version_does_not_hold() -> None:
    run("new", "hotels")
    run("keygen", "key.pem")
    run("sign", "hotels", "--key", "key.pem")
    change("hotels/SIGNATURE.json", '"0.1.0"', '"0.2.0"')
    with pytest.raises(PluginInvalid, match="1 problem"):
        run("verify", "hotels")


def test_equal_files_give_equal_archives(tmp_path: Path) -> None:
    run("new", "hotels")
    run("pack", "hotels", "--output", "first.zip")
    shutil.copytree("hotels", "elsewhere/hotels")
    for path in sorted(Path("elsewhere/hotels").rglob("*.yaml"), reverse=True):
        path.touch()
        path.chmod(0o755)
    run("pack", "elsewhere/hotels", "--output", "second.zip")
    assert Path("first.zip").read_bytes() == Path("second.zip").read_bytes()


def test_the_schema_of_one_kind_is_shown_and_all_are_written() -> None:
    shown = json.loads(run("schema", "risk").output)
    assert shown["title"] == "A risk model of Tierline"
    assert run("schema", "--output", "schemas").exit_code == 0
    assert {path.name for path in Path("schemas").iterdir()} == {
        f"{kind}.schema.json" for kind in KINDS
    }
    assert json.loads(Path("schemas", "risk.schema.json").read_text("utf-8")) == shown


def test_without_a_kind_or_a_folder_there_is_no_schema_to_show() -> None:
    result = run("schema")
    assert result.exit_code == 2
    assert "Name a KIND, or a folder for all of them with --output." in result.output
