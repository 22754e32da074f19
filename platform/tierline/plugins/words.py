"""A plugin's documents in words, for its page: units, rules, edges, conditions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tierline.packs import records
from tierline.packs.contributions import Field, Metric, StakeholderGroup
from tierline.plugins.manager import installed
from tierline.plugins.queries import Contents
from tierline.web.language import localized, number

STATES = {
    "available": _l("Available"),
    "enabled": _l("Enabled"),
    "suspended": _l("Suspended"),
    "disabled": _l("Disabled"),
    "missing": _l("Missing"),
}
CATEGORIES = {
    "essentials": _l("Essentials"),
    "industry": _l("Industries"),
    "stakeholders": _l("Stakeholder groups"),
    "method": _l("Methods"),
    "integration": _l("Connections"),
}
UNITS = {
    "money": _l("amount"),
    "percent": _l("percent"),
    "ratio": _l("ratio"),
    "count": _l("number"),
    "days": _l("days"),
    "months": _l("months"),
    "years": _l("years"),
    "points": _l("points"),
}
TYPES = {
    "text": _l("text"),
    "integer": _l("whole number"),
    "decimal": _l("decimal number"),
    "percent": _l("percent"),
    "money": _l("amount"),
    "date": _l("date"),
    "boolean": _l("yes or no"),
    "choice": _l("choice"),
}
KINDS = {
    "abc": _l("by cumulative share"),
    "score": _l("by weighted score"),
    "grid": _l("on a grid of two dimensions"),
    "table": _l("by the first rule that matches"),
}
OPERATORS = {"eq": "=", "ne": "≠", "lt": "<", "le": "≤", "gt": ">", "ge": "≥"}


class Words:
    """Puts into words what a plugin adds, in the reader's language."""

    def __init__(self, contents: Contents) -> None:
        known = [*_installed_items(), *contents.metrics, *contents.fields]
        self._items: dict[str, Metric | Field] = {item.id: item for item in known}

    def title(self, id: str) -> str:
        """Return the title of a metric or field; its id where it is not installed."""
        return localized(self._items[id].title) if id in self._items else id

    def title_of(self, criterion: Mapping[str, Any]) -> str:
        """Return the title of a criterion: its own, or its metric's."""
        return localized(criterion.get("title")) or self.title(criterion["metric"])

    def kinds(self, group: StakeholderGroup) -> str:
        """Return the kinds of party in a group, in a row."""
        return ", ".join(localized(title) for _key, title in group.kinds)

    def edges(self, given: Iterable[float]) -> str:
        """Return edges as people read them: "500,000 · 2,000,000"."""
        return " · ".join(number(edge) for edge in given)

    def condition(self, tree: Mapping[str, Any]) -> str:
        """Return a condition as a sentence."""
        if "all" in tree:
            return str(_(" and ")).join(self._inner(each) for each in tree["all"])
        if "any" in tree:
            return str(_(" or ")).join(self._inner(each) for each in tree["any"])
        if "not" in tree:
            return str(_("not (%(condition)s)", condition=self.condition(tree["not"])))
        return self._leaf(tree)

    def _inner(self, tree: Mapping[str, Any]) -> str:
        words = self.condition(tree)
        return f"({words})" if "all" in tree or "any" in tree else words

    def _leaf(self, leaf: Mapping[str, Any]) -> str:
        subject = leaf["bin"].upper() if "bin" in leaf else ""
        id = leaf.get("metric") or leaf.get("field") or ""
        subject = subject or self.title(id)
        operator = leaf["op"]
        if operator == "known":
            return str(_("%(what)s is known", what=subject))
        if operator == "unknown":
            return str(_("%(what)s is unknown", what=subject))
        given = leaf["value"] if isinstance(leaf["value"], tuple) else (leaf["value"],)
        values = [self._value(id, value) for value in given]
        if operator == "between":
            return f"{values[0]} ≤ {subject} ≤ {values[1]}"
        if operator == "in":
            return str(_("%(what)s is one of %(values)s", what=subject, values=", ".join(values)))
        return f"{subject} {OPERATORS[operator]} {values[0]}"

    def _value(self, id: str, value: Any) -> str:
        if isinstance(value, bool):
            return str(_("yes") if value else _("no"))
        if not isinstance(value, str):
            return number(value)
        item = self._items.get(id)
        choices = item.choices if isinstance(item, Field) else ()
        titles = {choice.key: localized(choice.title) for choice in choices}
        return titles.get(value, value)


def _installed_items() -> Iterable[Metric | Field]:
    for release in installed().releases.values():
        yield from records.metrics(release.document)
        yield from records.fields(release.document)
