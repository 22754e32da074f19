"""Creating a company: an edge of its own, since a tenant must exist before it can be in scope."""

from __future__ import annotations

from tierline.access.decision import acting_as, platform_subject
from tierline.audit.service import record
from tierline.configuration.service import enable_defaults
from tierline.db import db, tenant_scope
from tierline.tenancy.models import Tenant
from tierline.tenancy.queries import next_tenant_id
from tierline.tenancy.service import create_tenant


def create_company(
    slug: str,
    name: str,
    locale: str = "en",
    *,
    time_zone: str = "Asia/Shanghai",
    currency: str = "CNY",
) -> tuple[int, str]:
    """Create a tenant with its default plugins, in one transaction; return its id and slug.

    Raises Invalid naming each wrong field, or Conflict where the slug is taken.
    """
    tenant_id = next_tenant_id()
    db.session.rollback()
    with tenant_scope(tenant_id), acting_as(platform_subject(tenant_id)):
        tenant: Tenant = create_tenant(
            slug, name, locale, time_zone=time_zone, currency=currency, tenant_id=tenant_id
        )
        record("tenants.create", tenant, {"slug": slug, "name": name, "locale": locale})
        enable_defaults()
        db.session.commit()
    return tenant_id, slug
