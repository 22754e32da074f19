"""Is it alive, is it ready: what load balancers and supervisors ask.

`/healthz` says that the process answers; `/readyz` that what it needs answers too, and that the
tables are those that this code expects.
"""

from __future__ import annotations

from functools import cache

import orjson
from alembic.script import ScriptDirectory
from flask import Response, current_app
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from tierline.config import Settings
from tierline.db import db
from tierline.db.check import check
from tierline.db.prepare import alembic_config
from tierline.errors import Unavailable
from tierline.web.failures import PROBLEM, problem
from tierline.web.guards import ANYONE
from tierline.web.pages import PublicPages

health = PublicPages("health", __name__)

SOUND = "tierline.walls_are_sound"


@health.get("/healthz", permission=ANYONE)
def healthz() -> Response:
    """Answer: the process lives."""
    return _json({"status": "ok"})


@health.get("/readyz", permission=ANYONE)
def readyz() -> Response:
    """Answer 200 when requests can be served, else 503 naming each thing that is missing."""
    failures = find_failures()
    if not failures:
        return _json({"status": "ok"})
    error = Unavailable(
        "Not ready: " + "; ".join(f"{name} {reason}" for name, reason in failures.items()),
        fields={name: [reason] for name, reason in failures.items()},
    )
    return _json(problem(error), status=503, content_type=PROBLEM)


def find_failures() -> dict[str, str]:
    """Return what keeps the application from serving: database, migrations, isolation, redis."""
    failures = {}
    try:
        reason = find_migration_gap(current_app.extensions["tierline.settings"])
        if reason:
            failures["migrations"] = reason
        elif faults := find_wall_faults():
            failures["isolation"] = "; ".join(faults)
    except SQLAlchemyError:
        db.session.rollback()
        failures["database"] = "can't be reached"
    try:
        current_app.extensions["tierline.redis"].ping()
    except (RedisError, OSError):
        failures["redis"] = "can't be reached"
    return failures


def find_migration_gap(settings: Settings) -> str | None:
    """Return how the tables differ from what this code expects, or None where they don't."""
    if db.session.scalar(text("SELECT to_regclass('public.alembic_version')")) is None:
        return "have not been run; run tierline db migrate"
    found = set(db.session.scalars(text("SELECT version_num FROM alembic_version")))
    expected = _heads(str(settings.home))
    if found == expected:
        return None
    return f"are at {_names(found)}, this version needs {_names(expected)}; run tierline db migrate"


def find_wall_faults() -> list[str]:
    """Return what is wrong with the walls between tenants; asked until they stand once."""
    if current_app.extensions.get(SOUND):
        return []
    faults = [fault for engine in db.engines.values() for fault in check(engine)]
    current_app.extensions[SOUND] = not faults
    return faults


@cache
def _heads(home: str) -> frozenset[str]:
    settings: Settings = current_app.extensions["tierline.settings"]
    return frozenset(ScriptDirectory.from_config(alembic_config(settings)).get_heads())


def _names(revisions: frozenset[str] | set[str]) -> str:
    return ", ".join(sorted(revisions)) or "none"


def _json(content: object, status: int = 200, content_type: str = "application/json") -> Response:
    return Response(orjson.dumps(content), status=status, content_type=content_type)
