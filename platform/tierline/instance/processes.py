"""Child processes that end when their parent does, however it ends."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

PR_SET_PDEATHSIG = 1


def start_process(
    command: Sequence[str],
    *,
    death_signal: signal.Signals,
    environment: Mapping[str, str] | None = None,
    log: Path | None = None,
    user: str | None = None,
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own, so that the terminal's Ctrl-C does not reach it.

    On Linux it gets `death_signal` when this process ends, even by SIGKILL; so start it from the
    main thread of a process without other threads (the arranging happens between fork and exec).
    Its output goes to `log`, or where ours goes.
    """
    output: IO[bytes] | None = log.open("ab") if log else None
    options: dict[str, Any] = {}
    if user:
        options = {"user": user, "group": user, "extra_groups": []}
    try:
        return subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            env=dict(os.environ if environment is None else environment),
            start_new_session=True,
            preexec_fn=dying_with_parent(death_signal),
            **options,
        )
    finally:
        if output:
            output.close()


def dying_with_parent(
    death_signal: signal.Signals, parent: int | None = None
) -> Callable[[], None] | None:
    """Return what a child runs first so that the kernel sends it the signal when we end (Linux).

    The child may ask for it itself, and names its parent then.
    """
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = parent or os.getpid()

    def arrange() -> None:
        prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return arrange


def stop_process(
    process: subprocess.Popen[bytes], stop_signal: signal.Signals, grace: float
) -> bool:
    """Ask a child to stop, after `grace` seconds end its group; return whether it obeyed."""
    obeyed = True
    if process.poll() is None:
        process.send_signal(stop_signal)
        try:
            process.wait(grace)
        except subprocess.TimeoutExpired:
            obeyed = False
    end_group(process)
    return obeyed


def end_group(process: subprocess.Popen[bytes]) -> None:
    """End at once a child and every process that it started and left in its group."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
