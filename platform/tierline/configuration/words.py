"""Addresses and values of plugins' documents in words, for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext, ngettext

from tierline.packs.contributions import LOCALES
from tierline.packs.differences import read_address
from tierline.packs.leaves import ORDER, Path, is_element
from tierline.web.language import localized, number

FOLDERS = {
    "groups": _l("Stakeholder groups"),
    "fields": _l("Fields"),
    "metrics": _l("Metrics"),
    "tiering": _l("Tiering schemes"),
    "surveys": _l("Survey templates"),
    "risk": _l("Risk models"),
    "playbooks": _l("Playbooks"),
}
KEYS = {
    "accounts": _l("accounts at most"),
    "adjustment": _l("over time"),
    "better": _l("better"),
    "bins": _l("bins"),
    "by": lazy_pgettext("cap", "the best by"),
    "caps": _l("caps"),
    "cells": _l("edges and cells"),
    "choices": _l("choices"),
    "collection": _l("rules of collecting"),
    "color": _l("colour"),
    "columns": _l("columns"),
    "compute": _l("how it is computed"),
    "criteria": _l("criteria and weights"),
    "cuts": _l("cuts"),
    "digits": _l("digits"),
    "edges": _l("edges"),
    "every": lazy_pgettext("schedule", "every"),
    "from": lazy_pgettext("cut", "from"),
    "gates": _l("gates"),
    "grace": _l("grace"),
    "group": _l("stakeholder group"),
    "indicators": _l("indicators and weights"),
    "items": _l("questions"),
    "kinds": _l("kinds"),
    "labels": _l("labels"),
    "margin": _l("margin"),
    "maximum": _l("maximum"),
    "metric": _l("metric"),
    "minimum": _l("minimum"),
    "minimum_present": _l("least weight known"),
    "minimum_stay": _l("least stay in days"),
    "null": _l("unknown when"),
    "otherwise": _l("otherwise"),
    "percent": _l("percent at most"),
    "period": _l("period"),
    "plural": _l("plural"),
    "proposals": _l("people decide"),
    "reviews": _l("reviews in a row"),
    "rows": _l("rows"),
    "rule": "",
    "rules": _l("rows of the table"),
    "sensitive": _l("sensitive"),
    "steps": _l("steps"),
    "summary": _l("summary"),
    "thresholds": _l("thresholds"),
    "tier": _l("tier"),
    "tiers": _l("tiers"),
    "title": _l("title"),
    "type": _l("type"),
    "unit": _l("unit"),
    "until": lazy_pgettext("cut", "up to"),
    "weight": _l("weight"),
    "when": lazy_pgettext("rule", "When"),
    ORDER: _l("order"),
}
PERIODS = {
    "day": _l("day"),
    "week": _l("week"),
    "month": _l("month"),
    "quarter": _l("quarter"),
    "year": _l("year"),
}
STATES = {
    "needs_a_look": _l("Needs a look"),
    "lost": _l("Can't be kept"),
    "will_update": _l("Will update"),
    "new": lazy_pgettext("merge", "New"),
    "removed": lazy_pgettext("merge", "Removed"),
    "yours_stay": _l("Yours stay"),
    "same": _l("Same"),
}
KINDS = {
    "set": _l("changed"),
    "add": _l("added"),
    "remove": _l("removed"),
    "move": _l("order changed"),
    "hide": _l("left out"),
}
REVISION_STATES = {
    "draft": _l("Draft"),
    "submitted": _l("Waits for approval"),
    "approved": _l("Approved"),
    "scheduled": _l("Scheduled"),
    "published": _l("Published"),
    "discarded": _l("Discarded"),
    "rejected": _l("Rejected"),
    "undone": _l("Undone"),
}
SOURCES = {
    "screen": _l("on a page"),
    "api": _l("by the API"),
    "command": _l("on the command line"),
    "file": _l("by the company's file"),
    "platform": _l("by the platform"),
    "undo": _l("by undoing"),
}


def place(address: str, document: Mapping[str, Any]) -> str:
    """Return an address in words: "Weighted score › criteria and weights › Sales › edges"."""
    folder, name, path = read_address(address)
    item = document.get(folder, {}).get(name, {})
    parts = [localized(item.get("title")) or name, *_steps(item, path)]
    return " › ".join(part for part in parts if part)


def _steps(item: Any, path: Path) -> list[str]:
    shown, here = [], item
    for step in path:
        if is_element(step):
            id = step[1:-1]
            elements = here if isinstance(here, list | tuple) else []
            here = next((each for each in elements if each.get("id") == id), {})
            shown.append(_title(here, id))
        else:
            here = here.get(step, {}) if isinstance(here, Mapping) else {}
            shown.append(str(KEYS.get(step, step)))
    return shown


def _title(element: Mapping[str, Any], id: str) -> str:
    for key in ("title", "text"):
        if isinstance(element.get(key), Mapping):
            return localized(element[key])
    return id.replace("_", " ")


Names = Mapping[str, str]


def tier_names(address: str, document: Mapping[str, Any]) -> Names:
    """Return what the words are called that a part of a scheme holds: tiers' ids, periods."""
    folder, name, path = read_address(address)
    if folder != "tiering" or path[:1] not in (("rule",), ("adjustment",)):
        return {}
    tiers = document.get(folder, {}).get(name, {}).get("tiers", ())
    found = {tier["id"]: localized(tier["title"]) for tier in tiers}
    return found | (
        {key: str(word) for key, word in PERIODS.items()} if path[-1] == "every" else {}
    )


def value(given: Any, names: Names | None = None) -> str:
    """Return a value of a document as a person reads it; `names` of the words that are ids."""
    if given is None:
        return ""
    if isinstance(given, bool):
        return str(_("yes") if given else _("no"))
    if isinstance(given, int | float):
        return number(given)
    if isinstance(given, Mapping):
        return _mapping(given, names)
    if isinstance(given, list | tuple):
        return " · ".join(value(each, names) for each in given)
    return (names or {}).get(str(given), str(given))


def _mapping(given: Mapping[str, Any], names: Names | None) -> str:
    if given and set(given) <= set(LOCALES):
        return localized(given)
    if isinstance(given.get("title"), Mapping) and set(given["title"]) <= set(LOCALES):
        rest = {key: each for key, each in given.items() if key not in ("title", "id", "key")}
        more = len(rest)
        told = localized(given["title"])
        return f"{told} ({_mapping(rest, names)})" if more and more <= 2 else told
    filled = {key: each for key, each in given.items() if each not in ({}, [])}
    return "; ".join(f"{_key(key)}: {value(each, names)}" for key, each in filled.items())


def _key(key: str) -> str:
    """Return a key, or a path within a unit, in words."""
    steps = [
        step[1:-1] if is_element(step) else str(KEYS.get(step, step)) for step in key.split("/")
    ]
    return " ".join(step.replace("_", " ") for step in steps if step)


def counted(rows: int) -> str:
    """Return how many changes there are, in words."""
    return str(ngettext("%(num)s change", "%(num)s changes", rows))
