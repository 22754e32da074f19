"""What the metric store holds of plugins: the slots of their metrics, the bits of their groups."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select, update

from tierline.db import db
from tierline.metrics.models import AccountState, MetricSlot
from tierline.metrics.service import bring_up_to_date, lock_freshness
from tierline.plugins.holdings import Holding, Row, holding
from tierline.plugins.queries import group_keys_of


def _slots(plugin: str) -> list[MetricSlot]:
    own = MetricSlot.metric_id.startswith(f"{plugin}:", autoescape=True)
    return list(db.session.scalars(select(MetricSlot).where(own).order_by(MetricSlot.slot)))


def _count(plugin: str) -> int:
    return len(_slots(plugin))


def _rows(plugin: str) -> Iterator[Row]:
    for slot in _slots(plugin):
        yield {"metric": slot.metric_id}


def _remove(plugin: str) -> None:
    """Free the slots, empty; give the bits of the groups back, and compute the store anew."""
    fresh = lock_freshness()
    slots = [slot.slot for slot in _slots(plugin)]
    if slots:
        emptied = update(AccountState).values({f"m{slot}": None for slot in slots})
        db.session.execute(emptied.execution_options(synchronize_session=False))
        db.session.execute(delete(MetricSlot).where(MetricSlot.slot.in_(slots)))
    gone = group_keys_of(plugin)
    fresh.group_keys = [key for key in fresh.group_keys if key not in gone]
    as_of, fresh.as_of = fresh.as_of, None
    db.session.flush()
    if as_of is not None:
        bring_up_to_date(as_of)


holding(Holding("metrics", _l("Metrics kept for every account"), _count, _rows, _remove, weight=90))
