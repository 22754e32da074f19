"""What extensions add to the application when it is built: routes, navigation, translations.

An extension that fails here is left out, as one that can't be imported; the site starts.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from flask import Flask
from flask_babel import LazyString
from redis.exceptions import RedisError
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.exceptions import HTTPException

from tierline.db.scope import current_tenant_id
from tierline.errors import TierlineError
from tierline.packs import records
from tierline.packs.problems import PluginInvalid, Problem
from tierline.plugins.manager import KEY, Plugins, log
from tierline.plugins.queries import enabled_plugins
from tierline.plugins.routes import ExtensionApi, ExtensionPages
from tierline.web import navigation_entry
from tierline.web.guards import presence
from tierline.web.language import KEY as WORDS
from tierline.web.language import localized

CATALOGUE = "locale/zh_CN.po"
View = Callable[..., Any]
ANSWERS = (TierlineError, HTTPException, DataError, OperationalError, RedisError)
"""What a view may raise without having failed: a refusal, or a part that can't be reached."""

FIRST_WEIGHT = 60  # of navigation entries: below the core's, above the settings


def extend(app: Flask, api: Any) -> None:
    """Let each extension add its routes, its navigation and its translations."""
    plugins: Plugins = app.extensions[KEY]
    for plugin, code in sorted(plugins.extensions.items()):
        try:
            _add_routes(app, api, plugins, plugin)
            _add_navigation(app, plugins, plugin)
            _add_translations(app, Path(code.PACK) / CATALOGUE)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - one extension must not stop all
            what = f"can't be added: {type(error).__name__}: {error}"
            invalid = PluginInvalid([Problem(plugin, 1, 1, "", what)])
            plugins.leave_out(plugin, invalid)
            log.error("plugin.left_out", plugin=plugin, problems=[what])


def _add_routes(app: Flask, api: Any, plugins: Plugins, plugin: str) -> None:
    for blueprint in plugins.blueprints_of(plugin):
        if not isinstance(blueprint, ExtensionPages | ExtensionApi) or blueprint.plugin != plugin:
            raise TypeError(f"blueprints returned {blueprint!r}, which is not the plugin's own")
        presence(app)[blueprint.name] = _enabled(app, plugin)
        if isinstance(blueprint, ExtensionApi):
            api.register_blueprint(blueprint)
        else:
            app.register_blueprint(blueprint)
        for endpoint, view in app.view_functions.items():
            if endpoint.startswith(f"{blueprint.name}."):
                app.view_functions[endpoint] = _counted(view, plugins, plugin, endpoint)


def _counted(view: View, plugins: Plugins, plugin: str, endpoint: str) -> View:
    """Return a view whose failures count for the plugin; the platform's own answers are none."""

    @wraps(view)
    def counting(*args: Any, **options: Any) -> Any:
        try:
            return view(*args, **options)
        except ANSWERS:
            raise
        except Exception as error:
            plugins.dispatcher.note_failure(endpoint, plugin, current_tenant_id(), error)
            raise

    return counting


def _enabled(app: Flask, plugin: str) -> Callable[[], bool]:
    """Return what tells whether the tenant in scope has the plugin enabled, and it is loaded."""

    def ask() -> bool:
        return plugin in app.extensions[KEY].extensions and plugin in enabled_plugins()

    return ask


def _add_navigation(app: Flask, plugins: Plugins, plugin: str) -> None:
    manifest = records.manifest(plugins.releases[plugin].document)
    for place, entry in enumerate(manifest.navigation):
        address = f"/t/<tenant>/x/{plugin}/{entry['path']}"
        endpoints = [r.endpoint for r in app.url_map.iter_rules() if r.rule == address]
        if not endpoints:
            raise ValueError(f"navigation leads to {entry['path']!r}, where there is no page")
        title = LazyString(localized, entry["title"])
        key = f"{endpoints[0]}.{place}"
        navigation_entry(key, title, endpoints[0], "puzzle", FIRST_WEIGHT + place)


def _add_translations(app: Flask, path: Path) -> None:
    """Compile the extension's Chinese, where it has any of its own."""
    if path.exists():
        compiled = BytesIO()
        with path.open("rb") as file:
            write_mo(compiled, read_po(file))
        compiled.seek(0)
        app.extensions[WORDS].add("zh_CN", Translations(compiled))
