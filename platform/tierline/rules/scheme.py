"""A tiering scheme's document as typed data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tierline.errors import Invalid
from tierline.metrics.units import SCALES, exceeds, reaches
from tierline.packs.contributions import MetricUnit, Text, TieringScheme
from tierline.rules.conditions import Condition, Leaf, leaves, read_condition

DECIMALS = {"weight": 4, "from": 6, "edges": 6}
"""How exact a scheme's weights and score borders may be: what the integer arithmetic can hold."""


@dataclass(frozen=True)
class Criterion:
    """A metric that is scored: through four edges, or in points already (edges None)."""

    id: str
    title: Text
    metric: str
    weight: Decimal
    edges: tuple[Decimal, ...] | None
    better: str
    dimension: str | None


@dataclass(frozen=True)
class Scoring:
    """A weighted mean of the points of the criteria that are known."""

    criteria: tuple[Criterion, ...]
    minimum_present: Decimal  # percent of the weight; below, the result is marked incomplete


@dataclass(frozen=True)
class Cut:
    """Where a tier ends: its last score, value or top percent; None takes the rest."""

    tier: str
    border: Decimal | None


@dataclass(frozen=True)
class Gate:
    """The best tier (a limit) or the least (a lift) of an account when the condition holds."""

    id: str
    title: Text
    when: Condition
    tier: str
    lifts: bool


@dataclass(frozen=True)
class ShareCut:
    """The cumulative share, in percent, up to which accounts belong to a tier."""

    tier: str
    until: Decimal


@dataclass(frozen=True)
class Axis:
    """One side of a grid: a metric or a score, cut by edges into labelled steps."""

    title: Text
    labels: tuple[Text, ...]
    edges: tuple[Decimal, ...]
    better: str
    metric: str | None
    scoring: Scoring | None


@dataclass(frozen=True)
class Bin:
    """A metric cut at the quantiles of the population, moved by an offset."""

    id: str
    metric: str
    quantiles: int
    better: str
    offset: Decimal


@dataclass(frozen=True)
class TableRow:
    """A rule of a decision table."""

    id: str
    when: Condition
    tier: str


@dataclass(frozen=True)
class AbcRule:
    """Tiers by cumulative share of a metric, in its descending order."""

    metric: str
    cuts: tuple[ShareCut, ...]


@dataclass(frozen=True)
class ValueRule:
    """Tiers by a metric's value: at least the border where higher is better, else at most."""

    metric: str
    better: str
    cuts: tuple[Cut, ...]

    def thresholds(self, unit: MetricUnit) -> tuple[int, ...]:
        """Return the stored value that each cut but the last begins at, from its better side."""
        scale = SCALES[unit]
        edges = [cut.border for cut in self.cuts if cut.border is not None]
        if self.better == "lower":
            return tuple(exceeds(edge, scale) - 1 for edge in edges)
        return tuple(reaches(edge, scale) for edge in edges)


@dataclass(frozen=True)
class RankRule:
    """Tiers by place among the accounts whose metric is known; borders in percent of them."""

    metric: str
    better: str
    cuts: tuple[Cut, ...]


@dataclass(frozen=True)
class ScoreRule:
    """Tiers by weighted score, lifted and then limited by gates."""

    scoring: Scoring
    cuts: tuple[Cut, ...]
    gates: tuple[Gate, ...]

    def lifts(self) -> tuple[Gate, ...]:
        """Return the gates that lift."""
        return tuple(gate for gate in self.gates if gate.lifts)

    def limits(self) -> tuple[Gate, ...]:
        """Return the gates that limit; they act after those that lift."""
        return tuple(gate for gate in self.gates if not gate.lifts)


@dataclass(frozen=True)
class GridRule:
    """Tiers by two dimensions; cells[row][column], both from low to high."""

    rows: Axis
    columns: Axis
    cells: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class TableRule:
    """Tiers by the first rule that matches."""

    bins: tuple[Bin, ...]
    rules: tuple[TableRow, ...]
    otherwise: str | None


Rule = AbcRule | ValueRule | RankRule | ScoreRule | GridRule | TableRule


@dataclass(frozen=True)
class Grace:
    """While the condition holds an account does not fall, and stands at least in the tier."""

    when: Condition
    tier: str | None


