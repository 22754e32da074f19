"""Finding plugins: what TIERLINE_PLUGINS chooses, extensions, what is left out."""

from __future__ import annotations

import shutil
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from pluggy import PluginValidationError

from conftest import Company, working_in
from tierline.access.decision import Subject, acting_as
from tierline.access.permissions import Role
from tierline.config import Settings, SettingsError
from tierline.configuration import service
from tierline.db import db, read_only
from tierline.errors import Conflict, Forbidden
from tierline.plugins import manager
from tierline.plugins import service as plugin_service
from tierline.plugins.manager import Plugins, check_choice, named_in
from tierline.plugins.queries import get_entry, get_metric, metrics

TRIAL = Path(__file__).parents[2] / "trial"

CODE = """
from pathlib import Path
from tierline.packs.contributions import Metric
from tierline.plugins.hooks import hookimpl

PACK = Path(__file__).parent / "pack"
TEXT = {{"en": "x", "zh_CN": "x"}}

@hookimpl
def {hook}():
    {body}
"""
METRIC = (
    'return [Metric("trial:computed", TEXT, TEXT, "count", TEXT, TEXT, {"field": "trial:size"})]'
)


@pytest.fixture
def extension(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Return a function that installs a distribution `trial` with this code."""
    package = tmp_path / "site" / "tierline_trial"
    shutil.copytree(TRIAL, package / "pack")
    manifest = package / "pack" / "plugin.yaml"
    manifest.write_text(manifest.read_text().replace("kind: pack", "kind: extension"))
    described = tmp_path / "site" / "tierline_trial-1.0.0.dist-info"
    described.mkdir()
    (described / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: tierline-trial\nVersion: 1.0.0\n"
    )
    (described / "entry_points.txt").write_text("[tierline.plugins]\ntrial = tierline_trial\n")
    monkeypatch.syspath_prepend(tmp_path / "site")

    def install(
        hook: str = "metrics", body: str = METRIC, *, file: str = "plugin.yaml", more: str = ""
    ) -> None:
        (package / "__init__.py").write_text(CODE.format(hook=hook, body=body))
        with (package / "pack" / file).open("a", encoding="utf-8") as opened:
            opened.write(more)

    yield install
    sys.modules.pop("tierline_trial", None)


def reload(app: Flask, monkeypatch: pytest.MonkeyPatch, **settings: object) -> Plugins:
    """Load the application's plugins anew for the length of the test."""
    given: Settings = app.extensions["tierline.settings"]
    monkeypatch.setitem(app.extensions, "tierline.settings", replace(given, **settings))  # type: ignore[arg-type]
    for key in (manager.KEY, manager.CODE_KEY):
        monkeypatch.setitem(app.extensions, key, None)
    manager.install(app)
    plugins: Plugins = app.extensions[manager.KEY]
    return plugins


@pytest.mark.parametrize(
    ("setting", "named"),
    [("none", set()), ("saas", {"saas"}), (" essentials , saas,", {"essentials", "saas"})],
)
def test_what_the_setting_names(setting: str, named: set[str]) -> None:
    assert named_in(setting) == named


def test_a_choice_that_is_not_there_is_named() -> None:
    what = "TIERLINE_PLUGINS names 'sass', which is not installed; did you mean \"saas\"?"
    with pytest.raises(SettingsError) as caught:
        check_choice("essentials,sass", ["essentials", "saas"])
    assert caught.value.message == what


def test_without_plugins_the_site_starts_and_nothing_answers(
    app: Flask, tenant: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    reload(app, monkeypatch, plugins="none")
    with working_in(app, tenant):
        assert metrics() == ()
        assert get_entry("essentials").state == "missing"


def test_a_choice_without_what_it_requires_is_left_out(
    app: Flask, tenant: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugins = reload(app, monkeypatch, plugins="saas")
    assert list(plugins.releases) == ["own"]
    with working_in(app, tenant), pytest.raises(Conflict, match="can't be loaded") as caught:
        service.enable("saas")
    assert caught.value.fields["saas/plugin.yaml"][0] == (
        '1:1: requires: there is no plugin "essentials"'
    )


def test_an_extension_answers_from_its_files_and_its_code(
    app: Flask, tenant: Company, monkeypatch: pytest.MonkeyPatch, extension: Callable[..., None]
) -> None:
    extension()
    reload(app, monkeypatch)
    with working_in(app, tenant):
        service.enable("trial")
        assert get_metric("trial:size").compute == {"field": "trial:size"}
        assert get_metric("trial:computed").unit == "count"
        service.disable("trial")
        assert all(not metric.id.startswith("trial:") for metric in metrics())


def test_an_extension_that_can_not_be_imported_is_left_out(
    app: Flask, monkeypatch: pytest.MonkeyPatch, extension: Callable[..., None]
) -> None:
    extension(body="return []\n\nraise RuntimeError('broken')")
    plugins = reload(app, monkeypatch)
    assert "essentials" in plugins.releases
    problem = str(plugins.loaded.failed["trial"].problems[0])
    assert problem == "tierline_trial:1:1: can't be imported: RuntimeError: broken"


# It hangs far longer than any machine stalls, and in naps, so that its thread can be ended.
@pytest.mark.parametrize(
    "hang",
    ["while True: pass", "for _ in range(300): time.sleep(0.1)"],
    ids=["busy", "asleep"],
)
def test_an_extension_that_hangs_while_it_is_imported_is_left_out(
    app: Flask, monkeypatch: pytest.MonkeyPatch, extension: Callable[..., None], hang: str
) -> None:
    extension(body=f"return []\n\nimport time\n{hang}")
    plugins = reload(app, monkeypatch, start_seconds=0.3)
    assert "essentials" in plugins.releases
    problem = str(plugins.loaded.failed["trial"].problems[0])
    what = "can't be imported: TookTooLong: no answer within 0.3 seconds"
    assert problem == f"tierline_trial:1:1: {what}"


def test_a_misspelt_hook_stops_the_start(
    app: Flask, monkeypatch: pytest.MonkeyPatch, extension: Callable[..., None]
) -> None:
    extension(hook="metricks")
    with pytest.raises(PluginValidationError, match="unknown hook 'metricks'"):
        reload(app, monkeypatch)


def test_an_extension_that_keeps_failing_is_suspended_even_while_only_reading(
    app: Flask, tenant: Company, monkeypatch: pytest.MonkeyPatch, extension: Callable[..., None]
) -> None:
    extension(body="raise RuntimeError('no luck')")
    reload(app, monkeypatch)
    with working_in(app, tenant):
        service.enable("trial")
        db.session.commit()
    with read_only(), working_in(app, tenant):
        for _ in range(2):  # it failed once while it was enabled
            assert {metric.id.partition(":")[0] for metric in metrics()} == {"essentials", "trial"}
        db.session.rollback()
        entry = get_entry("trial")
        assert (entry.state, entry.reason) == ("suspended", "metrics: RuntimeError: no luck")
        assert {metric.id.partition(":")[0] for metric in metrics()} == {"essentials"}
    with working_in(app, tenant):
        plugin_service.resume("trial")
        assert get_entry("trial").state == "enabled"


def test_where_nothing_is_to_be_suspended_a_failing_plugin_stays_as_it_is(
    app: Flask, tenant: Company, monkeypatch: pytest.MonkeyPatch, extension: Callable[..., None]
) -> None:
    extension(body="raise RuntimeError('no luck')")
    reload(app, monkeypatch, suspends=False)
    with working_in(app, tenant):
        service.enable("trial")
        for _ in range(4):
            assert "essentials" in {metric.id.partition(":")[0] for metric in metrics()}
        assert get_entry("trial").state == "enabled"


def test_a_restricted_plugin_is_for_operators(
    app: Flask, tenant: Company, monkeypatch: pytest.MonkeyPatch, extension: Callable[..., None]
) -> None:
    extension(more="restricted: true\n")
    reload(app, monkeypatch)
    owner = Subject("an owner", tenant.id, Role.OWNER, membership_id=uuid.uuid4())
    with working_in(app, tenant):
        with acting_as(owner), pytest.raises(Forbidden, match='Only operators may enable "trial"'):
            service.enable("trial")
        service.enable("trial")
        assert get_entry("trial").state == "enabled"


@pytest.mark.parametrize(
    ("more", "file", "other", "message"),
    [
        ("conflicts: [saas]\n", "plugin.yaml", "saas", '"trial" does not go together with "saas"'),
        (
            "key: supplier\n",
            "groups/partner.yaml",
            "suppliers",
            '"trial" and "suppliers" both define the group supplier',
        ),
    ],
)
def test_plugins_in_each_others_way(
    app: Flask,
    tenant: Company,
    monkeypatch: pytest.MonkeyPatch,
    extension: Callable[..., None],
    more: str,
    file: str,
    other: str,
    message: str,
) -> None:
    extension(more=more, file=file)
    for named in ("tiering/table.yaml", "surveys/partner.yaml"):
        path = Path(sys.path[0], "tierline_trial/pack", named)
        path.write_text(path.read_text().replace("group: partner", "group: customer"))
    reload(app, monkeypatch)
    with working_in(app, tenant):
        service.enable(other)
        with pytest.raises(Conflict, match=message):
            service.enable("trial")


def test_a_tenant_keeps_the_release_that_it_pinned(
    app: Flask, tenant: Company, monkeypatch: pytest.MonkeyPatch, extension: Callable[..., None]
) -> None:
    extension()
    reload(app, monkeypatch)
    with working_in(app, tenant):
        service.enable("trial")
        db.session.commit()
    extension(file="metrics/size.yaml", more="digits: 3\n")
    manifest = Path(sys.path[0], "tierline_trial", "pack", "plugin.yaml")
    manifest.write_text(manifest.read_text().replace("version: 1.0.0", "version: 1.1.0"))
    reload(app, monkeypatch)
    with working_in(app, tenant):
        entry = get_entry("trial")
        assert (entry.version, entry.installed_version) == ("1.0.0", "1.1.0")
        assert get_metric("trial:size").digits == 0
        service.enable("trial")
        assert get_metric("trial:size").digits == 0
        service.disable("trial")
        service.enable("trial")
        assert (get_entry("trial").version, get_metric("trial:size").digits) == ("1.1.0", 3)
