"""The instance's secret key, made at its first start and kept beside its data."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def instance_secret(data: Path) -> str:
    """Return the secret key of the data directory; makes one, readable by its owner only."""
    path = data / "secret_key"
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(file, "w") as opened:
        opened.write(secrets.token_hex(32) + "\n")
        opened.flush()
        os.fsync(opened.fileno())
    return path.read_text().strip()
