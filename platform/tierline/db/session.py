"""The session behind wall one: every statement is confined to the tenant in scope.

Wall two, row-level security in the database, is in `rls.py`; this wall gives early errors, good
plans, and one-shard routing where the tables are distributed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from flask import current_app
from flask.globals import app_ctx
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import Connection, Engine, Table, event, inspect
from sqlalchemy.orm import ORMExecuteState, SessionTransaction, UOWTransaction, with_loader_criteria
from sqlalchemy.sql import visitors

from tierline.db.base import Base, Tenanted, TenantOwned
from tierline.db.scope import GLOBAL, CrossTenant, NoTenant, Scope, current_scope

SETTING = "app.tenant"
SYSTEM_BIND = "system"

_read_only: ContextVar[bool] = ContextVar("read_only", default=False)


@contextmanager
def read_only() -> Iterator[None]:
    """Let transactions begun inside be READ ONLY (GET and HEAD requests)."""
    token = _read_only.set(True)
    try:
        yield
    finally:
        _read_only.reset(token)


class ScopedSession(FlaskSession):
    """A session that serves one scope for its whole life."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.scope: Scope = current_scope()
        self.held: Connection | None = None

    def check_scope(self) -> Scope:
        """Return the session's scope; raises CrossTenant when another one is in force."""
        if current_scope().serial != self.scope.serial and self.scope is not GLOBAL:
            raise CrossTenant(f"A session of {self.scope} was used in {current_scope()}.")
        return self.scope

    def get_bind(self, *args: Any, **options: Any) -> Engine | Connection:
        """Return the system role's engine in a system scope, else the application role's.

        Inside `held_connection` it is the connection that is kept.
        """
        if self.held is not None:
            return self.held
        engines = current_app.extensions["sqlalchemy"].engines
        engine: Engine = engines[SYSTEM_BIND if self.scope.system else None]
        return engine

    def get(self, entity: Any, ident: Any, **options: Any) -> Any:
        """Return a record by key; a tenant's record by its id alone or by (tenant_id, id)."""
        scope = self.check_scope()
        if issubclass(inspect(entity).mapper.class_, Tenanted):
            if not isinstance(ident, tuple | dict):
                ident = (scope.tenant_id, ident)
            given = ident["tenant_id"] if isinstance(ident, dict) else ident[0]
            if scope.tenant_id is None and scope.system is None:
                raise NoTenant("No tenant is in scope.")
            if scope.tenant_id is not None and given != scope.tenant_id:
                return None
        return super().get(entity, ident, **options)


def _session_key() -> tuple[int, int]:
    """Return which session is in use: one for each scope of each application context."""
    return id(app_ctx._get_current_object()), current_scope().serial  # type: ignore[attr-defined]


db = SQLAlchemy(
    metadata=Base.metadata,
    session_options={"class_": ScopedSession, "scopefunc": _session_key},
    engine_options={"pool_pre_ping": True, "connect_args": {"prepare_threshold": None}},
)


@contextmanager
def held_connection() -> Iterator[None]:
    """Let the session keep one connection over its commits: temporary tables live as long.

    To be entered between transactions. The connection is closed at the end, never pooled again.
    """
    session: Any = db.session()
    if session.in_transaction():
        raise RuntimeError("held_connection() must be entered between transactions")
    connection = session.get_bind().connect()
    connection.detach()
    session.held = connection
    try:
        yield
    finally:
        session.rollback()
        session.held = None
        connection.close()


@event.listens_for(ScopedSession, "after_begin")
def _set_tenant(
    session: ScopedSession, transaction: SessionTransaction, connection: Connection
) -> None:
    # SET LOCAL, not set_config(): the latter is revoked, and could stand inside a SELECT.
    scope = session.check_scope()
    tenant = "" if scope.tenant_id is None else int(scope.tenant_id)
    statement = f"SET LOCAL {SETTING} = '{tenant}'"
    if _read_only.get() and scope.system is None and transaction.parent is None:
        statement = f"SET TRANSACTION READ ONLY; {statement}"
    connection.exec_driver_sql(statement)


@lru_cache(4096)
def _confined_to(tenant_id: int) -> Any:
    return with_loader_criteria(
        TenantOwned,
        lambda cls: cls.tenant_id == tenant_id,
        include_aliases=True,
        propagate_to_loaders=False,
    )


def _refuse_tenant_tables(statement: Any) -> None:
    """Raise NoTenant where the statement names a tenant's table (the database would raise too)."""
    for element in visitors.iterate(statement):
        if isinstance(element, Table) and "tenant_id" in element.c:
            raise NoTenant(f"{element.name} was reached while no tenant was in scope.")


@event.listens_for(ScopedSession, "do_orm_execute")
def _confine(state: ORMExecuteState) -> None:
    # Relationship loads too: objects made in this session carry no option. Column loads go by key.
    session = state.session
    scope = session.check_scope() if isinstance(session, ScopedSession) else current_scope()
    if scope.system or state.is_column_load:
        return
    if scope.tenant_id is None:
        _refuse_tenant_tables(state.statement)
    elif state.is_select or state.is_update or state.is_delete:
        state.statement = state.statement.options(_confined_to(scope.tenant_id))


@event.listens_for(ScopedSession, "before_attach")
def _check_attached(session: ScopedSession, record: object) -> None:
    if isinstance(record, TenantOwned):
        scope = session.check_scope()
        if scope.system is None and record.tenant_id not in (None, scope.tenant_id):
            raise CrossTenant(f"A {type(record).__name__} of another tenant in {scope}.")


@event.listens_for(ScopedSession, "before_flush")
def _check_flushed(session: ScopedSession, context: UOWTransaction, instances: Any) -> None:
    scope = session.check_scope()
    for record in (*session.new, *session.dirty, *session.deleted):
        if not isinstance(record, TenantOwned) or scope.system:
            continue
        if scope.tenant_id is None:
            raise NoTenant(f"A {type(record).__name__} can't be written without a tenant in scope.")
        if record.tenant_id not in (None, scope.tenant_id):
            raise CrossTenant(f"A {type(record).__name__} can't move to another tenant.")
