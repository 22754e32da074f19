"""Signals: the first stop signal unwinds whatever runs, a second one asks for haste.

SIGUSR1 asks for a reload. So does SIGHUP where there is no terminal, as service managers mean it;
where there is one, SIGHUP says that it was closed, and stops.
"""

from __future__ import annotations

import os
import signal
from types import FrameType, TracebackType
from typing import Any

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)
RELOAD_SIGNAL = signal.SIGUSR1


class StopRequested(BaseException):
    """Somebody asked the program to stop; raised where it happens to be."""


class StopSignals:
    """Within the block the first stop signal raises StopRequested, later ones are counted."""

    def __init__(self) -> None:
        self.count = 0
        self._reload = False
        self._before: dict[signal.Signals, Any] = {}

    @property
    def in_haste(self) -> bool:
        """Return whether somebody asked more than once."""
        return self.count > 1

    def take_reload(self) -> bool:
        """Return whether somebody asked for a reload since this was asked last.

        Raises StopRequested where somebody asked to stop and still we run: an exception that hits
        a finalizer is lost.
        """
        if self.count:
            raise StopRequested
        asked, self._reload = self._reload, False
        return asked

    def __enter__(self) -> StopSignals:
        for number in STOP_SIGNALS:
            # A shell ignores SIGINT for what it runs behind itself, and yet whoever sends it means
            # it.
            self._before[number] = signal.signal(number, self._receive)
        self._before[RELOAD_SIGNAL] = signal.signal(RELOAD_SIGNAL, self._note_reload)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup means it
            hang_up = self._receive if _has_terminal() else self._note_reload
            self._before[signal.SIGHUP] = signal.signal(signal.SIGHUP, hang_up)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _receive(self, number: int, frame: FrameType | None) -> None:
        self.count += 1
        if self.count == 1:
            raise StopRequested

    def _note_reload(self, number: int, frame: FrameType | None) -> None:
        self._reload = True


def _has_terminal() -> bool:
    """Return whether a terminal controls this process."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True
