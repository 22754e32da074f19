"""Pages in the API: `cursor` and `limit` in, `items` with `next` and `previous` out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import marshmallow as ma

from tierline.api.schema import Schema
from tierline.db.paging import Page


class PageQuery(Schema):
    """Where a page begins and how long it is."""

    cursor = ma.fields.String(
        validate=ma.validate.Length(min=1, max=1000),
        metadata={"description": "`next` or `previous` of another page"},
    )
    limit = ma.fields.Integer(
        load_default=50,
        validate=ma.validate.Range(1, 200),
        metadata={"description": "how many items, at most"},
    )


def page_schema(item: type[ma.Schema]) -> type[ma.Schema]:
    """Return the schema of a page of such items."""
    fields: dict[str, Any] = {
        "items": ma.fields.List(ma.fields.Nested(item), required=True),
        "next": ma.fields.String(required=True, allow_none=True),
        "previous": ma.fields.String(required=True, allow_none=True),
    }
    name = item.__name__.removesuffix("Schema")
    return type(f"{name}PageSchema", (Schema,), fields)


def page_of(page: Page[Any], shown: Callable[[Any], Any] | None = None) -> dict[str, Any]:
    """Return a page as its schema wants it; `shown` turns a row into what is shown of it."""
    items = page.items if shown is None else [shown(item) for item in page.items]
    return {"items": items, "next": page.next_cursor, "previous": page.previous_cursor}
