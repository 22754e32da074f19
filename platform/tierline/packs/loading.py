"""Loading plugins: which folders there are, and which of them make a whole that holds together.

A plugin that fails, or that requires one that fails, is left out with its problems; the others
load, and the site starts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tierline.packs.folders import MANIFEST_FILE, Draft, read_folder
from tierline.packs.problems import PluginInvalid, Problem, did_you_mean
from tierline.packs.references import resolve
from tierline.packs.releases import Release, release_of

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Loaded:
    """What came of loading: releases by plugin id, and why others were left out."""

    releases: Mapping[str, Release] = field(default_factory=dict)
    failed: Mapping[str, PluginInvalid] = field(default_factory=dict)


def plugin_folders(home: Path) -> dict[str, Path]:
    """Return the folders in `home` that hold a manifest, by plugin id."""
    found = sorted(path.parent for path in home.glob(f"*/{MANIFEST_FILE}"))
    return {folder.name: folder for folder in found}


def load(folders: Mapping[str, Path]) -> Loaded:
    """Return the plugins in `folders` (by plugin id), each resolved against all the others."""
    drafts = {plugin: read_folder(plugin, folder) for plugin, folder in folders.items()}
    documents = {plugin: draft.document for plugin, draft in drafts.items()}
    failed: dict[str, PluginInvalid] = {}
    for plugin, draft in drafts.items():
        problems = [*draft.problems, *_whole_problems(draft, documents)]
        if problems:
            failed[plugin] = PluginInvalid(problems)
    _fail_dependents(documents, failed)
    good = {plugin: release_of(documents[plugin]) for plugin in drafts if plugin not in failed}
    return Loaded(good, failed)


def check_folder(folder: Path, home: Path) -> Release:
    """Return the release of one folder, beside the plugins at `home` and its own neighbours.

    Raises PluginInvalid with every problem of this folder.
    """
    folder = folder.resolve()
    beside = plugin_folders(home) | plugin_folders(folder.parent)
    loaded = load(beside | {folder.name: folder})
    if folder.name in loaded.failed:
        raise loaded.failed[folder.name]
    return loaded.releases[folder.name]


def check_against(folder: Path, others: Mapping[str, Document]) -> Release:
    """Return the release of one folder, resolved against documents of other plugins, by id.

    Raises PluginInvalid with every problem of this folder.
    """
    draft = read_folder(folder.name, folder)
    documents = {**others, draft.plugin: draft.document}
    problems = [*draft.problems, *_whole_problems(draft, documents)]
    if problems:
        raise PluginInvalid(problems)
    return release_of(draft.document)


def _whole_problems(draft: Draft, documents: Mapping[str, Document]) -> list[Problem]:
    problems = []
    manifest = f"{draft.plugin}/{MANIFEST_FILE}"
    for required in draft.requires:
        if required not in documents:
            what = f'there is no plugin "{required}"{did_you_mean(required, documents)}'
            problems.append(Problem(manifest, 1, 1, "requires", what))
        elif draft.plugin in _requirements(required, documents):
            what = f'"{required}" requires this plugin in turn'
            problems.append(Problem(manifest, 1, 1, "requires", what))
    return problems + resolve(draft.plugin, documents, draft.readings)


def _requirements(plugin: str, documents: Mapping[str, Document]) -> set[str]:
    """Return all that a plugin requires, directly or through others."""
    reached: set[str] = set()
    waiting = [plugin]
    while waiting:
        for required in documents[waiting.pop()]["manifest"].get("requires", ()):
            if required in documents and required not in reached:
                reached.add(required)
                waiting.append(required)
    return reached


def _fail_dependents(documents: Mapping[str, Document], failed: dict[str, PluginInvalid]) -> None:
    for plugin in [plugin for plugin in documents if plugin not in failed]:
        for required in sorted(_requirements(plugin, documents) & set(failed)):
            what = f'requires "{required}", which can\'t be loaded'
            problem = Problem(f"{plugin}/{MANIFEST_FILE}", 1, 1, "requires", what)
            failed[plugin] = PluginInvalid([problem])