@dataclass(frozen=True)
class Cap:
    """How many accounts a tier takes: a number, or percent of those that are in a tier."""

    tier: str
    by: str  # the metric that says who comes first
    better: str
    accounts: int | None
    percent: Decimal | None


@dataclass(frozen=True)
class Adjustment:
    """How tiers follow the rule over time; see `tierline.rules.adjusting`."""

    every: str  # the calendar period in which a review counts once
    margin: Decimal  # percent of an edge that an account may be below it and keep its tier
    reviews: int  # how many in a row must find it below, until it falls
    minimum_stay: int  # days in a tier, until it falls
    proposals: bool  # whether people decide on what changes
    grace: Grace | None
    caps: tuple[Cap, ...]  # those of better tiers first


@dataclass(frozen=True)
class Scheme:
    """A rule set over the accounts of a stakeholder group; tiers from best to least."""

    id: str
    group: str
    tiers: tuple[str, ...]
    rule: Rule
    adjustment: Adjustment | None = None

    def position(self, tier: str) -> int:
        """Return a tier's place, 0 for the best."""
        return self.tiers.index(tier)

    def metrics(self) -> tuple[str, ...]:
        """Return the ids of the metrics that the scheme reads, in the order of their mention."""
        return tuple(dict.fromkeys([*_metrics_of(self.rule), *_adjusting(self, "metric")]))

    def fields(self) -> tuple[str, ...]:
        """Return the ids of the fields that the scheme's conditions read."""
        read = [leaf.name for leaf in _leaves_of(self.rule, "field")]
        return tuple(dict.fromkeys([*read, *_adjusting(self, "field")]))


def read_scheme(scheme: TieringScheme) -> Scheme:
    """Return a contributed scheme as typed data; raises Invalid for numbers that are too exact."""
    tiers = tuple(tier.id for tier in scheme.tiers)
    if "cuts" in scheme.rule:
        _check_order(scheme.id, tiers, [cut["tier"] for cut in scheme.rule["cuts"]])
    rule = _READERS[scheme.kind](scheme.rule)
    adjustment = _adjustment(scheme.adjustment, tiers) if scheme.adjustment else None
    return Scheme(scheme.id, scheme.group, tiers, rule, adjustment)


def _adjustment(given: Mapping[str, Any], tiers: tuple[str, ...]) -> Adjustment:
    grace = given.get("grace")
    caps = sorted(map(_cap, given["caps"]), key=lambda cap: tiers.index(cap.tier))
    return Adjustment(
        every=given["every"],
        margin=_exact(given["margin"]),
        reviews=given["reviews"],
        minimum_stay=given["minimum_stay"],
        proposals=given["proposals"],
        grace=Grace(read_condition(grace["when"]), grace.get("tier")) if grace else None,
        caps=tuple(caps),
    )


def _cap(cap: Mapping[str, Any]) -> Cap:
    percent = _exact(cap["percent"]) if "percent" in cap else None
    return Cap(cap["tier"], cap["by"], cap.get("better", "higher"), cap.get("accounts"), percent)


def _check_order(scheme_id: str, tiers: tuple[str, ...], given: list[str]) -> None:
    places = [tiers.index(tier) for tier in given]
    if places != sorted(places):
        what = "must give the tiers in their order, the best first"
        raise Invalid(f"The cuts of {scheme_id} {what}.", fields={"rule.cuts": [what]})


def _abc(rule: Mapping[str, Any]) -> AbcRule:
    cuts = tuple(ShareCut(cut["tier"], _exact(cut["until"])) for cut in rule["cuts"])
    return AbcRule(rule["metric"], cuts)


def _score(rule: Mapping[str, Any]) -> ScoreRule:
    cuts = tuple(
        Cut(cut["tier"], _exact(cut["from"], "from") if "from" in cut else None)
        for cut in rule["cuts"]
    )
    return ScoreRule(_scoring(rule), cuts, tuple(map(_gate, rule.get("gates", ()))))


def _gate(gate: Mapping[str, Any]) -> Gate:
    lifts = "at_least" in gate
    tier = gate["at_least" if lifts else "at_most"]
    return Gate(gate["id"], gate["title"], read_condition(gate["when"]), tier, lifts)


def _value(rule: Mapping[str, Any]) -> ValueRule:
    return ValueRule(rule["metric"], rule.get("better", "higher"), _cuts(rule, "from"))


