"""Who was reached and who answered: response rates, and strata that can't be reported."""

from __future__ import annotations

from dataclasses import dataclass

LEAST_REPORTABLE = 0.2
"""A stratum with a lower response rate is marked as not reportable."""


@dataclass(frozen=True)
class Dispositions:
    """What became of everybody drawn, in the words of AAPOR's Standard Definitions."""

    complete: int  # I
    partial: int  # P
    refused: int  # R
    not_reached: int  # NC, known to belong to the population
    other: int = 0  # O
    unknown_household: int = 0  # UH: whether anybody of the population is there
    unknown_other: int = 0  # UO

    @property
    def known(self) -> int:
        """Return how many are known to belong to the population."""
        return self.complete + self.partial + self.refused + self.not_reached + self.other

    @property
    def unknown(self) -> int:
        """Return of how many it is not known whether they belong to the population."""
        return self.unknown_household + self.unknown_other

    def rate(self, *, partial: bool = False, eligible: float = 1.0) -> float | None:
        """Return the response rate (0 to 1); None where nobody was drawn.

        AAPOR (2023), Standard definitions: RR1 as it is, RR2 with `partial`; RR3 and RR4 with the
        estimated share `eligible` of the unknown ones; RR5 and RR6 with 0.

        Raises:
            ValueError: `eligible` is not a share.
        """
        if not 0 <= eligible <= 1:
            raise ValueError("a share lies between 0 and 1")
        whole = self.known + eligible * self.unknown
        answered = self.complete + (self.partial if partial else 0)
        return answered / whole if whole else None

    @property
    def reportable(self) -> bool:
        """Return whether enough answered, by the strictest count with partial ones (RR2)."""
        rate = self.rate(partial=True)
        return rate is not None and rate >= LEAST_REPORTABLE
