"""`tierline plugins` as people type it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from conftest import Company
from tierline.cli.plugins import command
from tierline.errors import Conflict


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
    assert lines[0].split() == ["suppliers", "available", "1.1.0", "Suppliers"]
    assert "needs: essentials" in lines
    assert any(line.split()[:1] == ["suppliers:kraljic"] for line in lines)
