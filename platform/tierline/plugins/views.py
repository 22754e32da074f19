"""What a plugin's page shows of surveys, risk models and playbooks: made whole, and in words.

A plugin's parts may build on another plugin's: that is looked for in the plugin itself, then in the
tenant's releases, then in those that are installed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from flask_babel import gettext as _

from tierline.packs import records
from tierline.packs.contributions import Document, StakeholderGroup, TieringScheme
from tierline.packs.playbooks import Cadence, Play, Playbook, ServiceLevel
from tierline.packs.risks import Indicator, ResponsePlan, RiskModel, Threshold
from tierline.packs.surveys import Scale, SurveyItem, SurveyTemplate, combined
from tierline.plugins.contents import Contents
from tierline.plugins.offers import offers
from tierline.plugins.queries import enabled_plugins
from tierline.plugins.words import LAYERS, MODES, STAGES, Words
from tierline.web.language import localized, number

Found = TypeVar("Found")


@dataclass(frozen=True)
class SurveyView:
    """A survey template, whole where its master is there."""

    template: SurveyTemplate
    master: SurveyTemplate | None
    added: frozenset[str]  # ids of a variant's own items
    told: Words

    def answer(self, item: SurveyItem) -> str:
        """Return how an item is answered."""
        scale = next((each for each in self.template.scales if each.id == item.scale), None)
        return scale_in_words(scale) if scale is not None else item.scale

    def dimension(self, item: SurveyItem) -> str:
        """Return what an item asks about."""
        titles = {each.id: localized(each.title) for each in self.template.dimensions}
        return titles.get(item.dimension, item.dimension)

    def asked(self, item: SurveyItem) -> str:
        """Return of whom, how and when an item is asked; nothing where always."""
        parts = [", ".join(str(LAYERS[layer]) for layer in item.layers)]
        parts.append(", ".join(str(MODES[mode]) for mode in item.modes))
        parts.append(self.told.condition(item.visible_if) if item.visible_if else "")
        return " · ".join(part for part in parts if part)


def scale_in_words(scale: Scale) -> str:
    """Return a scale as people read it: its title and what its ends mean."""
    title = localized(scale.title)
    if scale.kind == "rating":
        low, high = localized(scale.low), localized(scale.high)
        return f"{title} ({scale.least} {low} – {scale.most} {high})"
    if scale.kind == "choice":
        choices = " / ".join(localized(choice.title) for choice in scale.choices)
        return f"{title} ({choices})"
    return title


class Shown:
    """A plugin's surveys, risk models and playbooks for its page."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self._masters = _by_id(records.survey_templates, contents.surveys)
        self._schemes = _by_id(records.schemes, contents.schemes)
        self._groups = {group.key: group for group in _everywhere(records.groups, contents.groups)}
        self._told = Words([*contents.metrics, *contents.fields])

    def group(self, key: str | None) -> str:
        """Return the title of a stakeholder group."""
        if key == "customer":
            return str(_("Customer"))
        group: StakeholderGroup | None = self._groups.get(key or "")
        return localized(group.title) if group is not None else key or ""

    def surveys(self) -> list[SurveyView]:
        """Return the plugin's survey templates."""
        return [self._survey(template) for template in self._contents.surveys]

    def _survey(self, template: SurveyTemplate) -> SurveyView:
        master = self._masters.get(template.extends or "")
        whole = combined(master, template) if master is not None else template
        added = {item.id for item in template.items} if template.extends else set()
        return SurveyView(whole, master, frozenset(added), Words([], whole))

    def thresholds(self, model: RiskModel, indicator: Indicator) -> list[str]:
        """Return from where on an indicator is yellow and red, a line for each stage."""
        titles = {stage.id: localized(stage.title) for stage in model.stages}
        if indicator.when is not None:
            return list(self._conditions(indicator.when))
        lines = []
        for stage, threshold in indicator.thresholds.items():
            levels = _levels(threshold, "≥" if indicator.worse == "higher" else "≤")
            several = len(indicator.thresholds) > 1
            whole = _("otherwise") if several else ""
            title = str(whole) if stage == "all" else titles.get(stage, stage)
            lines.append(
                str(_("%(stage)s: %(levels)s", stage=title, levels=levels)) if title else levels
            )
        return lines

    def _conditions(self, levels: Document) -> Iterator[str]:
        if "yellow" in levels:
            yield str(_("yellow: %(when)s", when=self._told.condition(levels["yellow"])))
        if "red" in levels:
            yield str(_("red: %(when)s", when=self._told.condition(levels["red"])))

    def raised(self, model: RiskModel, plan: ResponsePlan) -> str:
        """Return the indicators that a plan answers."""
        titles = [localized(each.title) for each in model.indicators if each.id in plan.indicators]
        return " · ".join(titles)

    def whom(self, playbook: Playbook, part: Cadence | Play | ServiceLevel) -> str:
        """Return which accounts a part of a playbook is for."""
        scheme: TieringScheme | None = self._schemes.get(playbook.scheme or "")
        titles = {tier.id: localized(tier.title) for tier in scheme.tiers} if scheme else {}
        tiers = ", ".join(titles.get(tier, tier) for tier in part.tiers)
        stages = ", ".join(str(STAGES[stage]) for stage in part.stages)
        return " · ".join(each for each in (tiers, stages) if each) or str(_("all"))

    def scheme(self, playbook: Playbook) -> str | None:
        """Return the title of the scheme whose tiers a playbook speaks of."""
        scheme: TieringScheme | None = self._schemes.get(playbook.scheme or "")
        return localized(scheme.title) if scheme is not None else playbook.scheme


def _levels(threshold: Threshold | None, sign: str) -> str:
    if threshold is None:
        return str(_("not judged"))
    parts = []
    if threshold.yellow is not None:
        parts.append(_("yellow %(sign)s %(value)s", sign=sign, value=number(threshold.yellow)))
    if threshold.red is not None:
        parts.append(_("red %(sign)s %(value)s", sign=sign, value=number(threshold.red)))
    return " · ".join(str(part) for part in parts)


def _everywhere(
    read: Callable[[Mapping[str, Any]], list[Found]], own: Iterable[Found]
) -> Iterator[Found]:
    """Yield records of installed releases, of the tenant's, then the plugin's own."""
    offered = [offer.release for offer in offers().values()]
    for release in [*offered, *enabled_plugins().values()]:
        yield from read(release.document)
    yield from own


def _by_id(read: Callable[[Mapping[str, Any]], list[Any]], own: Iterable[Any]) -> dict[str, Any]:
    return {record.id: record for record in _everywhere(read, own)}
