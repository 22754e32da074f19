"""`tierline plugins` as people type it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from conftest import Company
from tierline.cli.plugins import command
from tierline.errors import Conflict

TRIAL = Path(__file__).parents[2] / "trial"


@pytest.fixture(autouse=True)
def _application(app: Flask) -> Any:
    with app.app_context():
        yield


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments, catch_exceptions=False)


def answer(*arguments: str) -> Any:
    result = run(*arguments, "--json")
    assert result.exit_code == 0
    return json.loads(result.output)


def test_enabling_lasts(tenant: Company) -> None:
    enabled = answer("enable", "manufacturing", "--tenant", tenant.slug)
    assert (enabled["id"], enabled["state"]) == ("manufacturing", "enabled")
    assert enabled["version"] == enabled["installed_version"]
    states = {each["id"]: each["state"] for each in answer("list", "--tenant", tenant.slug)}
    assert (states["manufacturing"], states["saas"]) == ("enabled", "available")
    assert answer("disable", "manufacturing", "--tenant", tenant.slug)["state"] == "disabled"


def test_a_refusal_says_why(tenant: Company) -> None:
    run("enable", "manufacturing", "--tenant", tenant.slug)
    with pytest.raises(Conflict, match='"essentials" can\'t be disabled: manufacturing needs it'):
        run("disable", "essentials", "--tenant", tenant.slug)


def test_showing_a_plugin_lists_what_it_adds(tenant: Company) -> None:
    lines = run("show", "suppliers", "--tenant", tenant.slug).output.splitlines()
    assert lines[0].split() == ["suppliers", "available", "1.0.0", "Suppliers"]
    assert "needs: essentials" in lines
    assert any(line.split()[:1] == ["suppliers:kraljic"] for line in lines)


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
    told = json.loads(run("check", str(folder), "--json").output)
    assert told["problems"] == [
        {"file": "trial/plugin.yaml", "line": 4, "column": 7, "path": "kind", "what": what}
    ]
