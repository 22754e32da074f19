"""Replaying schemes: month by month the values of each account, its tiers, and what became of it.

Everything stands in temporary tables of one transaction; what is dated after a month's end is not
looked at for that month, but to see who was lost afterwards. A month's statements are the same
whatever the number of accounts.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    FromClause,
    MetaData,
    Select,
    SmallInteger,
    Table,
    Uuid,
    and_,
    case,
    cast,
    exists,
    func,
    insert,
    literal,
    not_,
    null,
    select,
)

from tierline.accounts.models import Account
from tierline.backtests.contenders import Contender
from tierline.backtests.months import year_before
from tierline.db import db
from tierline.db.planning import whole_sets
from tierline.db.scope import current_tenant_id
from tierline.ledger.models import LedgerTransaction
from tierline.metrics import queries as metrics
from tierline.metrics.calculation import materialise
from tierline.metrics.definitions import PURCHASE, resting_under
from tierline.metrics.source import Source
from tierline.plugins.queries import fields
from tierline.rules.measuring import measure
from tierline.rules.scheme import Scheme as Rules
from tierline.rules.scheme import read_scheme
from tierline.rules.sql import compile_scheme
from tierline.tiering.deciding import Deciding
from tierline.tiering.stands import Nowhere, SoFar
from tierline.tiering.versions import scheme_tiers

NAMED = 5
"""How many accounts that enter or leave the top tier in a month are named."""

T: Any = LedgerTransaction.__table__.c
YEAR = 12


@dataclass
class Replayed:
    """A contender on its way: its rules, and its tiers at the last ends of months."""

    contender: Contender
    rules: Rules
    codes: dict[str, int]
    tables: list[FromClause] = field(default_factory=list)  # of the last thirteen ends
    steps: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def of(cls, contender: Contender) -> Replayed:
        """Return a contender before its first month."""
        codes = {tier: n for n, tier in enumerate(scheme_tiers(contender.scheme), start=1)}
        return cls(contender, read_scheme(contender.scheme), codes)

    def tier(self, code: int | None) -> str | None:
        """Return the tier of a code."""
        return next((tier for tier, each in self.codes.items() if each == code), None)


def replay(
    contenders: Sequence[Contender],
    ends: Sequence[datetime.date],
    after: Callable[[int], None] = lambda done: None,
) -> dict[str, Any]:
    """Return what the contenders would have done at these ends of months, as a document.

    `after` is told how many ends are done. Raises Invalid for a rule that reads a metric which no
    enabled plugin defines.
    """
    replayed = [Replayed.of(contender) for contender in contenders]
    for place, end in enumerate(ends):
        with whole_sets():
            _step(replayed, ends, place, end)
        after(place + 1)
    return {
        "ends": [str(end) for end in ends],
        "contenders": [each.steps for each in replayed],
        "agreement": _agreement(replayed) if len(replayed) > 1 else [],
    }


def _step(
    replayed: Sequence[Replayed], ends: Sequence[datetime.date], place: int, end: datetime.date
) -> None:
    source = _values(replayed, end)
    before = ends[place - 1] if place else _month_before(end)
    trade = _trade(end, before)
    for each in replayed:
        standing = each.tables[-1] if each.tables else None
        table = _tiers(each, source, trade, standing, end)
        each.tables = [*each.tables[-YEAR:], table]
        each.steps.append(_summed(each, table, end, is_first=standing is None))
        if len(each.tables) > YEAR:
            each.steps[-1 - YEAR]["lost"] = _lost(each, each.tables[0], trade)
    for passing in (source.rows, trade):
        assert isinstance(passing, Table)  # noqa: S101 - made above
        passing.drop(db.session.connection())


def _month_before(end: datetime.date) -> datetime.date:
    return end.replace(day=1) - datetime.timedelta(days=1)


def _values(replayed: Sequence[Replayed], end: datetime.date) -> Source:
    """Return the values as of a day of all metrics that the contenders read, in one table."""
    wanted = dict.fromkeys(name for each in replayed for name in each.rules.metrics())
    return materialise(
        metrics.source_as_of(end, resting_under(metrics.definitions(), list(wanted)))
    )


def _temporary(name: str, *columns: Column[Any]) -> Table:
    table = Table(
        f"{name}_{uuid.uuid4().hex}",
        MetaData(),
        Column("account_id", Uuid, primary_key=True),
        *columns,
        prefixes=["TEMPORARY"],
        postgresql_on_commit="DROP",
    )
    table.create(db.session.connection())
    return table


def _trade(end: datetime.date, before: datetime.date) -> Table:
    """Return what each account bought in the year up to a day, and in its last month.

    In the company's currency; gross profit of what has a cost.
    """
    table = _temporary(
        "trade",
        Column("value", BigInteger),
        Column("sales", BigInteger),
        Column("profit", BigInteger),
    )
    own = T.currency == metrics.tenant().currency
    in_month = and_(own, T.date > before)
    sums = select(
        T.account_id,
        func.coalesce(func.sum(T.amount).filter(own), 0),
        func.coalesce(func.sum(T.amount).filter(in_month), 0),
        func.coalesce(func.sum(T.amount - T.cost).filter(in_month, T.cost.is_not(None)), 0),
    ).where(
        T.tenant_id == current_tenant_id(),
        T.kind.in_(sorted(PURCHASE)),
        T.date > min(year_before(end), before),
        T.date <= end,
    )
    names = ["account_id", "value", "sales", "profit"]
    db.session.execute(insert(table).from_select(names, sums.group_by(T.account_id)))
    return table


def _tiers(
    each: Replayed,
    source: Source,
    trade: Table,
    standing: FromClause | None,
    end: datetime.date,
) -> Table:
    """Return each account of the group with its tier at a month's end and before, and its trade."""
    table = _temporary(
        "tiers",
        Column("tier", SmallInteger),
        Column("previous", SmallInteger),
        Column("since", Date),
        Column("below", SmallInteger),
        Column("counted_on", Date),
        Column("value", BigInteger),
        Column("value_before", BigInteger),
        Column("sales", BigInteger),
        Column("profit", BigInteger),
    )
    decided = tier_at(each, source, standing, end).subquery("decided")
    stood = _empty() if standing is None else standing
    c = decided.c
    moved = c.tier.is_distinct_from(stood.c.tier)
    counted = case((c.below == stood.c.below, stood.c.counted_on), else_=literal(end))
    rows = (
        select(
            c.account_id,
            c.tier,
            stood.c.tier,
            case((moved, literal(end)), else_=stood.c.since),
            c.below,
            case((c.below > 0, counted)),
            func.coalesce(trade.c.value, 0),
            func.coalesce(stood.c.value, 0),
            func.coalesce(trade.c.sales, 0),
            func.coalesce(trade.c.profit, 0),
        )
        .select_from(
            decided.outerjoin(stood, stood.c.account_id == c.account_id).outerjoin(
                trade, trade.c.account_id == c.account_id
            )
        )
        .where(c.inside)
    )
    db.session.execute(insert(table).from_select([column.name for column in table.c], rows))
    return table


