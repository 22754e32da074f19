"""Metric documents as typed definitions, in the order in which they can be computed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from flask_babel import gettext as _

from tierline.errors import Invalid
from tierline.metrics.windows import Window, read_window
from tierline.packs.contributions import Document, Field, Metric
from tierline.packs.references import metrics_used

PURCHASE = frozenset({"order", "invoice"})

Measure = Literal["amount", "cost", "gross_profit", "quantity", "transactions", "days", "products"]
Span = Literal["days", "months", "years"]


@dataclass(frozen=True)
class Where:
    """Which transactions count: all, or those with lines of some products, or of some amount."""

    products: tuple[str, ...] = ()  # where named, only the lines of these products count
    least: Decimal | None = None  # of the transaction's amount, in the tenant's currency
    most: Decimal | None = None


EVERY = Where()


@dataclass(frozen=True)
class Aggregate:
    """A sum, average or count over the account's transactions in a window."""

    measure: Measure
    statistic: Literal["sum", "average", "count"]
    kinds: frozenset[str]
    window: Window
    where: Where = EVERY


@dataclass(frozen=True)
class Recency:
    """Days from the last transaction of these kinds to the as-of date."""

    kinds: frozenset[str]


@dataclass(frozen=True)
class Tenure:
    """Time from the first transaction of these kinds to the as-of date."""

    kinds: frozenset[str]
    unit: Span


@dataclass(frozen=True)
class OnTimePayment:
    """Share of the invoices due in the window that were paid by their due date."""

    window: Window
    by: Literal["count", "amount"]
    factor: int


@dataclass(frozen=True)
class DaysLate:
    """Days after the due date, weighted by amount, over the invoices due in the window."""

    window: Window


@dataclass(frozen=True)
class FieldValue:
    """A numeric field of the account, or the points of a choice."""

    key: str
    points: tuple[tuple[str, int], ...] = ()  # of a choice: (key, points)


@dataclass(frozen=True)
class Until:
    """Time from the as-of date to a date field; 0 when it is past."""

    key: str
    unit: Span


@dataclass(frozen=True)
class Code:
    """What the owning extension computes from numeric fields and metrics, a batch at a time."""

    fields: tuple[tuple[str, FieldValue], ...]  # by field id
    metrics: tuple[str, ...]
    revision: int  # raised by the author when the code computes differently


@dataclass(frozen=True)
class Ratio:
    """One metric over another; unknown when the other is 0."""

    of: str
    to: str
    factor: int


@dataclass(frozen=True)
class Growth:
    """The change of a metric against another, over the other; unknown when the other is 0."""

    of: str
    start: str
    factor: int


@dataclass(frozen=True)
class Share:
    """A metric over its sum over all accounts of the tenant; unknown when the sum is 0."""

    of: str
    factor: int


@dataclass(frozen=True)
class Remainder:
    """What a share in percent leaves of an amount; never below 0."""

    of: str
    share: str


Compute = (
    Aggregate
    | Recency
    | Tenure
    | OnTimePayment
    | DaysLate
    | FieldValue
    | Until
    | Code
    | Ratio
    | Growth
    | Share
    | Remainder
)
DERIVED = (Ratio, Growth, Share, Remainder)


@dataclass(frozen=True)
class Definition:
    """A metric with its typed computation; `digest` changes with what its values rest on."""

    metric: Metric
    compute: Compute
    digest: str

    @property
    def id(self) -> str:
        """Return the metric's id."""
        return self.metric.id

    @property
    def inputs(self) -> tuple[str, ...]:
        """Return the ids of the metrics that this one is computed from."""
        return inputs_of(self.compute)


Definitions = Mapping[str, Definition]
"""Definitions by metric id, each after those that it is computed from."""


def define(metrics: Iterable[Metric], fields: Iterable[Field]) -> dict[str, Definition]:
    """Return the definitions of these metrics; raises Invalid where one names what is not there."""
    by_id = {metric.id: metric for metric in metrics}
    by_field = {field.id: field for field in fields}
    defined: dict[str, Definition] = {}
    for metric_id in by_id:
        _define(metric_id, by_id, by_field, defined, ())
    return defined


def lacking(metrics: Iterable[Metric], fields: Iterable[Field]) -> dict[str, str]:
    """Return the metrics that can't be computed, each with what it needs that is not there.

    A company's own metrics may rest on a plugin that is suspended: they wait, the others go on.
    """
    needs = {metric.id: tuple(_needs(metric.compute)) for metric in metrics}
    there = {*needs, *(field.id for field in fields)}
    found: dict[str, str] = {}
    waits = True
    while waits:
        waits = False
        for metric_id in needs.keys() - found.keys():
            gone = next((id for id in needs[metric_id] if id not in there), None)
            if gone is not None:
                found[metric_id] = found.get(gone, gone)
                there.discard(metric_id)
                waits = True
    return found


def _needs(document: Document) -> Iterator[str]:
    """Yield the ids of the metrics and fields that a computation names."""
    ((kind, inner),) = document.items()
    if kind in ("field", "until"):
        yield inner if kind == "field" else inner["field"]
    if kind == "code":
        yield from inner["fields"]
    yield from metrics_used(document)


