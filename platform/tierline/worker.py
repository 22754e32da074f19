"""The worker and the scheduler: two processes, any number of each."""

from __future__ import annotations

import ctypes
import signal
import threading
import uuid
from collections.abc import Callable
from typing import Any

import structlog
from flask import Flask
from redis import Redis
from redis.exceptions import RedisError
from rq import Worker
from rq.serializers import JSONSerializer
from sqlalchemy.exc import DBAPIError

from tierline.app import create_app
from tierline.config import Settings
from tierline.jobs.delivery import QUEUE, deliver, start_due_schedules
from tierline.jobs.running import run_job
from tierline.plugins.processes import Presence

log = structlog.get_logger()

TICK_SECONDS = 0.25
PR_SET_PDEATHSIG = 1

_app: Flask | None = None
_presence: Presence | None = None


class TierlineWorker(Worker):
    """An RQ worker whose child dies with it, so that no orphan goes on beside the next run."""

    def main_work_horse(self, *args: Any, **options: Any) -> None:
        """Tie the child's life to the worker's, and give it connections of its own."""
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if _app is not None:
            for engine in _app.extensions["sqlalchemy"]._app_engines[_app].values():
                engine.dispose(close=False)
        super().main_work_horse(*args, **options)

    def heartbeat(self, *args: Any, **options: Any) -> None:
        """Say to Redis, and now and then to the database, that the worker lives."""
        super().heartbeat(*args, **options)
        if _presence is not None and not self.is_horse:
            _presence.refresh()


def work(tenant_id: int, job_id: str) -> str:
    """Run one job: what the queue calls."""
    if _app is None:
        raise RuntimeError("work() runs inside run_worker() only")
    return run_job(_app, tenant_id, uuid.UUID(job_id))


def run_worker(settings: Settings | None = None, ready: Callable[[], None] | None = None) -> None:
    """Work off the queue until SIGTERM, which lets the job at hand end first.

    `ready` is called once the worker can begin.
    """
    global _app, _presence
    _app = create_app(settings)
    _presence = Presence(_app, "worker")
    connection = _app.extensions["tierline.redis"]
    worker = TierlineWorker(
        [QUEUE],
        connection=connection,
        serializer=JSONSerializer,
        worker_ttl=20,
        maintenance_interval=10,
        job_monitoring_interval=5,
    )
    _presence.refresh()
    if ready is not None:
        ready()
    worker.work(with_scheduler=False, logging_level="WARNING")
    _presence.leave()


def run_scheduler(
    settings: Settings | None = None, ready: Callable[[], None] | None = None
) -> None:
    """Deliver jobs and start due schedules until SIGTERM.

    `ready` is called once the scheduler can begin.
    """
    app = create_app(settings)
    presence = Presence(app, "scheduler")
    connection: Redis = app.extensions["tierline.redis"]
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    if ready is not None:
        ready()
    while not stop.wait(TICK_SECONDS):
        presence.refresh()
        try:
            with app.app_context():
                start_due_schedules()
                deliver(connection)
        except (DBAPIError, RedisError) as error:
            log.warning("scheduler.unreachable", error=str(error))
            stop.wait(2)
    presence.leave()
