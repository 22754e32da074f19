"""Calling plugins: each implementation in a guard, only those that a tenant has enabled.

pluggy's own call stops at the first exception and loses everyone's results, and knows no tenants.
Answers are kept: per implementation, and per set of enabled plugins as one sorted tuple.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import pluggy
import structlog

from tierline.packs.contributions import Field, Metric, StakeholderGroup, TieringScheme
from tierline.packs.playbooks import Playbook
from tierline.packs.risks import RiskModel
from tierline.packs.surveys import SurveyTemplate
from tierline.plugins.limits import within

log = structlog.get_logger()

RECORDS: dict[str, type[Any]] = {
    "stakeholder_groups": StakeholderGroup,
    "fields": Field,
    "metrics": Metric,
    "tiering_schemes": TieringScheme,
    "survey_templates": SurveyTemplate,
    "risk_models": RiskModel,
    "playbooks": Playbook,
}
"""What each contribution hook returns."""

FAILURES = 3
WITHIN_SECONDS = 600
KEPT_SETS = 4096
LIMIT_SECONDS = 10.0
"""How long an extension's code may take for one answer."""

CODE = "+code"
"""How the name ends under which the manager knows an extension's code."""

Suspend = Callable[[int, str, str], None]
"""Suspend a plugin: tenant, plugin id, reason."""


def plugin_of(name: str) -> str:
    """Return the plugin that a name known to the manager belongs to: `id@digest` or `id+code`."""
    return name.partition("@")[0].partition("+")[0]


@dataclass(frozen=True)
class Traced:
    """How one implementation of a hook answered."""

    name: str  # id@digest: the release's files; id+code: the extension's code
    kept: bool  # the answer was kept from before
    records: int
    milliseconds: float
    error: str | None