def _define(
    metric_id: str,
    metrics: Mapping[str, Metric],
    fields: Mapping[str, Field],
    defined: dict[str, Definition],
    path: tuple[str, ...],
) -> Definition:
    if metric_id in defined:
        return defined[metric_id]
    if metric_id in path:
        raise _wrong(metric_id, _("leads back to itself"))
    if metric_id not in metrics:
        what = _("is computed from %(used)s, which no enabled plugin defines", used=metric_id)
        raise _wrong(path[-1], what)
    metric = metrics[metric_id]
    compute = read_compute(metric, fields)
    inputs = [
        _define(used, metrics, fields, defined, (*path, metric_id)) for used in inputs_of(compute)
    ]
    digest = _digest(metric.unit, compute, [definition.digest for definition in inputs])
    defined[metric_id] = Definition(metric, compute, digest)
    return defined[metric_id]


def inputs_of(compute: Compute) -> tuple[str, ...]:
    """Return the ids of the metrics that a computation takes."""
    match compute:
        case Ratio(of=of, to=other) | Growth(of=of, start=other) | Remainder(of=of, share=other):
            return of, other
        case Share(of=of):
            return (of,)
        case Code(metrics=metrics):
            return metrics
        case _:
            return ()


def read_compute(metric: Metric, fields: Mapping[str, Field]) -> Compute:
    """Return the typed computation of a metric's document."""
    ((kind, inner),) = metric.compute.items()
    if kind == "field":
        return _field_value(metric, inner, fields)
    if kind == "until":
        return Until(_field(metric, inner["field"], fields).key, inner["unit"])
    if kind == "code":
        used = tuple((id, _field_value(metric, id, fields)) for id in inner["fields"])
        return Code(used, tuple(inner["metrics"]), inner["revision"])
    compute: Compute = _READERS[kind](inner)
    return compute


def _field_value(metric: Metric, field_id: str, fields: Mapping[str, Field]) -> FieldValue:
    field = _field(metric, field_id, fields)
    return FieldValue(
        field.key, tuple((choice.key, choice.points or 0) for choice in field.choices)
    )


def _field(metric: Metric, field_id: str, fields: Mapping[str, Field]) -> Field:
    if field_id not in fields:
        what = _("reads the field %(used)s, which no enabled plugin defines", used=field_id)
        raise _wrong(metric.id, what)
    return fields[field_id]


def _wrong(metric_id: str, what: str) -> Invalid:
    message = _("The metric %(metric)s %(problem)s.", metric=metric_id, problem=what)
    return Invalid(message, fields={metric_id: [what]})


def _kinds(names: Iterable[str]) -> frozenset[str]:
    return frozenset(
        kind for name in names for kind in (PURCHASE if name == "purchase" else (name,))
    )


def _where(document: Document | None) -> Where:
    if document is None:
        return EVERY
    least, most = (
        None if document.get(key) is None else Decimal(str(document[key]))
        for key in ("least", "most")
    )
    return Where(tuple(document.get("products", ())), least, most)


def _factor(document: Document) -> int:
    return 100 if document.get("scale", "percent") == "percent" else 1


_READERS: Mapping[str, Any] = {
    "aggregate": lambda d: Aggregate(
        d["measure"],
        d["statistic"],
        _kinds(d["kinds"]),
        read_window(d["window"]),
        _where(d.get("where")),
    ),
    "recency": lambda d: Recency(_kinds(d["kinds"])),
    "tenure": lambda d: Tenure(_kinds(d["kinds"]), d["unit"]),
    "on_time_payment": lambda d: OnTimePayment(read_window(d["window"]), d["by"], _factor(d)),
    "days_late": lambda d: DaysLate(read_window(d["window"])),
    "ratio": lambda d: Ratio(d["of"], d["to"], _factor(d)),
    "growth": lambda d: Growth(d["of"], d["from"], _factor(d)),
    "share": lambda d: Share(d["of"], _factor(d)),
    "remainder": lambda d: Remainder(d["of"], d["share"]),
}


def _digest(unit: str, compute: Compute, inputs: list[str]) -> str:
    content = json.dumps(
        [unit, type(compute).__name__, _plain(vars(compute)), inputs], sort_keys=True
    )
    return hashlib.sha256(content.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items() if item != EVERY}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Window | FieldValue | Where):
        return _plain(vars(value))
    if isinstance(value, Decimal):
        return str(value)
    return value


def resting_on_all(definitions: Definitions) -> Iterator[str]:
    """Yield the metrics that rest on every account's values: shares, and what is made of them."""
    found: set[str] = set()
    for metric_id, definition in definitions.items():
        if isinstance(definition.compute, Share) or not found.isdisjoint(definition.inputs):
            found.add(metric_id)
            yield metric_id


def resting_under(definitions: Definitions, wanted: Iterable[str]) -> dict[str, Definition]:
    """Return the wanted metrics and those that they rest on, in order."""
    kept: set[str] = set()
    waiting = list(wanted)
    while waiting:
        metric_id = waiting.pop()
        if metric_id in definitions and metric_id not in kept:
            kept.add(metric_id)
            waiting.extend(definitions[metric_id].inputs)
    return {name: each for name, each in definitions.items() if name in kept}
