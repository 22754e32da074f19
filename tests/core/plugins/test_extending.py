"""What an extension adds when the application is built: what does not fit leaves it out, alone."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from tierline.app import create_app
from tierline.config import Settings
from tierline.plugins.manager import KEY, Plugins

TRIAL = Path(__file__).parents[2] / "trial"
CODE = """
from pathlib import Path
from tierline.access.permissions import EVERYONE, Permission
from tierline.plugins.hooks import hookimpl
from tierline.plugins.routes import ExtensionPages
from tierline.web import PublicPages

PACK = Path(__file__).parent / "pack"
READ = Permission("trial.read", "Read", EVERYONE)
pages = ExtensionPages("trial", __name__, PACK)

@pages.get("/hello", permission=READ)
def hello():
    return "hello"

@hookimpl
def blueprints():
    {body}
"""

Install = Callable[..., Flask]


@pytest.fixture
def install(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Install]:
    """Return a function that installs a distribution `trial`, and builds an application."""
    package = tmp_path / "site" / "tierline_trial"
    shutil.copytree(TRIAL, package / "pack")
    described = tmp_path / "site" / "tierline_trial-1.0.0.dist-info"
    described.mkdir()
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: tierline-trial\nVersion: 1\n")
    (described / "entry_points.txt").write_text("[tierline.plugins]\ntrial = tierline_trial\n")
    monkeypatch.syspath_prepend(tmp_path / "site")

    def built(body: str = "return [pages]", path: str = "hello", po: str = "") -> Flask:
        manifest = package / "pack" / "plugin.yaml"
        text = manifest.read_text().replace("kind: pack", "kind: extension")
        manifest.write_text(text + f"navigation: [{{title: {{en: H, zh_CN: H}}, path: {path}}}]\n")
        (package / "__init__.py").write_text(CODE.format(body=body))
        if po:
            (package / "pack" / "locale").mkdir()
            (package / "pack" / "locale" / "zh_CN.po").write_text(po, encoding="utf-8")
        return create_app(replace(settings, plugins="essentials,trial"))

    yield built
    sys.modules.pop("tierline_trial", None)


def plugins_of(app: Flask) -> Plugins:
    plugins: Plugins = app.extensions[KEY]
    return plugins


def test_its_pages_are_below_its_own_address(install: Install) -> None:
    app = install()
    rules = {rule.endpoint: rule.rule for rule in app.url_map.iter_rules()}
    assert rules["x_trial.hello"] == "/t/<tenant>/x/trial/hello"
    assert "trial" in plugins_of(app).releases


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({"body": "raise RuntimeError('no')"}, "RuntimeError: no"),
        ({"body": "return [PublicPages('trial', __name__)]"}, "which is not the plugin's own"),
        (
            {"body": "return [ExtensionPages('essentials', __name__, PACK)]"},
            "which is not the plugin's own",
        ),
        ({"path": "nowhere"}, "navigation leads to 'nowhere', where there is no page"),
    ],
)
def test_what_does_not_fit_leaves_the_extension_out_and_the_site_starts(
    install: Install, given: dict[str, str], what: str
) -> None:
    plugins = plugins_of(install(**given))
    assert what in str(plugins.loaded.failed["trial"].fields)
    assert "trial" not in plugins.releases
    assert "trial" not in plugins.extensions
    assert "essentials" in plugins.releases


def test_its_chinese_is_compiled_when_it_is_loaded_and_the_platforms_comes_first(
    install: Install,
) -> None:
    from flask_babel import gettext

    po = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
    app = install(po=po + 'msgid "Hello"\nmsgstr "你好"\n\nmsgid "Accounts"\nmsgstr "别的"\n')
    with app.test_request_context(headers={"Accept-Language": "zh-CN"}):
        assert gettext("Hello") == "你好"
        assert gettext("Accounts") == "客户"
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert gettext("Hello") == "Hello"


def test_a_folder_whose_code_is_not_installed_is_left_out(
    settings: Settings, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    for part in ("essentials", "regulators"):
        shutil.copytree(settings.home / "plugins" / part, home / "plugins" / part)
    shutil.copytree(TRIAL, home / "plugins" / "trial")
    (home / "plugins" / "trial" / "pyproject.toml").write_text("")
    plugins = plugins_of(create_app(replace(settings, home=home)))
    assert "whose code is not installed" in str(plugins.loaded.failed["trial"].fields)
    assert {"essentials", "regulators"} <= set(plugins.releases)
