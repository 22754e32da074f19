"""Running a plugin's code within a time, wherever it is called from: a start, a request, a job.

Signals would do it in a process's main thread only. So the code runs in a thread of its own, in
which no tenant is in scope and no application in context: it computes, and reaches nothing. Code
that runs too long is ended by an exception in its thread; a call into C that never returns can't
be ended.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from typing import Any


class TookTooLong(Exception):
    """A plugin's code did not answer in time."""


def within(seconds: float, work: Callable[[], Any]) -> Any:
    """Return what `work` returns, or raise what it raises; TookTooLong after so many seconds."""
    outcome: list[tuple[Any, BaseException | None]] = []

    def run() -> None:
        try:
            outcome.append((work(), None))
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
            outcome.append((None, error))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if not outcome:
        _end(thread)
        raise TookTooLong(f"no answer within {seconds:g} seconds")
    answer, error = outcome[0]
    if error is not None:
        raise error
    return answer


def _end(thread: threading.Thread) -> None:
    """Raise SystemExit in a thread, as soon as it runs Python code."""
    identity = ctypes.c_ulong(thread.ident or 0)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(identity, ctypes.py_object(SystemExit))
