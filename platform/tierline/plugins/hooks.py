"""Every hook that a plugin may implement, in one file.

Contribution hooks take nothing, return records of `contributions.py`, and must answer the same for
the life of a release, because answers are kept across requests and tenants. Code hooks are for what
data can't say, and only extensions implement them: packs hold no code.

Names of implementations that match no hook stop the start. No hook is `firstresult`: what has one
right answer goes to the plugin that owns the namespaced id.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

import pluggy

from tierline.packs.contributions import Field, Metric, StakeholderGroup, TieringScheme
from tierline.packs.playbooks import Playbook
from tierline.packs.risks import RiskModel
from tierline.packs.surveys import SurveyTemplate
from tierline.plugins.batches import MetricBatch
from tierline.plugins.routes import ExtensionApi, ExtensionPages

PROJECT = "tierline"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class ContributionHooks:
    """The contribution hooks, one method each."""

    @hookspec
    def stakeholder_groups(self) -> Iterable[StakeholderGroup]:
        """Return the stakeholder groups that the plugin adds."""
        raise NotImplementedError

    @hookspec
    def fields(self) -> Iterable[Field]:
        """Return the extra fields that the plugin adds to records."""
        raise NotImplementedError

    @hookspec
    def metrics(self) -> Iterable[Metric]:
        """Return the metrics that the plugin defines."""
        raise NotImplementedError

    @hookspec
    def tiering_schemes(self) -> Iterable[TieringScheme]:
        """Return the tiering schemes that the plugin offers."""
        raise NotImplementedError

    @hookspec
    def survey_templates(self) -> Iterable[SurveyTemplate]:
        """Return the survey templates that the plugin offers: masters, and variants of masters."""
        raise NotImplementedError

    @hookspec
    def risk_models(self) -> Iterable[RiskModel]:
        """Return the risk models that the plugin offers."""
        raise NotImplementedError

    @hookspec
    def playbooks(self) -> Iterable[Playbook]:
        """Return the playbooks that the plugin offers."""
        raise NotImplementedError


class CodeHooks:
    """The hooks that an extension's code implements, one method each."""

    @hookspec
    def blueprints(self) -> Iterable[ExtensionPages | ExtensionApi]:
        """Return the plugin's pages and API; asked once, when the application is built."""
        raise NotImplementedError

    @hookspec
    def compute_metric(self, batch: MetricBatch) -> Sequence[Decimal | float | None]:
        """Compute the plugin's metric `batch.metric`: a value an account, None for unknown."""
        raise NotImplementedError
