"""A scheme's tiers as a file: who is in which tier as of a day, since when, and why."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Iterator
from typing import Any, TextIO

from flask_babel import gettext as _
from sqlalchemy import and_, func, select

from tierline.accounts.models import Account
from tierline.db import db
from tierline.db.scope import current_tenant_id
from tierline.errors import NotFound
from tierline.imports.results import GUARDED
from tierline.rules.weights import SCORE
from tierline.tiering.models import Assignment, Run, Scheme
from tierline.tiering.queries import get_entry, tier_name

COLUMNS = (
    *("account", "name", "tier", "since", "previous", "score", "incomplete"),
    *("reason", "version"),
)


def write_tiers(file: TextIO, scheme_id: str, as_of: datetime.date) -> int:
    """Write the tiers of a scheme as of a day as CSV; return the number of accounts.

    Accounts in no tier are left out. Raises NotFound for a scheme that was not run yet.
    """
    writer = csv.DictWriter(file, COLUMNS)
    writer.writeheader()
    count = 0
    for row in rows(scheme_id, as_of):
        writer.writerow({name: _guarded(value) for name, value in row.items()})
        count += 1
    return count


def rows(scheme_id: str, as_of: datetime.date) -> Iterator[dict[str, Any]]:
    """Yield who is in which tier of a scheme as of a day, in the order of their keys."""
    scheme = get_entry(scheme_id).scheme
    if scheme is None:
        raise NotFound(_("The scheme %(scheme)s was not run yet.", scheme=scheme_id))
    for row in db.session.execute(_statement(scheme, as_of), execution_options={"yield_per": 5000}):
        yield {
            "account": row.external_key,
            "name": row.name,
            "tier": tier_name(scheme, row.tier),
            "since": row.begins_on,
            "previous": tier_name(scheme, row.previous),
            "score": None if row.score is None else row.score / SCORE,
            "incomplete": row.incomplete,
            "reason": row.reason,
            "version": row.version,
        }


def _statement(scheme: Scheme, as_of: datetime.date) -> Any:
    latest = func.row_number().over(
        partition_by=Assignment.account_id, order_by=Assignment.begins_on.desc()
    )
    own = (
        select(Assignment.__table__, latest.label("place"))
        .where(Assignment.scheme_number == scheme.number, Assignment.begins_on <= as_of)
        .subquery("own")
    )
    account, run = Account.__table__, Run.__table__
    same = and_(account.c.tenant_id == own.c.tenant_id, account.c.id == own.c.account_id)
    ran = and_(run.c.tenant_id == own.c.tenant_id, run.c.id == own.c.run_id)
    return (
        select(
            account.c.external_key,
            account.c.name,
            *(own.c[name] for name in ("tier", "begins_on", "previous", "score", "incomplete")),
            own.c.reason,
            run.c.version,
        )
        .select_from(own.join(account, same).outerjoin(run, ran))
        .where(own.c.place == 1, own.c.tier.is_not(None), own.c.tenant_id == current_tenant_id())
        .order_by(account.c.external_key, account.c.id)
    )


def _guarded(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value[:1] and value[0] in GUARDED else value
