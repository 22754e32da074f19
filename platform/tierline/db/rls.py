"""Wall two: forced row-level security on every tenant table, as an Alembic operation.

`alembic revision --autogenerate` writes `op.secure_tenant_table(...)` for each tenant table that
lacks it, and `alembic check` fails where one is missing.
"""

from __future__ import annotations

from typing import Any

from alembic.autogenerate import comparators, renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import MigrateOperation, Operations
from alembic.operations.ops import UpgradeOps
from alembic.util import DispatchPriority, PriorityDispatchResult
from sqlalchemy import MetaData, Table, text

from tierline.config import APP_ROLE, SYSTEM_ROLE

# The setting is read once a statement, and an unset tenant raises instead of hiding rows.
POLICY = "tenant_id = (SELECT current_setting('app.tenant')::bigint)"


def tenant_tables(metadata: MetaData) -> list[Table]:
    """Return the tables that belong to tenants: those with a tenant_id."""
    return [table for table in metadata.sorted_tables if "tenant_id" in table.c]


def secure_statements(table: str, *, append_only: bool = False) -> list[str]:
    """Return the DDL that puts a table behind wall two."""
    statements = [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY tenant ON {table} USING ({POLICY}) WITH CHECK ({POLICY})",
        f"CREATE POLICY maintenance ON {table} TO {SYSTEM_ROLE} USING (true) WITH CHECK (true)",
    ]
    if append_only:
        statements.append(f"REVOKE UPDATE, DELETE ON {table} FROM {APP_ROLE}")
    return statements


@Operations.register_operation("secure_tenant_table")
class SecureTenantTable(MigrateOperation):
    """Put a tenant table behind forced row-level security."""

    def __init__(self, table: str, append_only: bool = False) -> None:
        self.table = table
        self.append_only = append_only

    @classmethod
    def secure_tenant_table(
        cls, operations: Operations, table: str, append_only: bool = False
    ) -> None:
        """Run the operation in a migration."""
        operations.invoke(cls(table, append_only))

    def reverse(self) -> MigrateOperation:
        """Return the operation of a downgrade."""
        return ReleaseTenantTable(self.table)

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """Return what `alembic check` shows."""
        return ("secure_tenant_table", self.table)


@Operations.register_operation("release_tenant_table")
class ReleaseTenantTable(MigrateOperation):
    """Take a table out of row-level security; for downgrades only."""

    def __init__(self, table: str) -> None:
        self.table = table

    @classmethod
    def release_tenant_table(cls, operations: Operations, table: str) -> None:
        """Run the operation in a migration."""
        operations.invoke(cls(table))

    def reverse(self) -> MigrateOperation:
        """Return the operation that this one undoes."""
        return SecureTenantTable(self.table)


@Operations.implementation_for(SecureTenantTable)
def _secure(operations: Operations, operation: SecureTenantTable) -> None:
    for statement in secure_statements(operation.table, append_only=operation.append_only):
        operations.execute(statement)


@Operations.implementation_for(ReleaseTenantTable)
def _release(operations: Operations, operation: ReleaseTenantTable) -> None:
    for name in ("tenant", "maintenance"):
        operations.execute(f"DROP POLICY IF EXISTS {name} ON {operation.table}")
    operations.execute(f"ALTER TABLE {operation.table} DISABLE ROW LEVEL SECURITY")


@renderers.dispatch_for(SecureTenantTable)
def _render_secure(context: AutogenContext, operation: SecureTenantTable) -> str:
    append_only = ", append_only=True" if operation.append_only else ""
    return f'op.secure_tenant_table("{operation.table}"{append_only})'


@renderers.dispatch_for(ReleaseTenantTable)
def _render_release(context: AutogenContext, operation: ReleaseTenantTable) -> str:
    return f'op.release_tenant_table("{operation.table}")'


_SECURED = """
SELECT c.relname FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relrowsecurity AND c.relforcerowsecurity
  AND (SELECT count(*) FROM pg_policy p
       WHERE p.polrelid = c.oid AND p.polname IN ('tenant', 'maintenance')) = 2
"""


@comparators.dispatch_for("schema", priority=DispatchPriority.LAST)
def _compare(
    context: AutogenContext, operations: UpgradeOps, schemas: Any
) -> PriorityDispatchResult:
    assert context.connection is not None  # noqa: S101 - online mode only
    secured = set(context.connection.execute(text(_SECURED)).scalars())
    metadata = context.metadata
    assert isinstance(metadata, MetaData)  # noqa: S101
    for table in tenant_tables(metadata):
        ours = context.run_object_filters(table, table.name, "table", False, None)
        if ours and table.name not in secured:
            append_only = bool(table.info.get("append_only"))
            operations.ops.append(SecureTenantTable(table.name, append_only))
    return PriorityDispatchResult.CONTINUE
