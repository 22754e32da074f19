"""Folders of plugins: their files are read into a normalised document, with every problem named."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tierline.packs.documents import FORMATS, MANIFEST_FORMAT, Format, read
from tierline.packs.problems import Problem, did_you_mean
from tierline.packs.shapes import NAME, Reading
from tierline.packs.strict_yaml import parse

MAXIMUM_FILES = 2000
MANIFEST_FILE = "plugin.yaml"
PLAIN_FILES = (MANIFEST_FILE, "README.md", "CHANGELOG.md", "LICENSE", "SIGNATURE.json")
FOLDERS = tuple(FORMATS)


@dataclass
class Draft:
    """A folder as read: its document, and the problems and references of its files."""

    plugin: str
    folder: Path
    document: dict[str, Any] = field(default_factory=dict)
    readings: list[Reading] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def requires(self) -> list[str]:
        """Return the plugins that the draft requires."""
        return list(self.document["manifest"].get("requires", ()))


def read_folder(plugin: str, folder: Path) -> Draft:
    """Return the plugin in `folder` as far as it can be read; references are not resolved yet."""
    draft = Draft(plugin, folder)
    if not (folder / MANIFEST_FILE).is_file():
        draft.problems.append(Problem(f"{plugin}/{MANIFEST_FILE}", 1, 1, "", "is missing"))
        draft.document = {"manifest": {}, **{kind: {} for kind in FORMATS}}
        return draft
    manifest = _read_file(draft, folder / MANIFEST_FILE, MANIFEST_FORMAT)
    draft.document = {"manifest": manifest, **{kind: {} for kind in FORMATS}}
    if manifest and manifest["id"] != plugin:
        draft.readings[0].at(("id",), f'must be "{plugin}", as the folder is named')
    _check_contents(draft, is_pack=manifest.get("kind") != "extension")
    for kind, format in FORMATS.items():
        for path in sorted((folder / kind).glob("*.yaml")):
            draft.document[kind][path.stem] = _read_file(draft, path, format)
    _name_groups(draft)
    draft.problems += [problem for reading in draft.readings for problem in reading.problems]
    return draft


def _read_file(draft: Draft, path: Path, format: Format) -> dict[str, Any]:
    shown = f"{draft.plugin}/{path.relative_to(draft.folder).as_posix()}"
    root, problems = parse(path.read_bytes(), shown)
    draft.problems += problems
    if root is None:
        return {}
    document, reading = read(format, draft.plugin, shown, root)
    draft.readings.append(reading)
    return document


def _name_groups(draft: Draft) -> None:
    """Let a group without a key have its file's name."""
    for name, group in draft.document["groups"].items():
        if group:
            group.setdefault("key", name)


def _check_contents(draft: Draft, *, is_pack: bool) -> None:
    """Note files that a pack may not hold, and links in any plugin."""
    inside = sorted(draft.folder.rglob("*"))
    if len(inside) > MAXIMUM_FILES:
        _file_problem(draft, draft.folder, f"holds more than {MAXIMUM_FILES} files")
    for path in inside[:MAXIMUM_FILES]:
        parts = path.relative_to(draft.folder).parts
        if path.is_symlink():
            _file_problem(draft, path, "is a link")
        elif is_pack and path.is_file() and (what := _misplaced(parts)):
            _file_problem(draft, path, what)


def _misplaced(parts: tuple[str, ...]) -> str | None:
    if len(parts) == 1:
        known = parts[0] in PLAIN_FILES
        return None if known else f"does not belong in a pack{did_you_mean(parts[0], PLAIN_FILES)}"
    if parts[0] not in FOLDERS:
        return f"does not belong in a pack{did_you_mean(parts[0], FOLDERS)}"
    if len(parts) > 2 or not re.fullmatch(rf"{NAME}\.yaml", parts[1]):
        return "must be named by a name: small letters, digits and _, ending in .yaml"
    return None


def _file_problem(draft: Draft, path: Path, what: str) -> None:
    shown = f"{draft.plugin}/{path.relative_to(draft.folder).as_posix()}"
    draft.problems.append(Problem(shown, 1, 1, "", what))
