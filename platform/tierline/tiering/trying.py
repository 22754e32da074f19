"""Trying a scheme out: what a rule would do to the accounts of now, without writing anything.

Any scheme's document can be tried, kept or not: an editor's form, a draft, an old version. The
values are the store's, so it takes two statements over one row an account; a rule that reads a
metric which the store does not have yet is computed from the ledger.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    SmallInteger,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    tuple_,
)

from tierline.accounts.models import Account
from tierline.db import db
from tierline.db.scope import current_tenant_id
from tierline.metrics import queries as metrics
from tierline.metrics.definitions import resting_under
from tierline.metrics.models import STATE
from tierline.metrics.service import today
from tierline.metrics.source import Source
from tierline.packs.contributions import TieringScheme
from tierline.plugins.queries import fields
from tierline.rules.counting import Part, parts_of
from tierline.rules.measuring import measure
from tierline.rules.population import Population
from tierline.rules.scheme import Scheme as Rules
from tierline.rules.scheme import read_scheme
from tierline.rules.sql import Compiled, compile_scheme
from tierline.tiering import queries
from tierline.tiering.deciding import Deciding, needs_decisions, stand_of
from tierline.tiering.effects import Effect, Standing, effects_of, playbooks_of
from tierline.tiering.evaluation import confined
from tierline.tiering.models import Scheme
from tierline.tiering.money import money_metrics
from tierline.tiering.queries import Move
from tierline.tiering.results import Result, result_of
from tierline.tiering.versions import scheme_tiers

SAMPLES = 3  # named accounts a move
UNKNOWN: ColumnElement[Any] = cast(null(), BigInteger)


@dataclass(frozen=True)
class Count:
    """How many accounts stand on each step of a part of the rule, and for how many it is unknown.

    Steps are in the order of the values, the lowest first; of a decision table row by row, what is
    left over last.
    """

    steps: tuple[int, ...]
    unknown: int


@dataclass(frozen=True)
class Sample:
    """A named account that would move."""

    account_id: uuid.UUID
    key: str | None
    name: str
    previous: str | None
    tier: str | None


@dataclass(frozen=True)
class Trial:
    """What a scheme would do to the accounts of now, beside the tiers on record."""

    scheme: TieringScheme
    rules: Rules
    population: Population
    as_of: datetime.date
    result: Result
    moves: tuple[Move, ...]  # the most first; nobody stays where they are in it
    stays: int
    counts: Mapping[str, Count]  # by the part's path in the rule
    samples: tuple[Sample, ...]
    effects: tuple[Effect, ...]

    @property
    def moved(self) -> int:
        """Return how many accounts would change tier."""
        return sum(move.accounts for move in self.moves)


@dataclass(frozen=True)
class _Tried:
    """A scheme compiled over the values of now."""

    scheme: TieringScheme
    rules: Rules
    population: Population
    source: Source
    compiled: Compiled
    codes: dict[str, int]
    record: Scheme | None
    previous: ColumnElement[Any]  # the tier on record
    conditions: tuple[ColumnElement[bool], ...]  # what confines the rows to the tenant

    def tier(self, code: int | None) -> str | None:
        return next((tier for tier, each in self.codes.items() if each == code), None)


def try_out(contributed: TieringScheme, samples: int = SAMPLES) -> Trial:
    """Return what a scheme would do to the accounts of now, adjustment included; writes nothing.

    Raises Invalid for a rule that reads what no enabled plugin defines. `samples` named accounts
    are returned for each move, the first by key; 0 spares a statement.
    """
    tried, as_of = _tried(contributed)
    sales, profit = money_metrics(tried.rules, metrics.definitions())
    known_fields = {field.id: field for field in fields("account")}
    parts = parts_of(tried.rules, tried.population, tried.source, tried.compiled, known_fields)
    each = _each(tried, parts, sales, profit)
    rows = list(db.session.execute(_counted(each, parts)))
    standings = [row for row in rows if row.part == 0]
    moves = _moves(tried, standings)
    return Trial(
        scheme=contributed,
        rules=tried.rules,
        population=tried.population,
        as_of=as_of,
        result=_result(tried, standings, sales, profit),
        moves=moves,
        stays=sum(row.accounts for row in standings if row.previous == row.tier),
        counts={part.path: _count(part, n, rows) for n, part in enumerate(parts, start=1)},
        samples=_samples(tried, each, samples) if samples and moves else (),
        effects=tuple(_effects(tried, standings)),
    )


def _tried(contributed: TieringScheme) -> tuple[_Tried, datetime.date]:
    rules = read_scheme(contributed)
    source, as_of = _source(rules)
    population = measure(rules, source, *confined(source))
    record = queries.find_scheme(contributed.id)
    kept = list(record.tier_ids) if record else []
    names = [*kept, *(tier for tier in scheme_tiers(contributed) if tier not in kept)]
    codes = {tier: place for place, tier in enumerate(names, start=1)}
    known_fields = {field.id: field for field in fields("account")}
    compiled = compile_scheme(rules, population, source, codes, known_fields)
    tried = _Tried(
        contributed, rules, population, source, compiled, codes, record, *_on_record(source, record)
    )
    if needs_decisions(rules, record.number if record else None):
        return _decided(tried, as_of), as_of
    return tried, as_of


def _on_record(
    source: Source, record: Scheme | None
) -> tuple[ColumnElement[Any], tuple[ColumnElement[bool], ...]]:
    """Return the tier on record, and the conditions that join it."""
    if record is None:
        return cast(null(), SmallInteger), tuple(confined(source))
    own = STATE.c.tenant_id == current_tenant_id()
    joined = [] if source.rows is STATE else [STATE.c.account_id == source.account_id]
    return STATE.c[f"t{record.number}"], (own, *joined)


def _decided(tried: _Tried, as_of: datetime.date) -> _Tried:
    """Return the scheme with what a run would decide in place of what the rule gives."""
    number = tried.record.number if tried.record else None
    money = money_metrics(tried.rules, metrics.definitions())
    deciding = Deciding(
        rules=tried.rules,
        source=tried.source,
        compiled=tried.compiled,
        codes=tried.codes,
        population=tried.population,
        as_of=as_of,
        stand=stand_of(number, as_of),
        carried=tuple(filter(None, money)),
    )
    deciding = deciding.with_caps()
    rows, source, tier = deciding.outcome()
    known_fields = {field.id: field for field in fields("account")}
    compiled = compile_scheme(tried.rules, deciding.population, source, tried.codes, known_fields)
    return replace(
        tried,
        population=deciding.population,
        source=source,
        compiled=replace(compiled, tier=tier, incomplete=rows.c.incomplete),
        previous=rows.c.now,
        conditions=(),
    )


def _source(rules: Rules) -> tuple[Source, datetime.date]:
    """Return the store as it is, and as of when; or the ledger, where the store lacks a metric."""
    defined = metrics.definitions()
    wanted = [*rules.metrics(), *filter(None, money_metrics(rules, defined))]
    store, fresh = metrics.store_source(defined), metrics.find_freshness()
    if fresh is not None and fresh.as_of is not None and store.columns.keys() >= {*wanted}:
        return store, fresh.as_of
    return metrics.source_as_of(today(), resting_under(defined, wanted)), today()


def _each(tried: _Tried, parts: Sequence[Part], sales: str | None, profit: str | None) -> Subquery:
    """Return a row an account that is in the group or has a tier on record."""
    source, compiled = tried.source, tried.compiled
    inside = source.in_group(tried.rules.group)
    conditions = [*tried.conditions]
    around = inside if tried.record is None else or_(inside, tried.previous.is_not(None))
    staged = bool(playbooks_of(tried.scheme.id))
    if staged or tried.rules.fields():
        conditions += [Account.tenant_id == current_tenant_id(), Account.id == source.account_id]
    columns = {
        "account_id": source.account_id,
        "inside": inside,
        "previous": tried.previous,
        "tier": compiled.tier,
        "stage": Account.lifecycle_stage if staged else literal(""),
        "sales": source.value(sales) if sales else UNKNOWN,
        "profit": source.value(profit) if profit else UNKNOWN,
        "incomplete": func.coalesce(compiled.incomplete, False),
        **{f"p{n}": case((inside, part.place)) for n, part in enumerate(parts, start=1)},
    }
    labelled = [column.label(name) for name, column in columns.items()]
    # OFFSET 0: see results.summarise
    return select(*labelled).where(around, *conditions).offset(literal(0)).subquery("each")


def _counted(each: Subquery, parts: Sequence[Part]) -> Select[Any]:
    """Return the statement that counts moves and every part's steps in one pass.

    `part` is 0 for moves, else the part's number, with `place` its step.
    """
    c = each.c
    standing = tuple_(c.previous, c.tier, c.stage, c.inside)
    steps = [tuple_(c[f"p{n}"], c.inside) for n in range(1, len(parts) + 1)]
    sets = func.grouping_sets(standing, *steps)
    inner = [(func.grouping(c[f"p{n}"]) == 0, literal(n)) for n in range(1, len(parts) + 1)]
    places = [(func.grouping(c[f"p{n}"]) == 0, c[f"p{n}"]) for n in range(1, len(parts) + 1)]
    return select(
        (case(*inner, else_=literal(0)) if inner else literal(0)).label("part"),
        (case(*places) if places else UNKNOWN).label("place"),
        c.previous,
        c.tier,
        c.stage,
        c.inside,
        func.count().label("accounts"),
        func.sum(c.sales).label("sales"),
        func.sum(c.profit).label("profit"),
        func.count(c.profit).label("profit_known"),
        func.count(case((c.incomplete, 1))).label("incomplete"),
    ).group_by(sets)


def _moves(tried: _Tried, standings: Sequence[Any]) -> tuple[Move, ...]:
    summed: dict[tuple[int | None, int | None], int] = {}
    for row in standings:
        if row.previous != row.tier:
            key = (row.previous, row.tier)
            summed[key] = summed.get(key, 0) + row.accounts
    moves = [Move(tried.tier(old), tried.tier(new), n) for (old, new), n in summed.items()]
    return tuple(sorted(moves, key=lambda m: (-m.accounts, m.previous or "", m.tier or "")))


def _result(
    tried: _Tried, standings: Sequence[Any], sales: str | None, profit: str | None
) -> Result:
    """Return the result by tier of who is in the group."""
    rows: dict[int | None, list[Any]] = {}
    for row in standings:
        if row.inside:
            rows.setdefault(row.tier, []).append(row)
    summed = {code: (code, *_sums(found)) for code, found in rows.items()}
    return result_of(tried.rules, tried.codes, summed, sales, profit)


def _sums(rows: Sequence[Any]) -> list[Any]:
    def total(name: str) -> Any:
        known = [getattr(row, name) for row in rows if getattr(row, name) is not None]
        return sum(known) if known else None

    counts = [sum(getattr(row, name) for row in rows) for name in ("profit_known", "incomplete")]
    return [sum(row.accounts for row in rows), total("sales"), total("profit"), *counts]


def _count(part: Part, number: int, rows: Sequence[Any]) -> Count:
    found = {row.place: row.accounts for row in rows if row.part == number and row.inside}
    return Count(tuple(found.get(place, 0) for place in range(part.places)), found.get(None, 0))


def _samples(tried: _Tried, each: Subquery, most: int) -> tuple[Sample, ...]:
    """Return some named accounts for each move, the first by key and name."""
    c = each.c
    own = and_(Account.tenant_id == current_tenant_id(), Account.id == c.account_id)
    order = func.row_number().over(
        partition_by=(c.previous, c.tier), order_by=(Account.external_key, Account.id)
    )
    moved = (
        select(Account.id, Account.external_key, Account.name, c.previous, c.tier, order.label("n"))
        .join(each, own)
        .where(c.previous.is_distinct_from(c.tier))
        .subquery("moved")
    )
    rows = db.session.execute(
        select(moved).where(moved.c.n <= most).order_by(moved.c.previous, moved.c.tier, moved.c.n)
    )
    return tuple(
        Sample(row.id, row.external_key, row.name, tried.tier(row.previous), tried.tier(row.tier))
        for row in rows
    )


def _effects(tried: _Tried, standings: Sequence[Any]) -> list[Effect]:
    moves = [
        Standing(tried.tier(row.previous), tried.tier(row.tier), row.stage, row.accounts)
        for row in standings
        if row.previous != row.tier
    ]
    return effects_of(tried.scheme.id, moves)
