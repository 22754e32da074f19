"""Rows of a decision table that can never act: they contradict themselves, or come too late.

Only plain rows are judged: a comparison, or `all` of comparisons. Of any other nothing is said, so
that no row that can act is ever called dead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tierline.packs.conditions import is_number

Leaf = Mapping[str, Any]
Condition = Mapping[str, Any]
Subject = tuple[str, str]
"""What a comparison speaks of: ("metric", "sales")."""

SUBJECTS = ("metric", "field", "bin")


@dataclass(frozen=True)
class Span:
    """The numbers between two ends; a strict end itself is outside."""

    low: float = float("-inf")
    low_is_strict: bool = False
    high: float = float("inf")
    high_is_strict: bool = False

    def is_empty(self) -> bool:
        """Return whether no number is inside."""
        strict = self.low_is_strict or self.high_is_strict
        return self.low > self.high or (self.low == self.high and strict)

    def both(self, other: Span) -> Span:
        """Return the numbers inside both."""
        low, low_is_strict = max((self.low, self.low_is_strict), (other.low, other.low_is_strict))
        high, loose = min(
            (self.high, not self.high_is_strict), (other.high, not other.high_is_strict)
        )
        return Span(low, low_is_strict, high, not loose)

    def is_inside(self, other: Span) -> bool:
        """Return whether every number of this is in the other."""
        return self.is_empty() or self.both(other) == self


def dead_rows(rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, str | None]]:
    """Yield the place of each row that can never act, and the id of the row that always wins.

    The id is None where the row's own comparisons contradict each other.
    """
    earlier: list[tuple[str, list[Leaf]]] = []
    for place, row in enumerate(rows):
        conjunction = _conjunction(row["when"])
        if conjunction is None:
            continue
        spans = _spans(conjunction)
        if any(span.is_empty() for span in spans.values()):
            yield place, None
        else:
            winners = (id for id, leaves in earlier if _follow(leaves, conjunction, spans))
            winner = next(winners, None)
            if winner is not None:
                yield place, winner
            earlier.append((row["id"], conjunction))


def _conjunction(condition: Condition) -> list[Leaf] | None:
    """Return the comparisons that must all hold; None where the condition is of another form."""
    if "op" in condition:
        return [condition]
    if "all" not in condition:
        return None
    parts = [_conjunction(inner) for inner in condition["all"]]
    known = [part for part in parts if part is not None]
    return [leaf for part in known for leaf in part] if len(known) == len(parts) else None


def _spans(leaves: Sequence[Leaf]) -> dict[Subject, Span]:
    """Return where each number must lie for all of the comparisons to hold."""
    found: dict[Subject, Span] = {}
    for leaf in leaves:
        span = _span(leaf)
        if span is not None:
            found[_subject(leaf)] = found.get(_subject(leaf), Span()).both(span)
    return found


def _subject(leaf: Leaf) -> Subject:
    key = next(key for key in SUBJECTS if key in leaf)
    return key, leaf[key]


def _span(leaf: Leaf) -> Span | None:
    """Return the numbers that a comparison admits; None where it is not one of order."""
    value = leaf.get("value")
    numbers: list[Any] = list(value) if isinstance(value, (list, tuple)) else [value]
    if not all(is_number(number) for number in numbers):
        return None
    first, last = numbers[0], numbers[-1]
    spans = {
        "eq": Span(first, False, first, False),
        "lt": Span(high=first, high_is_strict=True),
        "le": Span(high=first),
        "gt": Span(low=first, low_is_strict=True),
        "ge": Span(low=first),
        "between": Span(first, False, last, False),
        "in": Span(min(numbers), False, max(numbers), False),
    }
    return spans.get(leaf["op"])


def _follow(leaves: Sequence[Leaf], given: Sequence[Leaf], spans: Mapping[Subject, Span]) -> bool:
    """Return whether the given comparisons, when all hold, make all of these hold."""
    return all(_follows(leaf, given, spans) for leaf in leaves)


def _follows(leaf: Leaf, given: Sequence[Leaf], spans: Mapping[Subject, Span]) -> bool:
    if leaf in given:
        return True
    subject = _subject(leaf)
    if leaf["op"] == "known":
        return any(_subject(each) == subject and each["op"] != "unknown" for each in given)
    span = None if leaf["op"] == "in" else _span(leaf)
    return span is not None and subject in spans and spans[subject].is_inside(span)
