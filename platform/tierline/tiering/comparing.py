"""Accounts beside each other in one scheme: their values, their points, and where they differ."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from tierline.errors import Invalid
from tierline.tiering.explain import explain

MOST = 5


@dataclass(frozen=True)
class Line:
    """What one thing is for each account: metric values in a unit, points, or texts."""

    title: str
    cells: tuple[Any, ...]  # in the accounts' order; None: unknown
    unit: str | None = None
    digits: int = 0
    parts: tuple[Any, ...] = ()  # what points contribute to the score

    @property
    def differs(self) -> bool:
        """Return whether the accounts differ in it."""
        return any(cell != self.cells[0] for cell in self.cells)


@dataclass(frozen=True)
class Comparison:
    """Accounts with their explanations, and the lines in which they stand beside each other."""

    accounts: tuple[dict[str, Any], ...]
    values: tuple[Line, ...]
    points: tuple[Line, ...]


def compare(scheme_id: str, keys: Sequence[str], as_of: datetime.date | None = None) -> Comparison:
    """Return accounts beside each other, known by their external keys.

    Raises NotFound for an unknown scheme or key, Invalid for fewer than two or more than five.
    """
    chosen = list(dict.fromkeys(key.strip() for key in keys if key.strip()))
    if not 2 <= len(chosen) <= MOST:
        what = _("must be from 2 to %(most)s different accounts", most=MOST)
        raise Invalid(_("Choose 2 to %(most)s accounts.", most=MOST), fields={"account": [what]})
    told = tuple(explain(scheme_id, key, as_of) for key in chosen)
    return Comparison(told, tuple(_values(told)), tuple(_points(told)))


Told = Sequence[Mapping[str, Any]]


def _values(told: Told) -> Iterator[Line]:
    for metrics in zip(*(each["metrics"] for each in told), strict=True):
        first = metrics[0]
        cells = tuple(metric["value"] for metric in metrics)
        yield Line(first["title"], cells, first["unit"], first["digits"])


def _points(told: Told) -> Iterator[Line]:
    for axes in zip(*(each.get("axes", ()) for each in told), strict=True):
        yield Line(axes[0]["title"], tuple(axis["label"] for axis in axes))
        yield from _criteria(axes)
    yield from _criteria(told)
    for bins in zip(*(each.get("bins", ()) for each in told), strict=True):
        yield Line(bins[0]["id"].upper(), tuple(each["points"] for each in bins))
    if "score" in told[0]:
        yield Line(_("Score"), tuple(each["score"] for each in told), digits=2)


def _criteria(parts: Told) -> Iterator[Line]:
    for criteria in zip(*(part.get("criteria", ()) for part in parts), strict=True):
        points = tuple(each["points"] for each in criteria)
        yield Line(
            criteria[0]["title"], points, parts=tuple(each["contribution"] for each in criteria)
        )
