"""A risk model's record as typed rules in whole numbers, which SQL and Python compare alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from tierline.errors import Invalid
from tierline.packs.risks import Indicator, RiskModel, Threshold
from tierline.rules.conditions import Condition, leaves, read_condition
from tierline.rules.scheme import Scheme, TableRule

EXACT = 10_000
"""Weights, borders of bands and `minimum_present` are kept in ten-thousandths, as scores are."""

ALL = "all"


@dataclass(frozen=True)
class Sign:
    """An indicator: a metric with thresholds by stage, or a condition for each level."""

    id: str
    weight: int
    metric: str | None
    worse: Literal["higher", "lower"]
    thresholds: Mapping[str, Threshold | None]
    yellow: Condition | None
    red: Condition | None

    def threshold(self, stage: str | None) -> Threshold | None:
        """Return the thresholds of a stage; None: the indicator is not judged in it."""
        return self.thresholds.get(stage or ALL, self.thresholds.get(ALL))

    def is_judged(self, stage: str | None) -> bool:
        """Return whether the indicator counts in a stage."""
        return self.metric is None or self.threshold(stage) is not None


@dataclass(frozen=True)
class Model:
    """A risk model: stages and bands in their order, the worst band first."""

    id: str
    group: str
    stages: tuple[tuple[str, Condition | None], ...]
    signs: tuple[Sign, ...]
    minimum: int
    bands: tuple[tuple[str, int | None], ...]  # (id, least score in ten-thousandths)
    floors: tuple[tuple[str, Condition, int], ...]  # (id, condition, place of the band)

    @property
    def stage_ids(self) -> tuple[str | None, ...]:
        """Return the stages' ids; a single None where the model tells no stages apart."""
        return tuple(stage for stage, _when in self.stages) or (None,)

    def conditions(self) -> Iterator[Condition]:
        """Yield every condition of the model."""
        yield from (when for _id, when in self.stages if when is not None)
        yield from (when for sign in self.signs for when in (sign.yellow, sign.red) if when)
        yield from (when for _id, when, _band in self.floors)

    def metrics(self) -> tuple[str, ...]:
        """Return the ids of the metrics that the model reads."""
        read = [sign.metric for sign in self.signs if sign.metric is not None]
        return tuple(dict.fromkeys([*read, *self._named("metric")]))

    def fields(self) -> tuple[str, ...]:
        """Return the ids of the fields that the model's conditions read."""
        return tuple(dict.fromkeys(self._named("field")))

    def _named(self, subject: str) -> Iterator[str]:
        for when in self.conditions():
            yield from (leaf.name for leaf in leaves(when) if leaf.subject == subject)

    def as_scheme(self) -> Scheme:
        """Return an empty scheme of the model's group, in which its conditions are evaluated."""
        tiers = tuple(band for band, _least in self.bands)
        return Scheme(self.id, self.group, tiers, TableRule((), (), None), None)


def read_model(model: RiskModel) -> Model:
    """Return a contributed model as typed rules; raises Invalid for numbers that are too exact."""
    places = {band.id: place for place, band in enumerate(model.bands)}
    return Model(
        id=model.id,
        group=model.group,
        stages=tuple(
            (stage.id, None if stage.when is None else read_condition(stage.when))
            for stage in model.stages
        ),
        signs=tuple(map(_sign, model.indicators)),
        minimum=_exact("minimum_present", model.minimum_present),
        bands=tuple(
            (band.id, None if band.least is None else _exact("from", band.least))
            for band in model.bands
        ),
        floors=tuple(
            (floor.id, read_condition(floor.when), places[floor.at_least]) for floor in model.floors
        ),
    )


def _sign(indicator: Indicator) -> Sign:
    levels = {level: read_condition(when) for level, when in (indicator.when or {}).items()}
    return Sign(
        id=indicator.id,
        weight=_exact("weight", indicator.weight),
        metric=indicator.metric,
        worse=indicator.worse,
        thresholds=indicator.thresholds,
        yellow=levels.get("yellow"),
        red=levels.get("red"),
    )


def _exact(name: str, given: float) -> int:
    scaled = Decimal(str(given)) * EXACT
    if scaled != int(scaled):
        what = "has more than four digits after the point"
        raise Invalid(f"{name} {given} {what}.", fields={name: [what]})
    return int(scaled)
