"""The supervisor: keeps an instance's programs running, and stops them in order."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Sequence

from tierline.instance.errors import InstanceError
from tierline.instance.forks import Forked
from tierline.instance.programs import Program
from tierline.instance.start import Say

TICK_SECONDS = 0.2
STEADY_SECONDS = 60.0  # a program that ran this long has not failed before
LONGEST_PAUSE = 30.0


class Supervised:
    """A program and the process that runs it at the moment."""

    def __init__(self, program: Program, say: Say) -> None:
        self.program = program
        self.say = say
        self.process: Forked | None = None
        self.failures = 0
        self.started = 0.0
        self.not_before = 0.0

    def start(self) -> None:
        """Start the process."""
        self.started = time.monotonic()
        self.process = Forked(self.program.name, self.program.run, self.program.death_signal)

    def ended(self) -> int | None:
        """Return the exit code of a process that has ended by itself, else None."""
        return self.process.exit_code() if self.process else None

    def watch(self) -> None:
        """Start a process that ended again: at once the first time, then later and later."""
        if self.process is not None:
            if self.ended() is None:
                return
            self._note_end()
        if time.monotonic() >= self.not_before:
            self.start()

    def _note_end(self) -> None:
        now = time.monotonic()
        steady = now - self.started >= STEADY_SECONDS
        self.failures = 0 if steady else self.failures + 1
        pause = min(2.0 ** (self.failures - 1), LONGEST_PAUSE) if self.failures > 1 else 0.0
        self.not_before = now + pause
        self.say(f"The {self.program.name} ended ({_how(self.ended())}); it is started again.")
        self._clear()

    def stop(self, in_haste: Callable[[], bool]) -> None:
        """Let the process end by itself, for its grace at most and only while nobody hurries."""
        if self.process is None:
            return
        self.process.ask_to_stop()
        end = time.monotonic() + self.program.grace
        while self.ended() is None and time.monotonic() < end and not in_haste():
            time.sleep(0.05)
        self._clear()

    def _clear(self) -> None:
        if self.process is not None:
            self.process.end()
            self.process = None


def _how(code: int | None) -> str:
    if code is not None and code < 0:
        return f"by {signal.Signals(-code).name}"
    return f"exit code {code}"


class Supervisor:
    """Runs programs until it is told to stop; they stop in the order in which they are given."""

    def __init__(self, programs: Sequence[Program], say: Say) -> None:
        self.all = [Supervised(program, say) for program in programs]

    def start(self, is_ready: Callable[[], bool], seconds: float = 60.0) -> None:
        """Start every program and return when the instance is ready; raises InstanceError."""
        for one in self.all:
            one.start()
        end = time.monotonic() + seconds
        while not is_ready():
            for one in self.all:
                if one.ended() is not None:
                    raise InstanceError(
                        f"The {one.program.name} can't be started ({_how(one.ended())})."
                    )
            if time.monotonic() > end:
                raise InstanceError(f"The instance was not ready after {seconds:.0f} s.")
            time.sleep(0.05)

    def run(self, each_second: Callable[[], None]) -> None:
        """Keep every program running, for ever; a stop signal ends it with StopRequested."""
        second = time.monotonic()
        while True:
            time.sleep(TICK_SECONDS)
            if time.monotonic() - second >= 1:
                each_second()
                second = time.monotonic()
            for one in self.all:
                one.watch()

    def stop(self, in_haste: Callable[[], bool]) -> None:
        """Stop every program, one after the other."""
        for one in self.all:
            one.stop(in_haste)
