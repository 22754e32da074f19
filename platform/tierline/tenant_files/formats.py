"""The format of `tenants/<slug>.yaml`, and reading the files: every problem with its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tierline.errors import TierlineError
from tierline.marking import N_
from tierline.packs.branching import either
from tierline.packs.differences import KINDS
from tierline.packs.problems import Problem, did_you_mean
from tierline.packs.shapes import (
    Optional,
    Reading,
    Shape,
    flag,
    items,
    number,
    record,
    text,
    word,
)
from tierline.packs.shapes import Path as Place
from tierline.packs.strict_yaml import Node, parse
from tierline.plugins.manager import Plugins
from tierline.plugins.offers import offers
from tierline.tenancy.service import LOCALES

COMPANY = ("name", "locale", "time_zone", "currency")
SETTINGS = ("second_person",)


def _anything(reading: Reading, node: Node, path: Place) -> Any:
    return node.plain()


ANYTHING = Shape(_anything, {})

CHANGE = record(
    {
        "address": text(500),
        "kind": Optional(word(*KINDS), "set"),
        "value": Optional(ANYTHING, None),
        "reason": Optional(text(1000)),
    }
)
PLUGIN = record(
    {
        "id": text(63),
        "state": Optional(word("enabled", "disabled"), "enabled"),
        "version": Optional(text(30)),
        "changes": Optional(items(CHANGE), []),
    }
)
TENANT = record(
    {
        "schema": Optional(number(1, 1, integer=True)),
        "slug": text(40),
        "name": text(200),
        "locale": Optional(word(*LOCALES)),
        "time_zone": Optional(text(60)),
        "currency": Optional(text(3, "[A-Z]{3}", "an ISO 4217 code, such as CNY")),
        "second_person": Optional(flag),
        "plugins": Optional(items(either(text(63), PLUGIN)), []),
        "demonstration": Optional(flag, False),
    }
)


class TenantFilesInvalid(TierlineError):
    """The files of tenants/ must keep to their format; every problem is named, with its place."""

    code = "tenant_files_invalid"
    status = 422
    title = N_("The tenants' files are not valid")


@dataclass(frozen=True)
class TenantFile:
    """What one file says: the company's own fields, and its plugins as mappings."""

    slug: str
    company: Mapping[str, str]
    settings: Mapping[str, bool]
    plugins: tuple[Mapping[str, Any], ...]
    demonstration: bool


def read_tenant_files(
    folder: Path, plugins: Plugins, slugs: tuple[str, ...] = ()
) -> list[TenantFile]:
    """Return what the folder's files say, of some slugs where they are named.

    Raises TenantFilesInvalid, also for a slug without a file.
    """
    found, problems = [], []
    paths = {path.stem: path for path in sorted(folder.glob("*.yaml"))}
    for slug in slugs:
        if slug not in paths:
            hint = did_you_mean(slug, paths)
            problems.append(Problem(f"tenants/{slug}.yaml", 1, 1, "", f"is not there{hint}"))
    for stem, path in paths.items():
        if slugs and stem not in slugs:
            continue
        file, wrong = _read(path, plugins)
        problems += wrong
        if file is not None:
            found.append(file)
    if problems:
        lines = [str(problem) for problem in sorted(problems)]
        raise TenantFilesInvalid("\n".join(["The tenants' files are not valid:", *lines]))
    return found


def _read(path: Path, plugins: Plugins) -> tuple[TenantFile | None, list[Problem]]:
    name = f"tenants/{path.name}"
    root, problems = parse(path.read_bytes(), name)
    if root is None:
        return None, problems
    reading = Reading("", name, root)
    document = TENANT(reading, root, ())
    if not reading.problems:
        if document["slug"] != path.stem:
            reading.at(("slug",), f'must be the name of the file, "{path.stem}"')
        _check_plugins(reading, document["plugins"], plugins)
    problems += reading.problems
    if problems:
        return None, problems
    company = {key: document[key] for key in COMPANY if key in document}
    settings = {key: document[key] for key in SETTINGS if key in document}
    named = tuple(_whole(plugin) for plugin in document["plugins"])
    return TenantFile(path.stem, company, settings, named, document["demonstration"]), []


def _whole(plugin: str | dict[str, Any]) -> dict[str, Any]:
    """Return a plugin's entry with everything that it leaves out."""
    if isinstance(plugin, str):
        return {"id": plugin, "state": "enabled", "changes": []}
    return plugin


def _check_plugins(reading: Reading, named: list[Any], plugins: Plugins) -> None:
    known: list[str] = []
    for place, entry in enumerate(named):
        plugin = entry if isinstance(entry, str) else entry["id"]
        path: Place = ("plugins", place) if isinstance(entry, str) else ("plugins", place, "id")
        if plugin in known:
            reading.at(path, f'"{plugin}" stands here twice')
        known.append(plugin)
        if plugin in plugins.loaded.failed:
            reading.at(path, f'"{plugin}" can\'t be loaded; see tierline plugins list')
        elif plugin not in (there := offers()):
            hint = did_you_mean(plugin, there)
            reading.at(path, f'"{plugin}" is not installed{hint}')
