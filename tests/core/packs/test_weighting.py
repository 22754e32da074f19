"""Weights by a method: published figures, and judgements that can't be taken."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierline.packs.weighting import (
    Spread,
    ahp,
    entropy,
    greatest_ratio,
    in_percent,
    pairs_of,
    worst,
)

LEADER = {  # the leader of the AHP literature: four criteria
    ("experience", "education"): 4,
    ("experience", "charisma"): 3,
    ("experience", "age"): 7,
    ("charisma", "education"): 3,
    ("education", "age"): 3,
    ("charisma", "age"): 5,
}
CIRCULAR = {("a", "b"): 9, ("b", "c"): 9, ("c", "a"): 9}


def test_the_drinks_of_saaty(data_folder: Path) -> None:
    cases = json.loads((data_folder / "reference_open.json").read_text(encoding="utf-8"))
    case = next(case for case in cases if case["id"] == "O20")
    expected = case["expected"]
    names = list(expected["w"])
    rows = [[float(Fraction(str(value))) for value in row] for row in case["values"]]
    judged = {(names[y], names[x]): rows[y][x] for y, x in combinations(range(len(names)), 2)}
    found = ahp(names, judged)
    assert found.weights == pytest.approx(expected["w"], abs=case["tol"])
    assert found.greatest_eigenvalue == pytest.approx(expected["lambda_max"], abs=1e-3)
    assert found.consistency_ratio == pytest.approx(expected["CR"], abs=case["tol"])


def test_the_leader() -> None:
    found = ahp(["experience", "education", "charisma", "age"], LEADER)
    assert [round(weight, 4) for weight in found.weights.values()] == [
        0.5476, 0.1266, 0.2699, 0.0559
    ]  # fmt: skip
    assert round(found.consistency_ratio, 3) == 0.044


def test_judgements_that_agree_have_a_ratio_of_0() -> None:
    found = ahp("abc", {("a", "b"): 6, ("a", "c"): 3, ("c", "b"): 2})
    assert list(found.weights.values()) == pytest.approx([2 / 3, 1 / 9, 2 / 9])
    assert found.consistency_ratio == pytest.approx(0, abs=1e-9)


def test_a_circle_is_far_above_what_is_taken() -> None:
    found = ahp("abc", CIRCULAR)
    assert list(found.weights.values()) == pytest.approx([1 / 3] * 3)
    assert round(found.consistency_ratio, 2) == 6.13
    assert found.consistency_ratio > greatest_ratio(3)


def test_the_judgement_that_fits_least_is_named() -> None:
    judged = {
        ("a", "b"): 2,
        ("a", "c"): 4,
        ("a", "d"): 8,
        ("b", "c"): 2,
        ("b", "d"): 4,
        ("d", "c"): 9,
    }
    found = ahp("abcd", judged)
    misfit = worst(judged, found)
    assert (misfit.of, misfit.over, misfit.given) == ("d", "c", 9)
    assert misfit.implied < 3


@given(st.dictionaries(st.sampled_from("abcdefg"), st.floats(1, 3), min_size=1))
def test_judgements_from_weights_give_those_weights(weights: dict[str, float]) -> None:
    judged = {(one, other): weights[one] / weights[other] for one, other in pairs_of(list(weights))}
    found = ahp(list(weights), judged)
    total = sum(weights.values())
    assert found.weights == pytest.approx({name: w / total for name, w in weights.items()})
    assert found.consistency_ratio == pytest.approx(0, abs=1e-6)


def spread(*values: float) -> Spread:
    above = [value for value in values if value > 0]
    logs = math.fsum(value * math.log(value) for value in above)
    return Spread(len(values), min(values, default=0), math.fsum(values), logs)


def test_entropy_by_hand() -> None:
    """Two accounts: 3/4 and 1/4 have e = 0.8113; equal values have e = 1 and so no weight."""
    found = entropy({"sales": spread(3, 1), "same": spread(5, 5), "one": spread(0, 7)})
    e = -(0.75 * math.log(0.75) + 0.25 * math.log(0.25)) / math.log(2)
    assert round(e, 4) == 0.8113
    whole = (1 - e) + 1
    assert found == pytest.approx({"sales": (1 - e) / whole, "same": 0, "one": 1 / whole})


@pytest.mark.parametrize(
    "columns",
    [{"x": [1, -1]}, {"x": [1]}, {"x": [0, 0]}, {"x": []}, {"x": [2, 2], "y": [3, 3]}],
    ids=["negative", "one account", "nothing", "empty", "all alike"],
)
def test_entropy_refuses_what_it_can_not_tell(columns: dict[str, list[float]]) -> None:
    with pytest.raises(ValueError, match=r"needs two accounts|nothing tells them apart"):
        entropy({name: spread(*values) for name, values in columns.items()})


@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=20), st.sampled_from([0, 1, 2]))
def test_rounded_weights_sum_to_100(values: list[float], digits: int) -> None:
    weights = {str(place): value / sum(values) for place, value in enumerate(values)}
    rounded = in_percent(weights, digits)
    assert sum(rounded.values()) == 100
    unit = Decimal(1).scaleb(-digits)
    assert all(abs(Decimal(weights[name]) * 100 - rounded[name]) <= unit for name in weights)
