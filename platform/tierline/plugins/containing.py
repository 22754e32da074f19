"""Parts of pages that an extension shows on the core's pages: only where it is enabled, in a guard.

A part that fails is left out and counts as a failure of the plugin; the page stands.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from tierline.db import db
from tierline.db.scope import current_tenant_id
from tierline.plugins.manager import installed
from tierline.plugins.queries import enabled_plugins

Given = ParamSpec("Given")
Part = TypeVar("Part")


def contained(plugin: str) -> Callable[[Callable[Given, Part]], Callable[Given, Part | None]]:
    """Return a decorator of an extension's function; None where it is not enabled, or fails."""

    def decorate(render: Callable[Given, Part]) -> Callable[Given, Part | None]:
        @wraps(render)
        def shown(*args: Given.args, **options: Given.kwargs) -> Part | None:
            plugins = installed()
            if plugin not in plugins.extensions or plugin not in enabled_plugins():
                return None
            try:
                with db.session.begin_nested():
                    return render(*args, **options)
            except (Exception, SystemExit) as error:  # noqa: BLE001 - nothing may leave the guard
                name, tenant_id = render.__name__, current_tenant_id()
                plugins.dispatcher.note_failure(name, plugin, tenant_id, error)
                return None

        return shown

    return decorate
