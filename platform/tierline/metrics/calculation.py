"""Computing metrics for all accounts of a tenant (or some) in one statement.

The statement is built in layers: what comes from trade and fields, then metrics of metrics, each
layer a subquery over the one before. Values come out as stored integers.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, get_args

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    FromClause,
    MetaData,
    Numeric,
    Subquery,
    Table,
    Uuid,
    case,
    cast,
    func,
    insert,
    literal,
    null,
    select,
)

from tierline.accounts.models import Account, AccountGroup
from tierline.db import db
from tierline.db.planning import whole_sets
from tierline.metrics import fields
from tierline.metrics.definitions import (
    Code,
    Definition,
    Definitions,
    FieldValue,
    Growth,
    Ratio,
    Remainder,
    Share,
    Until,
)
from tierline.metrics.source import Source
from tierline.metrics.trade import (
    Pass,
    Trade,
    days_between,
    first_bound,
    pass_of,
    span,
    trade_value,
)
from tierline.metrics.units import BOUND, SCALES

A: Any = Account.__table__.c
G: Any = AccountGroup.__table__.c
Values = Mapping[str, ColumnElement[Any]]


@dataclass(frozen=True)
class Coded:
    """What extensions computed: a row an account, a column a metric. No row or column: unknown."""

    rows: FromClause | None = None
    columns: Values = field(default_factory=dict)


def calculate(
    definitions: Definitions, trade: Trade, group_keys: Sequence[str], coded: Coded
) -> Source:
    """Return the values of the metrics as a source, computed when its statement runs.

    What extensions compute is given (see `code.computed`).
    """
    base = _base(definitions, trade, group_keys, coded)
    known = {name: base.c[label] for name, label in labels(definitions) if label in base.c}
    rows = derive(base, definitions, known)
    return Source(
        rows=rows,
        account_id=rows.c.account_id,
        groups=rows.c.groups,
        columns={name: rows.c[label] for name, label in labels(definitions)},
        units={name: definition.metric.unit for name, definition in definitions.items()},
        group_bits=bits_of(group_keys),
    )


def bits_of(group_keys: Sequence[str]) -> dict[str, int]:
    """Return the place of each group's bit."""
    return {key: place for place, key in enumerate(group_keys)}


def labels(definitions: Iterable[str]) -> list[tuple[str, str]]:
    """Return the column's name of each metric in a calculation."""
    return [(metric_id, f"v{place}") for place, metric_id in enumerate(definitions)]


def _base(
    definitions: Definitions, trade: Trade, group_keys: Sequence[str], coded: Coded
) -> Subquery:
    """Return what comes from trade, fields and code, an account a row."""
    passes = [_aggregated(definitions, trade, name) for name in get_args(Pass)]
    taken = [each for each in passes if each is not None]
    groups = _groups(trade, group_keys)
    joined: Any = Account.__table__
    for part in (*taken, groups, *([] if coded.rows is None else [coded.rows])):
        joined = joined.outerjoin(part, part.c.account_id == A.id)
    in_groups = case((A.archived_at.is_(None), func.coalesce(groups.c.bits, 0)), else_=0)
    columns = [A.id.label("account_id"), cast(in_groups, BigInteger).label("groups")]
    for name, label in labels(definitions):
        value = _base_value(definitions[name], trade, label, taken, coded)
        if value is not None:
            columns.append(value.label(label))
    statement = select(*columns).select_from(joined).where(A.tenant_id == trade.tenant_id)
    if trade.accounts is not None:
        statement = statement.where(A.id == func.any(trade.accounts))
    return statement.subquery("base")


def _base_value(
    definition: Definition,
    trade: Trade,
    label: str,
    taken: Sequence[FromClause],
    coded: Coded,
) -> ColumnElement[Any] | None:
    scale = SCALES[definition.metric.unit]
    match definition.compute:
        case FieldValue() as value:
            return stored(field_number(value) * literal(scale))
        case Code():
            return coded.columns.get(definition.id, cast(null(), BigInteger))
        case Until(key=key, unit=unit):
            days = -days_between(trade.as_of, fields.date_of(key))
            ahead = case((days.is_not(None), func.greatest(days, 0)))
            return stored(span(ahead, unit) * literal(scale))
        case Ratio() | Growth() | Share() | Remainder():
            return None
    return next(part.c[label] for part in taken if label in part.c)


def field_number(value: FieldValue) -> ColumnElement[Any]:
    """Return the expression of a field's number: a choice's points, else what it holds."""
    if not value.points:
        return fields.number_of(value.key)
    return case(dict(value.points), value=fields.text_of(value.key))


