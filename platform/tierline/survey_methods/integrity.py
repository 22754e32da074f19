"""Whether answers can be believed: each doubt is a flag with its reason, and nothing is deleted.

Who reads the flags decides; measures are computed with and without the flagged answers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Literal

Check = Literal["speeding", "straight_lining", "missing_items", "same_respondent", "same_text"]

LEAST_TO_COMPARE = 10
"""With fewer durations in a mode nobody can be said to be fast."""


@dataclass(frozen=True)
class Response:
    """What is looked at in one response; `key` is the response's, never a person's name."""

    key: str
    mode: str
    asked: int  # how many items were shown, after the logic of the questionnaire
    ratings: Mapping[str, float | None]  # shown items on one rating scale; None is unanswered
    texts: Mapping[str, str] = field(default_factory=dict)
    unanswered: int = 0  # of all shown items
    seconds: float | None = None
    respondent: str | None = None  # a key; None where the survey is anonymous


@dataclass(frozen=True)
class Limits:
    """From where a response is doubted; judgement, so a company may set its own."""

    fast: float = 1 / 3  # of the median time an item, in the same mode
    alike: int = 8  # so many ratings or more, all the same
    missing: float = 0.3  # share of the shown items that is unanswered
    text: int = 20  # characters from which a text is too long to be the same by chance


DEFAULT = Limits()


@dataclass(frozen=True)
class Flag:
    """One doubt about one response: what was found, and the limit it is beyond."""

    response: str
    check: Check
    found: float
    limit: float
    like: str | None = None  # the response that it is the same as


@dataclass(frozen=True)
class Audit:
    """All doubts, and what could not be judged."""

    flags: tuple[Flag, ...]
    responses: int
    without_time: int  # responses of which it can't be said whether they were fast

    @property
    def flagged(self) -> frozenset[str]:
        """Return the responses with one doubt or more."""
        return frozenset(flag.response for flag in self.flags)


def audit(responses: Sequence[Response], limits: Limits = DEFAULT) -> Audit:
    """Return the doubts about responses, in their order; the earlier of two alike has none."""
    typical = _typical(responses)
    flags = [
        *_speeding(responses, typical, limits),
        *_straight_lining(responses, limits),
        *_missing(responses, limits),
        *_same_respondent(responses),
        *_same_text(responses, limits),
    ]
    place = {response.key: number for number, response in enumerate(responses)}
    flags.sort(key=lambda flag: place[flag.response])
    timed = sum(1 for each in responses if _pace(each) is not None and each.mode in typical)
    return Audit(tuple(flags), len(responses), len(responses) - timed)


def _pace(response: Response) -> float | None:
    """Return the seconds an item; branching makes questionnaires of different length."""
    if response.seconds is None or not response.asked:
        return None
    return response.seconds / response.asked


def _typical(responses: Iterable[Response]) -> dict[str, float]:
    paces: dict[str, list[float]] = defaultdict(list)
    for response in responses:
        pace = _pace(response)
        if pace is not None:
            paces[response.mode].append(pace)
    return {mode: median(each) for mode, each in paces.items() if len(each) >= LEAST_TO_COMPARE}


def _speeding(
    responses: Iterable[Response], typical: Mapping[str, float], limits: Limits
) -> Iterable[Flag]:
    for response in responses:
        pace = _pace(response)
        if pace is None or response.mode not in typical:
            continue
        limit = limits.fast * typical[response.mode]
        if pace < limit:
            yield Flag(response.key, "speeding", pace, limit)


def _straight_lining(responses: Iterable[Response], limits: Limits) -> Iterable[Flag]:
    """As answered, before reversed items are mirrored: agreeing to both shows who didn't read."""
    for response in responses:
        given = [rating for rating in response.ratings.values() if rating is not None]
        if len(given) >= limits.alike and len(set(given)) == 1:
            yield Flag(response.key, "straight_lining", len(given), limits.alike)


def _missing(responses: Iterable[Response], limits: Limits) -> Iterable[Flag]:
    for response in responses:
        if response.asked and response.unanswered / response.asked > limits.missing:
            share = response.unanswered / response.asked
            yield Flag(response.key, "missing_items", share, limits.missing)


def _same_respondent(responses: Iterable[Response]) -> Iterable[Flag]:
    first: dict[str, str] = {}
    for response in responses:
        if response.respondent is None:
            continue
        before = first.setdefault(response.respondent, response.key)
        if before != response.key:
            yield Flag(response.key, "same_respondent", 2, 1, before)


def _same_text(responses: Iterable[Response], limits: Limits) -> Iterable[Flag]:
    """Long texts that read the same: one hand filled in several forms."""
    first: dict[tuple[str, str], str] = {}
    for response in responses:
        for item, text in response.texts.items():
            plain = " ".join(text.casefold().split())
            if len(plain) < limits.text:
                continue
            before = first.setdefault((item, plain), response.key)
            if before != response.key:
                yield Flag(response.key, "same_text", len(plain), limits.text, before)
