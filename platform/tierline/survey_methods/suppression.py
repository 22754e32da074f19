"""Hiding small cells, and those from which they could be told: nobody can be singled out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

LEAST_SHOWN = 5
"""No cell of fewer answers is shown."""

Reason = Literal["too few", "would reveal another"]

Cell = tuple[Hashable, ...]
Shown = TypeVar("Shown")


@dataclass(frozen=True)
class Hidden:
    """A cell that is not shown, and why; it carries neither its value nor its n."""

    reason: Reason


@dataclass(frozen=True)
class Counted(Generic[Shown]):
    """A cell's n and what would be shown of it."""

    n: int
    shown: Shown


def suppress(
    cells: Mapping[Cell, Counted[Shown]], least: int = LEAST_SHOWN
) -> dict[Cell, Shown | Hidden]:
    """Return what may be shown of a table with its totals: each cell, or why it is hidden.

    A cell is named by a value for each dimension: one for a list, two for a table. Cells of fewer
    than `least` answers are hidden. A line is the cells that differ in one dimension only; its
    total less its other cells would tell the hidden ones. So where a line hides any, it hides two
    or more with `least` answers together: the smallest that are left are hidden too, until every
    line is so. A line with too few answers is hidden whole, and so must be its total. Empty cells
    hide nobody and count for nothing. This guards each line, as published tables are read; it
    doesn't solve all lines together.
    """
    reasons: dict[Cell, Reason] = {
        cell: "too few" for cell, counted in cells.items() if 0 < counted.n < least
    }
    lines = _lines(cells)
    changed = True
    while changed:
        changed = False
        for line in lines:
            for cell in _more_to_hide(line, cells, reasons, least):
                reasons[cell] = "would reveal another"
                changed = True
    return {
        cell: Hidden(reasons[cell]) if cell in reasons else counted.shown
        for cell, counted in cells.items()
    }


def _lines(cells: Iterable[Cell]) -> list[list[Cell]]:
    found: dict[tuple[int, Cell], list[Cell]] = defaultdict(list)
    for cell in cells:
        for axis in range(len(cell)):
            found[axis, cell[:axis] + cell[axis + 1 :]].append(cell)
    return list(found.values())


def _more_to_hide(
    line: list[Cell],
    cells: Mapping[Cell, Counted[Shown]],
    reasons: Mapping[Cell, Reason],
    least: int,
) -> list[Cell]:
    hidden = [cell for cell in line if cell in reasons]
    if not hidden:
        return []
    more: list[Cell] = []
    left = sorted(
        (cell for cell in line if cell not in reasons and cells[cell].n),
        key=lambda cell: (cells[cell].n, str(cell)),
    )
    while left and (
        len(hidden) + len(more) < 2 or sum(cells[cell].n for cell in (*hidden, *more)) < least
    ):
        more.append(left.pop(0))
    return more