def _aggregated(definitions: Definitions, trade: Trade, name: Pass) -> Subquery | None:
    """Return one grouped pass over the ledger; None when no metric needs it."""
    columns, computes = [], []
    for metric_id, label in labels(definitions):
        definition = definitions[metric_id]
        if _from_trade(definition) and pass_of(definition.compute) == name:
            scale = SCALES[definition.metric.unit]
            value = trade_value(definition.compute, trade, scale)
            columns.append(stored(value).label(label))
            computes.append(definition.compute)
    if not columns:
        return None
    if name == "lines":
        return trade.lines(*columns, after=first_bound(computes, trade)).subquery(name)
    return trade.transactions(*columns).subquery(name)


def _from_trade(definition: Definition) -> bool:
    return not isinstance(
        definition.compute, FieldValue | Until | Code | Ratio | Growth | Share | Remainder
    )


def _groups(trade: Trade, group_keys: Sequence[str]) -> Subquery:
    places = {key: 1 << place for key, place in bits_of(group_keys).items()}
    bits = case(places or {"": 0}, value=G.group_key, else_=0)
    statement = (
        select(G.account_id, func.bit_or(cast(bits, BigInteger)).label("bits"))
        .where(G.tenant_id == trade.tenant_id)
        .group_by(G.account_id)
    )
    if trade.accounts is not None:
        statement = statement.where(G.account_id == func.any(trade.accounts))
    return statement.subquery("memberships")


def derive(base: FromClause, definitions: Definitions, known: Values) -> Subquery:
    """Return the base with the metrics that are computed from others, layer upon layer."""
    label_of = dict(labels(definitions))
    rows = base
    missing = [name for name in definitions if name not in known]
    done = set(known)
    while missing or rows is base:
        ready = [name for name in missing if done.issuperset(definitions[name].inputs)]
        kept = [column for column in rows.c if column.name not in {label_of[n] for n in ready}]
        values = {name: rows.c[label_of[name]] for name in done}
        added = [
            _derived(definitions[name], definitions, values).label(label_of[name]) for name in ready
        ]
        rows = select(*kept, *added).subquery(f"layer{len(done)}")
        done.update(ready)
        missing = [name for name in missing if name not in done]
    assert isinstance(rows, Subquery)  # noqa: S101 - at least one layer was laid
    return rows


def _derived(
    definition: Definition, definitions: Definitions, values: Values
) -> ColumnElement[Any]:
    def real(metric_id: str) -> ColumnElement[Any]:
        unit = definitions[metric_id].metric.unit
        return cast(values[metric_id], Numeric) / literal(SCALES[unit], Numeric)

    scale = SCALES[definition.metric.unit]
    match definition.compute:
        case Ratio(of=of, to=to, factor=factor):
            value = real(of) * literal(scale * factor, Numeric) / func.nullif(real(to), 0)
        case Growth(of=of, start=start, factor=factor):
            change = real(of) - real(start)
            value = change * literal(scale * factor, Numeric) / func.nullif(real(start), 0)
        case Share(of=of, factor=factor):
            whole = func.nullif(func.sum(real(of)).over(), 0)
            value = real(of) * literal(scale * factor, Numeric) / whole
        case Remainder(of=of, share=share):
            left = real(of) * (100 - real(share)) / 100
            value = case((left.is_not(None), func.greatest(left * literal(scale, Numeric), 0)))
        case _:
            value = cast(null(), Numeric)
    return stored(value)


def stored(value: ColumnElement[Any]) -> ColumnElement[int]:
    """Return the expression rounded to a whole stored value, within the store's bounds."""
    rounded = func.round(cast(value, Numeric))
    held = case((rounded.is_not(None), func.least(func.greatest(rounded, -BOUND), BOUND)))
    return cast(held, BigInteger)


def materialise(source: Source) -> Source:
    """Compute a source into a temporary table, which stands until the transaction ends."""
    names = {column.name: name for name, column in source.columns.items()}
    table = Table(
        f"values_{uuid.uuid4().hex}",
        MetaData(),
        Column("account_id", Uuid, primary_key=True),
        Column("groups", BigInteger),
        *(Column(label, BigInteger) for label in names),
        prefixes=["TEMPORARY"],
        postgresql_on_commit="DROP",
    )
    table.create(db.session.connection())
    columns = ["account_id", "groups", *names]
    rows = select(*(source.rows.c[name] for name in columns))
    with whole_sets():
        db.session.execute(insert(table).from_select(columns, rows))
    return replace(
        source,
        rows=table,
        account_id=table.c.account_id,
        groups=table.c.groups,
        columns={name: table.c[label] for label, name in names.items()},
    )
