"""Rates that say how far they may be trusted: each with its n and a Wilson interval."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any

Z_95 = 1.959963984540054
"""The normal quantile that leaves 2.5 % on each side."""

LEAST_TO_RANK = 10
"""Below this n, rates are shown with their interval and never ranked against each other."""


@dataclass(frozen=True)
class Rate:
    """`count` of `n`; unknown, not zero, where n is 0."""

    count: int
    n: int

    @property
    def percent(self) -> float | None:
        """Return the rate in percent."""
        return 100 * self.count / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Return the 95 % interval in percent (Wilson 1927)."""
        return wilson(self.count, self.n) if self.n else None

    @property
    def rankable(self) -> bool:
        """Return whether n is large enough to rank the rate against others."""
        return self.n >= LEAST_TO_RANK

    def to_document(self) -> dict[str, Any]:
        """Return the rate as commands, exports and the API show it; percents with two digits."""
        low, high = self.interval or (None, None)
        shown = {"percent": self.percent, "low": low, "high": high}
        rounded = {name: None if v is None else round(v, 2) for name, v in shown.items()}
        return {"count": self.count, "n": self.n, **rounded}


def wilson(count: float, n: float, z: float = Z_95) -> tuple[float, float]:
    """Return Wilson's score interval of `count` in `n` (at least 1), in percent.

    (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n). E. B. Wilson (1927), Probable inference, the
    law of succession, and statistical inference, JASA 22, 209-212.
    """
    share, squared = count / n, z * z
    middle = share + squared / (2 * n)
    spread = z * sqrt(share * (1 - share) / n + squared / (4 * n * n))
    scale = 100 / (1 + squared / n)
    return max(0.0, (middle - spread) * scale), min(100.0, (middle + spread) * scale)
