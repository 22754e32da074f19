"""The records of survey templates: a master for a stakeholder group, and variants that build on it.

A variant holds only what it changes, so that every change of its master, by a release or by a
tenant, reaches it; `combined` makes the whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from tierline.packs.contributions import Document, Text

Mode = Literal["mail", "web", "telephone", "on_site"]
Layer = Literal["executive", "manager", "operative"]


@dataclass(frozen=True)
class Named:
    """A part that has only a title: a dimension of a survey, a choice, a lifecycle stage."""

    id: str
    title: Text


@dataclass(frozen=True)
class Answer:
    """One answer that a scale offers; without points it is not scored."""

    id: str
    title: Text
    points: float | None = None


@dataclass(frozen=True)
class Unknown:
    """The answer "I don't know": stored under its code, counted, and kept out of every score."""

    code: int
    title: Text


@dataclass(frozen=True)
class Scale:
    """How an item is answered: a rating from `least` to `most`, a choice, or a text."""

    id: str
    kind: Literal["rating", "choice", "text"]
    title: Text
    least: int | None = None
    most: int | None = None
    low: Text = field(default_factory=dict)  # what the least means
    high: Text = field(default_factory=dict)
    choices: tuple[Answer, ...] = ()
    several: bool = False  # whether more than one choice may be taken
    length: int | None = None  # the most characters of a text
    unknown: Unknown | None = None


@dataclass(frozen=True)
class Cause:
    """A cause of dissatisfaction that open answers are coded to; `parent` makes it a tree."""

    id: str
    title: Text
    parent: str | None = None


@dataclass(frozen=True)
class SurveyItem:
    """One question. Its id is its key for ever: answers of all variants compare under it."""

    id: str
    dimension: str
    scale: str
    text: Text
    required: bool = False
    reverse: bool = False  # agreeing is bad: the score is mirrored
    visible_if: Document | None = None  # a condition over earlier items
    layers: tuple[Layer, ...] = ()  # of whom it is asked; empty: of all
    modes: tuple[Mode, ...] = ()  # in which modes; empty: in all
    after: str | None = None  # in a variant: the item that it stands behind


@dataclass(frozen=True)
class SurveyTemplate:
    """The questions for one stakeholder group: a master, or a variant that builds on one.

    A variant holds only what it changes (see `combined`).
    """

    id: str
    title: Text
    summary: Text
    minutes: float  # of the answerer's time
    group: str | None = None  # stakeholder-group key; of a variant its master's
    extends: str | None = None  # the master's id
    anonymous: bool = False  # no answer may be led back to who gave it
    modes: tuple[Mode, ...] = ("mail", "web", "telephone", "on_site")
    layers: tuple[Layer, ...] = ("executive", "manager", "operative")
    dimensions: tuple[Named, ...] = ()
    scales: tuple[Scale, ...] = ()
    causes: tuple[Cause, ...] = ()
    items: tuple[SurveyItem, ...] = ()
    hides: tuple[str, ...] = ()  # items of the master that the variant leaves out
    rewords: Mapping[str, Text] = field(default_factory=dict)  # other texts by item id
    weight: int = 100


def combined(master: SurveyTemplate, variant: SurveyTemplate) -> SurveyTemplate:
    """Return the whole of a variant: its master's parts, its own, its own texts.

    An item of its own stands behind the one that it names with `after`, else behind the item
    listed before it; the first without `after`, or behind an item that is hidden, at the end.
    """
    items = [
        replace(item, text=variant.rewords.get(item.id, item.text))
        for item in master.items
        if item.id not in variant.hides
    ]
    place = len(items)
    for item in variant.items:
        if item.after is not None:
            found = [place for place, each in enumerate(items) if each.id == item.after]
            place = found[0] + 1 if found else len(items)
        items.insert(place, item)
        place += 1
    return replace(
        variant,
        group=master.group,
        dimensions=master.dimensions + variant.dimensions,
        scales=master.scales + variant.scales,
        causes=master.causes + variant.causes,
        items=tuple(items),
    )
