"""What a plugin may contribute: frozen, typed records, one class per contribution hook.

If an administrator could reasonably want to change it, it is a contribution. A record's `id` is
`<plugin>:<name>`; inside a plugin's own files a bare `<name>` means the plugin's own item. Titles
are complete in every language of LOCALES. Documents (schemes, metric definitions) are immutable
mappings as they stand in the file, normalised; the engines own their meaning and validate them.
Survey templates, risk models and playbooks have many parts and stand in `surveys.py`, `risks.py`
and `playbooks.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

LOCALES = ("en", "zh_CN")

Text = Mapping[str, str]
"""A text in every language of LOCALES: {"en": "Key", "zh_CN": "重点"}."""

Document = Mapping[str, Any]


@dataclass(frozen=True)
class StakeholderGroup:
    """A kind of party that tenants manage relationships with: supplier, regulator, …"""

    id: str  # "suppliers:supplier"
    key: str  # "supplier": what an account's membership in the group stores
    title: Text
    plural: Text
    summary: Text
    kinds: tuple[tuple[str, Text], ...] = ()  # kinds of party in the group: (key, title)
    fields: tuple[str, ...] = ()  # ids of the fields that its records show first
    collection: Text = field(default_factory=dict)  # rules of collecting data about the group
    weight: int = 100


@dataclass(frozen=True)
class Choice:
    """One choice of a field of type `choice`; `points` lets schemes score it."""

    key: str
    title: Text
    points: int | None = None


FieldType = Literal["text", "integer", "decimal", "percent", "money", "date", "boolean", "choice"]


@dataclass(frozen=True)
class Field:
    """An extra field on a record type."""

    id: str  # "manufacturing:share_of_wallet"
    key: str  # "manufacturing__share_of_wallet": its key in account.fields
    record: Literal["account", "contact"]
    type: FieldType
    title: Text
    summary: Text = field(default_factory=dict)
    unit: Text = field(default_factory=dict)
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[Choice, ...] = ()
    groups: tuple[str, ...] = ()  # stakeholder-group keys it applies to; empty: all
    sensitive: bool = False
    weight: int = 100


MetricUnit = Literal["money", "percent", "ratio", "count", "days", "months", "years", "points"]


@dataclass(frozen=True)
class Metric:
    """A named value of an account as of a date.

    `compute` says how (see docs/plugins.md, "Metrics"), one of:
    {"aggregate": …}, {"recency": …}, {"tenure": …}, {"ratio": …}, {"growth": …}, {"share": …},
    {"on_time_payment": …}, {"field": "<field id>"}, {"code": …} (of extensions).
    """

    id: str
    title: Text
    summary: Text
    unit: MetricUnit
    period: Text  # "the last twelve months", "the whole history", "today"
    null: Text  # when it is unknown, in words
    compute: Document
    digits: int = 0  # shown after the point
    better: Literal["higher", "lower", "neutral"] = "higher"
    weight: int = 100


@dataclass(frozen=True)
class Tier:
    """One tier of a scheme, from best to least in the scheme's order."""

    id: str
    title: Text
    color: Literal["violet", "blue", "green", "yellow", "orange", "red", "gray"] = "gray"
    summary: Text = field(default_factory=dict)


@dataclass(frozen=True)
class TieringScheme:
    """A rule set that sorts the accounts of one stakeholder group into tiers.

    `rule` is the typed document of its `kind` (see docs/plugins.md, "Tiering schemes"):
    abc (cumulative share), value (one metric, fixed edges), rank (percent of the accounts), score
    (weighted criteria with fixed edges), grid (two dimensions), table (ordered decision table over
    metrics and bins).
    """

    id: str
    title: Text
    summary: Text
    group: str  # stakeholder-group key: "customer"
    kind: Literal["abc", "value", "rank", "score", "grid", "table"]
    tiers: tuple[Tier, ...]
    rule: Document
    weight: int = 100
    adjustment: Document | None = None  # how tiers follow the rule over time


@dataclass(frozen=True)
class Manifest:
    """What `plugin.yaml` says about the plugin itself."""

    id: str
    version: str
    kind: Literal["pack", "extension"]
    title: Text
    summary: Text
    publisher: str
    license: str
    support: str
    category: Literal["essentials", "industry", "stakeholders", "method", "integration"]
    lifecycle: Literal["incubation", "production", "mature", "deprecated"]
    core_api: str  # ">=1,<2"
    requires: tuple[str, ...] = ()
    supplements: tuple[str, ...] = ()  # what it adds to where that is enabled, too
    conflicts: tuple[str, ...] = ()
    restricted: bool = False
    default: bool = False  # enabled for each new tenant
    permissions: tuple[str, ...] = ()
    subscribes: tuple[str, ...] = ()
    network: tuple[str, ...] = ()
    personal_data: Document | None = None
    settings: Document = field(default_factory=dict)
    navigation: tuple[Document, ...] = ()
    locales: tuple[str, ...] = LOCALES
    exemptions: Mapping[str, str] = field(default_factory=dict)  # rule of a level → reason
