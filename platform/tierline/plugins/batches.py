"""What the core hands to code that computes: a batch of accounts, set-based, as of a date."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class MetricBatch:
    """The accounts that one metric is to be computed for, with what it is computed from.

    `inputs` holds a column an input, by the full id of the field or metric; each is as long as
    `accounts`, and holds None where the value is unknown. An account of which no input is known is
    not in the batch: its value is unknown.
    """

    metric: str  # "banking:altman_z"
    as_of: datetime.date
    accounts: tuple[uuid.UUID, ...]
    inputs: Mapping[str, tuple[Decimal | None, ...]]
