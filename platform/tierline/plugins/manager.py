"""The plugins of an application: found, loaded, registered with one pluggy manager.

Installed are the folders in `<home>/plugins` and the distributions with an entry point in the
group `tierline.plugins`, as far as TIERLINE_PLUGINS chooses them (all, none, or a list). Packs that
came later stand in the database (see `offers.py`); the choice holds for them, too. An entry point
is named by the plugin's id and leads to a module or object that implements hooks and has
`PACK`, the path of the folder that holds its plugin.yaml.
"""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

import pluggy
import structlog
from flask import Flask, current_app

from tierline.config import Settings, SettingsError
from tierline.db.prepare import History
from tierline.packs.loading import Loaded, load, plugin_folders
from tierline.packs.names import OWN
from tierline.packs.own import OWN_RELEASE
from tierline.packs.problems import PluginInvalid, Problem, did_you_mean
from tierline.packs.releases import Release
from tierline.plugins import dispatch
from tierline.plugins.code import GROUP, loaded_code
from tierline.plugins.dispatch import CODE, Dispatcher, Suspend
from tierline.plugins.hooks import PROJECT, CodeHooks, ContributionHooks
from tierline.plugins.limits import within
from tierline.plugins.pack import Pack

log = structlog.get_logger()

KEY = "tierline.plugins"
CODE_KEY = "tierline.code"
PROJECT_FILE = "pyproject.toml"


class Plugins:
    """What is installed, and the way to ask it. One per application."""

    def __init__(
        self, loaded: Loaded, extensions: Mapping[str, Any], suspend: Suspend, setting: str = "all"
    ) -> None:
        self.loaded = Loaded({**loaded.releases, OWN: OWN_RELEASE}, loaded.failed)
        self.setting = setting
        self.manager = pluggy.PluginManager(PROJECT)
        self.manager.add_hookspecs(ContributionHooks)
        self.manager.add_hookspecs(CodeHooks)
        self.dispatcher = Dispatcher(self.manager, suspend)
        self._lock = threading.Lock()
        self.extensions = {id: code for id, code in extensions.items() if id in loaded.releases}
        for id, code in self.extensions.items():
            self.manager.register(code, f"{id}{CODE}")
        for release in self.releases.values():
            self.register(release)
        self.manager.check_pending()

    @property
    def releases(self) -> Mapping[str, Release]:
        """Return the installed releases by plugin id."""
        return self.loaded.releases

    def chooses(self, plugin: str) -> bool:
        """Return whether TIERLINE_PLUGINS lets this plugin in."""
        return self.setting == "all" or plugin in named_in(self.setting)

    def register(self, release: Release) -> None:
        """Let a release answer hooks; one that does already is left alone."""
        with self._lock:
            if not self.manager.has_plugin(release.name):
                self.manager.register(Pack(release), release.name)

    def blueprints_of(self, plugin: str) -> Iterable[Any]:
        """Return the pages and API of an extension."""
        for implementation in self.manager.hook.blueprints.get_hookimpls():
            if implementation.plugin_name == f"{plugin}{CODE}":
                function: Any = implementation.function
                yield from within(dispatch.LIMIT_SECONDS, partial(list_of, function))

    def leave_out(self, plugin: str, why: PluginInvalid) -> None:
        """Let an extension that fails while the application is built answer nothing any more."""
        self.manager.unregister(self.extensions.pop(plugin))
        releases = {id: each for id, each in self.loaded.releases.items() if id != plugin}
        self.loaded = Loaded(releases, {**self.loaded.failed, plugin: why})

    def names_of(self, release: Release) -> Iterable[str]:
        """Return the names under which an enabled release answers: its documents and its code."""
        yield release.name
        if release.plugin in self.extensions:
            yield f"{release.plugin}{CODE}"


def install(app: Flask) -> None:
    """Load the plugins that the settings choose; one that can't be loaded is logged and left out.

    Raises pluggy's PluginValidationError for an implementation that fits no hook. A choice that is
    not there is refused by `check_choice`, which knows what is installed in the database as well.
    """
    settings: Settings = app.extensions["tierline.settings"]
    app.extensions[CODE_KEY] = loaded_code(chosen_points(settings))
    folders, extensions, failed = find(settings)
    loaded = load(folders)
    loaded = Loaded(loaded.releases, {**loaded.failed, **failed})
    for id, error in loaded.failed.items():
        log.error("plugin.left_out", plugin=id, problems=[str(each) for each in error.problems])
    app.extensions[KEY] = Plugins(loaded, extensions, suspender(app), settings.plugins)


