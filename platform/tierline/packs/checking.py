"""Checking documents that do not come from files: a release with a tenant's changes.

The same formats and references as for files; a problem's file is the item's address.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tierline.packs.differences import FIXED, fixed_in
from tierline.packs.documents import FORMATS, read
from tierline.packs.names import OWN
from tierline.packs.problems import Problem
from tierline.packs.references import Documents, resolve
from tierline.packs.shapes import Reading, Reference
from tierline.packs.strict_yaml import nodes_of


def check_documents(documents: Documents, changed: Iterable[str]) -> list[Problem]:
    """Return the problems of some plugins' documents, and those of the plugins that name them.

    `documents` holds, by plugin id, all that is enabled together; `changed` names the plugins whose
    items may have become wrong in themselves, or that are no longer enabled. A company's own pack
    names any of them and is named by any, so it is always looked at. A problem's file is
    `plugin/folder/item`. Golden examples of plugins are left out: they are the author's, and a
    company may hide or change what they name.
    """
    changed = set(changed)
    found = []
    for plugin, document in documents.items():
        head = document["manifest"]
        needs = {plugin, OWN, *head["requires"], *head.get("supplements", ())}
        if plugin != OWN and needs.isdisjoint(changed):
            continue
        readings = [*_readings(plugin, document)]
        problems = [problem for reading in readings for problem in reading.problems]
        found += problems or resolve(plugin, documents, readings)
    return found


def normalise(document: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """Return a plugin's document with every default filled in, and the problems of its items."""
    plugin = document["manifest"]["id"]
    fixed = fixed_in(document)
    whole = {key: value for key, value in document.items() if key in fixed}
    problems: list[Problem] = []
    for folder in [key for key in FORMATS if key not in fixed]:
        whole[folder] = {}
        for name, item in document[folder].items():
            file, root = f"{plugin}/{folder}/{name}.yaml", nodes_of(item)
            whole[folder][name], reading = read(FORMATS[folder], plugin, file, root)
            problems += reading.problems
    return whole, problems


def references_in(plugin: str, document: Mapping[str, Any]) -> Iterable[tuple[str, str, Reference]]:
    """Yield folder and name of each item of a plugin's document, with each thing that it names."""
    for folder in [key for key in FORMATS if key not in FIXED]:
        for name, item in document.get(folder, {}).items():
            file = f"{plugin}/{folder}/{name}.yaml"
            for reference in read(FORMATS[folder], plugin, file, nodes_of(item))[1].references:
                yield folder, name, reference


def _readings(plugin: str, document: Mapping[str, Any]) -> Iterable[Reading]:
    for folder in [key for key in FORMATS if key not in fixed_in(document)]:
        for name, item in document.get(folder, {}).items():
            file, root = f"{plugin}/{folder}/{name}.yaml", nodes_of(item)
            yield read(FORMATS[folder], plugin, file, root)[1]


def item_of(problem: Problem) -> str:
    """Return the address (`folder/item`) of the item that a problem is in."""
    _plugin, folder, file = problem.file.split("/")
    return f"{folder}/{file.removesuffix('.yaml')}"
