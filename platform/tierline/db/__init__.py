"""The database: engines, scopes, the session behind both walls, keys, row-level security."""

from tierline.db.base import (
    Base,
    GlobalBase,
    Tenanted,
    TenantOwned,
    belongs_to,
    foreign_key,
    has_many,
    new_id,
)
from tierline.db.kept import read_once
from tierline.db.scope import CrossTenant, NoTenant, Scope, current_scope, system, tenant_scope
from tierline.db.session import db, read_only

__all__ = [
    "Base",
    "CrossTenant",
    "GlobalBase",
    "NoTenant",
    "Scope",
    "TenantOwned",
    "Tenanted",
    "belongs_to",
    "current_scope",
    "db",
    "foreign_key",
    "has_many",
    "new_id",
    "read_once",
    "read_only",
    "system",
    "tenant_scope",
]