def _rank(rule: Mapping[str, Any]) -> RankRule:
    return RankRule(rule["metric"], rule.get("better", "higher"), _cuts(rule, "top"))


def _cuts(rule: Mapping[str, Any], key: str) -> tuple[Cut, ...]:
    return tuple(Cut(cut["tier"], _exact(cut[key]) if key in cut else None) for cut in rule["cuts"])


def _scoring(rule: Mapping[str, Any]) -> Scoring:
    criteria = tuple(
        Criterion(
            id=criterion["id"],
            title=criterion.get("title") or {},
            metric=criterion["metric"],
            weight=_exact(criterion["weight"], "weight"),
            edges=_numbers(criterion["edges"]) if "edges" in criterion else None,
            better=criterion.get("better", "higher"),
            dimension=criterion.get("dimension"),
        )
        for criterion in rule["criteria"]
    )
    return Scoring(criteria, _exact(rule.get("minimum_present", 70)))


def _grid(rule: Mapping[str, Any]) -> GridRule:
    cells = tuple(tuple(row) for row in rule["cells"])
    return GridRule(_axis(rule["rows"]), _axis(rule["columns"]), cells)


def _axis(axis: Mapping[str, Any]) -> Axis:
    scored = "criteria" in axis
    return Axis(
        title=axis["title"],
        labels=tuple(axis["labels"]),
        edges=tuple(_exact(edge, "edges" if scored else None) for edge in axis["edges"]),
        better=axis.get("better", "higher"),
        metric=None if scored else axis["metric"],
        scoring=_scoring(axis) if scored else None,
    )


def _table(rule: Mapping[str, Any]) -> TableRule:
    bins = tuple(
        Bin(
            id=row["id"],
            metric=row["metric"],
            quantiles=row["quantiles"],
            better=row.get("better", "higher"),
            offset=_exact(row.get("offset", 0)),
        )
        for row in rule.get("bins", ())
    )
    rules = tuple(
        TableRow(row["id"], read_condition(row["when"]), row["tier"]) for row in rule["rules"]
    )
    return TableRule(bins, rules, rule.get("otherwise"))


_READERS: Mapping[str, Callable[[Mapping[str, Any]], Rule]] = {
    "abc": _abc,
    "value": _value,
    "rank": _rank,
    "score": _score,
    "grid": _grid,
    "table": _table,
}


def _numbers(given: Any) -> tuple[Decimal, ...]:
    return tuple(_exact(number) for number in given)


def _exact(number: float, name: str | None = None) -> Decimal:
    exact = Decimal(str(number))
    if name is not None and exact != round(exact, DECIMALS[name]):
        what = f"has more than {DECIMALS[name]} digits after the point"
        raise Invalid(f"{name} {number} {what}.", fields={name: [what]})
    return exact


def _metrics_of(rule: Rule) -> Iterator[str]:
    match rule:
        case AbcRule(metric=metric) | ValueRule(metric=metric) | RankRule(metric=metric):
            yield metric
        case ScoreRule(scoring=scoring):
            yield from (criterion.metric for criterion in scoring.criteria)
        case GridRule(rows=rows, columns=columns):
            for axis in (rows, columns):
                if axis.metric is not None:
                    yield axis.metric
                for criterion in axis.scoring.criteria if axis.scoring else ():
                    yield criterion.metric
        case TableRule(bins=bins):
            yield from (row.metric for row in bins)
    yield from (leaf.name for leaf in _leaves_of(rule, "metric"))


def _adjusting(scheme: Scheme, subject: str) -> Iterator[str]:
    """Yield the ids of the metrics or fields that a scheme's adjustment reads."""
    adjustment = scheme.adjustment
    if adjustment is None:
        return
    if subject == "metric":
        yield from (cap.by for cap in adjustment.caps)
    if adjustment.grace is not None:
        yield from (leaf.name for leaf in leaves(adjustment.grace.when) if leaf.subject == subject)


def _leaves_of(rule: Rule, subject: str) -> Iterator[Leaf]:
    parts: tuple[Gate | TableRow, ...] = ()
    if isinstance(rule, ScoreRule):
        parts = rule.gates
    elif isinstance(rule, TableRule):
        parts = rule.rules
    for part in parts:
        yield from (leaf for leaf in leaves(part.when) if leaf.subject == subject)
