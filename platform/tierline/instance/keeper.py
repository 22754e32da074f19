"""The keeper: a process that owns the embedded servers of one data directory.

Whoever needs the servers holds a shared lock (`embedded.py`). The keeper starts them, watches them
by asking them (a dead server can still look alive in the process table), restarts what does not
answer, and stops them in order when nobody holds the lock any more, however the last holder ended.
Should the keeper itself be killed, the kernel tells the servers to stop.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from tierline.errors import TierlineError
from tierline.instance.errors import InstanceError
from tierline.instance.folders import Folders, open_folders
from tierline.instance.locks import FileLock
from tierline.instance.postgres import postgres_server
from tierline.instance.processes import start_process, stop_process
from tierline.instance.server import NoAnswer, Server
from tierline.instance.valkey import valkey_server

START_SECONDS = 120.0  # recovery after a crash can take a while
STOP_SECONDS = 60.0
WATCH_SECONDS = 2.0
PATIENCE = 15  # questions in a row without an answer before a living server is restarted
LONGEST_PAUSE = 30.0


class Kept:
    """A server in the keeper's hands."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.process: subprocess.Popen[bytes] | None = None
        self.silent = 0
        self.failures = 0
        self.not_before = 0.0

    def start(self) -> None:
        """Start the process; it answers a little later."""
        self.server.before_start()
        self.process = start_process(
            self.server.command,
            death_signal=self.server.stop_signal,
            environment=self.server.environment,
            log=self.server.log,
            user=self.server.user,
        )

    def wait_until_ready(self, stop: StopWish) -> None:
        """Return when the server answers, or nobody wants it any more.

        Raises InstanceError with the end of its log.
        """
        end = time.monotonic() + START_SECONDS
        while not stop.given and not self._has_answered():
            if self.is_gone() or time.monotonic() > end:
                raise InstanceError(
                    f"{self.server.name} does not start: {_last_line(self.server.log)}"
                )
            time.sleep(0.05)

    def _has_answered(self) -> bool:
        try:
            self.server.ask()
        except NoAnswer:
            return False
        return True

    def is_gone(self) -> bool:
        """Return whether the process has ended by itself."""
        return self.process is None or self.process.poll() is not None

    def watch(self) -> None:
        """Ask the server; restart it when it is gone, or silent for too long."""
        if not self.is_gone():
            try:
                self.server.ask()
            except NoAnswer as reason:
                self.silent = 0 if reason.busy else self.silent + 1
            else:
                self.silent = self.failures = 0
            if self.silent < PATIENCE:
                return
        if time.monotonic() >= self.not_before:
            self.restart()

    def restart(self) -> None:
        """Start the server again, the later the more often it fails."""
        self.failures += 1
        self.not_before = time.monotonic() + min(2.0**self.failures, LONGEST_PAUSE)
        _say(f"{self.server.name} does not answer; starting it again")
        if self.process is not None:
            stop_process(self.process, self.server.quit_signal, 5)
        self.silent = 0
        self.start()

    def stop(self) -> None:
        """Stop the server, keeping what it holds."""
        if self.process is None:
            return
        if not stop_process(self.process, self.server.stop_signal, STOP_SECONDS):
            _say(f"{self.server.name} did not stop in {STOP_SECONDS:.0f} s and was ended")
        self.process = None


class StopWish:
    """Whether somebody told the keeper to stop: noted, and looked at between two steps.

    An exception from the signal's handler would be lost where it hits a finalizer, and with it the
    wish: whoever sent the signal would wait for ever.
    """

    def __init__(self) -> None:
        self.given = False
        signal.signal(signal.SIGTERM, self._note)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.given = True


def keep(folders: Folders) -> None:
    """Run the servers until nobody needs them or SIGTERM comes; say on stdout when they answer."""
    stop = StopWish()
    users = FileLock(folders.locks / "users")
    kept: list[Kept] = []
    try:
        kept = [Kept(postgres_server(folders)), Kept(valkey_server(folders))]
        _start(kept, stop)
        _report({"ready": True})
        _watch(kept, users, stop)
    finally:
        for one in reversed(kept):
            one.stop()
        if not folders.run.is_relative_to(folders.data):
            shutil.rmtree(folders.run, ignore_errors=True)


def _start(kept: Sequence[Kept], stop: StopWish) -> None:
    for one in kept:
        one.start()
    for one in kept:
        one.wait_until_ready(stop)


def _watch(kept: Sequence[Kept], users: FileLock, stop: StopWish) -> None:
    asked = time.monotonic()
    while not stop.given and not users.acquire(timeout=0):
        time.sleep(0.25)
        if time.monotonic() - asked >= WATCH_SECONDS or any(one.is_gone() for one in kept):
            for one in kept:
                one.watch()
            asked = time.monotonic()


def _report(message: dict[str, object]) -> None:
    # Whoever waits reads one line; afterwards nothing of ours holds its pipe.
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _say(text: str) -> None:
    sys.stderr.write(f"{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())} {text}\n")
    sys.stderr.flush()


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    return lines[-1] if lines else "it ended without a word"


def main(data: str) -> int:
    """Keep the servers of the data directory; the exit code is 1 when they can't be started."""
    try:
        folders = open_folders(Path(data))
        running = FileLock(folders.locks / "keeper")
        if not running.acquire(timeout=5):
            raise InstanceError(f"The servers of {data} are already being kept.")
        running.write(str(os.getpid()))
        keep(folders)
    except TierlineError as error:
        _report({"error": error.message})
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
