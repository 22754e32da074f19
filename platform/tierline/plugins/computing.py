"""Asking an extension to compute a metric: its own code, in the guard, within a time.

The answer is checked before anybody sees it. What fails counts as a failure of the plugin, and the
metric is unknown.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tierline.db.scope import current_tenant_id
from tierline.plugins.batches import MetricBatch
from tierline.plugins.manager import installed

Answer = list[Decimal | float | None]


def compute_metric(batch: MetricBatch) -> Answer | None:
    """Return a value an account, None where it is unknown; None where the plugin's code fails."""
    plugin = batch.metric.partition(":")[0]
    arguments = {"batch": batch}
    ask: Callable[..., Answer | None] = installed().dispatcher.ask
    return ask("compute_metric", plugin, current_tenant_id(), arguments, _checker(batch))


def _checker(batch: MetricBatch) -> Callable[[Any], Answer]:
    """Return what checks an answer; it raises TypeError or ValueError for a wrong one."""

    def check(answer: Any) -> Answer:
        values = list(answer)
        if len(values) != len(batch.accounts):
            asked = len(batch.accounts)
            raise ValueError(f"{batch.metric}: {len(values)} values for {asked} accounts")
        for value in values:
            if value is not None and not _is_number(value):
                raise ValueError(f"{batch.metric}: {value!r} is no number")
        return values

    return check


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return False
    return math.isfinite(value)
