"""What a benchmark returns, and how product and floor are timed side by side."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any


@dataclass
class Cost:
    """What a block took: seconds by the clock, and of processors, ours and the servers'."""

    seconds: float = 0.0
    processor: float = 0.0


@contextmanager
def metered(processor_seconds: Callable[[], float]) -> Iterator[Cost]:
    """Measure a block; `processor_seconds` returns the processor time used so far."""
    cost, used, begin = Cost(), processor_seconds(), time.perf_counter()
    yield cost
    cost.seconds = time.perf_counter() - begin
    cost.processor = processor_seconds() - used


def processor_details(product: Sequence[Cost], floor: Sequence[Cost]) -> dict[str, float]:
    """Return the medians of the processor times, and of their ratio: steadier on a busy machine."""
    pairs = zip(product, floor, strict=True)
    return {
        "cpu_seconds": round(median(cost.processor for cost in product), 3),
        "floor_cpu_seconds": round(median(cost.processor for cost in floor), 3),
        "cpu_ratio": round(median(one.processor / two.processor for one, two in pairs), 2),
    }


@dataclass(frozen=True)
class Measurement:
    """A benchmark's answer: `ratio` is the product's figure over the floor's; smaller is better."""

    name: str
    what: str  # what the product did
    floor: str  # what the floor did
    ratio: float
    goal: float
    product: float
    base: float
    unit: str
    runs: int
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether the ratio is below the goal."""
        return self.ratio < self.goal

    def as_document(self) -> dict[str, Any]:
        """Return the answer as JSON would hold it."""
        return {**asdict(self), "holds": self.holds}

    def as_text(self) -> str:
        """Return the answer for a person."""
        word = "holds" if self.holds else "does not hold"
        lines = [
            f"{self.name}: {self.ratio:.2f} times the floor; goal below {self.goal:g}: {word}",
            f"  product  {self.product:,.3f} {self.unit}  {self.what}",
            f"  floor    {self.base:,.3f} {self.unit}  {self.floor}",
            f"  median of {self.runs} interleaved runs",
        ]
        return "\n".join(lines + [f"  {key}: {value}" for key, value in self.details.items()])


def against_goal(
    name: str, what: str, seconds: float, goal_seconds: float, runs: int, details: dict[str, Any]
) -> Measurement:
    """Return the answer of a benchmark that has no floor, but so many seconds for a goal."""
    return Measurement(
        name=name,
        what=what,
        floor=f"no floor: the goal, {goal_seconds:g} seconds",
        ratio=seconds / goal_seconds,
        goal=1.0,
        product=seconds,
        base=goal_seconds,
        unit="seconds",
        runs=runs,
        details=details,
    )


def interleaved(
    runs: int, product: Callable[[int], float], floor: Callable[[int], float]
) -> tuple[float, float, float]:
    """Run product and floor in turns; return the medians of (ratio, product, floor).

    Each is given the run's number and returns its figure; a run's ratio is taken within the run.
    """
    pairs = []
    for run in range(runs):
        base = floor(run)
        pairs.append((product(run), base))
    ratios = [figure / base for figure, base in pairs]
    return median(ratios), median(p for p, _ in pairs), median(b for _, b in pairs)
