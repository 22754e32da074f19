"""The published figures of surveys, each within its tolerance."""

from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict
from collections.abc import Callable
from math import sqrt
from pathlib import Path
from typing import Any

import pytest

from tierline.statistics import Rate
from tierline.survey_methods.allocation import (
    Stratum,
    allocate,
    allocate_budget,
    deviation_from_sums,
    variance_of_mean,
    variance_of_simple_mean,
)
from tierline.survey_methods.estimation import stratified_mean, stratified_total
from tierline.survey_methods.kano import coefficients
from tierline.survey_methods.measures import NetPromoter
from tierline.survey_methods.reliability import reliability
from tierline.survey_methods.sample_size import size_for_share
from tierline.survey_methods.weighting import post_stratify, rake, weighted_mean

pytestmark = pytest.mark.data

Row = dict[str, str]


@pytest.fixture
def figure(data_folder: Path) -> Callable[[str], dict[str, Any]]:
    """Return a published figure by its id."""
    figures = json.loads((data_folder / "reference_open.json").read_text(encoding="utf-8"))
    by_id = {each["id"]: each for each in figures}
    return by_id.__getitem__


@pytest.fixture
def rows(data_folder: Path) -> Callable[[str], list[Row]]:
    """Return the rows of a CSV file by its place in the folder of data."""

    def read(place: str) -> list[Row]:
        with (data_folder / place).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    return read


Figure = Callable[[str], dict[str, Any]]
Rows = Callable[[str], list[Row]]


def test_o07_wilson(figure: Figure) -> None:
    case = figure("O07")
    found = [Rate(*counts).interval for counts in [(81, 263), (15, 148), (0, 20), (1, 29)]]
    for interval, expected in zip(found, case["expected"], strict=True):
        assert interval is not None
        assert [each / 100 for each in interval] == pytest.approx(expected, abs=case["tol"])


def test_o08_net_promoter(figure: Figure) -> None:
    case, found = figure("O08"), NetPromoter(50, 30, 20)
    expected = case["expected"]
    assert found.score == pytest.approx(expected["nps"], abs=case["tol"])
    assert found.standard_error == pytest.approx(expected["se"], abs=case["tol"])
    assert found.wald == pytest.approx(expected["wald"], abs=case["tol"])
    assert found.interval == pytest.approx(expected["adj_wald"], abs=case["tol"])


def test_o10_kano(figure: Figure) -> None:
    case = figure("O10")
    found = coefficients(attractive=7, one_dimensional=32.3, must_be=49.3, indifferent=9.5)
    assert found is not None
    assert found.better == pytest.approx(case["expected"]["better"], abs=case["tol"])
    assert found.worse == pytest.approx(case["expected"]["worse"], abs=case["tol"])


def test_o14_cochrans_cities(figure: Figure) -> None:
    case = figure("O14")
    expected, tolerance = case["expected"], case["tol"]["rel"]
    first = deviation_from_sums(16, 10_070, 7_145_450)
    second = deviation_from_sums(48, 9_498, 2_141_720)
    whole = deviation_from_sums(64, 19_568, 9_287_170)
    strata = [Stratum("large", 16, first), Stratum("other", 48, second)]
    assert first**2 == pytest.approx(expected["S1sq"], rel=tolerance)
    assert second**2 == pytest.approx(expected["S2sq"], rel=tolerance)
    assert whole**2 == pytest.approx(expected["Ssq"], rel=tolerance)
    simple = 64**2 * variance_of_simple_mean(64, whole, 24)
    assert simple == pytest.approx(expected["Vran"], rel=tolerance)
    proportional = allocate(strata, 24, "proportional").sizes
    assert proportional == {"large": 6, "other": 18}
    found = 64**2 * variance_of_mean(strata, proportional)
    assert found == pytest.approx(expected["Vprop"], rel=tolerance)
    found = 64**2 * variance_of_mean(strata, {"large": 12, "other": 12})
    assert found == pytest.approx(expected["Vequal"], rel=tolerance)
    neyman = allocate(strata, 24, "neyman")
    assert neyman.shares[0].designed == pytest.approx(expected["n1_opt"], rel=tolerance)
    assert neyman.sizes == {"large": 12, "other": 12}


def test_o15_neyman_and_cost_optimal(figure: Figure) -> None:
    case = figure("O15")
    given, expected = case["values"], case["expected"]
    strata = [
        Stratum(str(place), size, float(deviation), float(cost))
        for place, (size, deviation, cost) in enumerate(
            zip(given["N_h"], given["S_h"], given["c_h"], strict=True)
        )
    ]
    neyman = allocate(strata, given["n"], "neyman")
    designed = [share.designed for share in neyman.shares]
    assert designed == pytest.approx(expected["neyman"], abs=case["tol"])
    sizes = {share.stratum.key: share.designed for share in neyman.shares}
    assert round(sqrt(variance_of_mean(strata, sizes))) == expected["se"]
    by_cost = allocate_budget(strata, given["budget"])
    assert [s.designed for s in by_cost.shares] == pytest.approx(expected["cost"], abs=case["tol"])
    spent = sum(s.size * (s.stratum.cost or 0) for s in by_cost.shares)
    assert given["budget"] - max(given["c_h"]) < spent <= given["budget"]


