"""The file store: a tenant's uploads and result files, under random names, outside the web root."""

from __future__ import annotations

import re
import secrets
import shutil
from pathlib import Path
from typing import IO

from flask import current_app
from flask_babel import gettext as _

from tierline.config import Settings
from tierline.errors import NotFound, Unavailable
from tierline.tenancy.queries import current_tenant

KEY = re.compile(r"[0-9a-f]{32}(\.csv)?")


def folder() -> Path:
    """Return the folder of the tenant in scope."""
    settings: Settings = current_app.extensions["tierline.settings"]
    path = settings.data / "files" / current_tenant().slug
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise Unavailable(
            _("The file store can't be written: %(reason)s.", reason=error.strerror)
        ) from error
    return path


def new_key(suffix: str = "") -> str:
    """Return a name that nobody can guess; `suffix` is empty or ".csv"."""
    return secrets.token_hex(16) + suffix


def path_of(key: str) -> Path:
    """Return where the file of this key is, or is to be; raises NotFound for what is no key."""
    if not KEY.fullmatch(key):
        raise NotFound(_("There is no such file."))
    return folder() / key


def keep(source: IO[bytes]) -> tuple[str, int]:
    """Store a file's bytes; return its key and its size in bytes."""
    key = new_key()
    path = path_of(key)
    try:
        with path.open("xb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
    except OSError as error:
        path.unlink(missing_ok=True)
        message = _("The file can't be stored: %(reason)s.", reason=error.strerror)
        raise Unavailable(message) from error
    return key, path.stat().st_size


def get_path(key: str) -> Path:
    """Return a stored file's path; raises NotFound where it is gone."""
    path = path_of(key)
    if not path.is_file():
        raise NotFound(_("The file is no longer there."))
    return path
