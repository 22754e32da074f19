"""Stored answers become scores: "I don't know" is no rating, and more is always better."""

from __future__ import annotations

import numpy as np
import pytest

from tierline.packs.surveys import Answer, Scale, SurveyItem, Unknown
from tierline.statistics import Rate
from tierline.survey_methods.measures import ELEVEN, FIVE, Points, top_box
from tierline.survey_methods.scoring import points_of, scores

TITLE = {"en": "title"}
AGREE = Scale("a5", "rating", TITLE, least=1, most=5, unknown=Unknown(9, TITLE))
RECOMMEND = Scale("n11", "rating", TITLE, least=0, most=10)
SPEED = Scale(
    "speed",
    "choice",
    TITLE,
    choices=(Answer("same_day", TITLE, 3), Answer("week", TITLE, 1), Answer("later", TITLE, 0)),
)
CITY = Scale("city", "choice", TITLE, choices=(Answer("a", TITLE), Answer("b", TITLE)))
OPEN = Scale("open", "text", TITLE)


def item(scale: Scale, reverse: bool = False) -> SurveyItem:
    return SurveyItem("q1", "quality", scale.id, TITLE, reverse=reverse)


def test_i_do_not_know_is_unanswered_and_not_delight() -> None:
    found = scores(item(AGREE), AGREE, [5, 1, 9, None, 3])
    np.testing.assert_array_equal(found, [5, 1, np.nan, np.nan, 3])
    assert top_box(found) == Rate(1, 3)


def test_reversed_items_are_mirrored() -> None:
    found = scores(item(AGREE, reverse=True), AGREE, [5, 1, 9, 2])
    np.testing.assert_array_equal(found, [1, 5, np.nan, 4])


def test_choices_score_by_their_points() -> None:
    found = scores(item(SPEED), SPEED, ["later", "same_day", None])
    np.testing.assert_array_equal(found, [0, 3, np.nan])


def test_the_ends_of_scales() -> None:
    assert points_of(AGREE) == FIVE
    assert points_of(RECOMMEND) == ELEVEN
    assert points_of(SPEED) == Points(0, 3)


@pytest.mark.parametrize("scale", [CITY, OPEN], ids=["choices without points", "text"])
def test_what_has_no_points_is_refused(scale: Scale) -> None:
    with pytest.raises(ValueError, match="have no points"):
        scores(item(scale), scale, [])


@pytest.mark.parametrize(
    ("scale", "answer"), [(AGREE, 6), (AGREE, "5"), (AGREE, True), (RECOMMEND, 99), (SPEED, "soon")]
)
def test_an_answer_that_is_not_offered_is_refused(scale: Scale, answer: float | str) -> None:
    with pytest.raises(ValueError, match="does not offer"):
        scores(item(scale), scale, [answer])
