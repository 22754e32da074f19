"""A tiering scheme's document as typed data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tierline.errors import Invalid
from tierline.packs.contributions import Text, TieringScheme
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
class ScoreCut:
    """The least score of a tier; None takes the rest."""

    tier: str
    least: Decimal | None


@dataclass(frozen=True)
class Gate:
    """The best tier that an account may have when the condition holds."""

    id: str
    title: Text
    when: Condition
    at_most: str


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
class ScoreRule:
    """Tiers by weighted score, held down by gates."""

    scoring: Scoring
    cuts: tuple[ScoreCut, ...]
    gates: tuple[Gate, ...]


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


Rule = AbcRule | ScoreRule | GridRule | TableRule


@dataclass(frozen=True)
class Scheme:
    """A rule set over the accounts of a stakeholder group; tiers from best to least."""

    id: str
    group: str
    tiers: tuple[str, ...]
    rule: Rule

    def position(self, tier: str) -> int:
        """Return a tier's place, 0 for the best."""
        return self.tiers.index(tier)

    def metrics(self) -> tuple[str, ...]:
        """Return the ids of the metrics that the rule reads, in the order of their mention."""
        return tuple(dict.fromkeys(_metrics_of(self.rule)))

    def fields(self) -> tuple[str, ...]:
        """Return the ids of the fields that the rule's conditions read."""
        return tuple(dict.fromkeys(leaf.name for leaf in _leaves_of(self.rule, "field")))


def read_scheme(scheme: TieringScheme) -> Scheme:
    """Return a contributed scheme as typed data; raises Invalid for numbers that are too exact."""
    tiers = tuple(tier.id for tier in scheme.tiers)
    if scheme.kind in ("score", "abc"):
        _check_order(scheme.id, tiers, [cut["tier"] for cut in scheme.rule["cuts"]])
    return Scheme(scheme.id, scheme.group, tiers, _READERS[scheme.kind](scheme.rule))


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
        ScoreCut(cut["tier"], _exact(cut["from"], "from") if "from" in cut else None)
        for cut in rule["cuts"]
    )
    gates = tuple(
        Gate(gate["id"], gate["title"], read_condition(gate["when"]), gate["at_most"])
        for gate in rule.get("gates", ())
    )
    return ScoreRule(_scoring(rule), cuts, gates)


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
        case AbcRule(metric=metric):
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


def _leaves_of(rule: Rule, subject: str) -> Iterator[Leaf]:
    parts: tuple[Gate | TableRow, ...] = ()
    if isinstance(rule, ScoreRule):
        parts = rule.gates
    elif isinstance(rule, TableRule):
        parts = rule.rules
    for part in parts:
        yield from (leaf for leaf in leaves(part.when) if leaf.subject == subject)
