"""Reading backtests."""

from __future__ import annotations

import uuid

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import undefer

from tierline.backtests.models import Backtest
from tierline.db import db
from tierline.errors import NotFound


def recent(limit: int = 50) -> list[Backtest]:
    """Return the latest backtests, the newest first, without what they found."""
    chosen = select(Backtest).order_by(Backtest.created_at.desc(), Backtest.id).limit(limit)
    return list(db.session.scalars(chosen))


def get_backtest(backtest_id: uuid.UUID) -> Backtest:
    """Return a backtest with what it found; raises NotFound."""
    found = db.session.scalars(
        select(Backtest).where(Backtest.id == backtest_id).options(undefer(Backtest.result))
    ).one_or_none()
    if found is None:
        raise NotFound(_("There is no such backtest."))
    return found
