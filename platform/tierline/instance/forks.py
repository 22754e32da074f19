"""Forked children: they begin with what their parent has loaded, and end when it does.

Loading the application takes seconds of processor time; web server, scheduler and worker take it
over from the supervisor that has just used it. The supervisor has one thread and, by then, no open
connection, which makes forking safe.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from contextlib import suppress

from tierline.instance.processes import dying_with_parent

FORK = multiprocessing.get_context("fork")


class Forked:
    """A child process that runs a function, in a session of its own."""

    def __init__(self, name: str, run: Callable[[], None], death_signal: signal.Signals) -> None:
        arrange = dying_with_parent(death_signal)
        self._process = FORK.Process(target=_begin, args=(run, arrange), name=name)
        self._process.start()

    @property
    def pid(self) -> int:
        """Return the process's number."""
        return int(self._process.pid or 0)

    def exit_code(self) -> int | None:
        """Return the exit code, negative for a signal, or None while it runs."""
        return self._process.exitcode

    def ask_to_stop(self) -> None:
        """Send SIGTERM."""
        self._process.terminate()

    def end(self) -> None:
        """End at once the child and every process of its group."""
        self._process.kill()
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.join()


def _begin(run: Callable[[], None], arrange: Callable[[], None] | None) -> None:
    """Become independent of the parent's terminal and signal handlers, then run."""
    os.setsid()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    if arrange:
        arrange()
    run()
