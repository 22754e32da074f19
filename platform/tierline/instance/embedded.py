"""The embedded servers, lent to whoever needs them: the first starts them, the last stops them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

from tierline.instance.errors import InstanceError
from tierline.instance.folders import Folders, open_folders
from tierline.instance.locks import FileLock
from tierline.instance.postgres import database_url
from tierline.instance.valkey import redis_url

STOP_SECONDS = 150.0  # longer than the keeper gives both servers together


@dataclass(frozen=True)
class Addresses:
    """Where the servers listen; `started` when they were not running before."""

    database_url: str
    redis_url: str
    started: bool


@contextmanager
def embedded_servers(data: Path) -> Iterator[Addresses]:
    """Lend PostgreSQL and Valkey on the data directory for the block's duration.

    Servers that another process already uses are used too; the last one to leave stops them.
    Raises InstanceError where they can't be started.
    """
    folders = open_folders(data)
    users = FileLock(folders.locks / "users")
    try:
        users.acquire(shared=True)
        started = ensure_kept(folders)
        try:
            yield Addresses(database_url(folders), redis_url(folders), started)
        finally:
            if users.acquire(timeout=0):  # nobody else holds it
                stop_keeper(folders)
    finally:
        users.close()


def ensure_kept(folders: Folders) -> bool:
    """Start the keeper where none runs, wait until the servers answer; return whether it did.

    The caller holds the users' lock.
    """
    starting = FileLock(folders.locks / "starting")
    try:
        starting.acquire()
        if is_kept(folders):
            return False
        _keepers[:] = [keeper for keeper in _keepers if keeper.poll() is None]
        _start_keeper(folders)
        return True
    finally:
        starting.close()


def is_kept(folders: Folders) -> bool:
    """Return whether a keeper holds the servers of the data directory."""
    keeper = FileLock(folders.locks / "keeper")
    try:
        return not keeper.acquire(timeout=0)
    finally:
        keeper.close()


def stop_keeper(folders: Folders) -> None:
    """Stop the servers and wait until they have stopped; the caller knows that nobody uses them."""
    keeper = FileLock(folders.locks / "keeper")
    try:
        if keeper.acquire(timeout=0):
            return
        process = int(keeper.read())
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGTERM)
        if not keeper.acquire(timeout=STOP_SECONDS):
            raise InstanceError(f"The servers of {folders.data} did not stop.")
        _reap(process)
    finally:
        keeper.close()


def _start_keeper(folders: Folders) -> None:
    with (folders.logs / "keeper.log").open("ab") as log:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "tierline.instance.keeper", str(folders.data)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
    with keeper.stdout or nullcontext() as told:
        line = told.readline() if told else b""
    answer = json.loads(line) if line else {"error": f"see {folders.logs / 'keeper.log'}"}
    if not answer.get("ready"):
        keeper.wait()
        raise InstanceError(f"The embedded servers can't be started: {answer['error']}")
    _keepers.append(keeper)


def _reap(process: int) -> None:
    """Take note that a keeper has ended, where it was ours."""
    for keeper in [each for each in _keepers if each.pid == process]:
        keeper.wait(STOP_SECONDS)
        _keepers.remove(keeper)


# A keeper outlives the block that started it while another process uses the servers.
_keepers: list[subprocess.Popen[bytes]] = []
