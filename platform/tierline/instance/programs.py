"""The programs of a running instance: web server, scheduler, worker."""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from socket import socket
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

from tierline.app import create_app
from tierline.config import Settings
from tierline.instance.forks import Run
from tierline.plugins.processes import Presence, keep_known
from tierline.worker import run_scheduler, run_worker

WEB_PROCESSES = 2
WEB_THREADS = 8


@dataclass(frozen=True)
class Program:
    """A program that the supervisor keeps running, each time in a new child process.

    `death_signal` is what the kernel sends it should the supervisor be killed; `grace` is how many
    seconds it has to stop by itself after SIGTERM.
    """

    name: str
    run: Run
    death_signal: signal.Signals
    grace: float


def programs(settings: Settings, bound: socket) -> list[Program]:
    """Return an instance's programs, in the order in which they are to stop.

    The web server serves the socket that is bound already, and that its successor serves, too. A
    worker's job at hand may end; one that is cut off goes on at the next start.
    """
    return [
        Program("web server", partial(serve_web, settings, bound), signal.SIGTERM, 15),
        Program("scheduler", partial(run_scheduler, settings), signal.SIGTERM, 10),
        Program("worker", partial(run_worker, settings), signal.SIGKILL, 30),
    ]


class WebServer(BaseApplication):  # type: ignore[misc]
    """gunicorn, serving the application on a socket that is bound already."""

    def __init__(self, settings: Settings, bound: socket, ready: Callable[[], None]) -> None:
        self.settings = settings
        self.bound = bound
        self.ready = ready
        self.presence: Presence | None = None
        super().__init__()

    def load_config(self) -> None:
        """Tell gunicorn what to do."""
        values: dict[str, Any] = {
            "bind": f"fd://{self.bound.fileno()}",
            "worker_class": "gthread",
            "workers": WEB_PROCESSES,
            "threads": WEB_THREADS,
            "preload_app": True,
            "timeout": 120,
            "graceful_timeout": 10,
            "loglevel": "warning",
            "control_socket_disable": True,
            "post_worker_init": self.begin,
            "worker_exit": self.leave,
        }
        for name, value in values.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Return the application."""
        app = create_app(self.settings)
        self.presence = keep_known(app)
        return app

    def begin(self, worker: Any) -> None:
        """Say that a process of the web server is about to accept requests."""
        if self.presence is not None:
            self.presence.keep()
        self.ready()

    def leave(self, arbiter: Any, worker: Any) -> None:
        """Note that a process of the web server ends."""
        if self.presence is not None:
            self.presence.leave()


def serve_web(settings: Settings, bound: socket, ready: Callable[[], None]) -> None:
    """Serve until SIGTERM, which lets requests under way end first."""
    WebServer(settings, bound, ready).run()
