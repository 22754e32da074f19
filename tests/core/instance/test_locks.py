"""Locks between processes: shared, exclusive, and gone with whoever held them."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from tierline.instance.locks import FileLock

HOLD = """
import sys, time
from pathlib import Path
from tierline.instance.locks import FileLock
lock = FileLock(Path(sys.argv[1]))
lock.acquire()
print("held", flush=True)
time.sleep(60)
"""


def test_many_may_share_and_only_one_may_own(tmp_path: Path) -> None:
    first, second, third = (FileLock(tmp_path / "lock") for _ in range(3))
    assert first.acquire(shared=True)
    assert second.acquire(shared=True)
    assert not third.acquire(timeout=0)
    first.close()
    assert not third.acquire(timeout=0)
    second.close()
    assert third.acquire(timeout=0)
    third.close()


def test_the_last_to_share_can_become_the_owner(tmp_path: Path) -> None:
    first, second = (FileLock(tmp_path / "lock") for _ in range(2))
    first.acquire(shared=True)
    second.acquire(shared=True)
    second.close()
    assert first.acquire(timeout=0)
    first.close()


def test_a_holder_leaves_a_note(tmp_path: Path) -> None:
    holder, reader = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    holder.write("a longer note")
    holder.write("note")
    assert reader.read() == "note"
    holder.close()
    reader.close()


def test_a_killed_process_holds_nothing(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, tmp_path / "lock"], stdout=subprocess.PIPE
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        lock = FileLock(tmp_path / "lock")
        assert not lock.acquire(timeout=0)
        holder.send_signal(signal.SIGKILL)
        assert lock.acquire(timeout=10)
        lock.close()
