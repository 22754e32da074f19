"""What the ledger can't know about an account: the plugins' fields, in keeping with its trade."""

from __future__ import annotations

from random import Random

from tierline.simulate.behaviour import Behaviour
from tierline.simulate.trade import Market


def draw_fields(
    random: Random, industry: str, group: str, behaviour: Behaviour | None, market: Market
) -> dict[str, str]:
    """Return values of the fields that the industry's plugins add, as a file would hold them."""
    return {}
