"""What the extension computes for the platform: three metrics, a batch of accounts at a time."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from tierline.plugins.batches import MetricBatch
from tierline.plugins.hooks import hookimpl
from tierline_banking.altman import MODELS

PACK = Path(__file__).parent.parent


@hookimpl
def compute_metric(batch: MetricBatch) -> list[Decimal | None]:
    """Compute one of Altman's scores for each account of the batch."""
    model = MODELS[batch.metric.partition(":")[2]]
    columns = [batch.inputs[f"banking:{name}"] for name in model.inputs]
    return [model.score(row) for row in zip(*columns, strict=True)]
