"""What a transaction reads once however often it is asked for: the enabled plugins, for example.

An answer is kept with the session. A session serves one scope for its whole life, so no answer
reaches another tenant. The end of the transaction drops it, and so does every write through the
session, which may have changed it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState

from tierline.db.session import ScopedSession, db

KEPT = "tierline.kept"

Answer = TypeVar("Answer")


def read_once(read: Callable[[], Answer]) -> Callable[[], Answer]:
    """Let a function that reads for the scope in force be asked once a transaction."""

    @wraps(read)
    def kept() -> Answer:
        session = db.session()
        if session.new or session.dirty or session.deleted:
            session.flush()  # as a query would
        answers: dict[Callable[[], Answer], Answer] = session.info.get(KEPT, {})
        if read not in answers:
            answer = read()
            answers = session.info.setdefault(KEPT, {})
            answers[read] = answer
        return answers[read]

    return kept


@event.listens_for(ScopedSession, "after_flush")
@event.listens_for(ScopedSession, "after_transaction_end")
def _drop(session: ScopedSession, *_: Any) -> None:
    session.info.pop(KEPT, None)


@event.listens_for(ScopedSession, "do_orm_execute")
def _drop_at_a_write(state: ORMExecuteState) -> None:
    if not state.is_select:
        state.session.info.pop(KEPT, None)
