"""`tierline plugins` for operators: install, retire, restore; whom the platform trusts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from tierline.console import in_platform, json_option, show
from tierline.plugins import installing, trust
from tierline.plugins.installing import Installer
from tierline.plugins.models import PluginInstallation
from tierline.plugins.overview import get_installed
from tierline.plugins.schemas import InstalledSchema

BY = Installer("command line", operator=True)
plugin_argument = click.argument("plugin")


def _tell(row: PluginInstallation, as_json: bool, done: str) -> None:
    entry = get_installed(row.plugin)
    line = f"{entry.id} {entry.version} {done} ({entry.signature})"
    show(InstalledSchema().dump(entry), as_json, [line])


@click.command("install")
@click.argument("path", type=click.Path(path_type=Path, exists=True))
@json_option
def install(path: Path, as_json: bool) -> None:
    """Install the pack at PATH, a folder or an archive (.zip, .tar.gz), for every tenant."""
    with in_platform():
        if path.is_dir():
            row = installing.install_folder(path.resolve(), BY)
        else:
            with path.open("rb") as source:
                row = installing.install_archive(source, path.name, BY)
        _tell(row, as_json, "is installed")


@click.command("retire")
@plugin_argument
@json_option
def retire(plugin: str, as_json: bool) -> None:
    """Offer PLUGIN no longer; who has it keeps it."""
    with in_platform():
        _tell(installing.retire(plugin, BY), as_json, "is retired")


@click.command("restore")
@plugin_argument
@json_option
def restore(plugin: str, as_json: bool) -> None:
    """Offer a retired PLUGIN again."""
    with in_platform():
        _tell(installing.restore(plugin, BY), as_json, "is offered again")


@click.command("trust")
@click.argument("key")
@click.option("--name", required=True, help="Whose key it is.")
def trust_key(key: str, name: str) -> None:
    """Trust the publisher with the public KEY: tenants' people may install what it signed."""
    with in_platform():
        trust.trust(key, name, BY.name)
    click.echo(f"{name} is trusted.")


@click.command("distrust")
@click.argument("key")
def distrust_key(key: str) -> None:
    """Trust KEY no longer; what is installed stays, and its badge says so."""
    with in_platform():
        name = trust.distrust(key, BY.name).name
    click.echo(f"{name} is trusted no longer.")


@click.command("keys")
@json_option
def list_keys(as_json: bool) -> None:
    """List the publishers that the platform trusts."""
    with in_platform():
        keys: list[dict[str, Any]] = [
            {"key": each.key, "name": each.name, "trusted_at": str(each.trusted_at)}
            for each in trust.trusted_keys()
        ]
    show({"keys": keys}, as_json, [f"{each['key']}  {each['name']}" for each in keys])


commands = (install, retire, restore, trust_key, distrust_key, list_keys)
