"""Finding tenants by the slug that addresses carry."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select, text

from tierline.db import current_scope, db
from tierline.db.scope import NoTenant
from tierline.errors import NotFound
from tierline.tenancy.models import Tenant


def find_tenant(slug: str) -> Tenant | None:
    """Return the tenant with this slug, or None; archived tenants are not found."""
    statement = select(Tenant).where(Tenant.slug == slug, Tenant.archived_at.is_(None))
    tenant: Tenant | None = db.session.scalar(statement)
    return tenant


def get_tenant(slug: str) -> Tenant:
    """Return the tenant with this slug; raises NotFound."""
    tenant = find_tenant(slug)
    if tenant is None:
        message = _("There is no company %(slug)s.", slug=slug)
        raise NotFound(message, fields={"tenant": [_("does not exist")]})
    return tenant


def next_tenant_id() -> int:
    """Take the id of a tenant that is about to be created."""
    sequence = text("SELECT nextval(pg_get_serial_sequence('tenant', 'id'))")
    tenant_id: int = db.session.scalar(sequence)
    return tenant_id


def current_tenant() -> Tenant:
    """Return the tenant in scope; raises NoTenant where there is none."""
    tenant_id = current_scope().tenant_id
    tenant = db.session.get(Tenant, tenant_id) if tenant_id is not None else None
    if tenant is None:
        raise NoTenant("No tenant is in scope.")
    return tenant


def list_tenants() -> list[Tenant]:
    """Return all tenants by slug."""
    return list(db.session.scalars(select(Tenant).order_by(Tenant.slug)))
