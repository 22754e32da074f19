"""Signatures: what they prove, and each way in which they do not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from packing import make_key, signed, write_pack
from tierline.packs.problems import PluginInvalid
from tierline.packs.signing import (
    KeyUnreadable,
    check_public_key,
    is_genuine,
    new_key,
    public_key,
    read_private_key,
    read_signature,
)


def problems(folder: Path) -> list[str]:
    with pytest.raises(PluginInvalid) as caught:
        read_signature(folder, folder.name)
    return [str(problem).removeprefix(f"{folder.name}/") for problem in caught.value.problems]


def test_a_folder_as_it_was_signed(tmp_path: Path) -> None:
    key = make_key()
    folder = signed(write_pack(tmp_path), key)
    signature = read_signature(folder, folder.name)
    assert signature is not None
    assert (signature["plugin"], signature["key"]) == (folder.name, public_key(key))
    assert set(signature["files"]) == {"plugin.yaml", "fields/amount.yaml"}


def test_a_folder_without_a_signature(tmp_path: Path) -> None:
    folder = write_pack(tmp_path)
    assert read_signature(folder, folder.name) is None


def test_every_file_that_is_another_now_is_named(tmp_path: Path) -> None:
    folder = write_pack(tmp_path)
    (folder / "README.md").write_text("# Here\n")
    signed(folder, make_key())
    (folder / "plugin.yaml").write_text("id: other\n")
    (folder / "README.md").unlink()
    (folder / "fields" / "more.yaml").write_text("record: account\n")
    assert problems(folder) == [
        "README.md:1:1: was signed, but is not there",
        "fields/more.yaml:1:1: was added after the signing",
        "plugin.yaml:1:1: was changed after the signing",
    ]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"schema": 2}, "schema must be 1"),
        ({"plugin": "other"}, 'plugin: is of the plugin "other"'),
        ({"version": "2.0.0"}, "signature: does not fit the key and the list of files"),
        ({"signature": "AAAA"}, "signature: does not fit the key and the list of files"),
        ({"signature": "?"}, "signature: does not fit the key and the list of files"),
        ({"key": "ed25519:short"}, "key must be a public key, like ed25519:<44 characters>"),
        ({"key": 7}, "plugin, version, key and signature must be texts"),
        ({"files": []}, "files must map each file to its SHA-256"),
        ({"files": {}}, "signature: does not fit the key and the list of files"),
        (
            {"more": 1},
            "must hold exactly schema, plugin, version, key, files, signature",
        ),
    ],
)
def test_a_signature_that_was_tampered_with(
    tmp_path: Path, change: dict[str, Any], what: str
) -> None:
    folder = signed(write_pack(tmp_path), make_key())
    path = folder / "SIGNATURE.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    assert problems(folder) == [f"SIGNATURE.json:1:1: {what}"]


def test_a_signature_made_by_another_key(tmp_path: Path) -> None:
    folder = signed(write_pack(tmp_path), make_key())
    path = folder / "SIGNATURE.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "key": public_key(make_key())}))
    what = "signature: does not fit the key and the list of files"
    assert problems(folder) == [f"SIGNATURE.json:1:1: {what}"]


def test_a_signature_file_that_is_no_json(tmp_path: Path) -> None:
    folder = write_pack(tmp_path)
    (folder / "SIGNATURE.json").write_text('{\n"schema": }')
    (problem,) = problems(folder)
    assert problem.startswith("SIGNATURE.json:2:")
    (folder / "SIGNATURE.json").write_text(" " * 300_000)
    assert problems(folder) == ["SIGNATURE.json:1:1: has more than 256 KiB"]


def test_the_order_in_which_files_are_listed_does_not_matter(tmp_path: Path) -> None:
    folder = signed(write_pack(tmp_path), make_key())
    signature = json.loads((folder / "SIGNATURE.json").read_text())
    assert is_genuine(dict(reversed(signature.items())))


@pytest.mark.parametrize(
    "read",
    [
        lambda: check_public_key("ed25519:short"),
        lambda: check_public_key("rsa:" + "A" * 43 + "="),
        lambda: read_private_key(b"nothing"),
        lambda: read_private_key(RSA_LIKE),
    ],
)
def test_what_is_no_key(read: Callable[[], object]) -> None:
    with pytest.raises(KeyUnreadable):
        read()


RSA_LIKE = new_key().replace(b"MC4CAQAwBQYDK2Vw", b"MC4CAQAwBQYDK2Vu")  # X25519's number
