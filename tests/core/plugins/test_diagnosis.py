"""`tierline plugins trace` and `bisect`: what operators see of plugins that fail."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from conftest import Company, working_in
from tierline.cli.plugins import command
from tierline.db import db
from tierline.packs.loading import load, plugin_folders
from tierline.plugins import manager, service
from tierline.plugins.bisecting import bisect, in_order
from tierline.plugins.hooks import hookimpl
from tierline.plugins.manager import Plugins, suspender
from tierline.plugins.queries import catalogue, get_entry


@pytest.fixture(autouse=True)
def _application(app: Flask) -> Any:
    with app.app_context():
        yield


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments, catch_exceptions=False)


def answer(code: int, *arguments: str) -> Any:
    result = run(*arguments)
    assert result.exit_code == code, result.output
    return json.loads(result.output)


class Failing:
    """An extension whose metrics can't be had."""

    @hookimpl
    def metrics(self) -> Any:
        raise RuntimeError("no luck")

    @hookimpl
    def compute_metric(self, batch: Any) -> Any:
        return []


@pytest.fixture
def failing(app: Flask, tenant: Company, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """Let the extension `banking`, enabled for the tenant, have failing code."""
    loaded = load(plugin_folders(settings.home / "plugins"))
    plugins = Plugins(loaded, {"banking": Failing()}, suspender(app))
    monkeypatch.setitem(app.extensions, manager.KEY, plugins)
    result = run("enable", "banking", "--tenant", tenant.slug)
    assert result.exit_code == 0, result.output


def test_trace_says_who_answers_what_and_that_an_answer_was_kept(tenant: Company) -> None:
    asked = ("trace", "--tenant", tenant.slug, "--hook", "metrics", "--json")
    first = answer(0, *asked)["hooks"]
    again = answer(0, *asked)["hooks"]
    assert [each["hook"] for each in first] == ["metrics"]
    (one,), (two,) = first[0]["answers"], again[0]["answers"]
    assert (one["plugin"], one["by"], one["error"]) == ("essentials", "files", None)
    assert one["records"] > 0
    assert one["milliseconds"] >= 0
    assert (two["how"], two["records"]) == ("kept", one["records"])


def test_trace_without_a_hook_shows_all_of_them(tenant: Company) -> None:
    lines = run("trace", "--tenant", tenant.slug).output
    for hook in ("stakeholder_groups", "playbooks", "blueprints", "compute_metric"):
        assert f"\n{hook}: " in f"\n{lines}"


def test_trace_tells_a_failure_and_counts_it_for_nothing(
    app: Flask, tenant: Company, failing: None
) -> None:
    for _ in range(5):
        told = answer(3, "trace", "--tenant", tenant.slug, "--hook", "metrics", "--json")
    answers = {(each["plugin"], each["by"]): each for each in told["hooks"][0]["answers"]}
    bad = answers["banking", "code"]
    assert (bad["how"], bad["records"], bad["error"]) == ("failed", 0, "RuntimeError: no luck")
    assert answers["banking", "files"]["records"] > 0
    with working_in(app, tenant):
        assert get_entry("banking").state == "enabled"


def test_a_code_hook_is_named_and_not_called(tenant: Company, failing: None) -> None:
    told = answer(0, "trace", "--tenant", tenant.slug, "--hook", "compute_metric", "--json")
    (one,) = told["hooks"][0]["answers"]
    assert (one["plugin"], one["how"]) == ("banking", "offered")


def test_trace_names_the_suspended_with_the_reason(app: Flask, tenant: Company) -> None:
    with working_in(app, tenant):
        service.suspend("essentials", "metrics: RuntimeError: no")
        db.session.commit()
    told = answer(3, "trace", "--tenant", tenant.slug, "--json")
    assert told["silent"] == [
        {"plugin": "essentials", "state": "suspended", "reason": "metrics: RuntimeError: no"}
    ]


PLUGINS = ["a", "b", "c", "d", "e", "f", "g", "h"]
NEEDS: dict[str, list[str]] = {**{each: [] for each in PLUGINS}, "c": ["a"], "h": ["c"]}


@pytest.mark.parametrize("culprit", PLUGINS)
def test_the_culprit_is_found_in_few_runs(culprit: str) -> None:
    found = bisect(PLUGINS, NEEDS, lambda plugins: culprit in plugins)
    assert (found.verdict, found.plugin) == ("culprit", culprit)
    assert len(found.steps) <= 6
    assert all(
        set(NEEDS[plugin]) <= set(step.plugins) for step in found.steps for plugin in step.plugins
    )


@pytest.mark.parametrize(
    ("fails", "verdict"),
    [
        (lambda plugins: False, "passes"),
        (lambda plugins: True, "without_plugins"),
        (lambda plugins: {"b", "g"} <= set(plugins), "together"),
    ],
)
def test_what_no_single_plugin_causes_is_said_so(
    fails: Callable[[Sequence[str]], bool], verdict: str
) -> None:
    assert bisect(PLUGINS, NEEDS, fails).verdict == verdict


def test_plugins_stand_behind_what_they_require(settings: Any) -> None:
    order, needs = in_order(load(plugin_folders(settings.home / "plugins")).releases)
    for plugin, required in needs.items():
        assert all(order.index(each) < order.index(plugin) for each in required)


LOOK = "import os, sys; sys.exit({word!r} in os.environ['TIERLINE_PLUGINS'].split(','))"


@pytest.mark.parametrize(
    ("word", "code", "verdict", "plugin"),
    [
        ("suppliers", 3, "culprit", "suppliers"),
        ("none", 1, "without_plugins", None),
        ("nothing", 0, "passes", None),
    ],
)
def test_bisect_runs_the_command_with_some_plugins_and_changes_nothing(
    app: Flask,
    tenant: Company,
    enable: Callable[..., None],
    word: str,
    code: int,
    verdict: str,
    plugin: str | None,
) -> None:
    for each in ("suppliers", "saas", "regulators"):
        enable(each)
    with working_in(app, tenant):
        before = catalogue()
    program = LOOK.format(word=word)
    if word == "none":
        program = "import sys; sys.exit(1)"
    given = ("bisect", "--tenant", tenant.slug, "--json", "--", sys.executable, "-c", program)
    told = answer(code, *given)
    assert (told["verdict"], told["plugin"]) == (verdict, plugin)
    with working_in(app, tenant):
        assert catalogue() == before


def test_bisect_finds_the_plugin_that_a_command_of_ours_needs_to_be_without(
    tenant: Company, enable: Callable[..., None]
) -> None:
    enable("suppliers")
    listed = ["-m", "tierline.cli", "plugins", "list", "--tenant", tenant.slug, "--json"]
    program = (
        "import json, subprocess, sys; "
        f"done = subprocess.run([sys.executable, *{listed}], capture_output=True, check=True); "
        "states = {each['id']: each['state'] for each in json.loads(done.stdout)}; "
        "sys.exit(states['suppliers'] == 'enabled')"
    )
    result = run("bisect", "--tenant", tenant.slug, "--", sys.executable, "-c", program)
    assert result.exit_code == 3, result.output
    assert result.output.splitlines()[-1] == "It fails because of suppliers."
    assert "passes with none" in result.output
