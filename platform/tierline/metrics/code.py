"""Metrics that extensions compute: their inputs are read in one pass, and each metric asked once
for a batch of accounts, never for a single one.

Code gets values and returns values; it sees no session and writes nothing. What it returns joins
the calculation as rows of its own. Where it fails, its metric is unknown for this calculation, and
the calculation goes on.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Uuid, column, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from tierline.accounts.models import Account
from tierline.db import db
from tierline.metrics.calculation import Coded, calculate, field_number
from tierline.metrics.definitions import Code, Definition, Definitions, resting_under
from tierline.metrics.source import Source
from tierline.metrics.trade import Trade
from tierline.metrics.units import from_stored, to_stored
from tierline.plugins.batches import MetricBatch
from tierline.plugins.computing import compute_metric

AT_ONCE = 5_000  # accounts in a batch

Inputs = dict[str, list[Decimal | None]]
"""A column an input, by the id of the field or metric."""

Found = dict[str, dict[uuid.UUID, int]]
"""Stored values by metric, by account; a metric whose code failed is not there."""


def calculate_with_code(
    definitions: Definitions, trade: Trade, group_keys: Sequence[str]
) -> Source:
    """Return the values of the metrics as a source; what code computes is computed now."""
    return calculate(definitions, trade, group_keys, computed(definitions, trade))


def computed(definitions: Definitions, trade: Trade) -> Coded:
    """Return what extensions compute of these metrics, those that rest on others' code last."""
    waiting = {name: each for name, each in definitions.items() if isinstance(each.compute, Code)}
    found: Found = {}
    while waiting:
        ready = [each for each in waiting.values() if _can_begin(each, definitions, waiting)]
        found |= _asked(ready, definitions, trade, as_rows(found))
        waiting = {name: each for name, each in waiting.items() if each not in ready}
    return as_rows(found)


def _can_begin(each: Definition, definitions: Definitions, waiting: Definitions) -> bool:
    return waiting.keys().isdisjoint(resting_under(definitions, each.inputs))


def as_rows(found: Found) -> Coded:
    """Return the values as rows, an account each."""
    accounts = sorted({account for values in found.values() for account in values})
    if not accounts:
        return Coded()
    arrays: list[Any] = [literal(accounts, ARRAY(Uuid))]
    columns = [column("account_id", Uuid)]
    for place, values in enumerate(found.values()):
        arrays.append(literal([values.get(account) for account in accounts], ARRAY(BigInteger)))
        columns.append(column(f"c{place}", BigInteger))
    rows = func.unnest(*arrays).table_valued(*columns, name="coded").render_derived()
    return Coded(rows, {name: rows.c[f"c{place}"] for place, name in enumerate(found)})


def _asked(
    ready: Sequence[Definition], definitions: Definitions, trade: Trade, coded: Coded
) -> Found:
    """Return what the code of these metrics says of all accounts that have any of its inputs."""
    found: Found = {each.id: {} for each in ready}
    for accounts, inputs in _batches(ready, definitions, trade, coded):
        for each in ready:
            if each.id in found and (answer := _ask(each, trade, accounts, inputs)) is not None:
                found[each.id] |= answer
            else:
                found.pop(each.id, None)
    return found


def _ask(
    each: Definition, trade: Trade, accounts: Sequence[uuid.UUID], inputs: Inputs
) -> dict[uuid.UUID, int] | None:
    batch = _batch(each, trade.as_of, accounts, inputs)
    if not batch.accounts:
        return {}
    answer = compute_metric(batch)
    if answer is None:
        return None
    return {
        account: to_stored(value, each.metric.unit)
        for account, value in zip(batch.accounts, answer, strict=True)
        if value is not None
    }


def _batch(
    each: Definition, as_of: datetime.date, accounts: Sequence[uuid.UUID], inputs: Inputs
) -> MetricBatch:
    """Return the metric's batch: the accounts of which any of its own inputs is known."""
    own = {name: inputs[name] for name in _input_names(each)}
    kept = [
        place
        for place, values in enumerate(zip(*own.values(), strict=True))
        if any(value is not None for value in values)
    ]
    return MetricBatch(
        each.id,
        as_of,
        tuple(accounts[place] for place in kept),
        {name: tuple(values[place] for place in kept) for name, values in own.items()},
    )


def _input_names(each: Definition) -> list[str]:
    assert isinstance(each.compute, Code)  # noqa: S101 - nothing else is asked
    return [*(name for name, _ in each.compute.fields), *each.compute.metrics]


def _batches(
    ready: Sequence[Definition], definitions: Definitions, trade: Trade, coded: Coded
) -> Iterator[tuple[list[uuid.UUID], Inputs]]:
    """Yield accounts of which any input is known, and their inputs."""
    metrics = list(dict.fromkeys(name for each in ready for name in each.inputs))
    source = calculate(resting_under(definitions, metrics), trade, (), coded)
    values = {name: source.columns[name] for name in metrics} | _fields_of(ready)
    statement = (
        select(source.account_id, *values.values())
        .join_from(source.rows, Account, Account.id == source.account_id)
        .where(Account.tenant_id == trade.tenant_id)
        .where(or_(*(value.is_not(None) for value in values.values())))
        .order_by(source.account_id)
        .execution_options(yield_per=AT_ONCE)
    )
    for rows in db.session.execute(statement).partitions():
        accounts, *columns = (list(part) for part in zip(*rows, strict=True))
        inputs = dict(zip(values, columns, strict=True))
        for name in metrics:
            unit = definitions[name].metric.unit
            inputs[name] = [from_stored(value, unit) for value in inputs[name]]
        yield accounts, inputs


def _fields_of(ready: Sequence[Definition]) -> dict[str, ColumnElement[Any]]:
    return {
        name: field_number(value)
        for each in ready
        if isinstance(each.compute, Code)
        for name, value in each.compute.fields
    }
