"""The steps of an evaluation as plain data, for the screen, the API and the command line."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tierline.metrics.definitions import Definitions
from tierline.packs.contributions import Text, TieringScheme
from tierline.rules.evaluate import (
    AxisStep,
    BinStep,
    ConditionStep,
    CriterionStep,
    LeafStep,
    Outcome,
    ScoreStep,
)
from tierline.rules.scheme import Gate, TableRow
from tierline.web.language import localized


def describe(outcome: Outcome, scheme: TieringScheme, defined: Definitions) -> dict[str, Any]:
    """Return what led to an outcome: only the parts that the kind of scheme has."""
    steps: dict[str, Any] = {}
    if outcome.share is not None:
        metric = scheme.rule["metric"]
        floors = [{"tier": tier, "from": floor} for tier, floor in outcome.share.floors]
        steps["share"] = {
            "metric": metric,
            "value": outcome.share.value,
            "better": outcome.share.better,
            "floors": floors,
        }
    if outcome.scoring is not None:
        steps |= _score(outcome.scoring, defined)
    if outcome.axes:
        steps["axes"] = [_axis(axis, defined) for axis in outcome.axes]
    if outcome.bins:
        steps["bins"] = [_bin(step) for step in outcome.bins]
    if outcome.conditions:
        steps["rules"] = [_condition(step) for step in outcome.conditions]
    return steps


def _score(step: ScoreStep, defined: Definitions) -> dict[str, Any]:
    total = sum(part.criterion.weight for part in step.criteria if part.points is not None)
    return {
        "score": rounded(step.score),
        "present": rounded(step.present),
        "criteria": [_criterion(part, total, defined) for part in step.criteria],
    }


def _criterion(step: CriterionStep, total: Decimal | int, defined: Definitions) -> dict[str, Any]:
    criterion = step.criterion
    metric = defined[criterion.metric].metric
    points = step.points
    part = None if points is None else Fraction(criterion.weight * points) / Fraction(total)
    return {
        "id": criterion.id,
        "title": localized(criterion.title or metric.title),
        "metric": criterion.metric,
        "unit": metric.unit,
        "digits": metric.digits,
        "value": step.value,
        "edges": list(criterion.edges) if criterion.edges is not None else None,
        "better": criterion.better,
        "points": points,
        "weight": criterion.weight,
        "contribution": rounded(part),
    }


def _axis(step: AxisStep, defined: Definitions) -> dict[str, Any]:
    axis = step.axis
    inner: dict[str, Any] = {"metric": axis.metric, "value": step.value}
    if step.score is not None:
        inner = _score(step.score, defined)
    elif axis.metric is not None:
        metric = defined[axis.metric].metric
        inner |= {"unit": metric.unit, "digits": metric.digits}
    return {
        "title": localized(axis.title),
        "edges": list(axis.edges),
        "place": step.place,
        "label": None if step.place is None else localized(axis.labels[step.place]),
        **inner,
    }


def _bin(step: BinStep) -> dict[str, Any]:
    return {
        "id": step.bin.id,
        "metric": step.bin.metric,
        "value": step.value,
        "cuts": [rounded(cut) for cut in step.cuts],
        "points": step.points,
    }


def _condition(step: ConditionStep) -> dict[str, Any]:
    title: Text | Mapping[str, str] = getattr(step.row, "title", {})
    return {
        "id": step.row.id,
        "title": localized(title) or None,
        "tier": step.row.tier,
        "acts": _act(step.row),
        "holds": step.holds,
        "comparisons": [_leaf(leaf) for leaf in step.leaves],
    }


def _act(row: TableRow | Gate) -> str:
    """Return what a row does to the tier: gives it, or is its least or its best."""
    if isinstance(row, Gate):
        return "at_least" if row.lifts else "at_most"
    return "gives"


def _leaf(step: LeafStep) -> dict[str, Any]:
    leaf = step.leaf
    document = {leaf.subject: leaf.name, "op": leaf.op, "value": leaf.value}
    return {"document": document, "value": step.value, "holds": step.holds}


def rounded(exact: Fraction | None) -> Decimal | None:
    """Return a fraction as a decimal of at most four digits after the point."""
    if exact is None:
        return None
    return Decimal(round(exact * 10_000)) / 10_000
