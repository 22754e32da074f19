"""Where an abc scheme's tiers end: in descending order, an account is in the tier in which its
previous cumulative share lies.

Of equal accounts at a border those with the lesser key come first, so that the result rests
neither on the order of rows nor on the order in which accounts were made.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, Numeric, Select, Subquery, Text, cast, func, literal, select
from sqlalchemy.orm import aliased

from tierline.accounts.models import Account
from tierline.db import db
from tierline.db.scope import current_tenant_id
from tierline.metrics.source import Source
from tierline.rules.population import AccountValues, Floor, Population
from tierline.rules.scheme import AbcRule, ShareCut


def measure_shares(
    rule: AbcRule, source: Source, where: Sequence[ColumnElement[bool]]
) -> Population:
    """Return where the tiers end among the source's accounts that meet the conditions."""
    value = source.value(rule.metric)
    running = _running(value, where)
    before, whole = running.c.before, running.c.whole
    columns: list[ColumnElement[Any]] = [func.sum(running.c.accounts), func.max(whole)]
    for cut in rule.cuts[:-1]:
        inside = before * literal(100) < literal(cut.until) * whole
        columns += [func.min(running.c.value).filter(inside), func.max(before).filter(inside)]
    row: Any = db.session.execute(select(*columns)).one()
    known, total, *found = row
    floors = tuple(
        _floor(cut, source, value, int(total or 0), found[place], found[place + 1], where)
        for place, cut in zip(range(0, len(found), 2), rule.cuts, strict=False)
    )
    return Population(floors=floors, known={rule.metric: int(known or 0)})


def _running(value: ColumnElement[int], where: Sequence[ColumnElement[bool]]) -> Subquery:
    """Return each distinct value with its accounts, the sum of what is greater, and the whole."""
    values = (
        select(value.label("value"), func.count().label("accounts"))
        .where(value.is_not(None), *where)
        .group_by(value)
        .subquery("amounts")
    )
    amount = func.greatest(values.c.value, 0) * cast(values.c.accounts, Numeric)
    before = func.sum(amount).over(order_by=values.c.value.desc()) - amount
    return select(
        values.c.value,
        values.c.accounts,
        before.label("before"),
        func.sum(amount).over().label("whole"),
    ).subquery("running")


def _floor(
    cut: ShareCut,
    source: Source,
    column: ColumnElement[int],
    whole: int,
    value: int | None,
    before: Any,
    where: Sequence[ColumnElement[bool]],
) -> Floor | None:
    """Return the floor at the least value that begins inside the cut; splits equals if need be."""
    if value is None:
        return None
    equals = [column == value, *where]
    accounts = db.session.scalar(select(func.count()).where(*equals)) or 0
    fitting = _fitting(cut, whole, int(before), value)
    if fitting >= accounts:
        return Floor(value)
    key = key_of(source)
    ordered: Select[Any] = select(key).where(*equals).order_by(key).offset(fitting - 1).limit(1)
    return Floor(value, db.session.scalar(ordered))


def _fitting(cut: ShareCut, whole: int, before: int, value: int) -> int:
    """Return how many equal accounts begin before the cut: (before + n * value) < until percent."""
    border = Fraction(str(cut.until)) * whole / 100
    return math.ceil((border - before) / value)


def key_of(source: Source) -> ColumnElement[str]:
    """Return the expression of an account's key: its external key, else its id."""
    own = aliased(Account)  # the statement around it may join the account as well
    key = func.coalesce(own.external_key, cast(own.id, Text), type_=Text)
    return (
        select(key.collate("C"))
        .where(own.tenant_id == current_tenant_id(), own.id == source.account_id)
        .scalar_subquery()
    )


def shares_of(rule: AbcRule, accounts: Sequence[AccountValues]) -> Population:
    """Return what `measure_shares` would, from the accounts at hand."""
    known = [each for each in accounts if each.metrics.get(rule.metric) is not None]
    ordered = sorted((-_worth(each, rule), each.key) for each in known)
    whole = sum(max(-negative, 0) for negative, _ in ordered)
    floors: list[Floor | None] = []
    for cut in rule.cuts[:-1]:
        before, last = 0, None
        for negative, key in ordered:
            if before * 100 < Fraction(str(cut.until)) * whole:
                last = Floor(-negative, key)
            before += max(-negative, 0)
        floors.append(last)
    return Population(floors=tuple(floors), known={rule.metric: len(known)})


def _worth(account: AccountValues, rule: AbcRule) -> int:
    return account.metrics[rule.metric] or 0
