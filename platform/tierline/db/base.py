"""Declarative bases and keys: every tenant table leads with tenant_id, in every key."""

from __future__ import annotations

import datetime
import uuid
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    DateTime,
    ForeignKeyConstraint,
    MetaData,
    Uuid,
    func,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, Relationship, mapped_column, relationship

from tierline.db.scope import current_tenant_id

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The base of every model. A model is global unless it is Tenanted as well."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime.datetime: DateTime(timezone=True),
        int: BigInteger,
    }


class GlobalBase(Base):
    """The base of a global table: no tenant owns its rows."""

    __abstract__ = True


def new_id() -> Any:
    """Return the server default of a record's id: a UUIDv7, sortable and no count of anything."""
    return text("uuidv7()")


class TenantOwned:
    """A row that belongs to one tenant, behind both walls; its key leads with tenant_id."""

    tenant_id: Mapped[int] = mapped_column(
        BigInteger, primary_key=True, default=current_tenant_id, sort_order=-2
    )


class Tenanted(TenantOwned):
    """A tenant's record: key (tenant_id, id)."""

    id: Mapped[uuid.UUID] = mapped_column(
        Uuid, primary_key=True, server_default=new_id(), sort_order=-1
    )
    created_at: Mapped[datetime.datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), sort_order=90
    )


def foreign_key(column: str, target: str, ondelete: str | None = None) -> ForeignKeyConstraint:
    """Return a foreign key inside the tenant: (tenant_id, column) → target(tenant_id, id)."""
    return ForeignKeyConstraint(
        ["tenant_id", column], [f"{target}.tenant_id", f"{target}.id"], ondelete=ondelete
    )


def belongs_to(here: str, column: str, there: str, **options: Any) -> Relationship[Any]:
    """Return a many-to-one relationship: `column` is written, tenant_id only joined by."""
    join = f"and_({there}.tenant_id == {here}.tenant_id, {there}.id == foreign({here}.{column}))"
    return relationship(there, primaryjoin=join, **options)


def has_many(here: str, there: str, column: str, **options: Any) -> Relationship[Any]:
    """Return the one-to-many side of `belongs_to`."""
    join = f"and_({here}.tenant_id == {there}.tenant_id, {here}.id == foreign({there}.{column}))"
    return relationship(there, primaryjoin=join, **options)
