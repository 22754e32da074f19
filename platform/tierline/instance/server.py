"""What the keeper needs to know about a server that it runs."""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Server:
    """A server program: how to start it, ask it whether it works, and stop it."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    ask: Callable[[], None]  # returns when it answers; raises NoAnswer
    stop_signal: signal.Signals
    quit_signal: signal.Signals  # for one that does not answer any more
    user: str | None = None
    before_start: Callable[[], None] = lambda: None


class NoAnswer(Exception):
    """A server does not answer at the moment; `busy` when it says that it will."""

    def __init__(self, reason: str, *, busy: bool = False) -> None:
        super().__init__(reason)
        self.busy = busy
