"""How far a company depends on few accounts, and what the loss of any one would do."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


def top_share(amounts: Any, count: int) -> float | None:
    """Return the share (percent) of the greatest `count` accounts; None where nothing was bought.

    Net returns count as nothing, so that no share passes 100.
    """
    sold = np.maximum(np.asarray(amounts, dtype=float), 0)
    total = sold.sum()
    return float(np.sort(sold)[::-1][:count].sum() / total * 100) if total > 0 else None


def herfindahl(amounts: Any) -> float | None:
    """Return the Herfindahl index, the sum of squared shares (0 to 1); None without sales."""
    sold = np.maximum(np.asarray(amounts, dtype=float), 0)
    total = sold.sum()
    return float(np.sum((sold / total) ** 2)) if total > 0 else None


def loss_of_each(amounts: Any, fixed_costs: float, margins: Any) -> Numbers:
    """Return the result that would be left without each account: margins less fixed costs.

    `margins` are fractions of the amounts, one for all or one for each.
    """
    earned = np.asarray(amounts, dtype=float) * np.asarray(margins, dtype=float)
    left: Numbers = earned.sum() - earned - fixed_costs
    return left
