"""`tierline plugins` for publishers: a key, signatures, archives; no instance is needed."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import click

from tierline.console import Exit, finish, json_option, offline, show
from tierline.packs import archives, signing
from tierline.packs.folders import Draft, read_folder
from tierline.packs.problems import PluginInvalid
from tierline.packs.releases import release_of
from tierline.plugins.installing import check_signed_version, unpacked_copy

folder_argument = click.argument(
    "folder", type=click.Path(path_type=Path, exists=True, file_okay=False)
)


def _draft(folder: Path) -> Draft:
    """Return the plugin in a folder; raises PluginInvalid where it can't be read."""
    draft = read_folder(folder.name, folder)
    if draft.problems:
        raise PluginInvalid(draft.problems)
    return draft


@offline
@click.command("keygen")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def keygen(file: Path) -> None:
    """Make a publisher's key: write the private half to FILE, print the public half."""
    content = signing.new_key()
    try:
        opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise click.ClickException(f"{file} exists; a key is never overwritten.") from error
    with open(opened, "wb") as target:  # noqa: PTH123 - a descriptor, not a path
        target.write(content)
    click.echo(signing.public_key(signing.read_private_key(content)))


@offline
@click.command("sign")
@folder_argument
@click.option(
    "--key",
    "key_file",
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The file of the private key.",
)
def sign(folder: Path, key_file: Path) -> None:
    """Sign the plugin in FOLDER: write SIGNATURE.json over every file as it is now."""
    folder = folder.resolve()
    head = _draft(folder).document["manifest"]
    key = signing.read_private_key(key_file.read_bytes())
    signature = signing.sign(folder, head["id"], head["version"], key)
    signing.write_signature(folder, signature)
    click.echo(f"{head['id']} {head['version']}: {len(signature['files'])} files are signed.")


@offline
@click.command("verify")
@click.argument("path", type=click.Path(path_type=Path, exists=True))
@json_option
def verify(path: Path, as_json: bool) -> None:
    """Say who signed the folder or archive at PATH; exit code 3 where nobody did, 1 if changed."""
    with tempfile.TemporaryDirectory(prefix="tierline-pack-") as into:
        folder = path.resolve() if path.is_dir() else unpacked_copy(path, Path(into))
        draft = _draft(folder)
        signature = signing.read_signature(folder, folder.name)
        check_signed_version(release_of(draft.document), signature)
    head = draft.document["manifest"]
    found: dict[str, Any] = {
        "plugin": head["id"],
        "version": head["version"],
        "key": signature["key"] if signature else None,
    }
    line = f"{head['id']} {head['version']} is signed by {found['key']}"
    show(found, as_json, [line if signature else f"{head['id']} {head['version']} is not signed"])
    if signature is None:
        finish(Exit.ATTENTION)


@offline
@click.command("pack")
@folder_argument
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The archive to write (<id>-<version>.zip).",
)
def pack(folder: Path, output: Path | None) -> None:
    """Put the plugin in FOLDER into an archive: equal files give equal bytes."""
    folder = folder.resolve()
    head = _draft(folder).document["manifest"]
    signing.read_signature(folder, folder.name)
    target = output or Path(f"{head['id']}-{head['version']}.zip")
    with target.open("wb") as opened:
        archives.pack(folder, opened)
    click.echo(str(target))


commands = (keygen, sign, verify, pack)
