"""From normalised documents (as files and releases hold them) to the records of `contributions`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from tierline.packs.contributions import (
    Choice,
    Field,
    Manifest,
    Metric,
    StakeholderGroup,
    Tier,
    TieringScheme,
)
from tierline.packs.frozen import freeze
from tierline.packs.playbooks import (
    Cadence,
    Goal,
    Play,
    Playbook,
    Reminder,
    ServiceLevel,
    Step,
)
from tierline.packs.risks import (
    Band,
    Floor,
    Indicator,
    LifecycleStage,
    ResponsePlan,
    RiskModel,
    Threshold,
)
from tierline.packs.surveys import (
    Answer,
    Cause,
    Named,
    Scale,
    SurveyItem,
    SurveyTemplate,
    Unknown,
)

Item = Mapping[str, Any]


def manifest(document: Item) -> Manifest:
    """Return the manifest of a plugin's document."""
    frozen = freeze(document["manifest"])
    return Manifest(**{key: value for key, value in frozen.items() if key != "schema"})


def groups(document: Item) -> list[StakeholderGroup]:
    """Return the stakeholder groups of a plugin's document."""
    return [
        StakeholderGroup(
            id=full,
            key=item["key"],
            title=item["title"],
            plural=item["plural"],
            summary=item["summary"],
            kinds=tuple((kind["key"], kind["title"]) for kind in item["kinds"]),
            fields=item["fields"],
            collection=item["collection"],
            weight=item["weight"],
        )
        for full, item in _items(document, "groups")
    ]


def fields(document: Item) -> list[Field]:
    """Return the fields of a plugin's document."""
    return [
        Field(
            id=full,
            key=full.replace(":", "__"),
            choices=tuple(Choice(**choice) for choice in item["choices"]),
            **{key: value for key, value in item.items() if key != "choices"},
        )
        for full, item in _items(document, "fields")
    ]


def metrics(document: Item) -> list[Metric]:
    """Return the metrics of a plugin's document."""
    return [Metric(id=full, **item) for full, item in _items(document, "metrics")]


def schemes(document: Item) -> list[TieringScheme]:
    """Return the tiering schemes of a plugin's document."""
    return [
        TieringScheme(
            id=full,
            tiers=tuple(Tier(**tier) for tier in item["tiers"]),
            **{key: value for key, value in item.items() if key != "tiers"},
        )
        for full, item in _items(document, "tiering")
    ]


def survey_templates(document: Item) -> list[SurveyTemplate]:
    """Return the survey templates of a plugin's document; variants as they stand in their files."""
    return [survey_template(full, item) for full, item in _items(document, "surveys")]


def survey_template(full: str, item: Item) -> SurveyTemplate:
    """Return the survey template of one document."""
    parts = {
        "dimensions": _all(Named, item["dimensions"]),
        "scales": tuple(_scale(scale) for scale in item["scales"]),
        "causes": _all(Cause, item["causes"]),
        "items": _all(SurveyItem, item["items"]),
    }
    return SurveyTemplate(id=full, **{**freeze(item), **parts})


def _scale(item: Item) -> Scale:
    choices = _all(Answer, item.get("choices", ()))
    unknown = Unknown(**item["unknown"]) if "unknown" in item else None
    return Scale(**{**freeze(item), "choices": choices, "unknown": unknown})


def risk_models(document: Item) -> list[RiskModel]:
    """Return the risk models of a plugin's document."""
    return [
        RiskModel(
            id=full,
            **{
                **item,
                "stages": _all(LifecycleStage, item["stages"]),
                "indicators": tuple(_indicator(each) for each in item["indicators"]),
                "bands": tuple(_band(each) for each in item["bands"]),
                "floors": _all(Floor, item["floors"]),
                "plans": _with_steps(ResponsePlan, item["plans"]),
            },
        )
        for full, item in _items(document, "risk")
    ]


def _indicator(item: Item) -> Indicator:
    thresholds = {
        stage: None if levels is None else Threshold(**levels)
        for stage, levels in item.get("thresholds", {}).items()
    }
    return Indicator(**{**item, "thresholds": freeze(thresholds)})


def _band(item: Item) -> Band:
    least = item.get("from")
    return Band(**{key: value for key, value in item.items() if key != "from"}, least=least)


def playbooks(document: Item) -> list[Playbook]:
    """Return the playbooks of a plugin's document."""
    return [
        Playbook(
            id=full,
            **{
                **item,
                "cadences": _all(Cadence, item["cadences"]),
                "reminders": _all(Reminder, item["reminders"]),
                "plays": _with_steps(Play, item["plays"]),
                "service_levels": _all(ServiceLevel, item["service_levels"]),
                "goals": _all(Goal, item["goals"]),
            },
        )
        for full, item in _items(document, "playbooks")
    ]


Part = TypeVar("Part")


def _all(kind: Callable[..., Part], items: Iterable[Item]) -> tuple[Part, ...]:
    return tuple(kind(**freeze(item)) for item in items)


def _with_steps(kind: Callable[..., Part], items: Iterable[Item]) -> tuple[Part, ...]:
    return tuple(kind(**{**freeze(item), "steps": _all(Step, item["steps"])}) for item in items)


def _items(document: Item, folder: str) -> list[tuple[str, dict[str, Any]]]:
    plugin = document["manifest"]["id"]
    return [(f"{plugin}:{name}", dict(freeze(item))) for name, item in document[folder].items()]