def test_o16_stratified_mean(figure: Figure, rows: Rows) -> None:
    case = figure("O16")
    scores: dict[str, list[float]] = defaultdict(list)
    pupils: dict[str, list[float]] = defaultdict(list)
    sizes: dict[str, int] = {}
    for row in rows("15_api/api__apistrat.csv"):
        scores[row["stype"]].append(float(row["api00"]))
        pupils[row["stype"]].append(float(row["enroll"]))
        sizes[row["stype"]] = int(row["fpc"])
    mean, total = stratified_mean(scores, sizes), stratified_total(pupils, sizes)
    expected = case["expected"]
    assert mean.value == pytest.approx(expected["mean"], abs=case["tol"])
    assert mean.standard_error == pytest.approx(expected["SE"], abs=case["tol"])
    assert total.value is not None
    assert total.standard_error is not None
    assert round(total.value, 1) == expected["total_enroll"]  # 3,687,177.52, published with a digit
    assert round(total.standard_error, 2) == pytest.approx(expected["SE_total"], abs=case["tol"])
    assert mean.interval is not None
    truth = 664.7126
    assert mean.interval[0] < truth < mean.interval[1]


def test_o17_raking(figure: Figure, rows: Rows) -> None:
    case, schools = figure("O17"), rows("15_api/api__apiclus1.csv")
    kinds, awards = [row["stype"] for row in schools], [row["sch.wide"] for row in schools]
    found = rake(
        {"kind": kinds, "award": awards},
        {"kind": {"E": 4421, "H": 755, "M": 1018}, "award": {"No": 1072, "Yes": 5122}},
    )
    expected = case["expected"]
    assert found.converged
    by_cell = dict(zip(zip(kinds, awards, strict=True), found.values.tolist(), strict=True))
    weights = {"|".join(cell): weight for cell, weight in by_cell.items()}
    assert weights == pytest.approx(expected["w"], abs=case["tol"])
    mean = weighted_mean([float(row["api00"]) for row in schools], found.values)
    assert mean.value == pytest.approx(expected["mean_api00"], abs=case["tol"])
    pupils = weighted_mean([float(row["enroll"]) for row in schools], found.values)
    assert pupils.value is not None
    assert pupils.value * 6194 == pytest.approx(expected["total_enroll"], abs=1)
    assert found.design_effect == pytest.approx(1.0517, abs=1e-4)


def test_m40_post_stratification(rows: Rows) -> None:
    schools = rows("15_api/api__apiclus1.csv")
    kinds = [row["stype"] for row in schools]
    found = post_stratify(kinds, {"E": 4421, "H": 755, "M": 1018})
    weights = dict(zip(kinds, found.values.tolist(), strict=True))
    assert weights == pytest.approx({"H": 53.9286, "E": 30.7014, "M": 40.72}, abs=1e-4)
    mean = weighted_mean([float(row["api00"]) for row in schools], found.values)
    assert mean.value == pytest.approx(642.3108, abs=1e-4)


SCALES = {
    "Image": "IMAG",
    "Expectation": "CUEX",
    "Quality": "PERQ",
    "Value": "PERV",
    "Satisfaction": "CUSA",
    "Loyalty": "CUSL",
}


@pytest.mark.parametrize("scale", SCALES)
def test_o18_alpha(scale: str, figure: Figure, rows: Rows) -> None:
    case, answers = figure("O18"), rows("09_mobi/mobi__mobi.csv")
    items = [name for name in answers[0] if name.startswith(SCALES[scale])]
    found = reliability({name: [float(row[name]) for row in answers] for name in items})
    assert found.n == 250
    assert found.alpha == pytest.approx(case["expected"]["raw"][scale], abs=case["tol"])
    assert found.standardised == pytest.approx(case["expected"]["std"][scale], abs=case["tol"])


def test_o34_sample_size(figure: Figure) -> None:
    expected = figure("O34")["expected"]
    assert size_for_share(0.05, 0.4, z=2) == expected["n0"]
    assert size_for_share(0.05, 0.4, 3200, z=2) == expected["n"]
    for population in (200, 1_000, 10_000):
        assert size_for_share(0.05, population=population) == expected[f"N{population}"]


def test_the_population_of_schools_is_whole(rows: Rows) -> None:
    """The truth that the samples are held against."""
    schools = rows("15_api/api__apipop.csv")
    assert Counter(row["stype"] for row in schools) == {"E": 4421, "H": 755, "M": 1018}
    assert sum(int(row["api00"]) for row in schools) / 6194 == pytest.approx(664.7126, abs=1e-4)
