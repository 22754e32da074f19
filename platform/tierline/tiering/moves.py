"""What would move an account to another tier, as a document for pages, the API and commands."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tierline.metrics.definitions import Definitions
from tierline.packs.contributions import TieringScheme
from tierline.rules.counterfactual import Change, Counterfactual
from tierline.web.language import localized


def describe_moves(
    found: Counterfactual, scheme: TieringScheme, defined: Definitions
) -> dict[str, Any]:
    """Return the smallest change of each metric that lifts and that lowers the account."""
    return {
        "up": list(_changes(found.up, scheme, defined)),
        "down": list(_changes(found.down, scheme, defined)),
        "rests_on_all": scheme.kind in ("abc", "rank") or bool(scheme.rule.get("bins")),
    }


def _changes(
    changes: Iterable[Change], scheme: TieringScheme, defined: Definitions
) -> Iterable[dict[str, Any]]:
    titles = {tier.id: localized(tier.title) for tier in scheme.tiers}
    for change in changes:
        metric = defined[change.metric].metric
        yield {
            "metric": change.metric,
            "title": localized(metric.title),
            "unit": metric.unit,
            "digits": metric.digits,
            "value": change.before,
            "needed": change.after,
            "difference": change.after - change.before,
            "tier": change.tier,
            "tier_title": titles.get(change.tier or ""),
        }
