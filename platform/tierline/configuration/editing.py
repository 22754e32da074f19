"""Editing an item, as text or as a document: checked as an author's is, it becomes changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tierline.configuration.changes import Change, overriding
from tierline.configuration.queries import document_in_force, get_item
from tierline.packs.differences import difference
from tierline.packs.documents import FORMATS, read
from tierline.packs.names import OWN
from tierline.packs.problems import PluginInvalid, Problem
from tierline.packs.strict_yaml import Node, nodes_of, parse


def edited(plugin: str, folder: str, name: str, text: str, reason: str) -> Change:
    """Return the change that gives an item this text.

    Raises NotFound, PluginInvalid naming each problem by line and column, and ChangesInvalid.
    """
    get_item(plugin, folder, name)
    root, problems = parse(text.encode(), _file(plugin, folder, name))
    if root is None:
        raise PluginInvalid(problems)
    return _replacing(plugin, folder, name, root, problems, reason)


def replacing(plugin: str, folder: str, name: str, item: Mapping[str, Any], reason: str) -> Change:
    """Return the change that gives an item this document; raises as `edited` does.

    An item of the company's own pack that is not there is made.
    """
    if plugin != OWN:
        get_item(plugin, folder, name)
    return _replacing(plugin, folder, name, nodes_of(item), [], reason)


def _file(plugin: str, folder: str, name: str) -> str:
    return f"{plugin}/{folder}/{name}.yaml"


def _replacing(
    plugin: str, folder: str, name: str, root: Node, problems: list[Problem], reason: str
) -> Change:
    document = document_in_force(plugin)
    item, reading = read(FORMATS[folder], plugin, _file(plugin, folder, name), root)
    if problems or reading.problems:
        raise PluginInvalid([*problems, *reading.problems])
    changed = {**document, folder: {**document[folder], name: item}}
    return overriding(plugin, difference(document, changed), reason)
