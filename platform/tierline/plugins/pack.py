"""A pack as a plugin object: it answers the contribution hooks from a release's document."""

from __future__ import annotations

from collections.abc import Iterable

from tierline.packs import records
from tierline.packs.contributions import Field, Metric, StakeholderGroup, TieringScheme
from tierline.packs.playbooks import Playbook
from tierline.packs.releases import Release
from tierline.packs.risks import RiskModel
from tierline.packs.surveys import SurveyTemplate
from tierline.plugins.hooks import hookimpl


class Pack:
    """A plugin object that answers the contribution hooks from a release's document."""

    def __init__(self, release: Release) -> None:
        self.release = release
        self._groups = records.groups(release.document)
        self._fields = records.fields(release.document)
        self._metrics = records.metrics(release.document)
        self._schemes = records.schemes(release.document)
        self._survey_templates = records.survey_templates(release.document)
        self._risk_models = records.risk_models(release.document)
        self._playbooks = records.playbooks(release.document)

    @hookimpl
    def stakeholder_groups(self) -> Iterable[StakeholderGroup]:
        """Return the release's stakeholder groups."""
        return self._groups

    @hookimpl
    def fields(self) -> Iterable[Field]:
        """Return the release's fields."""
        return self._fields

    @hookimpl
    def metrics(self) -> Iterable[Metric]:
        """Return the release's metrics."""
        return self._metrics

    @hookimpl
    def tiering_schemes(self) -> Iterable[TieringScheme]:
        """Return the release's tiering schemes."""
        return self._schemes

    @hookimpl
    def survey_templates(self) -> Iterable[SurveyTemplate]:
        """Return the release's survey templates."""
        return self._survey_templates

    @hookimpl
    def risk_models(self) -> Iterable[RiskModel]:
        """Return the release's risk models."""
        return self._risk_models

    @hookimpl
    def playbooks(self) -> Iterable[Playbook]:
        """Return the release's playbooks."""
        return self._playbooks
