"""A plugin's documents in words, for its page: units, rules, edges, conditions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext, ngettext

from tierline.packs import records
from tierline.packs.contributions import Field, Metric, StakeholderGroup
from tierline.packs.playbooks import Playbook, Reminder, ServiceLevel
from tierline.packs.surveys import SurveyTemplate
from tierline.plugins.offers import offers
from tierline.web.language import localized, number

STATES = {
    "available": _l("Available"),
    "enabled": _l("Enabled"),
    "suspended": _l("Suspended"),
    "disabled": _l("Disabled"),
    "missing": _l("Missing"),
}
SIGNATURES = {
    "built_in": _l("Built in"),
    "trusted": _l("Signed by a trusted publisher"),
    "unknown": _l("Signed by an unknown publisher"),
    "unsigned": _l("Not signed"),
    "modified": _l("Changed after the signing"),
}
SIGNATURE_KINDS = {"trusted": "success", "unknown": "warning", "modified": "danger"}
SOURCES = {
    "built_in": _l("Built in"),
    "archive": lazy_pgettext("source", "Archive"),
    "folder": _l("Folder"),
}
PROCESSES = {
    "web": _l("Web server"),
    "worker": _l("Worker"),
    "scheduler": _l("Scheduler"),
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
    "value": _l("by fixed edges of one metric"),
    "rank": _l("by place among all accounts"),
    "score": _l("by weighted score"),
    "grid": _l("on a grid of two dimensions"),
    "table": _l("by the first rule that matches"),
}
PURPOSES = {
    "churn": _l("customers that leave"),
    "credit": _l("payment and credit"),
    "cooperation": _l("stability of the cooperation"),
    "compliance": _l("keeping to rules"),
    "operations": _l("delivery and quality"),
}
MODES = {
    "mail": _l("e-mail"),
    "web": _l("web page"),
    "telephone": _l("telephone"),
    "on_site": _l("on site"),
}
LAYERS = {
    "executive": _l("executives"),
    "manager": _l("managers"),
    "operative": _l("operative staff"),
}
STAGES = {
    "prospect": _l("Prospect"),
    "active": _l("Active"),
    "inactive": _l("Inactive"),
    "lost": _l("Lost"),
}
DUTIES = {
    "owner": _l("owner"),
    "superior": _l("owner’s superior"),
    "sales": _l("sales"),
    "service": _l("service"),
    "technical": _l("technical department"),
    "quality": _l("quality department"),
    "finance": _l("finance"),
    "legal": _l("legal department"),
    "management": _l("management"),
}
CHANNELS = {
    "visit": _l("visit"),
    "call": _l("call"),
    "mail": _l("e-mail"),
    "message": _l("message"),
    "meeting": _l("meeting"),
}
CASES = {"complaint": _l("complaint"), "request": _l("request"), "fault": _l("fault")}
OPERATORS = {"eq": "=", "ne": "≠", "lt": "<", "le": "≤", "gt": ">", "ge": "≥"}


class Words:
    """Puts into words what a plugin adds, in the reader's language."""

    def __init__(
        self, items: Iterable[Metric | Field], survey: SurveyTemplate | None = None
    ) -> None:
        self._titles: dict[str, str] = {}
        self._choices: dict[str, dict[str, str]] = {}
        for item in [*_installed_items(), *items]:
            self._titles[item.id] = localized(item.title)
            choices = item.choices if isinstance(item, Field) else ()
            self._choices[item.id] = {choice.key: localized(choice.title) for choice in choices}
        if survey is not None:
            self._add_survey(survey)

    def _add_survey(self, survey: SurveyTemplate) -> None:
        scales = {scale.id: scale for scale in survey.scales}
        for item in survey.items:
            self._titles[item.id] = item.id.upper()
            choices = scales[item.scale].choices if item.scale in scales else ()
            self._choices[item.id] = {choice.id: localized(choice.title) for choice in choices}

    def title(self, id: str) -> str:
        """Return the title of a metric or field; its id where it is not installed."""
        return self._titles.get(id, id)

    def title_of(self, criterion: Mapping[str, Any]) -> str:
        """Return the title of a criterion: its own, or its metric's."""
        return localized(criterion.get("title")) or self.title(criterion["metric"])

    def goals(self, playbook: Playbook) -> str:
        """Return the metrics by which a playbook is judged, with their targets."""
        shown = []
        for goal in playbook.goals:
            aim = "" if goal.target is None else _(" (target %(value)s)", value=number(goal.target))
            shown.append(f"{self.title(goal.metric)}{aim}")
        return " · ".join(shown)

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
        id = leaf.get("metric") or leaf.get("field") or leaf.get("item") or ""
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
        return self._choices.get(id, {}).get(value, value)


def named(keys: Iterable[str], names: Mapping[str, Any]) -> str:
    """Return names in a row."""
    return ", ".join(str(names[key]) for key in keys)


def causes(survey: SurveyTemplate) -> str:
    """Return a survey's causes of dissatisfaction, each with those under it."""
    shown = []
    for top in (cause for cause in survey.causes if cause.parent is None):
        inner = [localized(each.title) for each in survey.causes if each.parent == top.id]
        below = f" ({', '.join(inner)})" if inner else ""
        shown.append(localized(top.title) + below)
    return " · ".join(shown)


def reminders(playbook: Playbook) -> str | None:
    """Return who is reminded of a contact, and when."""
    return " · ".join(_reminder(each) for each in playbook.reminders) or None


def _reminder(reminder: Reminder) -> str:
    to, days = DUTIES[reminder.to], abs(reminder.day)
    if reminder.day == 0:
        return str(_("%(to)s on the day", to=to))
    if reminder.day < 0:
        before = ngettext("%(to)s %(num)s day before", "%(to)s %(num)s days before", days, to=to)
        return str(before)
    return str(ngettext("%(to)s %(num)s day after", "%(to)s %(num)s days after", days, to=to))


def within(level: ServiceLevel) -> str:
    """Return a service level's time: "4 working hours"."""
    working = level.clock == "working"
    forms = {
        "minutes": _("%(n)s working minutes") if working else _("%(n)s minutes"),
        "hours": _("%(n)s working hours") if working else _("%(n)s hours"),
        "days": _("%(n)s working days") if working else _("%(n)s days"),
    }
    return str(forms[level.unit]) % {"n": number(level.within)}


def _installed_items() -> Iterable[Metric | Field]:
    for offer in offers().values():
        yield from records.metrics(offer.release.document)
        yield from records.fields(offer.release.document)
