"""Locks between processes, which the kernel lets go of however a process ends."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from pathlib import Path


class FileLock:
    """A lock on a file, shared or exclusive; not inherited by child processes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def acquire(self, *, shared: bool = False, timeout: float | None = None) -> bool:
        """Take the lock and return True, or False after `timeout` seconds (0: at once; None: wait).

        Taking it in the other way changes it; where that fails, the lock is lost.
        """
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        if timeout is None:
            fcntl.flock(self._file, kind)
            return True
        end = time.monotonic() + timeout
        while not self._try(kind):
            if time.monotonic() >= end:
                return False
            time.sleep(0.05)
        return True

    def _try(self, kind: int) -> bool:
        try:
            fcntl.flock(self._file, kind | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
                return False
            raise
        return True

    def write(self, text: str) -> None:
        """Leave a note in the file: who holds the lock."""
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, text.encode(), 0)

    def read(self) -> str:
        """Return the note that the holder left."""
        return os.pread(self._file, 4096, 0).decode()

    def close(self) -> None:
        """Let go of the lock."""
        os.close(self._file)
