"""The supervisor: keeps an instance's programs running, renews them, stops them in order."""

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
RENEWAL_SECONDS = 120.0  # a new process loads the whole application


class Supervised:
    """A program and the process that runs it at the moment."""

    def __init__(self, program: Program, say: Say) -> None:
        self.program = program
        self.say = say
        self.process: Forked | None = None
        self.other: Forked | None = None  # while it is renewed: the successor, then the predecessor
        self.fresh = False  # whether it was renewed: new processes then have the new code, too
        self.failures = 0
        self.started = 0.0
        self.not_before = 0.0

    def start(self) -> None:
        """Start the process."""
        self.started = time.monotonic()
        self.process = self._new_process(self.fresh)

    def _new_process(self, fresh: bool) -> Forked:
        program = self.program
        return Forked(program.name, program.run, program.death_signal, fresh=fresh)

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

    def renew(self, seconds: float = RENEWAL_SECONDS) -> bool:
        """Go over to a process with the code that is installed now; return whether that worked.

        The old one goes on until the new one is ready, then ends by itself. Where the new one does
        not start, the old one stays.
        """
        self.other = successor = self._new_process(fresh=True)
        if not _becomes_ready(successor, seconds):
            how = f" ({_how(successor.exit_code())})" if successor.exit_code() is not None else ""
            self.say(f"The new {self.program.name} does not start{how}; the old one stays.")
            self._end_other()
            return False
        self.process, self.other = successor, self.process
        self.started, self.failures, self.fresh = time.monotonic(), 0, True
        if self.other is not None:
            self._let_end(self.other, lambda: False)
        self._end_other()
        return True

    def stop(self, in_haste: Callable[[], bool]) -> None:
        """Let the process end by itself, for its grace at most and only while nobody hurries."""
        self._end_other()
        if self.process is not None:
            self._let_end(self.process, in_haste)
        self._clear()

    def _let_end(self, process: Forked, in_haste: Callable[[], bool]) -> None:
        process.ask_to_stop()
        end = time.monotonic() + self.program.grace
        while process.exit_code() is None and time.monotonic() < end and not in_haste():
            time.sleep(0.05)

    def _clear(self) -> None:
        if self.process is not None:
            self.process.end()
            self.process = None

    def _end_other(self) -> None:
        if self.other is not None:
            self.other.end()
            self.other = None


def _becomes_ready(process: Forked, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not process.is_ready():
        if process.exit_code() is not None or time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


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

    def run(
        self, each_second: Callable[[], None], asked_to_renew: Callable[[], bool] = lambda: False
    ) -> None:
        """Keep every program running, for ever; a stop signal ends it with StopRequested."""
        second = time.monotonic()
        while True:
            time.sleep(TICK_SECONDS)
            if time.monotonic() - second >= 1:
                each_second()
                second = time.monotonic()
            if asked_to_renew():
                self.renew()
            for one in self.all:
                one.watch()

    def renew(self) -> bool:
        """Go over to the code that is installed now, one program after the other.

        The first one that does not start ends it, and those after it stay as they are.
        """
        return all(one.renew() for one in self.all)

    def stop(self, in_haste: Callable[[], bool]) -> None:
        """Stop every program, one after the other."""
        for one in self.all:
            one.stop(in_haste)