Found = tuple[dict[str, Path], dict[str, Any], dict[str, PluginInvalid]]


def find(settings: Settings) -> Found:
    """Return the folders of the plugins that the settings choose, the code of the extensions among
    them, and why others can't be: by plugin id."""
    folders = plugin_folders(Path(settings.home) / "plugins")
    points = {point.name: point for point in entry_points(group=GROUP)}
    there = {*folders, *points}
    chosen = there if settings.plugins == "all" else there & named_in(settings.plugins)
    extensions, failed = load_extensions(
        (points[id] for id in sorted(chosen_points(settings))), settings.start_seconds
    )
    for id in chosen - set(points):
        if (folders[id] / PROJECT_FILE).exists():
            what = "is an extension whose code is not installed: the operator installs it"
            failed[id] = PluginInvalid([Problem(f"{id}/{PROJECT_FILE}", 1, 1, "", what)])
    found = {id: folders[id] for id in folders if id in chosen - set(failed)}
    found |= {id: Path(code.PACK) for id, code in extensions.items()}
    return found, extensions, failed


def chosen_points(settings: Settings) -> set[str]:
    """Return the ids of the extensions whose code is installed, as far as the settings choose."""
    points = {point.name for point in entry_points(group=GROUP)}
    return points if settings.plugins == "all" else points & named_in(settings.plugins)


def histories(settings: Settings) -> list[History]:
    """Return the migrations of the extensions that the settings choose; imports their code."""
    folders, extensions, _ = find(settings)
    places = {id: folders[id] / "migrations" for id in sorted(extensions)}
    return [History(id, place) for id, place in places.items() if place.is_dir()]


def installed() -> Plugins:
    """Return the plugins of the application in context."""
    plugins: Plugins = current_app.extensions[KEY]
    return plugins


def named_in(setting: str) -> set[str]:
    """Return the plugin ids that TIERLINE_PLUGINS names: a list with commas; `none` names none."""
    return {name.strip() for name in setting.split(",")} - {"", "none"}


def check_choice(setting: str, there: Iterable[str]) -> None:
    """Raise SettingsError where TIERLINE_PLUGINS names a plugin that is not installed."""
    present = set(there)
    wrong = [
        f"names {name!r}, which is not installed{did_you_mean(name, present)}"
        for name in sorted(named_in(setting) - present - {"all"})
    ]
    if wrong:
        message = "; ".join(f"TIERLINE_PLUGINS {each}" for each in wrong)
        raise SettingsError(message, fields={"TIERLINE_PLUGINS": wrong})


def load_extensions(
    points: Iterable[EntryPoint], seconds: float
) -> tuple[dict[str, Any], dict[str, PluginInvalid]]:
    """Return the code of extensions by plugin id, and why others could not be imported in time."""
    found, failed = {}, {}
    for point in points:
        try:
            code = within(seconds, point.load)
            Path(code.PACK)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - one extension must not stop all
            what = f"can't be imported: {type(error).__name__}: {error}"
            failed[point.name] = PluginInvalid([Problem(point.value, 1, 1, "", what)])
        else:
            found[point.name] = code
    return found, failed


def list_of(function: Callable[[], Iterable[Any]]) -> list[Any]:
    """Return everything that a function returns or yields."""
    return list(function())


def suspender(app: Flask) -> Suspend:
    """Return what suspends a plugin for a tenant, in a unit of work of its own.

    A context of its own, too: the caller may be a read-only request, or in the middle of a change.
    Where the settings say that nothing is suspended, it is only logged.
    """
    settings: Settings = app.extensions["tierline.settings"]

    def suspend(tenant_id: int, plugin: str, reason: str) -> None:
        from tierline.plugins.service import suspend_apart  # the service stands on this module

        if not settings.suspends:
            log.warning("plugin.not_suspended", plugin=plugin, tenant=tenant_id, reason=reason)
            return

        work: Callable[..., None] = contextvars.Context().run
        work(suspend_apart, app, tenant_id, plugin, reason)

    return suspend
