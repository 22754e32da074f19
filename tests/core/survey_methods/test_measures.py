"""Measures: each with its n and interval; unanswered is unknown; small cells stay hidden."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierline.statistics import Rate
from tierline.survey_methods.estimates import Estimate, mean_of
from tierline.survey_methods.estimation import stratified_mean
from tierline.survey_methods.measures import (
    ELEVEN,
    FIVE,
    SEVEN,
    NetPromoter,
    Points,
    bottom_box,
    effort,
    finite,
    net_promoter,
    satisfaction,
    top_box,
)
from tierline.survey_methods.response import Dispositions
from tierline.survey_methods.suppression import Counted, Hidden, suppress

five_points = st.lists(st.one_of(st.none(), st.integers(1, 5)), max_size=60)


def test_boxes_leave_out_who_did_not_answer() -> None:
    answers = [5, 4, 3, 2, 1, None, None, float("nan")]
    assert top_box(answers) == Rate(2, 5)
    assert bottom_box(answers) == Rate(2, 5)
    assert top_box([10, 9, 8, None], ELEVEN) == Rate(2, 3)
    assert bottom_box([0, 1, 2, 7], ELEVEN) == Rate(2, 4)


def test_nothing_answered_is_unknown_and_not_zero() -> None:
    nothing = [None, None]
    assert top_box(nothing).percent is None
    assert satisfaction(nothing) == Estimate(None, 0)
    assert net_promoter(nothing).score is None
    assert net_promoter(nothing).interval is None
    assert effort(nothing).score.value is None


def test_a_single_answer_has_a_mean_and_no_interval() -> None:
    assert satisfaction([4]) == Estimate(4, 1)


def test_that_all_answered_alike_is_not_certainty() -> None:
    assert satisfaction([5] * 20) == Estimate(5, 20)
    low = stratified_mean({"a": [5, 5], "b": [5, 5]}, {"a": 50, "b": 50})
    assert (low.value, low.interval) == (5, None)
    rate = top_box([5] * 20)
    assert rate.interval == pytest.approx((83.89, 100), abs=0.005)


@pytest.mark.parametrize("answer", [0, 6, -1, 99])
def test_an_answer_off_the_scale_is_refused(answer: int) -> None:
    for measure in (top_box, bottom_box, satisfaction):
        with pytest.raises(ValueError, match="off the scale from 1 to 5"):
            measure([3, answer])
    with pytest.raises(ValueError, match="off the scale from 0 to 10"):
        net_promoter([11])


@given(five_points)
def test_mirroring_swaps_the_boxes_and_keeps_the_spread(answers: list[int | None]) -> None:
    mirrored = FIVE.mirrored(answers)
    assert top_box(mirrored) == bottom_box(answers)
    one, other = satisfaction(answers), satisfaction(mirrored)
    if one.value is not None and other.value is not None:
        assert one.value + other.value == pytest.approx(6)


@given(five_points, st.integers(0, 10))
def test_unanswered_ones_change_nothing(answers: list[int | None], more: int) -> None:
    longer = [*answers, *[None] * more]
    assert top_box(longer) == top_box(answers)
    assert satisfaction(longer) == satisfaction(answers)


def test_the_mean_by_hand() -> None:
    """2, 4, 4, 5, 5: mean 4, s = sqrt(1.5), t with 4 degrees of freedom 2.7764."""
    found = mean_of([2, 4, 4, 5, 5])
    assert found.value == 4
    assert found.standard_error == pytest.approx(sqrt(1.5 / 5))
    assert found.interval == pytest.approx(
        (4 - 2.7764 * sqrt(0.3), 4 + 2.7764 * sqrt(0.3)), abs=1e-4
    )
    assert satisfaction([2, 4, 4, 5, 5]).high == 5


def test_net_promoter_from_answers() -> None:
    answers = [10] * 25 + [9] * 25 + [8] * 20 + [7] * 10 + [6] * 15 + [0] * 5 + [None] * 40
    assert net_promoter(answers) == NetPromoter(50, 30, 20)


def test_net_promoter_where_all_agree() -> None:
    found = NetPromoter(10, 0, 0)
    assert found.wald == (100, 100)
    assert found.interval is not None
    assert found.interval[0] == pytest.approx(47.5, abs=0.05)
    assert found.interval[1] == 100


def test_net_promoter_of_the_r_package() -> None:
    found = NetPromoter(462, 176, 362)
    assert found.score == pytest.approx(10)
    assert found.standard_error == pytest.approx(2.853, abs=5e-4)


def test_effort() -> None:
    found = effort([7, 6, 5, 4, 1, None])
    assert found.score.value == pytest.approx(4.6)
    assert found.easy == Rate(3, 5)


def test_the_whole_population_leaves_no_doubt() -> None:
    assert finite(Rate(30, 100), 100) == (30, 30)
    assert finite(Rate(0, 0), 100) is None
    near, far = finite(Rate(30, 100), 200), Rate(30, 100).interval
    assert near is not None
    assert far is not None
    assert far[0] < near[0] < 30 < near[1] < far[1]
    with pytest.raises(ValueError, match="101 answers from 100"):
        finite(Rate(3, 101), 100)


def test_a_stratum_without_answers_has_no_mean_of_the_whole() -> None:
    with pytest.raises(ValueError, match='stratum "b": 0 answers of 5'):
        stratified_mean({"a": [1, 2]}, {"a": 5, "b": 5})
    with pytest.raises(ValueError, match="no size is known"):
        stratified_mean({"a": [1, 2], "c": [1]}, {"a": 5})
    alone = stratified_mean({"a": [1, 2], "b": [4]}, {"a": 5, "b": 5})
    assert (alone.value, alone.n, alone.interval) == (2.75, 3, None)


def test_a_census_has_no_error() -> None:
    found = stratified_mean({"a": [1, 2, 3], "b": [4]}, {"a": 3, "b": 1})
    assert (found.value, found.standard_error, found.interval) == (2.5, 0, (2.5, 2.5))


def test_response_rates_by_their_definitions() -> None:
    """I 400, P 20, R 250, NC 180, O 10, UH 100, UO 40."""
    drawn = Dispositions(400, 20, 250, 180, 10, 100, 40)
    assert drawn.rate() == pytest.approx(0.400)
    assert drawn.rate(partial=True) == pytest.approx(0.420)
    assert drawn.rate(eligible=0.6) == pytest.approx(0.4237, abs=5e-5)
    assert drawn.rate(eligible=0) == pytest.approx(0.4651, abs=5e-5)
    assert drawn.reportable
    assert not Dispositions(19, 0, 81, 0).reportable
    assert Dispositions(0, 0, 0, 0).rate() is None
    assert not Dispositions(0, 0, 0, 0).reportable
    with pytest.raises(ValueError, match="between 0 and 1"):
        drawn.rate(eligible=1.2)


TABLES = st.dictionaries(
    st.tuples(st.integers(0, 3), st.integers(0, 3)), st.integers(0, 12), max_size=16
)


@given(TABLES)
def test_no_line_tells_fewer_than_five(table: dict[tuple[int, int], int]) -> None:
    shown = suppress({cell: Counted(n, n) for cell, n in table.items()})
    assert shown.keys() == table.keys()
    for cell, n in table.items():
        assert isinstance(shown[cell], Hidden) or shown[cell] == n
        assert isinstance(shown[cell], Hidden) or n == 0 or n >= 5
    for axis in (0, 1):
        for place in range(4):
            line = [cell for cell in table if cell[axis] == place]
            hidden = [cell for cell in line if isinstance(shown[cell], Hidden)]
            left = [c for c in line if not isinstance(shown[c], Hidden) and table[c]]
            if hidden and left:
                assert len(hidden) >= 2
                assert sum(table[cell] for cell in hidden) >= 5


def test_a_list_hides_the_next_smallest_too() -> None:
    regions = {"north": 40, "south": 3, "east": 9, "west": 12}
    shown = suppress({(name,): Counted(n, Rate(1, n)) for name, n in regions.items()})
    assert shown[("south",)] == Hidden("too few")
    assert shown[("east",)] == Hidden("would reveal another")
    assert shown[("west",)] == Rate(1, 12)


def test_nothing_is_hidden_where_all_cells_are_large_or_empty() -> None:
    cells = {("a",): Counted(5, 1), ("b",): Counted(0, 2)}
    assert suppress(cells) == {("a",): 1, ("b",): 2}


def test_columns_are_flat() -> None:
    with pytest.raises(ValueError, match="one answer for each respondent"):
        satisfaction(np.zeros((2, 2)))


def test_documents_round_what_they_show() -> None:
    assert mean_of([1, 2, 2]).to_document() == {
        "value": 1.67,
        "standard_error": 0.33,
        "low": 0.23,
        "high": 3.1,
        "n": 3,
    }
    assert Points(1, 7) == SEVEN
