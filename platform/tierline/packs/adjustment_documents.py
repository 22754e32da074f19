"""The part of a scheme that says how tiers follow the rule over time: margin, reviews, caps.

Without it an account is in the tier that the rule gives on the day of a run.
"""

from __future__ import annotations

from typing import Any

from tierline.packs.branching import by_key
from tierline.packs.conditions import condition
from tierline.packs.names import name, refers_to
from tierline.packs.problems import did_you_mean
from tierline.packs.scoring_documents import better
from tierline.packs.shapes import Optional, Path, Reading, Shape, flag, items, number, record, word

PERIODS = ("day", "week", "month", "quarter", "year")
LONGEST_STAY = 3650
_CAP: dict[str, Shape | Optional] = {"tier": name, "by": refers_to("metric"), "better": better}
cap = by_key(
    ("percent",),
    record({**_CAP, "percent": number(0, 100)}),
    record({**_CAP, "accounts": number(0, integer=True)}),
)
"""A cap: so many accounts, or so many percent of those in a tier, are in one; the best by `by`."""

ADJUSTMENT = record(
    {
        "every": Optional(word(*PERIODS), "month"),
        "margin": Optional(number(0, 50), 10),
        "reviews": Optional(number(1, 24, integer=True), 2),
        "minimum_stay": Optional(number(0, LONGEST_STAY, integer=True), 90),
        "proposals": Optional(flag, False),
        "grace": Optional(record({"when": condition("metric", "field"), "tier": Optional(name)})),
        "caps": Optional(items(cap, 0, 30), []),
    }
)


def check_adjustment(reading: Reading, tiers: list[str], adjustment: dict[str, Any]) -> None:
    """Check that what is said of tiers fits the scheme's tiers, given from best to least."""
    path: Path = ("adjustment",)
    grace = adjustment.get("grace", {})
    if "tier" in grace:
        _check_tier(reading, (*path, "grace", "tier"), grace["tier"], tiers)
    capped = [cap["tier"] for cap in adjustment["caps"]]
    reading.distinct((*path, "caps"), capped, "tier")
    for place, tier in enumerate(capped):
        here = (*path, "caps", place, "tier")
        _check_tier(reading, here, tier, tiers)
        if tier == tiers[-1]:
            reading.at(here, f'"{tier}" is the least tier: whom should it take no more?')


def _check_tier(reading: Reading, path: Path, tier: str, tiers: list[str]) -> None:
    if tier not in tiers:
        what = f'"{tier}" is not one of the tiers {", ".join(tiers)}'
        reading.at(path, what + did_you_mean(tier, tiers))
