"""Telling the planner what it can't know yet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from tierline.db.session import db

_OFF = text("SET LOCAL enable_nestloop = off")
_ON = text("SET LOCAL enable_nestloop = on")


@contextmanager
def whole_sets() -> Iterator[None]:
    """Join whole sets inside the block: by hash or merge, never row by row.

    Right after a large import the statistics still say that the tables are empty, and a statement
    over all accounts, planned as nested loops, would run for minutes instead of a second.
    """
    db.session.execute(_OFF)
    yield
    db.session.execute(_ON)
