"""Drawing the sample: from the frame, what it loses and its strata, to who is asked.

Each unit has a number of its own between 0 and 1, made of the seed and its key; of a stratum, those
with the least numbers are drawn (permanent random numbers: E. Ohlsson 1995, in Business survey
methods, 153-169). So the order of the frame doesn't matter, the same seed draws the same sample on
any machine, a larger sample holds the smaller one, and those next in line are the reserve.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any

from tierline.survey_methods.allocation import LEAST_IN_STRATUM, Allocation, Stratum


@dataclass(frozen=True)
class Unit:
    """Somebody who might be asked: a contact in a role at an account.

    `cell` has a value for each dimension of the frame, such as tier and region; None is unknown, a
    value of its own. `losses` are the reasons why the unit may not be asked, the gravest first.
    """

    key: str
    cell: tuple[str | None, ...]
    losses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Frame:
    """Everybody who might be asked, and the dimensions that strata are made of."""

    dimensions: tuple[str, ...]
    units: tuple[Unit, ...]

    def __post_init__(self) -> None:
        """Refuse a unit that stands twice, or whose cell doesn't fit the dimensions."""
        if len({unit.key for unit in self.units}) < len(self.units):
            raise ValueError("a unit stands twice in the frame: it would be drawn twice as often")
        for unit in self.units:
            if len(unit.cell) != len(self.dimensions):
                raise ValueError(f'unit "{unit.key}" needs a value for each of {self.dimensions}')

    @cached_property
    def cells(self) -> dict[tuple[str | None, ...], tuple[Unit, ...]]:
        """Return the units that may be asked, by cell; a cell that lost all of them is empty."""
        found: dict[tuple[str | None, ...], list[Unit]] = {}
        for unit in self.units:
            units = found.setdefault(unit.cell, [])
            if not unit.losses:
                units.append(unit)
        return {cell: tuple(found[cell]) for cell in sorted(found, key=_in_order)}

    @cached_property
    def digest(self) -> str:
        """Return the SHA-256 of the frame, the same for any order of its units."""
        lines = sorted(json.dumps([unit.key, unit.cell, unit.losses]) for unit in self.units)
        text = "\n".join((json.dumps(self.dimensions), *lines))
        return sha256(text.encode()).hexdigest()


def _in_order(cell: Sequence[str | None]) -> tuple[tuple[bool, str], ...]:
    return tuple((value is None, value or "") for value in cell)


def cell_key(cell: Iterable[str | None]) -> str:
    """Return a cell as one text, in which unknown differs from every value."""
    return json.dumps(list(cell), ensure_ascii=False)


@dataclass(frozen=True)
class Loss:
    """What a stratum of the frame lost, by reason; each unit counts under its first reason."""

    cell: tuple[str | None, ...]
    listed: int
    lost: Mapping[str, int]

    @property
    def coverage(self) -> float | None:
        """Return the share (0 to 1) of the listed that may be asked."""
        return 1 - sum(self.lost.values()) / self.listed if self.listed else None


def losses(frame: Frame) -> tuple[Loss, ...]:
    """Return what each stratum lost, also those that lost nothing."""
    listed = Counter(unit.cell for unit in frame.units)
    lost: dict[tuple[str | None, ...], Counter[str]] = {cell: Counter() for cell in listed}
    for unit in frame.units:
        if unit.losses:
            lost[unit.cell][unit.losses[0]] += 1
    return tuple(Loss(cell, listed[cell], dict(sorted(lost[cell].items()))) for cell in frame.cells)


def strata(
    frame: Frame,
    *,
    census: Mapping[str, frozenset[str]] | None = None,
    deviations: Mapping[tuple[str | None, ...], float] | None = None,
    costs: Mapping[tuple[str | None, ...], float] | None = None,
    least: int = LEAST_IN_STRATUM,
) -> tuple[Stratum, ...]:
    """Return the frame's strata, counted after its losses.

    Args:
        frame: who might be asked.
        census: by dimension the values whose units are all asked, such as the strategic tier.
        deviations: S by cell, where the allocation needs it.
        costs: of one interview by cell, where the allocation needs it.
        least: ask at least so many of each.

    Raises:
        ValueError: the census names a dimension that the frame doesn't have.
    """
    everybody = census or {}
    for dimension in everybody:
        if dimension not in frame.dimensions:
            raise ValueError(f'"{dimension}" is not one of the dimensions {frame.dimensions}')
    return tuple(
        Stratum(
            cell_key(cell),
            len(units),
            (deviations or {}).get(cell),
            (costs or {}).get(cell),
            any(
                value in everybody.get(dimension, frozenset())
                for dimension, value in zip(frame.dimensions, cell, strict=True)
            ),
            least,
        )
        for cell, units in frame.cells.items()
    )


@dataclass(frozen=True)
class Drawn:
    """Who is asked, in which order, and how many of the frame each stands for (N_h / n_h)."""

    key: str
    cell: tuple[str | None, ...]
    weight: float


@dataclass(frozen=True)
class Sample:
    """A drawn sample, with all that is needed to draw it again and to defend it."""

    seed: str
    frame_digest: str
    allocation: Allocation
    losses: tuple[Loss, ...]
    drawn: tuple[Drawn, ...]
    reserve: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # keys by stratum, in line

    def to_document(self) -> dict[str, Any]:
        """Return the evidence: what was lost, designed and drawn in each stratum."""
        lost = {cell_key(loss.cell): loss for loss in self.losses}
        return {
            "seed": self.seed,
            "frame": self.frame_digest,
            "method": self.allocation.method,
            "size": len(self.drawn),
            "strata": [
                {
                    "cell": list(lost[share.stratum.key].cell),
                    "listed": lost[share.stratum.key].listed,
                    "lost": dict(lost[share.stratum.key].lost),
                    "size": share.stratum.size,
                    "census": share.stratum.census,
                    "designed": round(share.designed, 4),
                    "drawn": share.size,
                }
                for share in self.allocation.shares
            ],
        }


def draw(frame: Frame, allocation: Allocation, seed: str, *, reserve: int = 0) -> Sample:
    """Draw the allocated numbers of each stratum; the same seed draws the same sample.

    `reserve` units a stratum stand next in line, for who turns out not to be reachable.

    Raises:
        ValueError: the allocation is of other strata than the frame's.
    """
    if allocation.sizes.keys() != {cell_key(cell) for cell in frame.cells}:
        raise ValueError("the allocation is of other strata than the frame's")
    drawn: list[Drawn] = []
    waiting: dict[str, tuple[str, ...]] = {}
    for cell, units in frame.cells.items():
        key = cell_key(cell)
        size = allocation.sizes[key]
        if size > len(units):
            raise ValueError(f"{size} can't be drawn from {len(units)} of {cell}")
        line = sorted(units, key=lambda unit: (_number(seed, unit.key), unit.key))
        drawn += [Drawn(unit.key, cell, len(units) / size) for unit in line[:size]]
        waiting[key] = tuple(unit.key for unit in line[size : size + reserve])
    return Sample(seed, frame.digest, allocation, losses(frame), tuple(drawn), waiting)


def _number(seed: str, key: str) -> bytes:
    """Return a unit's permanent random number: 256 bits, uniform, independent of other units."""
    return sha256(f"{len(seed)}:{seed}{key}".encode()).digest()
