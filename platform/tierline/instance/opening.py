"""Finding the servers of an instance: those that were named, or the embedded ones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import redis
from sqlalchemy import URL, make_url

from tierline.config import Settings, load_settings
from tierline.instance.embedded import embedded_servers
from tierline.instance.errors import InstanceError
from tierline.instance.folders import open_folders
from tierline.instance.secret import find_secret
from tierline.instance.wish import Wish

OLDEST_POSTGRES = 18


@dataclass(frozen=True)
class Opened:
    """An instance whose servers answer; `fresh` when its embedded ones were started for us."""

    settings: Settings
    fresh: bool


@contextmanager
def open_instance(wish: Wish, *, make_secret: bool = False, **given: Any) -> Iterator[Opened]:
    """Let the instance's servers answer for the block's duration, and return its settings.

    Servers that are named replace the embedded ones. SECRET_KEY, or the key kept in the data
    directory, is the secret; one is made there for embedded servers, or where `make_secret` says
    so. `given` overrides single settings. Raises InstanceError or SettingsError with one sentence.
    """
    if not wish.needs_servers:
        open_folders(wish.folder, with_servers=False)
        secret = find_secret(wish.folder, make=make_secret)
        settings = _settings(wish, wish.database, wish.broker, secret, given)
        yield Opened(settings, fresh=False)
        return
    with embedded_servers(wish.folder) as servers:
        secret = find_secret(wish.folder, make=True)
        database = wish.database or servers.database_url
        settings = _settings(wish, database, wish.broker or servers.redis_url, secret, given)
        yield Opened(settings, fresh=servers.started)


def _settings(
    wish: Wish, database: str | None, broker: str | None, secret: str, given: dict[str, Any]
) -> Settings:
    settings = load_settings(
        data=wish.folder, database_url=database, redis_url=broker, secret_key=secret, **given
    )
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