class Dispatcher:
    """Asks the implementations of a hook that belong to a set of enabled plugins."""

    def __init__(self, manager: pluggy.PluginManager, suspend: Suspend) -> None:
        self._manager = manager
        self._suspend = suspend
        self._answers: dict[tuple[str, str], tuple[Any, ...]] = {}
        self._sorted: dict[tuple[str, frozenset[str]], tuple[Any, ...]] = {}
        self._failures: dict[tuple[int, str], list[float]] = defaultdict(list)

    def call(self, hook: str, enabled: frozenset[str], tenant_id: int) -> tuple[Any, ...]:
        """Return the records of all enabled plugins, sorted by weight, plugin and id.

        A plugin that fails is left out of this answer, and suspended for the tenant after
        FAILURES failures within WITHIN_SECONDS.
        """
        kept = self._sorted.get((hook, enabled))
        if kept is not None:
            return kept
        answers = [
            self._answer(implementation, hook, tenant_id)
            for implementation in getattr(self._manager.hook, hook).get_hookimpls()
            if implementation.plugin_name in enabled
        ]
        records = [record for answer in answers if answer is not None for record in answer]
        found = tuple(sorted(records, key=lambda record: (record.weight, record.id)))
        if None not in answers:
            self._keep(hook, enabled, found)
        return found

    def _keep(self, hook: str, enabled: frozenset[str], found: tuple[Any, ...]) -> None:
        if len(self._sorted) >= KEPT_SETS:
            self._sorted.clear()
        self._sorted[hook, enabled] = found

    def _answer(
        self, implementation: pluggy.HookImpl, hook: str, tenant_id: int
    ) -> tuple[Any, ...] | None:
        name = implementation.plugin_name
        if (hook, name) not in self._answers:
            try:
                answer = called(hook, implementation)
            except (Exception, SystemExit) as error:  # noqa: BLE001 - nothing may leave the guard
                self.note_failure(hook, plugin_of(name), tenant_id, error)
                return None
            self._answers[hook, name] = answer
        return self._answers[hook, name]

    def trace(self, hook: str, enabled: frozenset[str]) -> list[Traced]:
        """Return how each enabled plugin that implements a contribution hook answers it now.

        A failure is told and counts for nothing, so that looking changes nothing.
        """
        return [
            self._traced(implementation, hook)
            for implementation in self.implementations(hook)
            if implementation.plugin_name in enabled
        ]

    def implementations(self, hook: str) -> list[pluggy.HookImpl]:
        """Return who implements a hook, by name."""
        found: list[pluggy.HookImpl] = getattr(self._manager.hook, hook).get_hookimpls()
        return sorted(found, key=lambda implementation: implementation.plugin_name)

    def _traced(self, implementation: pluggy.HookImpl, hook: str) -> Traced:
        name = implementation.plugin_name
        kept, error, found = (hook, name) in self._answers, None, 0
        begin = time.perf_counter()
        try:
            answer = self._answers[hook, name] if kept else called(hook, implementation)
        except (Exception, SystemExit) as raised:  # noqa: BLE001 - it is what is looked for
            error = f"{type(raised).__name__}: {raised}"
        else:
            self._answers[hook, name], found = answer, len(answer)
        return Traced(name, kept, found, (time.perf_counter() - begin) * 1000, error)

    def ask(
        self,
        hook: str,
        plugin: str,
        tenant_id: int,
        arguments: Mapping[str, Any],
        check: Callable[[Any], Any],
    ) -> Any:
        """Return what one extension's own code answers, checked; None where it fails.

        It is the owner of a namespaced id that is asked, so there is one right answer.
        """
        for implementation in getattr(self._manager.hook, hook).get_hookimpls():
            if implementation.plugin_name == f"{plugin}{CODE}":
                given = [arguments[name] for name in implementation.argnames]
                try:
                    work = partial(implementation.function, *given)
                    return check(within(LIMIT_SECONDS, work))
                except (Exception, SystemExit) as error:  # noqa: BLE001 - nothing may leave the guard
                    self.note_failure(hook, plugin, tenant_id, error)
                    return None
        log.warning("plugin.silent", plugin=plugin, hook=hook, tenant=tenant_id)
        return None

    def note_failure(self, hook: str, plugin: str, tenant_id: int, error: BaseException) -> None:
        """Log a failure of a plugin, and suspend it for the tenant after too many."""
        log.error("plugin.failed", plugin=plugin, hook=hook, tenant=tenant_id, exc_info=error)
        now = time.monotonic()
        recent = [at for at in self._failures[tenant_id, plugin] if now - at < WITHIN_SECONDS]
        self._failures[tenant_id, plugin] = [*recent, now]
        if len(recent) + 1 >= FAILURES:
            del self._failures[tenant_id, plugin]
            self._suspend(tenant_id, plugin, f"{hook}: {type(error).__name__}: {error}")


def called(hook: str, implementation: pluggy.HookImpl) -> tuple[Any, ...]:
    """Return what an implementation answers, checked; raises what it raises, and TookTooLong.

    An extension's code has a time limit, and may be a generator that works while it is read. A pack
    only hands over what is loaded, so it needs no thread of its own.
    """

    def work() -> tuple[Any, ...]:
        return checked(hook, plugin_of(implementation.plugin_name), implementation.function())

    answer: tuple[Any, ...]
    is_code = implementation.plugin_name.endswith(CODE)
    answer = within(LIMIT_SECONDS, work) if is_code else work()
    return answer


def checked(hook: str, plugin: str, answer: Any) -> tuple[Any, ...]:
    """Return a plugin's answer; raises TypeError or ValueError where it breaks the contract."""
    records: tuple[Any, ...] = tuple(answer)
    for record in records:
        if not isinstance(record, RECORDS[hook]):
            raise TypeError(f"{hook} returned {record!r}, not a {RECORDS[hook].__name__}")
        if not record.id.startswith(f"{plugin}:"):
            raise ValueError(f"{hook} returned {record.id!r}, which is not the plugin's own")
    return records
