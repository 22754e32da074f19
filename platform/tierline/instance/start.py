"""`tierline up`: everything on one machine, from nothing to a printed address and back.

This module takes what can be refused at once: the port, the data directory, being the only
instance on it. What takes long to load follows in `running.py`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field

from tierline.instance.errors import InstanceError
from tierline.instance.folders import Folders, open_folders
from tierline.instance.locks import FileLock
from tierline.instance.signals import RELOAD_SIGNAL, StopRequested, StopSignals
from tierline.instance.web_socket import address_of, bind
from tierline.instance.wish import Wish

Say = Callable[[str], None]


@dataclass(frozen=True)
class UpOptions:
    """What `tierline up` was told."""

    host: str = "127.0.0.1"
    port: int = 8000
    demonstration: bool = True
    wish: Wish = field(default_factory=Wish)


def run_instance(options: UpOptions, say: Say) -> None:
    """Start everything, say where it is, run until a stop signal, then stop everything.

    Raises TierlineError with one sentence where something can't be started; nothing is left then.
    """
    with StopSignals() as signals, closing(bind(options.host, options.port)) as bound:
        address = address_of(bound)
        folders = open_folders(options.wish.folder, with_servers=options.wish.needs_servers)
        with closing(only_instance(folders, address)):
            say(f"Tierline starts in {folders.data}")
            try:
                from tierline.instance.running import Running

                running = Running(folders, address, bound, say)
                running.run(options.wish, signals, options.demonstration)
            except StopRequested:
                say("Tierline has stopped.")


def only_instance(folders: Folders, address: str) -> FileLock:
    """Return the lock of the one instance on the data directory; raises InstanceError."""
    lock = FileLock(folders.locks / "instance")
    if not lock.acquire(timeout=0):
        running = lock.read().partition(" ")[0]
        lock.close()
        raise InstanceError(
            f"An instance runs on {folders.data} already, at {running}; "
            "stop it, or name another directory with --data."
        )
    lock.write(f"{address} {os.getpid()}")
    return lock


def ask_to_reload(folders: Folders) -> bool:
    """Ask the instance on the data directory to reload; return whether one runs there."""
    lock = FileLock(folders.locks / "instance")
    with closing(lock):
        if lock.acquire(timeout=0):
            return False
        os.kill(int(lock.read().partition(" ")[2]), RELOAD_SIGNAL)
        return True
