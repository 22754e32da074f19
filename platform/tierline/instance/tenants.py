"""Tenants as code: `tenants/<slug>.yaml` names a company and the plugins that it begins with.

A file creates what is missing and changes nothing that is there: what people have set since then,
plugins that they disabled included, stays theirs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from tierline.config import Settings
from tierline.configuration.service import enable
from tierline.console import in_platform, in_tenant
from tierline.errors import TierlineError
from tierline.marking import N_
from tierline.packs.problems import Problem, did_you_mean
from tierline.packs.shapes import Optional, Reading, flag, items, number, record, text, word
from tierline.packs.strict_yaml import parse
from tierline.plugins.manager import Plugins, installed
from tierline.plugins.offers import offers
from tierline.plugins.queries import enablements
from tierline.plugins.service import sync_releases
from tierline.provision import create_company
from tierline.tenancy.queries import find_tenant
from tierline.tenancy.service import LOCALES

TENANT = record(
    {
        "schema": Optional(number(1, 1, integer=True)),
        "slug": text(40),
        "name": text(200),
        "locale": Optional(word(*LOCALES), "en"),
        "time_zone": Optional(text(60), "Asia/Shanghai"),
        "currency": Optional(text(3, "[A-Z]{3}", "an ISO 4217 code, such as CNY"), "CNY"),
        "plugins": Optional(items(text(63)), []),
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
    """What one file says."""

    slug: str
    name: str
    locale: str
    time_zone: str
    currency: str
    plugins: tuple[str, ...]
    demonstration: bool


def apply_tenant_files(app: Flask, *, demonstration: bool = True) -> list[str]:
    """Create the tenants that the files name and that are missing; return their slugs.

    Those of the demonstration are left out where it is not wanted. Raises TenantFilesInvalid before
    anything is done, naming every problem as file:line:column.
    """
    settings: Settings = app.extensions["tierline.settings"]
    with app.app_context():
        files = read_tenant_files(settings.home / "tenants", installed())
        sync_releases(app)
        wanted = [file for file in files if demonstration or not file.demonstration]
        return [file.slug for file in wanted if _apply(file)]


def read_tenant_files(folder: Path, plugins: Plugins) -> list[TenantFile]:
    """Return what the folder's files say; raises TenantFilesInvalid."""
    found, problems = [], []
    for path in sorted(folder.glob("*.yaml")):
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
    document.pop("schema", None)
    return TenantFile(**{**document, "plugins": tuple(document["plugins"])}), []


def _check_plugins(reading: Reading, named: Iterable[str], plugins: Plugins) -> None:
    for place, plugin in enumerate(named):
        if plugin in plugins.loaded.failed:
            reading.at(
                ("plugins", place), f'"{plugin}" can\'t be loaded; see tierline plugins list'
            )
        elif plugin not in (there := offers()):
            hint = did_you_mean(plugin, there)
            reading.at(("plugins", place), f'"{plugin}" is not installed{hint}')


def _apply(file: TenantFile) -> bool:
    with in_platform():
        is_new = find_tenant(file.slug) is None
    if is_new:
        create_company(
            file.slug,
            file.name,
            file.locale,
            time_zone=file.time_zone,
            currency=file.currency,
        )
    with in_tenant(file.slug):
        known = {each.plugin for each in enablements()}
        for plugin in file.plugins:
            if plugin not in known:
                enable(plugin)
    return is_new
