"""What a tenant holds of a plugin's, wherever it lies: to be counted, taken out, removed.

Each feature that keeps something for plugins says so in its own `purging.py`, which is imported
when the application is built. Here are the extensions' own tables,
and the tenant's changes to a plugin.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import LazyString
from sqlalchemy import MetaData, Table, delete, func, inspect, select

from tierline.db import db
from tierline.db.scope import current_tenant_id
from tierline.plugins.models import PluginOverride

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Holding:
    """One kind of thing that a tenant holds of a plugin's; each function takes the plugin's id.

    `key` names its file in an export. What is light is removed first.
    """

    key: str
    title: LazyString
    count: Callable[[str], int]
    rows: Callable[[str], Iterable[Row]]
    remove: Callable[[str], None]
    weight: int


_holdings: dict[str, Holding] = {}


def holding(held: Holding) -> None:
    """Let a kind of thing be purged with its plugin; a key stands for one kind."""
    _holdings[held.key] = held


def holdings() -> list[Holding]:
    """Return every kind of thing that a tenant may hold of a plugin's, in the order of removal."""
    return sorted(_holdings.values(), key=lambda held: (held.weight, held.key))


def tables_of(plugin: str) -> list[Table]:
    """Return the tenant tables of an extension as they are in the database, parents first.

    Not from its models: its code may be gone.
    """
    prefix = f"x_{plugin}__"
    connection = db.session.connection()
    names = [name for name in inspect(connection).get_table_names() if name.startswith(prefix)]
    metadata = MetaData()
    metadata.reflect(connection, only=names)
    found = [table for table in metadata.sorted_tables if table.name in names]
    return [table for table in found if "tenant_id" in table.c]


def count_rows(plugin: str) -> int:
    """Return how many rows the tenant has in an extension's tables."""
    counts = (
        select(func.count()).select_from(table).where(table.c.tenant_id == current_tenant_id())
        for table in tables_of(plugin)
    )
    return sum(db.session.execute(statement).scalar_one() for statement in counts)


def rows_of(plugin: str) -> Iterator[Row]:
    """Yield the tenant's rows in an extension's tables, each with its table's name."""
    for table in tables_of(plugin):
        columns = [column for column in table.c if column.name != "tenant_id"]
        statement = select(*columns).where(table.c.tenant_id == current_tenant_id())
        ordered = statement.order_by(*table.primary_key.columns)
        for row in db.session.execute(ordered).mappings():
            yield {"table": str(table.name), **{str(key): value for key, value in row.items()}}


def remove_rows(plugin: str) -> None:
    """Remove the tenant's rows from an extension's tables, children first."""
    for table in reversed(tables_of(plugin)):
        db.session.execute(delete(table).where(table.c.tenant_id == current_tenant_id()))


def count_changes(plugin: str) -> int:
    """Return how many changes the tenant has made to a plugin's document."""
    mine = PluginOverride.plugin == plugin
    counted = select(func.count()).select_from(PluginOverride).where(mine)
    return db.session.execute(counted).scalar_one()


def changes_of(plugin: str) -> Iterator[Row]:
    """Yield the tenant's changes to a plugin's document."""
    mine = select(PluginOverride).where(PluginOverride.plugin == plugin)
    for row in db.session.scalars(mine.order_by(PluginOverride.address)):
        names = ("address", "kind", "value", "author", "reason", "changed_at")
        yield {name: getattr(row, name) for name in names}


def remove_changes(plugin: str) -> None:
    """Remove the tenant's changes to a plugin's document."""
    db.session.execute(delete(PluginOverride).where(PluginOverride.plugin == plugin))
