"""A running instance: servers, then the steps that prepare it, then its programs."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from socket import socket

from tierline.instance.embedded import ensure_kept
from tierline.instance.errors import InstanceError
from tierline.instance.folders import Folders
from tierline.instance.opening import Opened, open_instance
from tierline.instance.programs import programs
from tierline.instance.signals import StopRequested, StopSignals
from tierline.instance.start import Say
from tierline.instance.steps import prepare_instance, timed
from tierline.instance.supervisor import Supervisor
from tierline.instance.web_socket import answers
from tierline.instance.wish import Wish


@dataclass(frozen=True)
class Running:
    """An instance that this process runs: its folders, its address and the socket bound to it."""

    folders: Folders
    address: str
    bound: socket
    say: Say

    def run(self, wish: Wish, signals: StopSignals, demonstration: bool) -> None:
        """Run until a stop signal raises StopRequested, which leaves when everything has stopped.

        Raises TierlineError where something can't be started.
        """
        begun = time.monotonic()
        with ExitStack() as stack:
            with timed("servers answer", self.say):
                opened = stack.enter_context(self._open(wish))
            sign_in = prepare_instance(opened.settings, self.say, demonstration=demonstration)
            supervisor = Supervisor(programs(opened.settings, self.bound), self.say)
            stack.callback(supervisor.stop, lambda: signals.in_haste)
            with timed("programs started", self.say):
                supervisor.start(lambda: answers(f"{self.address}/readyz"))
            self._say_ready(sign_in, time.monotonic() - begun)
            try:
                supervisor.run(self._keeping_servers(wish), signals.take_reload)
            except StopRequested:
                self.say("Stopping; a job at hand may end first. Ctrl-C again ends it at once.")
                raise

    def _open(self, wish: Wish) -> AbstractContextManager[Opened]:
        address = os.environ.get("TIERLINE_BASE_URL", self.address)
        return open_instance(wish, make_secret=True, base_url=address)

    def _say_ready(self, sign_in: list[str], seconds: float) -> None:
        self.say(f"Tierline is ready after {seconds:.1f} s: {self.address}")
        for line in sign_in:
            self.say(f"  {line}")
        self.say("Ctrl-C stops it.")

    def _keeping_servers(self, wish: Wish) -> Callable[[], None]:
        """Return what starts the embedded servers' keeper again, should it have been killed."""
        if not wish.needs_servers:
            return lambda: None

        def keep() -> None:
            try:
                if ensure_kept(self.folders):
                    self.say("The embedded servers had ended; they are started again.")
            except InstanceError as error:
                self.say(error.message)

        return keep
