"""The publishers that the platform trusts: whose packs a tenant's people may install themselves."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from tierline.audit.service import record
from tierline.db import db
from tierline.errors import Conflict, NotFound
from tierline.packs.signing import check_public_key
from tierline.plugins.models import PublisherKey


def trusted_keys() -> list[PublisherKey]:
    """Return the keys that are trusted now, by name."""
    statement = select(PublisherKey).where(PublisherKey.distrusted_at.is_(None))
    return list(db.session.scalars(statement.order_by(PublisherKey.name, PublisherKey.key)))


def trust(key: str, name: str, by: str) -> PublisherKey:
    """Trust a publisher's key from now on; raises KeyUnreadable, or Conflict without a name."""
    key, name = check_public_key(key), name.strip()
    if not name:
        raise Conflict(_("Say whose key it is."))
    values = {"name": name, "trusted_by": by, "trusted_at": func.now(), "distrusted_at": None}
    statement = insert(PublisherKey).values(key=key, **values)
    db.session.execute(statement.on_conflict_do_update(index_elements=["key"], set_=values))
    row = _get_key(key)
    record("plugins.trust", row, {"name": name}, actor=by)
    return row


def distrust(key: str, by: str) -> PublisherKey:
    """Trust a key no longer; what was installed stays, and its badge says so. Raises NotFound."""
    row = _get_key(check_public_key(key))
    if row.distrusted_at is None:
        row.distrusted_at = func.now()
        db.session.flush()
        record("plugins.distrust", row, {"name": row.name}, actor=by)
    return row


def _get_key(key: str) -> PublisherKey:
    statement = select(PublisherKey).where(PublisherKey.key == key)
    row = db.session.scalar(statement.execution_options(populate_existing=True))
    if row is None:
        raise NotFound(_("The key %(key)s is not known here.", key=key))
    return row
