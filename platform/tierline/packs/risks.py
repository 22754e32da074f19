"""The records of risk models: indicators, lifecycle stages, bands, response plans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tierline.packs.contributions import Document, Text
from tierline.packs.playbooks import Step

Color = Literal["violet", "blue", "green", "yellow", "orange", "red", "gray"]


@dataclass(frozen=True)
class LifecycleStage:
    """A stage of the relationship; the first whose condition matches holds, the last takes all."""

    id: str
    title: Text
    when: Document | None = None


@dataclass(frozen=True)
class Threshold:
    """From where on an indicator is yellow, and red; None: never."""

    red: float | None = None
    yellow: float | None = None


@dataclass(frozen=True)
class Indicator:
    """One sign of risk: a metric with thresholds per lifecycle stage, or a condition per level."""

    id: str
    title: Text
    weight: float
    metric: str | None = None
    worse: Literal["higher", "lower"] = "higher"
    thresholds: Mapping[str, Threshold | None] = field(default_factory=dict)  # by stage, or "all"
    when: Document | None = None  # {"yellow": …, "red": …}: conditions, where there is no metric


@dataclass(frozen=True)
class Band:
    """A band of the risk score, from 0 (calm) to 100; the last band has no `from`."""

    id: str
    title: Text
    color: Color
    least: float | None = None  # `from` in the file


@dataclass(frozen=True)
class Floor:
    """The mildest band that an account may have while a condition holds."""

    id: str
    title: Text
    when: Document
    at_least: str


@dataclass(frozen=True)
class ResponsePlan:
    """What is done for an account in one of the bands, where one of the indicators is raised."""

    id: str
    title: Text
    bands: tuple[str, ...]
    steps: tuple[Step, ...]
    indicators: tuple[str, ...] = ()  # empty: whichever is raised


@dataclass(frozen=True)
class RiskModel:
    """Indicators that together say how much an account is at risk, and what is done about it."""

    id: str
    title: Text
    summary: Text
    group: str
    purpose: Literal["churn", "credit", "cooperation", "compliance", "operations"]
    indicators: tuple[Indicator, ...]
    bands: tuple[Band, ...]
    stages: tuple[LifecycleStage, ...] = ()
    minimum_present: float = 70
    floors: tuple[Floor, ...] = ()
    plans: tuple[ResponsePlan, ...] = ()
    weight: int = 100