def _empty() -> FromClause:
    nothing = select(
        cast(null(), Uuid).label("account_id"),
        cast(null(), SmallInteger).label("tier"),
        cast(null(), Date).label("since"),
        cast(null(), SmallInteger).label("below"),
        cast(null(), Date).label("counted_on"),
        cast(null(), BigInteger).label("value"),
    ).where(literal(False))
    return nothing.subquery("nothing")


def tier_at(
    each: Replayed, source: Source, standing: FromClause | None, end: datetime.date
) -> Select[Any]:
    """Return each account's tier at a month's end: account_id, inside, tier, below.

    By the rule, and by the scheme's adjustment where it has one; tiers that people set by hand and
    what they would have decided on proposals are left aside.
    """
    population = measure(each.rules, source)
    known_fields = {known.id: known for known in fields("account")}
    compiled = compile_scheme(each.rules, population, source, each.codes, known_fields)
    if each.rules.adjustment is None:
        chosen = select(
            source.account_id.label("account_id"),
            source.in_group(each.rules.group).label("inside"),
            compiled.tier.label("tier"),
            cast(literal(0), SmallInteger).label("below"),
        )
        if not each.rules.fields():
            return chosen
        own = [Account.tenant_id == current_tenant_id(), Account.id == source.account_id]
        return chosen.where(*own)
    deciding = Deciding(
        rules=each.rules,
        source=source,
        compiled=compiled,
        codes=each.codes,
        population=population,
        as_of=end,
        stand=Nowhere() if standing is None else SoFar(standing),
    )
    rows, _source, tier = deciding.with_caps().outcome()
    return select(rows.c.account_id, rows.c.inside, tier.label("tier"), rows.c.below)


