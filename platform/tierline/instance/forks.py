"""Children that run a function, and end when their parent does.

Loading the application takes seconds of processor time; web server, scheduler and worker take it
over from the supervisor that has just used it: they are forked. The supervisor has one thread and,
by then, no open connection, which makes forking safe. A fresh child begins with a new interpreter
instead, and so with the code that is installed by then.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

from tierline.instance.processes import dying_with_parent
from tierline.instance.signals import RELOAD_SIGNAL

Run = Callable[[Callable[[], None]], None]
"""What a child runs; it calls what it is given once it is ready."""


class Forked:
    """A child process that runs a function, in a session of its own."""

    def __init__(
        self, name: str, run: Run, death_signal: signal.Signals, *, fresh: bool = False
    ) -> None:
        context: Any = multiprocessing.get_context("spawn" if fresh else "fork")
        self._told, tell = context.Pipe(duplex=False)
        self._is_ready = False
        given = (run, tell, death_signal, os.getpid())
        self._process = context.Process(target=_begin, args=given, name=name)
        self._process.start()
        tell.close()

    @property
    def pid(self) -> int:
        """Return the process's number."""
        return int(self._process.pid or 0)

    def is_ready(self) -> bool:
        """Return whether the function has said that it is ready."""
        if not self._is_ready and self._told.poll():
            with suppress(EOFError):
                self._is_ready = self._told.recv()
        return self._is_ready

    def exit_code(self) -> int | None:
        """Return the exit code, negative for a signal, or None while it runs."""
        code: int | None = self._process.exitcode
        return code

    def ask_to_stop(self) -> None:
        """Send SIGTERM."""
        self._process.terminate()

    def end(self) -> None:
        """End at once the child and every process of its group."""
        self._process.kill()
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.join()
        self._told.close()


def _begin(run: Run, tell: Connection, death_signal: signal.Signals, parent: int) -> None:
    """Become independent of the parent's terminal and signal handlers, then run."""
    os.setsid()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, RELOAD_SIGNAL):
        signal.signal(number, signal.SIG_DFL)
    arrange = dying_with_parent(death_signal, parent)
    if arrange:
        arrange()
    run(lambda: tell.send(True))
