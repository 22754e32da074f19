"""What a rule takes from all accounts before it looks at one: quantile cuts, shares' borders.

Measured once a run; from then on a rule is a function of one account's values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any


@dataclass(frozen=True)
class AccountValues:
    """What is known of an account: stored metric values by id, extra fields by key.

    `key` is what tells equal accounts apart where a share's border splits them.
    """

    metrics: Mapping[str, int | None]
    fields: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""


@dataclass(frozen=True)
class Floor:
    """The last account of a tier in descending order: its stored value, and its key.

    The key is None where all accounts of that value are in the tier.
    """

    value: int
    key: str | None = None

    def holds(self, value: int, key: str) -> bool:
        """Return whether an account stands at or before the floor."""
        return value > self.value or (value == self.value and (self.key is None or key <= self.key))


@dataclass(frozen=True)
class Border:
    """The last account that a cap takes: what the cap ranks by, the greatest first, and its key.

    Without a number those whose value is known are all in, and of the others those up to the key.
    """

    number: int | None
    key: str

    def holds(self, number: int | None, key: str) -> bool:
        """Return whether an account stands at or before the border."""
        if self == NOBODY or number is None:
            return self.number is None and key <= self.key
        return self.number is None or (-number, key) <= (-self.number, self.key)


NOBODY = Border(10**30, "")
"""The border of a cap that takes nobody."""


@dataclass(frozen=True)
class Population:
    """What the rule took from the population.

    `cuts`: of each bin, in stored units, offset included; none where nobody's value is known.
    `floors`: of an abc or rank scheme, of each tier but the last; None: empty tier. `caps`: of each
    cap, the better tier first; None: it takes everybody.
    """

    cuts: Mapping[str, tuple[Fraction, ...]] = field(default_factory=dict)
    floors: tuple[Floor | None, ...] = ()
    known: Mapping[str, int] = field(default_factory=dict)  # accounts, by metric
    caps: tuple[Border | None, ...] = ()

    def floor_values(self) -> list[int | None]:
        """Return the floors' stored values, where no key splits equals."""
        return [floor.value if floor else None for floor in self.floors]

    def to_document(self) -> dict[str, Any]:
        """Return the population as JSON can hold it."""
        return {
            "cuts": {name: [str(cut) for cut in cuts] for name, cuts in self.cuts.items()},
            "floors": [floor and vars(floor) for floor in self.floors],
            "known": dict(self.known),
            "caps": [border and _border_document(border) for border in self.caps],
        }


def _border_document(border: Border) -> list[str | None]:
    return [None if border.number is None else str(border.number), border.key]


def _border(document: list[str | None] | None) -> Border | None:
    if document is None:
        return None
    number, key = document
    return Border(None if number is None else int(number), key or "")


def read_population(document: Mapping[str, Any]) -> Population:
    """Return the population that `to_document` wrote."""
    cuts = {name: tuple(map(Fraction, given)) for name, given in document["cuts"].items()}
    floors = tuple(Floor(**floor) if floor else None for floor in document["floors"])
    caps = tuple(map(_border, document.get("caps", ())))  # runs of before had none
    return Population(cuts, floors, document["known"], caps)
