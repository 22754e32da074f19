"""Bring a database to the state that the application needs: roles, rights, tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import URL, Connection, Engine, create_engine, make_url, text
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.pool import NullPool

from tierline.config import APP_ROLE, OWNER_ROLE, ROLES, SYSTEM_ROLE, Settings, with_driver
from tierline.errors import Unavailable

OLDEST = 18


@dataclass(frozen=True)
class History:
    """The migrations of an extension's own tables: apart, so that the core goes on without them."""

    plugin: str
    folder: Path


def prepare(settings: Settings, histories: Iterable[History] = ()) -> None:
    """Create the database, its roles and rights where they are missing, and migrate to head.

    Signs in as DATABASE_URL's login, which must own the database or be allowed to create roles.
    Idempotent. Raises Unavailable with one sentence where the server can't be used.
    """
    url = with_driver(make_url(settings.database_url))
    try:
        _create_database(url)
        engine = _engine(url)
        with _one_at_a_time(url), engine.begin() as connection:
            _check_version(connection)
            _grant(connection, settings, str(url.database))
        engine.dispose()
    except OperationalError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise Unavailable(f"The database can't be reached: {reason}") from error
    except ProgrammingError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise Unavailable(
            f"The database can't be prepared as {url.username}: {reason}. "
            "DATABASE_URL must sign in as a role that may create roles."
        ) from error
    upgrade(settings, histories)


def upgrade(settings: Settings, histories: Iterable[History] = ()) -> None:
    """Migrate the core's tables to head, then each extension's, as their owner."""
    for history in (None, *histories):
        command.upgrade(alembic_config(settings, history), "head")


def alembic_config(settings: Settings, history: History | None = None) -> Config:
    """Return Alembic's configuration for the core's tables in this instance, or an extension's."""
    config = Config()
    if history is not None:
        config.set_main_option("path_separator", "newline")
        config.set_main_option("version_locations", str(history.folder))
        config.attributes["plugin"] = history.plugin
    config.set_main_option("script_location", str(Path(settings.home) / "migrations"))
    config.attributes["url"] = settings.role_url(OWNER_ROLE)
    return config


def _engine(url: URL) -> Engine:
    return create_engine(url, poolclass=NullPool, connect_args={"connect_timeout": 5})


@contextmanager
def _one_at_a_time(url: URL) -> Iterator[None]:
    """Let one preparation at a time go on, on a server: its databases share their roles.

    The lock is held in the database that every server has, since a lock belongs to one database.
    """
    engine = _engine(url.set(database="postgres"))
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(727201)"))
        yield


def _create_database(url: URL) -> None:
    engine = _engine(url.set(database="postgres")).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        _check_version(connection)
        exists = text("SELECT 1 FROM pg_database WHERE datname = :name")
        if not connection.scalar(exists, {"name": url.database}):
            name = connection.dialect.identifier_preparer.quote(str(url.database))
            connection.exec_driver_sql(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")


def _check_version(connection: Connection) -> None:
    version = connection.dialect.server_version_info
    if version is None or int(version[0]) < OLDEST:
        found = ".".join(map(str, version or ()))
        raise Unavailable(f"PostgreSQL {OLDEST} or newer is needed; the server is {found}.")


def _grant(connection: Connection, settings: Settings, database: str) -> None:
    present = set(connection.execute(text("SELECT rolname FROM pg_roles")).scalars())
    for role in ROLES:
        verb = "ALTER" if role in present else "CREATE"
        password = settings.role_password(role)
        connection.exec_driver_sql(
            f"{verb} ROLE {role} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE "
            f"PASSWORD '{password}'"
        )
    for statement in _rights(connection.dialect.identifier_preparer.quote(database)):
        connection.exec_driver_sql(statement)
    revoke = "REVOKE EXECUTE ON FUNCTION pg_catalog.set_config(text,text,boolean) FROM PUBLIC"
    connection.exec_driver_sql(revoke)


def _rights(database: str) -> list[str]:
    clients = f"{APP_ROLE}, {SYSTEM_ROLE}"
    default = f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER_ROLE} IN SCHEMA public GRANT"
    return [
        f"GRANT {OWNER_ROLE} TO CURRENT_USER",
        f"GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {OWNER_ROLE}, {clients}",
        f"GRANT CREATE ON DATABASE {database} TO {OWNER_ROLE}",
        f"GRANT ALL ON SCHEMA public TO {OWNER_ROLE}",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        f"GRANT USAGE ON SCHEMA public TO {clients}",
        f"{default} SELECT, INSERT, UPDATE, DELETE ON TABLES TO {clients}",
        f"{default} USAGE ON SEQUENCES TO {clients}",
    ]
