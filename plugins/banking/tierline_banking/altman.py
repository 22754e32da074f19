"""Altman's Z (1968, listed manufacturers), Z′ (1983, private firms), Z″ (1995, other industries).

Each is a weighted sum of ratios. The ratios are fractions (0.10, not 10): with the weights of 1.2
and the like that is what belongs together; with percentages the published weights are .012 and the
like, but for sales to assets, which is a multiple in both. A mix of the two is the classic mistake.
Z″ is without the constant 3.25 that its variant for emerging markets adds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

Amounts = Sequence[Decimal | None]

ASSETS, LIABILITIES = "total_assets", "total_liabilities"


@dataclass(frozen=True)
class Model:
    """A score: of each ratio its weight, what is divided, and by what."""

    parts: tuple[tuple[str, str, str], ...]  # (weight, numerator, denominator)

    @property
    def inputs(self) -> list[str]:
        """Return the amounts that the score takes, each once, in the order of `score`."""
        named = [name for _, above, below in self.parts for name in (above, below)]
        return list(dict.fromkeys(named))

    def score(self, amounts: Amounts) -> Decimal | None:
        """Return the score of one firm; None where an amount is unknown, or a divisor is 0."""
        known = dict(zip(self.inputs, amounts, strict=True))
        total = Decimal(0)
        for weight, above, below in self.parts:
            numerator, denominator = known[above], known[below]
            if numerator is None or not denominator:
                return None
            total += Decimal(weight) * numerator / denominator
        return total


def _model(capital: str, retained: str, profit: str, equity: tuple[str, str], sales: str) -> Model:
    parts = [
        (capital, "working_capital", ASSETS),
        (retained, "retained_earnings", ASSETS),
        (profit, "ebit", ASSETS),
        (equity[0], equity[1], LIABILITIES),
    ]
    return Model((*parts, (sales, "revenue", ASSETS)) if sales else tuple(parts))


MODELS = {
    "altman_z": _model("1.2", "1.4", "3.3", ("0.6", "equity_market_value"), "0.999"),
    "altman_z_private": _model("0.717", "0.847", "3.107", ("0.420", "equity_book_value"), "0.998"),
    "altman_z_general": _model("6.56", "3.26", "6.72", ("1.05", "equity_book_value"), ""),
}
"""The models by the metric's name. Below and above: Z 1.81 and 2.99, Z′ 1.23 and 2.90, Z″ 1.10 and
2.60."""
