"""Looking for bias: what is compared, what is left out, and when nothing can be said."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

from tierline.statistics import Rate
from tierline.survey_methods.bias import difference_within, hand_out_bias, mode_effects
from tierline.survey_methods.estimates import mean_of
from tierline.survey_methods.interviewers import interviewer_effect
from tierline.survey_methods.nonresponse import early_and_late, response_balance


def test_a_difference_by_hand() -> None:
    """Means 4 and 2, variances 2/3 and 2/3, of 4 each: SE = sqrt(1/3)."""
    found = difference_within("x", [3, 4, 4, 5, 1, 2, 2, 3], np.array([True] * 4 + [False] * 4))
    assert found.difference.value == 2
    assert found.difference.standard_error == pytest.approx(sqrt(1 / 3))
    assert found.compared == (4, 4)
    assert found.verdict == "cannot_tell"  # four are too few


def test_a_difference_of_strata_is_not_taken_for_bias() -> None:
    """Staff hand out to the pleased tier, where all are as pleased as who was drawn there."""
    answers, chosen, tiers = [], [], []
    for tier, mean, staff, drawn in (("A", 90, 90, 10), ("B", 30, 10, 90)):
        for by_staff, count in ((True, staff), (False, drawn)):
            pleased = round(count * mean / 100)
            answers += [100] * pleased + [0] * (count - pleased)
            chosen += [by_staff] * count
            tiers += [tier] * count
    within = hand_out_bias(answers, np.array(chosen), tiers)
    assert within.difference.value == pytest.approx(0)
    assert within.verdict == "no_sign"
    across = hand_out_bias(answers, np.array(chosen))
    assert across.difference.value == pytest.approx(48)
    assert across.verdict == "suspicious"


def test_strata_with_one_side_only_are_left_out_and_counted() -> None:
    answers = [1, 2, 3, 4] * 10 + [5, 5, 5]
    chosen = np.array([True, False] * 20 + [True] * 3)
    strata = ["a"] * 40 + ["b"] * 3
    found = hand_out_bias(answers, chosen, strata)
    assert (found.compared, found.left_out) == ((20, 20), 3)
    nothing = hand_out_bias([5, 5, None], np.array([True, True, False]))
    assert (nothing.verdict, nothing.difference.value, nothing.left_out) == ("cannot_tell", None, 2)
    assert hand_out_bias([], np.array([], dtype=bool)).verdict == "cannot_tell"


def test_few_who_all_agree_raise_no_alarm() -> None:
    """20 of 20 pleased against 186 of 200: their own variance of 0 would make it certain."""
    answers = [100] * 20 + [100] * 186 + [0] * 14
    found = hand_out_bias(answers, np.array([True] * 20 + [False] * 200))
    assert found.difference.value == pytest.approx(7)
    assert found.verdict == "no_sign"


def test_staff_who_choose_the_displeased_are_not_suspected() -> None:
    answers = [1, 2] * 20 + [4, 5] * 20
    chosen = np.array([True] * 40 + [False] * 40)
    assert hand_out_bias(answers, chosen).verdict == "no_sign"
    assert early_and_late(answers, chosen).verdict == "suspicious"


def test_columns_must_be_of_the_same_respondents() -> None:
    marks = np.array([True])
    with pytest.raises(ValueError, match="1 marks for 2 answers"):
        hand_out_bias([1, 2], marks)
    with pytest.raises(ValueError, match="1 strata for 2 answers"):
        hand_out_bias([1, 2], np.array([True, False]), ["a"])
    with pytest.raises(ValueError, match="1 modes for 2 answers"):
        mode_effects([1, 2], ["web"])
    with pytest.raises(ValueError, match="1 interviewers for 2 answers"):
        interviewer_effect([1, 2], ["x"])
    with pytest.raises(ValueError, match="1 categories for 2 drawn"):
        response_balance(np.array([True, False]), ["A"])


def test_modes_are_compared_with_the_most_frequent_one() -> None:
    answers = [3, 4, 2, 3] * 20 + [5, 4] * 15 + [3, 4, 2, 3] * 5 + [None]
    modes = ["web"] * 80 + ["telephone"] * 30 + ["on_site"] * 20 + ["mail"]
    found = {each.what: each for each in mode_effects(answers, modes, [0] * 131)}
    assert found.keys() == {"telephone", "on_site"}
    assert found["telephone"].verdict == "suspicious"
    assert found["telephone"].difference.value == pytest.approx(1.5)
    assert found["on_site"].verdict == "no_sign"
    alone = difference_within(
        "x", answers[:110], np.array([mode == "telephone" for mode in modes[:110]])
    )
    both = found["telephone"].difference
    assert both.low is not None
    assert alone.difference.low is not None
    assert both.low < alone.difference.low  # two comparisons share the 5 %
    assert mode_effects([1, 2], ["web", "web"]) == ()


def test_the_interviewer_who_stands_out_is_named() -> None:
    chance = np.random.default_rng(5)
    who = [f"i{place % 8}" for place in range(400)]
    answers = np.array([4 if name == "i3" else 3 for name in who]) + 0.8 * chance.normal(size=400)
    found = interviewer_effect(answers, who)
    assert found.verdict == "suspicious"
    assert found.part.above_zero
    assert found.design_effect is not None
    assert found.design_effect > 1.5
    assert [f.what for f in found.interviewers if f.verdict == "suspicious"] == ["i3"]


def test_interviewers_of_different_regions_are_compared_within_them() -> None:
    chance = np.random.default_rng(6)
    who = [f"i{place % 8}" for place in range(400)]
    regions = ["north" if int(name[1]) < 4 and p % 5 else "south" for p, name in enumerate(who)]
    pleased = np.array([4.0 if region == "north" else 3.0 for region in regions])
    answers = pleased + 0.8 * chance.normal(size=400)
    assert interviewer_effect(answers, who).verdict == "suspicious"
    assert interviewer_effect(answers, who, regions).verdict == "no_sign"


def test_the_interviewers_part_is_that_of_the_analysis_of_variance() -> None:
    """Three of two answers each: 1 3, 5 7, 9 11. Between 32, within 2: F 16, rho 15 / 17."""
    found = interviewer_effect([1, 3, 5, 7, 9, 11], ["a", "a", "b", "b", "c", "c"])
    assert found.part.value == pytest.approx(15 / 17)
    assert found.p_value == pytest.approx(0.0251, abs=1e-4)
    assert {each.verdict for each in found.interviewers} == {"cannot_tell"}


@pytest.mark.parametrize(
    ("answers", "who"),
    [
        ([1, 2, 3, 4], ["a", "a", "b", "b"]),
        ([1, 2, 3], ["a", "b", "c"]),
        ([3] * 6, ["a", "a", "b", "b", "c", "c"]),
        ([], []),
    ],
    ids=["two interviewers", "one answer each", "all alike", "nothing"],
)
def test_too_little_says_nothing_of_interviewers(answers: list[float], who: list[str]) -> None:
    found = interviewer_effect(answers, who)
    assert (found.verdict, found.part.value) == ("cannot_tell", None)


def test_response_by_category_by_hand() -> None:
    """60 of 100 and 30 of 100: chi-square 18.18, R = 1 - 2 sqrt(4.5 / 199)."""
    answered = np.array([True] * 60 + [False] * 40 + [True] * 30 + [False] * 70)
    found = response_balance(answered, ["A"] * 100 + ["B"] * 100)
    first, second = found.categories
    assert (first.response, second.response) == (Rate(60, 100), Rate(30, 100))
    assert first.shift.value == pytest.approx(100 * (60 / 90 - 0.5))
    assert second.shift.value == pytest.approx(-(first.shift.value or 0))
    assert first.shift.above_zero
    assert found.r_indicator == pytest.approx(1 - 2 * sqrt(4.5 / 199))
    assert found.p_value == pytest.approx(2.0e-5, rel=0.01)
    assert found.verdict == "suspicious"


def test_alike_response_is_no_sign_and_too_little_tells_nothing() -> None:
    answered = np.array([True, False] * 100)
    found = response_balance(answered, ["A"] * 100 + [None] * 100)
    assert [each.category for each in found.categories] == ["A", None]
    assert found.r_indicator == pytest.approx(1)
    assert found.verdict == "no_sign"
    assert response_balance(answered[:6], ["A", "B"] * 3).verdict == "cannot_tell"
    assert response_balance(answered, ["A"] * 200).verdict == "cannot_tell"
    nobody = response_balance(np.zeros(10, dtype=bool), ["A", "B"] * 5)
    assert nobody.verdict == "cannot_tell"
    assert nobody.categories[0].shift.value is None


def test_the_shift_spreads_as_chance_does() -> None:
    """The standard error is the spread of the shift over random responses."""
    chance = np.random.default_rng(9)
    tiers = ["A"] * 60 + ["B"] * 140
    shifts, errors = [], []
    for _turn in range(500):
        answered = np.zeros(200, dtype=bool)
        answered[chance.permutation(200)[:80]] = True
        shift = response_balance(answered, tiers).categories[0].shift
        shifts.append(shift.value)
        errors.append(shift.standard_error or 0)
    assert np.std(shifts) == pytest.approx(np.mean(errors), rel=0.1)
    assert abs(mean_of(shifts).value or 0) < 0.5
