"""Alembic's environment: runs as the tables' owner, for the core's tables or an extension's."""

from alembic import context
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

import tierline.db.rls  # noqa: F401 - registers the operation and its comparator
from tierline.config import OWNER_ROLE, load_settings
from tierline.db import Base
from tierline.models import MODELS  # noqa: F401 - imports every model

plugin = context.config.attributes.get("plugin")  # None: the core


def include_object(thing, name, kind, reflected, compare_to):
    """Look at one side's tables only: the core's, or those of the extension x_<plugin>__."""
    if kind != "table":
        return True
    return name.startswith(f"x_{plugin}__") if plugin else not name.startswith("x_")


def run() -> None:
    url = context.config.attributes.get("url") or load_settings().role_url(OWNER_ROLE)
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text("SET lock_timeout = '5s'"))
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            version_table=f"x_{plugin}__version" if plugin else "alembic_version",
            include_object=include_object,
            compare_type=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.execute(text("SELECT pg_advisory_xact_lock(727202)"))
            context.run_migrations()
    engine.dispose()


run()
