"""The instance's secret key, made at its first start and kept beside its data."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path


def find_secret(data: Path, *, make: bool) -> str:
    """Return SECRET_KEY, or else the key kept in the data directory; "" where there is none.

    `make`: one is made there, readable by its owner only.
    """
    given = os.environ.get("SECRET_KEY")
    if given:
        return given
    path = data / "secret_key"
    if make and not path.exists():
        _make(path)
    return path.read_text().strip() if path.exists() else ""


def _make(path: Path) -> None:
    # Whole or not at all, also when two processes begin at once: the first one wins.
    unfinished = path.with_name(f"secret_key.{os.getpid()}")
    file = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(file, "w") as opened:
        opened.write(secrets.token_hex(32) + "\n")
        opened.flush()
        os.fsync(opened.fileno())
    with suppress(FileExistsError):
        os.link(unfinished, path)
    unfinished.unlink()
