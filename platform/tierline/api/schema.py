"""The base of the API's schemas: unknown fields and impossible text are refused."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask_babel import gettext as _


def _find_null(value: Any, path: str = "") -> str | None:
    if isinstance(value, str):
        return path if "\x00" in value else None
    if isinstance(value, dict):
        pairs = [(f"{path}.{key}", item) for key, item in value.items()]
        pairs += [(f"{path}.{key!r}", key) for key in value]
    elif isinstance(value, list):
        pairs = [(f"{path}[{place}]", item) for place, item in enumerate(value)]
    else:
        return None
    return next((found for name, item in pairs if (found := _find_null(item, name))), None)


class Schema(ma.Schema):
    """A schema that refuses unknown fields, and the NUL character, which PostgreSQL can't store."""

    class Meta:
        unknown = ma.RAISE

    @ma.pre_load
    def _refuse_null_characters(self, data: Any, **options: Any) -> Any:
        if isinstance(data, dict):
            place = _find_null(data)
            if place is not None:
                name = place.lstrip(".").partition(".")[0]
                raise ma.ValidationError({name: [_("must not contain the NUL character")]})
        return data
