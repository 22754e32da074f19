"""The examination of an instance: each thing that it needs, looked at by itself."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from redis import Redis
from rq import Worker
from sqlalchemy import create_engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from tierline.api.health import find_migration_gap
from tierline.app import create_app
from tierline.config import APP_ROLE, SYSTEM_ROLE, Settings
from tierline.db.check import check as check_walls
from tierline.errors import TierlineError
from tierline.instance.connections import disconnect
from tierline.instance.opening import check_database, check_redis
from tierline.packs.loading import Loaded
from tierline.plugins.manager import installed
from tierline.plugins.processes import RELOAD, behind, running_processes

GIGABYTE = 1024**3
FREE_GIGABYTES = 2
HEARTBEAT_SECONDS = 90


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: whether it is well, and what was seen."""

    name: str
    well: bool
    detail: str


class Ailing(Exception):
    """What was looked at is not well; the message says how."""


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at everything, one after the other; what needs a sick part is looked at, too."""
    yield _look("database", lambda: f"PostgreSQL {check_database(settings.database_url)}")
    yield _look("redis", lambda: _redis(settings))
    yield _look("disk", lambda: _disk(settings))
    try:
        app = create_app(settings)
    except (TierlineError, RuntimeError) as error:
        yield Finding("application", False, f"can't be loaded: {error}")
        return
    yield Finding("application", True, "loads")
    with app.app_context():
        yield _look("migrations", lambda: _migrations(settings))
        yield _look("walls", lambda: _walls(settings))
        yield _look("plugins", lambda: _plugins(installed().loaded))
        yield _look("code", _code)
        yield _look("workers", lambda: _workers(app.extensions["tierline.redis"]))
        disconnect(app)


def _look(name: str, at: Callable[[], str]) -> Finding:
    try:
        return Finding(name, True, at())
    except (Ailing, TierlineError) as error:
        return Finding(name, False, str(error))
    except (SQLAlchemyError, OSError) as error:
        seen = str(getattr(error, "orig", None) or error)
        return Finding(name, False, seen.strip().splitlines()[0])


def _redis(settings: Settings) -> str:
    check_redis(settings.redis_url)
    return "answers"


def _disk(settings: Settings) -> str:
    free = shutil.disk_usage(settings.data).free / GIGABYTE
    seen = f"{free:.1f} GB free at {settings.data}"
    if free < FREE_GIGABYTES:
        raise Ailing(f"{seen}; less than {FREE_GIGABYTES} GB")
    return seen


def _migrations(settings: Settings) -> str:
    gap = find_migration_gap(settings)
    if gap:
        raise Ailing(gap)
    return "at head"


def _walls(settings: Settings) -> str:
    """Look at the walls between tenants as both roles that the application works as."""
    gaps = []
    for role in (APP_ROLE, SYSTEM_ROLE):
        engine = create_engine(settings.role_url(role), poolclass=NullPool)
        gaps += [f"as {role}: {gap}" for gap in check_walls(engine)]
    if gaps:
        raise Ailing("; ".join(gaps))
    return "stand"


def _plugins(loaded: Loaded) -> str:
    if loaded.failed:
        named = ", ".join(sorted(loaded.failed))
        raise Ailing(f"can't be loaded: {named}; tierline plugins check plugins/NAME says why")
    return f"{len(loaded.releases)} load"


def _code() -> str:
    """Look for processes that run other code than is installed."""
    processes = running_processes()
    old = behind(processes)
    if old:
        kinds = ", ".join(sorted({process.kind for process in old}))
        raise Ailing(
            f"{len(old)} of {len(processes)} processes still run the code of before ({kinds}); "
            f"{RELOAD}"
        )
    return f"the same in {len(processes)} processes as installed"


def _workers(connection: Redis) -> str:
    now = datetime.datetime.now(datetime.UTC)
    beats = [worker.last_heartbeat for worker in Worker.all(connection=connection)]
    ages = [(now - beat.replace(tzinfo=datetime.UTC)).total_seconds() for beat in beats if beat]
    alive = [age for age in ages if age < HEARTBEAT_SECONDS]
    if not alive:
        raise Ailing("no worker runs; start tierline up, or tierline worker")
    return f"{len(alive)} running, the last sign of life {min(alive):.0f} s ago"
