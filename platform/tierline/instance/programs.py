"""The programs of a running instance: web server, scheduler, worker."""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

from tierline.app import create_app
from tierline.config import Settings
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
    run: Callable[[], None]
    death_signal: signal.Signals
    grace: float


def programs(settings: Settings, socket: int) -> list[Program]:
    """Return an instance's programs, in the order in which they are to stop.

    `socket` is the file descriptor of the web server's bound socket. A worker's job at hand may
    end; one that is cut off goes on at the next start.
    """
    return [
        Program("web server", partial(serve_web, settings, socket), signal.SIGTERM, 15),
        Program("scheduler", partial(run_scheduler, settings), signal.SIGTERM, 10),
        Program("worker", partial(run_worker, settings), signal.SIGKILL, 30),
    ]


class WebServer(BaseApplication):  # type: ignore[misc]
    """gunicorn, serving the application on a socket that is bound already."""

    def __init__(self, settings: Settings, socket: int) -> None:
        self.settings = settings
        self.socket = socket
        super().__init__()

    def load_config(self) -> None:
        """Tell gunicorn what to do."""
        values: dict[str, Any] = {
            "bind": f"fd://{self.socket}",
            "worker_class": "gthread",
            "workers": WEB_PROCESSES,
            "threads": WEB_THREADS,
            "preload_app": True,
            "timeout": 120,
            "graceful_timeout": 10,
            "loglevel": "warning",
            "control_socket_disable": True,
        }
        for name, value in values.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Return the application."""
        return create_app(self.settings)


def serve_web(settings: Settings, socket: int) -> None:
    """Serve until SIGTERM, which lets requests under way end first."""
    WebServer(settings, socket).run()
