"""Signatures of plugins: who publishes a folder, and that nobody changed it since.

`SIGNATURE.json` holds the publisher's key, the digest of every other file, and an Ed25519 signature
over that list in one canonical form. It says nothing about whether the publisher is to be trusted:
the platform keeps a list of keys for that.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tierline.errors import Malformed
from tierline.packs.problems import PluginInvalid, Problem
from tierline.packs.strict_yaml import MAXIMUM_BYTES

SIGNATURE_FILE = "SIGNATURE.json"
KEYS = ("schema", "plugin", "version", "key", "files", "signature")
PUBLIC_KEY = re.compile(r"ed25519:[A-Za-z0-9+/]{43}=")
PURPOSE = b"tierline plugin signature 1\n"

Signature = Mapping[str, Any]
"""What `SIGNATURE.json` holds."""


class KeyUnreadable(Malformed):
    """A key must be an Ed25519 key: a private one in PEM, a public one as `ed25519:<base64>`."""

    code = "key_unreadable"


def new_key() -> bytes:
    """Return a new private key, as its file holds it."""
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def read_private_key(content: bytes) -> Ed25519PrivateKey:
    """Return a private key of its file's content; raises KeyUnreadable."""
    try:
        key = serialization.load_pem_private_key(content, None)
    except (ValueError, TypeError) as error:
        raise KeyUnreadable("The file holds no private key without a password.") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyUnreadable("The file holds a key of another kind than Ed25519.")
    return key


def public_key(key: Ed25519PrivateKey) -> str:
    """Return the public half of a key, as people pass it on: `ed25519:<base64>`."""
    return f"ed25519:{base64.b64encode(key.public_key().public_bytes_raw()).decode()}"


def check_public_key(text: str) -> str:
    """Return a public key as it is kept; raises KeyUnreadable."""
    text = text.strip()
    if not PUBLIC_KEY.fullmatch(text):
        raise KeyUnreadable(f'"{text}" is not a public key, like ed25519:<44 characters>.')
    return text


def sign(folder: Path, plugin: str, version: str, key: Ed25519PrivateKey) -> Signature:
    """Return the signature over the folder's files as they are now."""
    signed = {
        "schema": 1,
        "plugin": plugin,
        "version": version,
        "key": public_key(key),
        "files": dict(sorted(file_digests(folder))),
    }
    return {**signed, "signature": base64.b64encode(key.sign(_canonical(signed))).decode()}


def write_signature(folder: Path, signature: Signature) -> None:
    """Put a signature beside the files that it is over."""
    content = orjson.dumps(signature, option=orjson.OPT_INDENT_2)
    (folder / SIGNATURE_FILE).write_bytes(content + b"\n")


def read_signature(folder: Path, plugin: str) -> Signature | None:
    """Return the folder's signature once it is proved, or None for a folder without one.

    Raises PluginInvalid naming each file that was changed, added or taken away since, and what
    else is wrong with the signature.
    """
    path = folder / SIGNATURE_FILE
    if not path.is_file():
        return None
    shown = f"{plugin}/{SIGNATURE_FILE}"
    signature = _parsed(path, shown)
    if signature["plugin"] != plugin:
        what = f'is of the plugin "{signature["plugin"]}"'
        raise PluginInvalid([Problem(shown, 1, 1, "plugin", what)])
    if not is_genuine(signature):
        what = "does not fit the key and the list of files"
        raise PluginInvalid([Problem(shown, 1, 1, "signature", what)])
    changed = [
        Problem(f"{plugin}/{name}", 1, 1, "", what)
        for name, what in _differences(signature["files"], dict(file_digests(folder)))
    ]
    if changed:
        raise PluginInvalid(changed)
    return signature


def is_genuine(signature: Signature) -> bool:
    """Return whether the key that a signature names has made it."""
    signed = {key: value for key, value in signature.items() if key != "signature"}
    try:
        raw = base64.b64decode(signature["key"].removeprefix("ed25519:"), validate=True)
        made = base64.b64decode(signature["signature"], validate=True)
        Ed25519PublicKey.from_public_bytes(raw).verify(made, _canonical(signed))
    except (binascii.Error, ValueError, InvalidSignature):
        return False
    return True


def file_digests(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield the SHA-256 of every file below the folder, by its path; the signature's own apart."""
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name != SIGNATURE_FILE:
            yield name, hashlib.sha256(path.read_bytes()).hexdigest()


def _canonical(signed: Mapping[str, Any]) -> bytes:
    """Return the bytes that are signed; they say what for, so that they fit nothing else."""
    return PURPOSE + orjson.dumps(signed, option=orjson.OPT_SORT_KEYS)


def _parsed(path: Path, shown: str) -> dict[str, Any]:
    problem = None
    content: Any = None
    if path.stat().st_size > MAXIMUM_BYTES:
        problem = f"has more than {MAXIMUM_BYTES // 1024} KiB"
    else:
        try:
            content = orjson.loads(path.read_bytes())
        except orjson.JSONDecodeError as error:
            raise PluginInvalid(
                [Problem(shown, error.lineno, error.colno, "", f"is not JSON: {error.msg}")]
            ) from error
        problem = _form_problem(content)
    if problem:
        raise PluginInvalid([Problem(shown, 1, 1, "", problem)])
    found: dict[str, Any] = content
    return found


def _form_problem(content: Any) -> str | None:
    """Return what is wrong with a signature's form, or None."""
    if not isinstance(content, dict) or set(content) != set(KEYS):
        return f"must hold exactly {', '.join(KEYS)}"
    if content["schema"] != 1:
        return "schema must be 1"
    texts = [content[key] for key in ("plugin", "version", "key", "signature")]
    if not all(isinstance(text, str) for text in texts):
        return "plugin, version, key and signature must be texts"
    if not PUBLIC_KEY.fullmatch(content["key"]):
        return "key must be a public key, like ed25519:<44 characters>"
    files = content["files"]
    if not isinstance(files, dict) or not all(isinstance(each, str) for each in files.values()):
        return "files must map each file to its SHA-256"
    return None


def _differences(signed: Mapping[str, str], there: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name in sorted({*signed, *there}):
        if name not in there:
            yield name, "was signed, but is not there"
        elif name not in signed:
            yield name, "was added after the signing"
        elif signed[name] != there[name]:
            yield name, "was changed after the signing"
