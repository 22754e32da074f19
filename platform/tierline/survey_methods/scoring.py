"""From answers as they are stored to scores that can be computed with: more is always better.

Here "I don't know" stops being a number: its code, such as 9 on a scale from 1 to 5, is unanswered
for every measure, and so can't be taken for delight.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import nan

import numpy as np

from tierline.packs.surveys import Scale, SurveyItem
from tierline.survey_methods.estimates import Numbers
from tierline.survey_methods.measures import Points

Stored = Sequence[float | str | None]
"""One stored answer for each respondent: a rating, a choice's id, or None."""


def points_of(scale: Scale) -> Points:
    """Return the ends of a rating, or of the points of a choice's answers.

    Raises:
        ValueError: the scale is not scored: a text, or choices without points or of several.
    """
    if scale.kind == "rating" and scale.least is not None and scale.most is not None:
        return Points(scale.least, scale.most)
    points = [choice.points for choice in scale.choices if choice.points is not None]
    if scale.kind != "choice" or scale.several or not points:
        raise ValueError(f'the answers of "{scale.id}" have no points')
    return Points(min(points), max(points))


def scores(item: SurveyItem, scale: Scale, stored: Stored) -> Numbers:
    """Return the scores of an item's answers, NaN where there is none, reversed ones mirrored.

    Raises:
        ValueError: the scale is not scored, or an answer is none that it offers.
    """
    ends = points_of(scale)
    found = np.array([_score(scale, ends, answer) for answer in stored], dtype=np.float64)
    return ends.mirrored(found) if item.reverse else found


def _score(scale: Scale, ends: Points, answer: float | str | None) -> float:
    if answer is None or (scale.unknown is not None and answer == scale.unknown.code):
        return nan
    if scale.kind == "choice":
        for choice in scale.choices:
            if choice.id == answer and choice.points is not None:
                return choice.points
    elif not isinstance(answer, str | bool) and ends.least <= answer <= ends.most:
        return answer
    raise ValueError(f'"{scale.id}" does not offer {answer!r} as an answer')
