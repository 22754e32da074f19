"""What one plugin adds, whether it is enabled or not: for its page, the API, the command line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tierline.packs import records
from tierline.packs.contributions import Field, Metric, StakeholderGroup, TieringScheme
from tierline.packs.golden import GoldenExample, golden_examples
from tierline.packs.playbooks import Playbook
from tierline.packs.risks import RiskModel
from tierline.packs.surveys import SurveyTemplate
from tierline.plugins.offers import offers
from tierline.plugins.queries import enablements, get_entry, release_in_force, shown_release


@dataclass(frozen=True)
class Contents:
    """What a plugin adds, whether it is enabled or not."""

    groups: list[StakeholderGroup]
    fields: list[Field]
    metrics: list[Metric]
    schemes: list[TieringScheme]
    surveys: list[SurveyTemplate]
    risks: list[RiskModel]
    playbooks: list[Playbook]
    examples: list[GoldenExample]


def get_contents(plugin: str) -> Contents:
    """Return what a plugin adds, of the release that the tenant sees; raises NotFound."""
    get_entry(plugin)
    row = {each.plugin: each for each in enablements()}.get(plugin)
    offer = offers().get(plugin)
    shown = shown_release(row, offer.release if offer else None)
    in_force = row is not None and shown.digest == row.digest
    document = (release_in_force(row) if row and in_force else shown).document
    return Contents(
        groups=by_weight(records.groups(document)),
        fields=by_weight(records.fields(document)),
        metrics=by_weight(records.metrics(document)),
        schemes=by_weight(records.schemes(document)),
        surveys=by_weight(records.survey_templates(document)),
        risks=by_weight(records.risk_models(document)),
        playbooks=by_weight(records.playbooks(document)),
        examples=golden_examples(document),
    )


def by_weight(found: Iterable[Any]) -> list[Any]:
    """Return records in the order in which they are shown."""
    return sorted(found, key=lambda record: (record.weight, record.id))
