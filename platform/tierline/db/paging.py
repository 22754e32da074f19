"""Keyset paging: a page begins after the last row of the one before it, fast at any depth."""

from __future__ import annotations

import base64
import binascii
import datetime
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select

from tierline.db.session import db
from tierline.errors import Invalid

T = TypeVar("T")
COUNT_LIMIT = 10_001


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some rows in order, and where the next and the previous page begin."""

    items: list[T]
    next_cursor: str | None
    previous_cursor: str | None
    count: int | None = None  # of all pages' rows, at most COUNT_LIMIT; None where nobody asked


@dataclass(frozen=True)
class Sort:
    """An order: columns with their direction; the last one must be unique within the tenant.

    Columns must not be null (wrap a nullable one in coalesce). `name` guards a cursor against use
    with another order.
    """

    name: str
    columns: tuple[tuple[Any, bool], ...]  # (column or expression, descending)


def keyset_page(
    statement: Select[Any],
    sort: Sort,
    cursor: str | None = None,
    limit: int = 50,
    *,
    counted: Select[Any] | None = None,
) -> Page[Any]:
    """Return the page of `statement` in the order of `sort` after (or before) the cursor.

    The statement selects entities or rows; raises Invalid for a cursor of another order. `counted`
    selects what is counted in the same query: the rows of all pages, with as few joins as can be.
    """
    backwards, values = _decode(sort, cursor) if cursor else (False, None)
    keys = [column.label(f"key_{place}") for place, (column, _) in enumerate(sort.columns)]
    paged = statement.add_columns(*keys, *_count_column(counted)).order_by(
        *(column.desc() if down != backwards else column.asc() for column, down in sort.columns)
    )
    if values is not None:
        paged = paged.where(_after(sort, values, backwards))
    rows: list[Any] = list(db.session.execute(paged.limit(limit + 1)))
    more = len(rows) > limit
    count = _count_in(rows, counted, cursor is not None)
    rows = [row[:-1] if counted is not None else row for row in rows[:limit]]
    if backwards:
        rows.reverse()
    page = _page(rows, len(keys), sort, more, backwards, cursor is not None)
    return replace(page, count=count)


def _count_column(counted: Select[Any] | None) -> list[Any]:
    return [] if counted is None else [_capped(counted).scalar_subquery()]


def _count_in(rows: Sequence[Any], counted: Select[Any] | None, paged: bool) -> int | None:
    """Return the count that stands in each row; past the last page there is none to hold it."""
    if counted is None:
        return None
    if rows:
        return int(rows[0][-1])
    return capped_count(counted) if paged else 0


def _page(
    rows: Sequence[Any], keys: int, sort: Sort, more: bool, backwards: bool, paged: bool
) -> Page[Any]:
    items = [row[0] if len(row) == keys + 1 else row[:-keys] for row in rows]
    before = more if backwards else paged
    after = paged if backwards else more
    return Page(
        items=items,
        next_cursor=_encode(sort, rows[-1][-keys:], False) if rows and after else None,
        previous_cursor=_encode(sort, rows[0][-keys:], True) if rows and before else None,
    )


def _after(sort: Sort, values: Sequence[Any], backwards: bool) -> ColumnElement[bool]:
    """Return the condition that a row stands after `values` in the order (before, backwards)."""
    cases = []
    for place, (column, down) in enumerate(sort.columns):
        value = literal(values[place], column.type)
        further = column < value if down != backwards else column > value
        equal = [
            earlier == literal(values[index], earlier.type)
            for index, (earlier, _) in enumerate(sort.columns[:place])
        ]
        cases.append(and_(*equal, further))
    return or_(*cases)


def _encode(sort: Sort, values: Sequence[Any], backwards: bool) -> str:
    content = [sort.name, "<" if backwards else ">", *(_plain(value) for value in values)]
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime.date | datetime.datetime):
        return value.isoformat()
    return value if isinstance(value, int | str | float | bool) else str(value)


def _decode(sort: Sort, cursor: str) -> tuple[bool, list[Any]]:
    wrong = Invalid(
        _("The page can't be found."), fields={"cursor": [_("is not one of this list")]}
    )
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        content = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        name, direction, *given = content
        if name != sort.name or direction not in "<>" or len(given) != len(sort.columns):
            raise wrong
        values = [
            _typed(column, value) for (column, _), value in zip(sort.columns, given, strict=True)
        ]
    except (ValueError, TypeError, binascii.Error, RecursionError) as error:
        raise wrong from error
    return direction == "<", values


def _typed(column: Any, value: Any) -> Any:
    kind = column.type.python_type
    if kind is uuid.UUID:
        return uuid.UUID(value)
    if issubclass(kind, datetime.datetime):
        return datetime.datetime.fromisoformat(value)
    if issubclass(kind, datetime.date):
        return datetime.date.fromisoformat(value)
    typed = kind(value)
    if isinstance(typed, int) and not -(2**63) <= typed < 2**63:
        raise ValueError("out of range")
    if isinstance(typed, str) and "\x00" in typed:
        raise ValueError("NUL character")
    return typed


def capped_count(statement: Select[Any]) -> int:
    """Return the number of rows, at most COUNT_LIMIT (shown as "10,000+")."""
    return db.session.execute(_capped(statement)).scalar_one()


def _capped(statement: Select[Any]) -> Select[int]:
    inner = (
        statement.with_only_columns(literal(1), maintain_column_froms=True)
        .order_by(None)
        .limit(COUNT_LIMIT)
        .subquery()
    )
    return select(func.count()).select_from(inner)
