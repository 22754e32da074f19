"""What accounts hold of plugins: values of their fields, memberships in their groups."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import lazy_gettext as _l
from sqlalchemy import Text, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from tierline.accounts.models import Account, AccountGroup
from tierline.db import db
from tierline.plugins.holdings import Holding, Row, holding
from tierline.plugins.queries import group_keys_of


def _keys(plugin: str) -> list[str]:
    """Return the keys under which the tenant's accounts have values of the plugin's fields."""
    present = select(func.jsonb_object_keys(Account.fields).label("key")).distinct()
    prefix = f"{plugin}__"
    return [key for key in db.session.scalars(present) if key.startswith(prefix)]


def _count_values(plugin: str) -> int:
    return sum(len(row["fields"]) for row in _values(plugin))


def _values(plugin: str) -> Iterator[Row]:
    keys = _keys(plugin)
    having = Account.fields.has_any(literal(keys, ARRAY(Text)))
    columns = select(Account.id, Account.external_key, Account.name, Account.fields)
    for row in db.session.execute(columns.where(having).order_by(Account.id)):
        values = {key: value for key, value in row.fields.items() if key in keys}
        yield {"id": row.id, "external_key": row.external_key, "name": row.name, "fields": values}


def _remove_values(plugin: str) -> None:
    keys = literal(_keys(plugin), ARRAY(Text))
    changed = {
        "fields": Account.fields.op("-")(keys),
        "version": Account.version + 1,
        "updated_at": func.now(),
    }
    statement = update(Account).where(Account.fields.has_any(keys)).values(changed)
    db.session.execute(statement.execution_options(synchronize_session=False))


def _count_memberships(plugin: str) -> int:
    inside = AccountGroup.group_key.in_(group_keys_of(plugin))
    counted = select(func.count()).select_from(AccountGroup).where(inside)
    return db.session.execute(counted).scalar_one()


def _memberships(plugin: str) -> Iterator[Row]:
    columns = select(AccountGroup.account_id, AccountGroup.group_key, AccountGroup.party_kind)
    inside = columns.where(AccountGroup.group_key.in_(group_keys_of(plugin)))
    for row in db.session.execute(inside.order_by(AccountGroup.group_key, AccountGroup.account_id)):
        yield row._asdict()


def _remove_memberships(plugin: str) -> None:
    inside = AccountGroup.group_key.in_(group_keys_of(plugin))
    statement = delete(AccountGroup).where(inside)
    db.session.execute(statement.execution_options(synchronize_session=False))


holding(
    Holding("fields", _l("Values of fields"), _count_values, _values, _remove_values, weight=30)
)
holding(
    Holding(
        "memberships",
        _l("Memberships in stakeholder groups"),
        _count_memberships,
        _memberships,
        _remove_memberships,
        weight=31,
    )
)
