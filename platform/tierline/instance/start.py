"""`tierline up`: everything on one machine, from nothing to a printed address and back."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass, field

from tierline.config import Settings
from tierline.instance.embedded import ensure_kept
from tierline.instance.errors import InstanceError
from tierline.instance.folders import Folders, open_folders
from tierline.instance.locks import FileLock
from tierline.instance.opening import Wish, data_folder, open_instance
from tierline.instance.programs import programs
from tierline.instance.signals import StopRequested, StopSignals
from tierline.instance.steps import Say, prepare_instance, timed
from tierline.instance.supervisor import Supervisor
from tierline.instance.web_socket import address_of, answers, bind


@dataclass(frozen=True)
class UpOptions:
    """What `tierline up` was told."""

    host: str = "127.0.0.1"
    port: int = 8000
    demonstration: bool = True
    wish: Wish = field(default_factory=Wish)


def run_instance(options: UpOptions, say: Say) -> None:
    """Start everything, say where it is, run until a stop signal, then stop everything.

    Raises TierlineError with one sentence where something can't be started; nothing is left then.
    """
    with StopSignals() as signals, closing(bind(options.host, options.port)) as bound:
        try:
            _run(options, bound, say, lambda: signals.in_haste)
        except StopRequested:
            say("Tierline has stopped.")


def _run(options: UpOptions, bound: socket.socket, say: Say, in_haste: Callable[[], bool]) -> None:
    begun = time.monotonic()
    folders = open_folders(data_folder(options.wish.data))
    address = address_of(bound)
    with ExitStack() as stack:
        stack.enter_context(closing(only_instance(folders, address)))
        say(f"Tierline starts in {folders.data}")
        with timed("servers answer", say):
            opened = stack.enter_context(open_instance(options.wish, base_url=address))
        sign_in = prepare_instance(opened.settings, say, demonstration=options.demonstration)
        supervisor = Supervisor(programs(opened.settings, bound.fileno()), say)
        stack.callback(supervisor.stop, in_haste)
        with timed("programs started", say):
            supervisor.start(lambda: answers(f"{address}/readyz"))
        _say_ready(address, sign_in, time.monotonic() - begun, say)
        try:
            supervisor.run(_keeping_servers(folders, opened.settings, say))
        except StopRequested:
            say("Stopping; a job at hand may end first. Ctrl-C again ends it at once.")
            raise


def only_instance(folders: Folders, address: str) -> FileLock:
    """Return the lock of the one instance on the data directory; raises InstanceError."""
    lock = FileLock(folders.locks / "instance")
    if not lock.acquire(timeout=0):
        running = lock.read()
        lock.close()
        raise InstanceError(
            f"An instance runs on {folders.data} already, at {running}; "
            "stop it, or name another directory with --data."
        )
    lock.write(address)
    return lock


def _say_ready(address: str, sign_in: list[str], seconds: float, say: Say) -> None:
    say(f"Tierline is ready after {seconds:.1f} s: {address}")
    for line in sign_in:
        say(f"  {line}")
    say("Ctrl-C stops it.")


def _keeping_servers(folders: Folders, settings: Settings, say: Say) -> Callable[[], None]:
    """Return what starts the embedded servers' keeper again, should it have been killed."""
    if str(folders.run) not in settings.database_url + settings.redis_url:
        return lambda: None

    def keep() -> None:
        try:
            if ensure_kept(folders):
                say("The embedded servers had ended; they are started again.")
        except InstanceError as error:
            say(error.message)

    return keep