def _summed(each: Replayed, table: Table, end: datetime.date, *, is_first: bool) -> dict[str, Any]:
    """Return a month of a contender: who went from where to where, with accounts and money."""
    c = table.c
    moved = select(
        c.previous,
        c.tier,
        func.count(),
        func.sum(c.value_before),
        func.sum(c.value),
        func.sum(c.sales),
        func.sum(c.profit),
    ).group_by(c.previous, c.tier)
    moves = [
        {
            "previous": None if is_first else each.tier(row[0]),
            "tier": each.tier(row[1]),
            "accounts": row[2],
            **dict(
                zip(("value_before", "value", "sales", "profit"), map(int, row[3:]), strict=True)
            ),
        }
        for row in db.session.execute(moved)
    ]
    moves.sort(key=lambda move: (move["previous"] or "", move["tier"] or ""))
    named = {} if is_first else _named(each, table)
    return {"end": str(end), "moves": moves, "lost": None, **named}


def _named(each: Replayed, table: Table) -> dict[str, Any]:
    """Return who enters and leaves the top tier, those with the most trade first."""
    c, top = table.c, each.codes[each.rules.tiers[0]]
    ways = {
        "entered": and_(c.tier == top, c.previous.is_distinct_from(top)),
        "left": and_(c.previous == top, c.tier.is_distinct_from(top)),
    }
    found = {}
    for way, condition in ways.items():
        rows = db.session.execute(
            select(Account.id, Account.name)
            .where(Account.tenant_id == current_tenant_id(), Account.id == c.account_id, condition)
            .order_by(func.greatest(c.value, c.value_before).desc(), Account.name_key, Account.id)
            .limit(NAMED)
        )
        found[way] = [{"account": str(id), "name": name} for id, name in rows]
    return found


def _lost(each: Replayed, table: FromClause, trade: Table) -> dict[str, Any]:
    """Return, by tier of a year ago, how many accounts bought nothing in the year since."""
    bought = exists().where(trade.c.account_id == table.c.account_id)
    rows = db.session.execute(
        select(table.c.tier, func.count(), func.count().filter(not_(bought)))
        .where(table.c.tier.is_not(None))
        .group_by(table.c.tier)
    )
    return {str(each.tier(code)): {"count": lost, "n": n} for code, n, lost in rows}


def _agreement(replayed: Sequence[Replayed]) -> list[dict[str, Any]]:
    """Return how many accounts are in each pair of tiers of two contenders at the last end."""
    one, other = (each.tables[-1] for each in replayed)
    joined = one.outerjoin(other, other.c.account_id == one.c.account_id)
    pairs = (
        select(one.c.tier, other.c.tier, func.count())
        .select_from(joined)
        .group_by(one.c.tier, other.c.tier)
    )
    return [
        {"first": replayed[0].tier(a), "second": replayed[1].tier(b), "accounts": count}
        for a, b, count in db.session.execute(pairs)
    ]
