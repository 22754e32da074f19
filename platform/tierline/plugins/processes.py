"""The running processes of the platform, each with the code that it has loaded.

A process notes itself in a row of `worker_state`, says now and then that it lives, and removes the
row when it ends. One that was killed is taken for gone when it has not been seen for a while. So an
operator who has installed an extension sees who still runs the code of before.
"""

from __future__ import annotations

import atexit
import datetime
import os
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

import structlog
from flask import Flask, current_app, request_started
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError

from tierline.console import in_platform
from tierline.db import db
from tierline.plugins.code import Code, installed_code
from tierline.plugins.manager import CODE_KEY, chosen_points
from tierline.plugins.models import WorkerState

log = structlog.get_logger()

REFRESH_SECONDS = 60.0
GONE_SECONDS = 180
RELOAD = "tierline plugins reload"


class Presence:
    """Keeps this process known: `refresh` as often as one likes, `leave` at the end.

    A fork of the process is another process, with a row of its own.
    """

    def __init__(self, app: Flask, kind: str) -> None:
        self.app = app
        self.kind = kind
        self._pid = 0
        self._id = uuid.uuid4()
        self._next = 0.0
        self._beating = 0
        self._lock = threading.Lock()

    def refresh(self) -> None:
        """Say that the process lives, where that is due; without a database it is tried later."""
        with self._lock:
            if self._pid != os.getpid():
                self._pid, self._id, self._next = os.getpid(), uuid.uuid4(), 0.0
            if time.monotonic() < self._next:
                return
            self._next = time.monotonic() + REFRESH_SECONDS
        try:
            self._write()
        except SQLAlchemyError as error:
            log.warning("process.not_noted", kind=self.kind, error=str(error).splitlines()[0])

    def leave(self) -> None:
        """Remove the process's row; a fork that has none of its own removes nothing."""
        if self._pid != os.getpid():
            return
        self._pid = 0
        try:
            with self.app.app_context(), in_platform():
                db.session.execute(delete(WorkerState).where(WorkerState.id == self._id))
        except SQLAlchemyError as error:
            log.warning("process.not_noted", kind=self.kind, error=str(error).splitlines()[0])

    def keep(self) -> None:
        """Let a thread of this process refresh from now on: for web servers, which wait for others.

        A request never waits for it.
        """
        with self._lock:
            if self._beating == os.getpid():
                return
            self._beating = os.getpid()
        atexit.register(self.leave)
        threading.Thread(target=self._beat, name="presence", daemon=True).start()

    def _beat(self) -> None:
        self.refresh()
        while True:
            time.sleep(REFRESH_SECONDS / 10)
            if self._pid == 0:
                return
            self.refresh()

    def _write(self) -> None:
        code: Code = self.app.extensions[CODE_KEY]
        row = {
            "id": self._id,
            "kind": self.kind,
            "digest": code.digest,
            "core": code.core,
            "extensions": code.versions,
        }
        with self.app.app_context(), in_platform():
            statement = insert(WorkerState).values(row)
            seen = {"seen_at": func.now()}
            db.session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=seen))
            db.session.execute(delete(WorkerState).where(WorkerState.seen_at < _ago(GONE_SECONDS)))


def keep_known(app: Flask) -> Presence:
    """Let each web process of the application be known, from its first request on."""
    presence = Presence(app, "web")

    def begin(*_: object, **__: object) -> None:
        presence.keep()

    request_started.connect(begin, app, weak=False)
    return presence


@dataclass(frozen=True)
class RunningProcess:
    """A process of the platform that was seen lately."""

    id: uuid.UUID  # says nothing about the machine
    kind: str
    core: str
    extensions: Mapping[str, str]  # versions of the loaded extensions by plugin id
    started_at: datetime.datetime
    seen_at: datetime.datetime
    is_current: bool  # it runs the code that is installed now


def running_processes() -> list[RunningProcess]:
    """Return the processes that run, by kind and age.

    What they run is compared with what is installed where this process runs.
    """
    code = installed_code(chosen_points(current_app.extensions["tierline.settings"]))
    now = (code.core, code.digest)
    statement = select(WorkerState).where(WorkerState.seen_at >= _ago(GONE_SECONDS))
    rows = db.session.scalars(statement.order_by(WorkerState.kind, WorkerState.started_at))
    return [
        RunningProcess(
            row.id,
            row.kind,
            row.core,
            row.extensions,
            row.started_at,
            row.seen_at,
            (row.core, row.digest) == now,
        )
        for row in rows
    ]


def behind(processes: list[RunningProcess]) -> list[RunningProcess]:
    """Return those that still run other code than is installed."""
    return [process for process in processes if not process.is_current]


def _ago(seconds: int) -> object:
    return func.now() - datetime.timedelta(seconds=seconds)
