"""Helpers for tests that start and kill processes: what still runs, in which folder."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest


def running_in(folder: Path) -> list[psutil.Process]:
    """Return the living processes whose command line or environment names the folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                continue
            named = str(folder) in " ".join(process.cmdline())
            if named or process.environ().get("TIERLINE_DATA") == str(folder):
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def eventually(condition: Callable[[], bool], seconds: float = 20) -> bool:
    """Return whether the condition comes to hold within the time given."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


@pytest.fixture
def data() -> Iterator[Path]:
    """Return a new data directory; whatever still runs there at the end is killed."""
    folder = Path(tempfile.mkdtemp(prefix="tl-"))
    yield folder
    for process in running_in(folder):
        process.kill()
    shutil.rmtree(folder, ignore_errors=True)
