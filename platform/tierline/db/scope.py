"""Scopes: which tenant's data the running code may see. Entered at the edges, never by services."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from itertools import count

from tierline.errors import TierlineError
from tierline.marking import N_

_serial = count(1)


class NoTenant(TierlineError):
    """Tenant data can be reached only while a tenant is in scope."""

    code = "no_tenant"
    status = 500
    title = N_("No tenant is in scope")


class CrossTenant(TierlineError):
    """Data of one tenant can't be reached from another's scope."""

    code = "cross_tenant"
    status = 500
    title = N_("The data belong to another tenant")


@dataclass(frozen=True)
class Scope:
    """What the code inside may see; every scope has a database session of its own.

    tenant_id None and system None: global tables only.
    """

    tenant_id: int | None = None
    system: str | None = None
    serial: int = field(default_factory=lambda: next(_serial))


GLOBAL = Scope(serial=0)
_scope: ContextVar[Scope] = ContextVar("scope", default=GLOBAL)


def current_scope() -> Scope:
    """Return the scope in force."""
    return _scope.get()


def current_tenant_id() -> int:
    """Return the tenant in scope; raises NoTenant where there is none."""
    tenant_id = _scope.get().tenant_id
    if tenant_id is None:
        raise NoTenant("No tenant is in scope; enter one at the edge with tenant_scope().")
    return tenant_id


@contextmanager
def _entered(scope: Scope) -> Iterator[Scope]:
    from tierline.db.session import db

    token = _scope.set(scope)
    try:
        yield scope
    finally:
        db.session.remove()
        _scope.reset(token)


@contextmanager
def tenant_scope(tenant_id: int) -> Iterator[Scope]:
    """Put one tenant in scope. The session inside is a new one, and is discarded at the end."""
    with _entered(Scope(tenant_id=int(tenant_id))) as scope:
        yield scope


@contextmanager
def system(reason: str) -> Iterator[Scope]:
    """Leave tenancy, as the role tierline_system, for the `reason` given. Not for plugins."""
    if not reason:
        raise ValueError("system() needs a reason")
    with _entered(Scope(system=reason)) as scope:
        yield scope
