"""Packs for tests: small valid ones, written, signed and archived where a test wants them."""

from __future__ import annotations

import io
import uuid
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tierline.db import db
from tierline.packs.archives import pack
from tierline.packs.signing import new_key, public_key, read_private_key, sign, write_signature
from tierline.plugins.installing import Installer, install_archive
from tierline.plugins.trust import trust

OPERATOR = Installer("operator@example.com", operator=True)

MANIFEST = """\
schema: 1
id: {plugin}
version: {version}
kind: {kind}
title: {{en: A small pack, zh_CN: 一个小包}}
summary: {{en: For tests, zh_CN: 测试用}}
publisher: Tests
license: none
support: tests@example.com
category: method
lifecycle: incubation
core_api: ">=1,<2"
{more}"""
FIELD = """\
record: account
type: integer
title: {{en: {title}, zh_CN: 数量}}
"""


def new_id() -> str:
    """Return the id of a plugin that is not there yet."""
    return f"p{uuid.uuid4().hex[:12]}"


def write_pack(
    home: Path,
    plugin: str | None = None,
    version: str = "1.0.0",
    *,
    title: str = "Amount",
    field: str = "amount",
    kind: str = "pack",
    more: str = "",
) -> Path:
    """Write a pack with one field into a new folder below `home`; return its folder."""
    plugin = plugin or new_id()
    folder = home / uuid.uuid4().hex / plugin
    (folder / "fields").mkdir(parents=True)
    manifest = MANIFEST.format(plugin=plugin, version=version, kind=kind, more=more)
    (folder / "plugin.yaml").write_text(manifest, encoding="utf-8")
    (folder / "fields" / f"{field}.yaml").write_text(FIELD.format(title=title), encoding="utf-8")
    return folder


def archived(folder: Path) -> io.BytesIO:
    """Return a folder's archive."""
    target = io.BytesIO()
    pack(folder, target)
    target.seek(0)
    return target


def make_key() -> Ed25519PrivateKey:
    """Return a new publisher's key."""
    return read_private_key(new_key())


def signed(folder: Path, key: Ed25519PrivateKey, version: str = "1.0.0") -> Path:
    """Sign a folder; return it."""
    write_signature(folder, sign(folder, folder.name, version, key))
    return folder


def trusted_key(name: str = "发布者") -> Ed25519PrivateKey:
    """Return a new key that the platform trusts from the next commit on."""
    key = make_key()
    trust(public_key(key), name, "tests")
    return key


def installed_pack(home: Path, plugin: str | None = None, version: str = "1.0.0") -> str:
    """Install a new pack as an operator would, and commit; return its id."""
    folder = write_pack(home, plugin, version)
    install_archive(archived(folder), "pack.zip", OPERATOR)
    db.session.commit()
    return folder.name
