"""Finding the servers of an instance: those that were named, or the embedded ones."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import redis
from sqlalchemy import URL, make_url

from tierline.config import Settings, load_settings
from tierline.instance.embedded import embedded_servers
from tierline.instance.errors import InstanceError
from tierline.instance.folders import open_folders
from tierline.instance.secret import instance_secret
from tierline.instance.wish import Wish

OLDEST_POSTGRES = 18


@dataclass(frozen=True)
class Opened:
    """An instance whose servers answer; `fresh` when its embedded ones were started for us."""

    settings: Settings
    fresh: bool


@contextmanager
def open_instance(wish: Wish, **given: Any) -> Iterator[Opened]:
    """Let the instance's servers answer for the block's duration, and return its settings.

    DATABASE_URL and REDIS_URL, or the wish, replace the embedded servers. `given` overrides single
    settings. Raises InstanceError with one sentence where a server can't be used.
    """
    data = wish.folder
    database = wish.database_url or os.environ.get("DATABASE_URL")
    broker = wish.redis_url or os.environ.get("REDIS_URL")
    if database and broker:
        open_folders(data)
        yield Opened(_checked(_settings(data, database, broker, given)), fresh=False)
        return
    with embedded_servers(data) as servers:
        settings = _settings(
            data, database or servers.database_url, broker or servers.redis_url, given
        )
        yield Opened(_checked(settings), fresh=servers.started)


def _settings(data: Path, database: str, broker: str, given: dict[str, Any]) -> Settings:
    secret = os.environ.get("SECRET_KEY") or instance_secret(data)
    production = os.environ.get("TIERLINE_ENV", "development") != "development"
    values = {"production": production, **given}
    return load_settings(
        data=data, database_url=database, redis_url=broker, secret_key=secret, **values
    )


def _checked(settings: Settings) -> Settings:
    check_database(settings.database_url)
    check_redis(settings.redis_url)
    return settings


def check_database(url: str) -> str:
    """Return the server's version; raises InstanceError where it can't be used.

    The database itself may be missing: preparing creates it. Then the server's `postgres` answers.
    """
    target = make_url(url).set(drivername="postgresql")
    try:
        version = _server_version(target)
    except psycopg.Error as error:
        try:
            version = _server_version(target.set(database="postgres"))
        except psycopg.Error:
            raise InstanceError(f"The database can't be reached: {_one_line(error)}") from error
    if version < OLDEST_POSTGRES * 10_000:
        raise InstanceError(
            f"The database is PostgreSQL {version // 10_000}; Tierline needs {OLDEST_POSTGRES} "
            "or newer."
        )
    return f"{version // 10_000}.{version % 10_000}"


def _server_version(url: URL) -> int:
    address = url.render_as_string(hide_password=False)
    with psycopg.connect(address, connect_timeout=5) as connection:
        return connection.info.server_version


def check_redis(url: str) -> None:
    """Return when Redis or Valkey answers; raises InstanceError."""
    try:
        client = redis.Redis.from_url(url, socket_connect_timeout=5, socket_timeout=5)
        try:
            client.ping()
        finally:
            client.close()
    except (redis.RedisError, OSError, ValueError) as error:
        raise InstanceError(f"Redis can't be reached: {_one_line(error)}") from error


def _one_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
