"""Stopping: the first signal unwinds whatever runs, a second one asks for haste."""

from __future__ import annotations

import signal
from types import FrameType, TracebackType
from typing import Any

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequested(BaseException):
    """Somebody asked the program to stop; raised where it happens to be."""


class StopSignals:
    """Within the block the first stop signal raises StopRequested, later ones are counted."""

    def __init__(self) -> None:
        self.count = 0
        self._before: dict[signal.Signals, Any] = {}

    @property
    def in_haste(self) -> bool:
        """Return whether somebody asked more than once."""
        return self.count > 1

    def __enter__(self) -> StopSignals:
        for number in STOP_SIGNALS:
            # nohup ignores SIGHUP and means it; a shell ignores SIGINT for what it runs behind
            # itself, and yet whoever sends it means it.
            if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._receive)
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
