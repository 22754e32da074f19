"""New schemes of a company: begun from a kind with what it needs to hold together, or as a copy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from tierline.configuration.naming import both_languages, free_name
from tierline.configuration.queries import get_item
from tierline.errors import Invalid
from tierline.metrics.distribution import PERCENTS, distribution
from tierline.packs.contributions import Metric
from tierline.packs.leaves import plain
from tierline.packs.names import OWN
from tierline.plugins.queries import metrics, stakeholder_groups, tiering_schemes
from tierline.schemes.history import FOLDER, parts_of
from tierline.web.language import localized

TIERS = (
    ("strategic", {"en": "Strategic", "zh_CN": "战略"}, "violet"),
    ("key", {"en": "Key", "zh_CN": "重点"}, "blue"),
    ("ordinary", {"en": "Ordinary", "zh_CN": "普通"}, "gray"),
)
SHARES = (5, 20)  # percent of the accounts in the best tier, and in the best two


def group_options() -> list[tuple[str, str]]:
    """Return the stakeholder groups to choose from."""
    return [
        ("customer", _("Customer")),
        *((g.key, localized(g.title)) for g in stakeholder_groups()),
    ]


def scheme_options() -> list[tuple[str, str]]:
    """Return the schemes that can be copied."""
    return [(each.id, localized(each.title)) for each in tiering_schemes()]


def begin(given: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    """Return the id and the document of a new scheme, to be gone on with in the form.

    `given`: title_en, title_zh_CN (one is enough), and either copy (a scheme's id) or group and
    kind. Raises Invalid naming the field that is missing, and NotFound for an unknown scheme.
    """
    title = both_languages({key: given.get(f"title_{key}", "") for key in ("en", "zh_CN")})
    wrong: dict[str, list[str]] = {}
    if not title["en"]:
        wrong["title_en"] = [_("Give a title in one of the languages at least.")]
    if not given.get("copy") and given.get("kind") not in KINDS:
        wrong["kind"] = [_("Choose a kind, or a scheme to copy.")]
    if wrong:
        raise Invalid(_("The scheme can't be begun yet."), fields=wrong)
    scheme_id = f"{OWN}:{free_name(FOLDER, title)}"
    if given.get("copy"):
        document: dict[str, Any] = plain(get_item(*_item_of(given["copy"])))
        return scheme_id, {**document, "title": title}
    return scheme_id, _blank(title, given.get("group") or "customer", given["kind"])


def _item_of(scheme_id: str) -> tuple[str, str, str]:
    plugin, name = parts_of(scheme_id)
    return plugin, FOLDER, name


def _blank(title: dict[str, str], group: str, kind: str) -> dict[str, Any]:
    """Return a scheme of a kind with three tiers, over the first metric that fits."""
    known = metrics()
    if not known:
        raise Invalid(_("A scheme needs metrics: enable a plugin, or make one."))
    money = (metric for metric in known if metric.unit == "money")
    tiers = [{"id": id, "title": dict(title), "color": color} for id, title, color in TIERS]
    return {
        "title": title,
        "summary": dict(title),
        "group": group,
        "kind": kind,
        "tiers": tiers,
        "rule": KINDS[kind](next(money, known[0])),
        "weight": 100,
    }


def _edges(metric: Metric, *percents: int) -> list[float]:
    """Return values that so many percent of the accounts are at most, each above the one before."""
    spread = dict(distribution(metric).quantiles)
    edges: list[float] = []
    for place, percent in enumerate(percents, start=1):
        found = spread.get(percent) or Decimal(place)
        edges.append(float(found) if not edges or found > edges[-1] else edges[-1] + 1)
    return edges


def _value(metric: Metric) -> dict[str, Any]:
    middle, high = _edges(metric, 75, 95)
    cuts = [{"tier": "strategic", "from": high}, {"tier": "key", "from": middle}]
    return {"metric": metric.id, "better": "higher", "cuts": [*cuts, {"tier": "ordinary"}]}


def _rank(metric: Metric) -> dict[str, Any]:
    cuts = [{"tier": tier[0], "top": top} for tier, top in zip(TIERS, SHARES, strict=False)]
    return {"metric": metric.id, "better": "higher", "cuts": [*cuts, {"tier": "ordinary"}]}


def _abc(metric: Metric) -> dict[str, Any]:
    untils = zip(TIERS, (80, 95, 100), strict=True)
    cuts = [{"tier": tier[0], "until": until} for tier, until in untils]
    return {"metric": metric.id, "cuts": cuts}


def _score(metric: Metric) -> dict[str, Any]:
    first = {
        "id": "criterion_1",
        "weight": 100,
        "metric": metric.id,
        "edges": _edges(metric, *PERCENTS[1:5]),
        "better": "higher",
    }
    cuts = [{"tier": "strategic", "from": 4.5}, {"tier": "key", "from": 3.5}, {"tier": "ordinary"}]
    return {"criteria": [first], "minimum_present": 70, "cuts": cuts, "gates": []}


def _grid(metric: Metric) -> dict[str, Any]:
    labels = [
        {"en": "Low", "zh_CN": "低"},
        {"en": "Medium", "zh_CN": "中"},
        {"en": "High", "zh_CN": "高"},
    ]
    axis = {"metric": metric.id, "better": "higher", "edges": _edges(metric, 75, 95)}
    side = {"title": dict(metric.title), **axis, "labels": labels}
    low, middle, high = "ordinary", "key", "strategic"
    return {
        "rows": side,
        "columns": {**side},
        "cells": [[low, low, middle], [low, middle, middle], [middle, middle, high]],
    }


def _table(metric: Metric) -> dict[str, Any]:
    bins = [{"id": "bin_1", "metric": metric.id, "quantiles": 5, "better": "higher", "offset": 0}]
    rules = [
        {"id": "rule_1", "when": {"bin": "bin_1", "op": "ge", "value": 5}, "tier": "strategic"},
        {"id": "rule_2", "when": {"bin": "bin_1", "op": "ge", "value": 4}, "tier": "key"},
    ]
    return {"bins": bins, "rules": rules, "otherwise": "ordinary"}


KINDS: Mapping[str, Callable[[Metric], dict[str, Any]]] = {
    "value": _value,
    "rank": _rank,
    "abc": _abc,
    "score": _score,
    "grid": _grid,
    "table": _table,
}
"""What begins a scheme of each kind: its rule over one metric."""
