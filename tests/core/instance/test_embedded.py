"""The embedded servers: lent, shared, restarted, and never left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest
import redis
from sqlalchemy import make_url

from core.instance.conftest import eventually, running_in
from tierline.instance.embedded import Addresses, embedded_servers, ensure_kept, is_kept
from tierline.instance.errors import InstanceError
from tierline.instance.folders import SOCKET_PATH_LIMIT, open_folders

USE = """
import sys
from pathlib import Path
from tierline.instance.embedded import embedded_servers
with embedded_servers(Path(sys.argv[1])) as servers:
    print("using", flush=True)
    sys.stdin.read()
"""


def query(servers: Addresses, statement: str) -> object:
    url = make_url(servers.database_url).set(drivername="postgresql", database="postgres")
    with psycopg.connect(url.render_as_string(), autocommit=True) as connection:
        cursor = connection.execute(statement)
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def ping(servers: Addresses) -> bool:
    client = redis.Redis.from_url(servers.redis_url)
    try:
        return bool(client.ping())
    finally:
        client.close()


@contextmanager
def another_user(data: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-c", USE, str(data)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"using\n"
        yield process


def process_named(data: Path, name: str) -> psutil.Process:
    (found,) = [
        each for each in running_in(data) if each.name() == name and each.parent().name() != name
    ]
    return found


def test_servers_answer_and_are_gone_afterwards(data: Path) -> None:
    with embedded_servers(data) as servers:
        assert servers.started
        assert int(str(query(servers, "SHOW server_version_num"))) >= 180000
        assert query(servers, "SELECT lower('ÄÖ')") == "äö"
        assert query(servers, "SHOW jit") == "off"
        assert query(servers, "SHOW listen_addresses") == ""
        assert ping(servers)
    assert running_in(data) == []


def test_data_survive_and_only_the_owner_may_look(data: Path) -> None:
    with embedded_servers(data) as servers:
        query(servers, "CREATE TABLE kept AS SELECT 7 AS number")
    with embedded_servers(data) as servers:
        assert query(servers, "SELECT number FROM kept") == 7
    assert data.stat().st_mode & 0o007 == 0
    assert all(path.stat().st_mode & 0o007 == 0 for path in data.iterdir())


def test_the_last_user_stops_the_servers(data: Path) -> None:
    with another_user(data) as other:
        with embedded_servers(data) as servers:
            assert not servers.started
            assert ping(servers)
        with embedded_servers(data) as servers:
            assert not servers.started
            assert other.stdin is not None
            other.stdin.close()
            other.wait(20)
            assert ping(servers)
    assert running_in(data) == []


def test_a_killed_user_leaves_nothing_running(data: Path) -> None:
    with another_user(data) as other:
        other.send_signal(signal.SIGKILL)
        other.wait()
        assert eventually(lambda: running_in(data) == [])


def test_a_killed_keeper_takes_its_servers_along_and_can_be_replaced(data: Path) -> None:
    with embedded_servers(data) as servers:
        query(servers, "CREATE TABLE kept AS SELECT 7 AS number")
        folders = open_folders(data)
        keeper = int((folders.locks / "keeper").read_text())
        os.kill(keeper, signal.SIGKILL)
        assert eventually(lambda: not is_kept(folders))
        assert ensure_kept(folders)
        assert query(servers, "SELECT number FROM kept") == 7
        assert ping(servers)


@pytest.mark.parametrize("name", ["postgres", "valkey-server"])
def test_a_killed_server_is_started_again(data: Path, name: str) -> None:
    with embedded_servers(data) as servers:
        query(servers, "CREATE TABLE kept AS SELECT 7 AS number")
        killed = process_named(data, name)
        killed.kill()
        assert eventually(lambda: not killed.is_running())

        def answers() -> bool:
            try:
                return query(servers, "SELECT number FROM kept") == 7 and ping(servers)
            except (psycopg.OperationalError, redis.ConnectionError):
                return False

        assert eventually(answers)


def test_a_long_path_gets_a_short_socket(data: Path) -> None:
    deep = data / ("a long name, with a comma " * 4).strip()
    folders = open_folders(deep)
    assert len(os.fsencode(folders.valkey_socket)) <= SOCKET_PATH_LIMIT
    assert not folders.run.is_relative_to(data)
    with embedded_servers(deep) as servers:
        assert query(servers, "SELECT 1") == 1
        assert ping(servers)


def test_an_unwritable_place_is_named(data: Path) -> None:
    (data / "file").touch()
    with pytest.raises(InstanceError, match=r"data directory .*file/below can't be written"):
        open_folders(data / "file" / "below")


def test_a_note_with_anothers_process_number_does_not_keep_postgres_down(data: Path) -> None:
    with embedded_servers(data):
        pass
    note = data / "postgres" / "postmaster.pid"
    note.write_text(f"{os.getpid()}\n{data / 'postgres'}\n1\n5432\n\n\n\n")
    with embedded_servers(data) as servers:
        assert query(servers, "SELECT 1") == 1
