"""Starting backtests, and carrying one out."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Sequence

from flask_babel import gettext as _

from tierline.access.decision import require
from tierline.audit.service import record
from tierline.backtests.contenders import check_fit, find_contender, read_contender
from tierline.backtests.models import Backtest
from tierline.backtests.months import MOST, month_ends
from tierline.backtests.permissions import RUN
from tierline.backtests.replaying import replay
from tierline.db import db
from tierline.errors import Invalid
from tierline.jobs.service import enqueue
from tierline.metrics.service import today

KIND = "backtests.run"


def create(named: Sequence[str], months: int) -> Backtest:
    """Make a backtest of one scheme or two over months; see `find_contender` for their names.

    Raises NotFound, Invalid naming each wrong field.
    """
    subject = require(RUN)
    if not 1 <= months <= MOST:
        what = _("must be from 1 to %(most)s", most=MOST)
        raise Invalid(
            _("A backtest looks at 1 to %(most)s months.", most=MOST), fields={"months": [what]}
        )
    if not 1 <= len(named) <= 2:
        what = _("must not be empty")
        raise Invalid(
            _("Choose a scheme, and another beside it if you like."), fields={"scheme": [what]}
        )
    contenders = [find_contender(name) for name in named]
    check_fit(contenders)
    made = Backtest(
        contenders=[contender.to_document() for contender in contenders],
        months=months,
        last_on=today(),
        state="waiting",
        started_by=subject.name,
    )
    db.session.add(made)
    db.session.flush()
    record("backtests.run", made, {"schemes": list(named), "months": months})
    return made


def start(named: Sequence[str], months: int) -> Backtest:
    """Make a backtest, and start the job that carries it out; raises as `create` does."""
    made = create(named, months)
    titles = [contender["document"]["title"] for contender in made.contenders]
    made.job_id = enqueue(KIND, {"backtest": str(made.id)}, title=titles[0]).id
    db.session.flush()
    return made


def carry_out(backtest_id: uuid.UUID, after: Callable[[int], None] = lambda done: None) -> Backtest:
    """Carry a backtest out, in the caller's transaction; one that is done stays as it is."""
    found = db.session.get_one(Backtest, backtest_id)
    if found.state == "done":
        return found
    contenders = [read_contender(kept) for kept in found.contenders]
    found.result = replay(contenders, month_ends(found.last_on, found.months), after)
    found.state, found.finished_at = "done", datetime.datetime.now(datetime.UTC)
    db.session.flush()
    return found
