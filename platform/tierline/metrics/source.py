"""Where rules read an account's values from: the store, or a calculation for another date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, FromClause, column, false, literal, table

from tierline.errors import Invalid
from tierline.packs.contributions import MetricUnit


@dataclass(frozen=True)
class Source:
    """A row an account: its id, its stakeholder groups as bits, its metrics as stored integers."""

    rows: FromClause
    account_id: ColumnElement[Any]
    groups: ColumnElement[int]
    columns: Mapping[str, ColumnElement[int]]  # by metric id
    units: Mapping[str, MetricUnit]
    group_bits: Mapping[str, int]  # place of a group's bit, by group key

    @classmethod
    def of_units(cls, units: Mapping[str, MetricUnit]) -> Source:
        """Return a source without rows, for evaluating in Python: it is asked for units only."""
        columns: dict[str, ColumnElement[int]] = {name: column("value") for name in units}
        return cls(table("nothing"), column("id"), column("groups"), columns, units, {})

    def value(self, metric_id: str) -> ColumnElement[int]:
        """Return a metric's column; raises Invalid for a metric that no enabled plugin defines."""
        if metric_id not in self.columns:
            what = _("is defined by no enabled plugin")
            message = _("The metric %(metric)s %(problem)s.", metric=metric_id, problem=what)
            raise Invalid(message, fields={metric_id: [what]})
        return self.columns[metric_id]

    def in_group(self, group: str) -> ColumnElement[bool]:
        """Return the condition that an account belongs to a stakeholder group."""
        place = self.group_bits.get(group)
        if place is None:
            return false()
        return self.groups.op("&")(literal(1 << place)) != literal(0)
