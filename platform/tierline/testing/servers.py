"""The servers of a test run: PostgreSQL and Valkey once, a database for each test process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool

from tierline.config import Settings, home_folder, with_driver
from tierline.instance.locks import FileLock

SECRET = "a secret key that only the tests know"
TEMPLATE = "tierline_template"


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock against this run's other test processes."""
    lock = FileLock(path)
    lock.acquire()
    try:
        yield
    finally:
        lock.close()


def settings_for(servers: Any, folder: Path, database: str, redis_number: int = 0) -> Settings:
    """Return settings for a database of this name on the test servers."""
    url = make_url(servers.database_url).set(database=database)
    return Settings(
        database_url=url.render_as_string(hide_password=False),
        redis_url=_numbered(servers.redis_url, redis_number),
        secret_key=SECRET,
        home=home_folder(),
        data=folder,
        production=False,
    )


def _numbered(redis_url: str, number: int) -> str:
    return f"{redis_url}{'&' if '?' in redis_url else '?'}db={number}"


@contextmanager
def superuser(servers: Any, database: str = "postgres") -> Iterator[Any]:
    """Connect as the embedded server's superuser, outside every wall."""
    url = with_driver(make_url(servers.database_url)).set(database=database)
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()
