"""`tierline up` as people use it: start, use, stop, kill, start again."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.instance.conftest import eventually, running_in

TIERLINE = (sys.executable, "-m", "tierline.cli")


class Running:
    """A running `tierline up`, with what it has printed so far."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.lines.extend(iter(self.process.stdout.readline, ""))

    @property
    def text(self) -> str:
        return "".join(self.lines)

    def address(self) -> str:
        assert eventually(lambda: "Ctrl-C" in self.text or self.process.poll() is not None, 120)
        found = re.search(r"ready after [\d.]+ s: (http://127\.0\.0\.1:\d+)", self.text)
        assert found, self.text
        return found[1]

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        code = self.process.wait(60)
        self._reader.join(30)
        return code


@contextmanager
def up(data: Path, *options: str) -> Iterator[Running]:
    command = [*TIERLINE, "up", "--data", str(data), "--port", "0", "--no-demo", *options]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=subprocess.STDOUT, text=True) as process:
        try:
            yield Running(process)
        finally:
            process.kill()


def refused(data: Path, *options: str) -> str:
    """Return the one line with which `up` refuses to start; nothing is left running."""
    command = [*TIERLINE, "up", "--data", str(data), "--no-demo", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=20) as response:  # noqa: S310 - our own
        content: bytes = response.read()
    return content


@pytest.mark.slow
def test_it_starts_survives_a_kill_and_stops_without_a_trace(data: Path) -> None:
    with up(data) as first:
        address = first.address()
        assert json.loads(get(f"{address}/healthz")) == {"status": "ok"}
        assert json.loads(get(f"{address}/readyz")) == {"status": "ok"}
        assert re.search(r"operator operator@example.com, password \S{12,}", first.text)
        port = address.rpartition(":")[2]
        assert refused(data) == (
            f"Error: An instance runs on {data} already, at {address}; "
            "stop it, or name another directory with --data.\n"
        )
        assert f"Port {port} on 127.0.0.1 is in use" in refused(data, "--port", port)
        create = [*TIERLINE, "tenants", "create", "kept", "--name", "Kept", "--data", str(data)]
        assert subprocess.run(create, check=False, timeout=60).returncode == 0
        assert first.end(signal.SIGKILL) == -signal.SIGKILL
        assert eventually(lambda: running_in(data) == []), running_in(data)
    with up(data) as second:
        second.address()
        assert "operator@example.com, password as set" in second.text
        listed = [*TIERLINE, "tenants", "list", "--json", "--data", str(data)]
        told = subprocess.run(listed, capture_output=True, check=True, timeout=60).stdout
        assert [each["slug"] for each in json.loads(told)["tenants"]] == ["kept"]
        assert second.end(signal.SIGTERM) == 0
        assert running_in(data) == []


@pytest.mark.slow
def test_ctrl_c_during_the_start_leaves_nothing(data: Path) -> None:
    with up(data) as starting:
        assert eventually(lambda: "servers answer" in starting.text, 60)
        assert starting.end(signal.SIGINT) == 0
        assert eventually(lambda: running_in(data) == []), starting.text


@pytest.mark.parametrize(
    ("options", "line"),
    [
        pytest.param(
            ("--database-url", "postgresql://nobody@127.0.0.1:1/none"),
            r'The database can\'t be reached: .*"127\.0\.0\.1", port 1 failed: Connection refused',
            id="no database there",
        ),
        pytest.param(
            ("--redis-url", "redis://127.0.0.1:1"),
            r"Redis can't be reached: .* connecting to 127\.0\.0\.1:1\. Connection refused\.",
            id="no Redis there",
        ),
        pytest.param(
            ("--host", "nowhere.invalid"),
            r"The host 'nowhere\.invalid' is not known",
            id="no such host",
        ),
    ],
)
def test_what_is_not_there_is_named_in_one_line(
    data: Path, options: tuple[str, ...], line: str
) -> None:
    assert re.search(line, refused(data, "--port", "0", *options))
    assert running_in(data) == []


def test_a_port_in_use_is_named_in_one_line(data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert refused(data, "--port", str(port)) == (
            f"Error: Port {port} on 127.0.0.1 is in use; choose another one with --port.\n"
        )


def test_a_directory_that_can_not_be_written_is_named_in_one_line(data: Path) -> None:
    (data / "file").touch()
    below = data / "file" / "below"
    line = refused(below, "--port", "0")
    assert line.startswith(f"Error: The data directory {below} can't be written: ")
