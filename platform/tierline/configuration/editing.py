"""Editing an item as text: the YAML is checked like an author's, and becomes sparse changes."""

from __future__ import annotations

from typing import Any

from tierline.configuration.changes import Change, overriding
from tierline.configuration.views import item_view
from tierline.packs.differences import difference
from tierline.packs.documents import FORMATS, read
from tierline.packs.problems import PluginInvalid
from tierline.packs.strict_yaml import parse
from tierline.plugins.queries import enabled_plugins


def edited(plugin: str, folder: str, name: str, text: str, reason: str) -> Change:
    """Return the change that gives an item this text.

    Raises NotFound, PluginInvalid naming each problem by line and column, and ChangesInvalid.
    """
    item_view(plugin, folder, name)
    document = enabled_plugins()[plugin].document
    file = f"{plugin}/{folder}/{name}.yaml"
    root, problems = parse(text.encode(), file)
    item: dict[str, Any] = {}
    if root is not None:
        item, reading = read(FORMATS[folder], plugin, file, root)
        problems = [*problems, *reading.problems]
    if problems:
        raise PluginInvalid(problems)
    changed = {**document, folder: {**document[folder], name: item}}
    return overriding(plugin, difference(document, changed), reason)
