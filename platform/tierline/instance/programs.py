"""The programs of a running instance: web server, worker, scheduler."""

from __future__ import annotations

import signal
import sys
from dataclasses import dataclass

WEB_PROCESSES = 2
WEB_THREADS = 8


@dataclass(frozen=True)
class Program:
    """A program that the supervisor keeps running.

    `death_signal` is what the kernel sends it should the supervisor be killed; `grace` is how many
    seconds it has to stop by itself after SIGTERM.
    """

    name: str
    command: tuple[str, ...]
    death_signal: signal.Signals
    grace: float
    pass_fds: tuple[int, ...] = ()


def web_program(socket: int) -> Program:
    """Return the web server on a bound socket, given by its file descriptor."""
    command = (
        *(sys.executable, "-m", "gunicorn", "tierline.app:create_app()"),
        *("--bind", f"fd://{socket}", "--worker-class", "gthread", "--preload"),
        *("--workers", str(WEB_PROCESSES), "--threads", str(WEB_THREADS)),
        *("--timeout", "120", "--graceful-timeout", "10", "--log-level", "warning"),
        "--no-control-socket",
    )
    return Program("web server", command, signal.SIGTERM, 15, (socket,))


def scheduler_program() -> Program:
    """Return the scheduler: delivers jobs, starts due schedules."""
    return Program("scheduler", (*_TIERLINE, "scheduler"), signal.SIGTERM, 10)


def worker_program() -> Program:
    """Return a worker. A job at hand may end; one that is cut off goes on at the next start."""
    return Program("worker", (*_TIERLINE, "worker"), signal.SIGKILL, 30)


_TIERLINE = (sys.executable, "-m", "tierline.cli")
