"""Altman's scores of insolvency from figures of a balance sheet, each ratio a fraction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Kind = Literal["listed", "private", "other"]
Zone = Literal["distress", "grey", "safe"]

RATIOS = ("working_capital", "retained_earnings", "ebit", "equity", "sales")
"""Over total assets; `equity` over total liabilities, at market value for listed companies."""

COEFFICIENTS: Mapping[Kind, tuple[float, ...]] = MappingProxyType(
    {
        "listed": (1.2, 1.4, 3.3, 0.6, 1.0),
        "private": (0.717, 0.847, 3.107, 0.420, 0.998),
        "other": (6.56, 3.26, 6.72, 1.05, 0.0),
    }
)
"""Z: E. I. Altman (1968), Journal of Finance 23(4), whose .999 of sales is taken as 1 as usual;
Z' (1983) for private manufacturers; Z'' (1993) for others, without sales."""

BORDERS: Mapping[Kind, tuple[float, float]] = MappingProxyType(
    {"listed": (1.81, 2.99), "private": (1.23, 2.90), "other": (1.10, 2.60)}
)
"""Below the first: distress; above the second: safe."""

MOST = 5.0
"""Of capital, earnings and EBIT over assets: above it in size a ratio is taken for a percentage."""


@dataclass(frozen=True)
class Altman:
    """A score, its zone, and what each ratio adds to it."""

    score: float
    zone: Zone
    parts: Mapping[str, float]


def altman(kind: Kind, ratios: Mapping[str, float | None]) -> Altman | None:
    """Return the score of a company's ratios as fractions; None where one that it needs is unknown.

    Raises:
        ValueError: an unknown ratio's name, or a ratio that looks like a percentage.
    """
    unknown = sorted(set(ratios) - set(RATIOS))
    if unknown:
        raise ValueError(f"there is no ratio {unknown[0]}: they are {', '.join(RATIOS)}")
    for name in RATIOS[:3]:
        given = ratios.get(name)
        if given is not None and abs(given) > MOST:
            raise ValueError(
                f"{name} is {given:g}: give a fraction, {given / 100:g} for a percentage"
            )
    weights = {name: w for name, w in zip(RATIOS, COEFFICIENTS[kind], strict=True) if w}
    parts: dict[str, float] = {}
    for name, weight in weights.items():
        ratio = ratios.get(name)
        if ratio is None:
            return None
        parts[name] = weight * ratio
    score, (distress, safe) = sum(parts.values()), BORDERS[kind]
    zone: Zone = "distress" if score < distress else "safe" if score > safe else "grey"
    return Altman(score, zone, MappingProxyType(parts))
