"""The data directory of an instance: private to whoever runs it, and to PostgreSQL.

PostgreSQL refuses to run as root. Where root runs the instance, its server runs as the system
user `pgserver`, which may pass through the data directory but sees nothing of it but its own.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import re
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tierline.instance.errors import InstanceError

SERVER_USER = "pgserver"
SOCKET_PATH_LIMIT = 103  # bytes, macOS; Linux allows 107
LONGEST_SOCKET = "postgres/.s.PGSQL.5432"
PASS_THROUGH = stat.S_IXGRP | stat.S_IXOTH


@dataclass(frozen=True)
class Folders:
    """Where an instance keeps what; `run` holds the servers' sockets and may lie elsewhere."""

    data: Path
    run: Path
    user: str | None  # the system user that PostgreSQL runs as; None: whoever runs us

    @property
    def postgres(self) -> Path:
        """Return the database cluster's directory."""
        return self.data / "postgres"

    @property
    def postgres_socket(self) -> Path:
        """Return the directory of PostgreSQL's socket."""
        return self.run / "postgres"

    @property
    def valkey(self) -> Path:
        """Return the directory of Valkey's append-only file."""
        return self.data / "valkey"

    @property
    def valkey_socket(self) -> Path:
        """Return the path of Valkey's socket."""
        return self.run / "valkey.sock"

    @property
    def logs(self) -> Path:
        """Return the directory of the servers' logs."""
        return self.data / "logs"

    @property
    def locks(self) -> Path:
        """Return the directory of the lock files."""
        return self.data / "locks"


def open_folders(data: Path, *, with_servers: bool = True) -> Folders:
    """Create what is missing of the data directory and return its folders.

    `with_servers`: those of the embedded servers, too, and as root PostgreSQL's system user.
    Raises InstanceError where the directory can't be written.
    """
    data = data.absolute()
    user = SERVER_USER if os.geteuid() == 0 and with_servers else None
    folders = Folders(data, _run_folder(data), user)
    try:
        private_folder(data, passer=user)
        private_folder(folders.locks)
        if with_servers:
            _open_server_folders(folders)
    except OSError as error:
        raise InstanceError(
            f"The data directory {data} can't be written: {error.strerror} ({error.filename})."
        ) from error
    if not os.access(data, os.W_OK | os.X_OK):
        raise InstanceError(f"The data directory {data} can't be written.")
    return folders


def _open_server_folders(folders: Folders) -> None:
    private_folder(folders.run, passer=folders.user)
    if folders.user:
        open_way(folders.data)
    for path in (folders.valkey, folders.logs):
        private_folder(path)
    private_folder(folders.postgres_socket, owner=folders.user)


def _run_folder(data: Path) -> Path:
    run = data / "run"
    plain = re.fullmatch(r"[\w./+-]+", str(run), re.ASCII)
    if plain and len(os.fsencode(run / LONGEST_SOCKET)) <= SOCKET_PATH_LIMIT:
        return run
    name = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"tierline-{os.geteuid()}-{name}"


def private_folder(path: Path, *, passer: str | None = None, owner: str | None = None) -> None:
    """Make a directory that only its owner may enter, and `passer` may pass through."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.is_symlink() or path.stat().st_uid not in (os.geteuid(), _uid(owner)):
        raise PermissionError(1, "it belongs to somebody else", str(path))
    if passer:
        entry = _server_user(passer)
        os.chown(path, 0, entry.pw_gid)
        path.chmod(0o710)
    elif owner:
        entry = _server_user(owner)
        os.chown(path, entry.pw_uid, entry.pw_gid)
        path.chmod(0o700)
    else:
        path.chmod(0o700)


def _uid(name: str | None) -> int:
    return _server_user(name).pw_uid if name else os.geteuid()


def _server_user(name: str) -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", name]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        detail = getattr(error, "stderr", "") or str(error)
        raise InstanceError(
            f"PostgreSQL can't run as root, and its system user {name} can't be created: "
            f"{detail.strip()}. Run as an ordinary user, or create it with useradd --system {name}."
        ) from error
    return pwd.getpwnam(name)


def open_way(path: Path) -> None:
    """Let every user pass through (not read) the directories above `path`; needs root."""
    for parent in path.resolve().parents:
        mode = parent.stat().st_mode
        if mode & PASS_THROUGH != PASS_THROUGH:
            parent.chmod(mode | PASS_THROUGH)
