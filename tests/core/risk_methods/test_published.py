"""The published figures of risk, each within its tolerance."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tierline.risk_methods import spending
from tierline.risk_methods.insolvency import RATIOS, Kind, altman
from tierline.risk_methods.lifetime import BgNbd, Fitted, Histories, ParetoNbd, fit, histories
from tierline.risk_methods.monitoring import cusum, ewma, holt
from tierline.risk_methods.receivables import collection_effectiveness
from tierline.risk_methods.scorecards import evidence, scaling
from tierline.risk_methods.survival import kaplan_meier

pytestmark = pytest.mark.data
CUSTOMER = histories([26], [30.857], [31])  # 1516 of CDNOW


@pytest.fixture(scope="module")
def published(data_folder: Path) -> dict[str, Any]:
    figures = json.loads((data_folder / "reference_open.json").read_text())
    return {each["id"]: each for each in figures}


@pytest.fixture(scope="module")
def cdnow(data_folder: Path) -> Histories:
    """The 2,357 customers of the sample, in weeks."""
    with (data_folder / "01_cdnow" / "cdnow_customers_summary.csv").open() as file:
        rows = list(csv.DictReader(file))
    return histories(*([float(row[key]) for row in rows] for key in ("frequency", "recency", "T")))


@pytest.fixture(scope="module")
def bg_nbd(cdnow: Histories) -> Fitted[BgNbd]:
    return fit(BgNbd, cdnow)


def near(found: Any, expected: float, relative: float) -> bool:
    return bool(found == pytest.approx(expected, rel=relative))


def test_bg_nbd_of_cdnow(published: dict[str, Any], bg_nbd: Fitted[BgNbd]) -> None:
    expected = published["O01"]["expected"]
    assert bg_nbd.accounts == 2357
    for name in ("r", "alpha", "a", "b"):
        assert near(getattr(bg_nbd.model, name), expected[name], 0.005), name
    assert bg_nbd.log_likelihood == pytest.approx(expected["LL"], abs=0.05)


def test_bg_nbd_foretells(published: dict[str, Any], bg_nbd: Fitted[BgNbd]) -> None:
    model, expected = BgNbd(0.243, 4.414, 0.793, 2.426), published["O02"]["expected"]
    one = histories([2], [30.43], [38.86])
    found = {
        "E[Y(39)|2,30.43,38.86]": model.expected(one, 39)[0],
        "E[X(52)]": bg_nbd.model.expected_of_new(52),  # of the parameters that are not rounded
        "E[Y(52)|26,30.857,31]": model.expected(CUSTOMER, 52)[0],
        "P(alive)|26,30.857,31": model.alive(CUSTOMER)[0],
    }
    assert found == pytest.approx(expected, abs=0.002)


def test_pareto_nbd_of_cdnow(published: dict[str, Any], cdnow: Histories) -> None:
    expected, found = published["O03"]["expected"], fit(ParetoNbd, cdnow)
    for name in ("r", "alpha", "s", "beta"):
        assert near(getattr(found.model, name), expected[name], 0.005), name
    assert found.log_likelihood == pytest.approx(expected["LL"], abs=0.05)
    assert near(found.model.expected_of_new(52), expected["E52_new"], 0.005)
    assert near(found.model.expected(CUSTOMER, 52)[0], expected["CET_1516"], 0.005)
    assert near(found.model.alive(CUSTOMER)[0], expected["palive_1516"], 0.005)


def spent(data_folder: Path) -> tuple[list[int], list[float]]:
    """Return the repeat purchases of 946 customers in 39 weeks, and what one was worth."""
    days: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for line in (data_folder / "01_cdnow" / "CDNOW_sample.txt").read_text().splitlines():
        master, _sample, date, _number, amount = line.split()
        days[master][date] += float(amount)
    repeats, averages = [], []
    for bought in days.values():
        _first, *later = sorted(day for day in bought if day <= "19970930")
        if later:
            repeats.append(len(later))
            averages.append(sum(bought[day] for day in later) / len(later))
    return repeats, averages


def test_gamma_gamma_of_cdnow(published: dict[str, Any], data_folder: Path) -> None:
    expected, (repeats, averages) = published["O04"]["expected"], spent(data_folder)
    assert len(repeats) == 946
    found = spending.fit_gamma_gamma(repeats, averages)
    for name in ("p", "q", "gamma"):
        assert near(getattr(found, name), expected[name], 0.01), name
    likelihood = found.log_likelihood(np.array(repeats, float), np.array(averages))
    assert near(likelihood, expected["LL"], 0.01)
    assert near(found.mean, expected["pop_mean"], 0.01)
    assert near(found.expected([2], [22.35])[0], expected["cust1"], 0.01)
    assert found.expected([0], [float("nan")])[0] == pytest.approx(found.mean)
    assert spending.correlation(repeats, averages) == pytest.approx(0.114, abs=0.01)


def test_retention_under_contract(published: dict[str, Any]) -> None:
    expected = published["O05"]["expected"]
    found = spending.fit_retention([1000, 631, 468, 382, 326, 289, 262, 241])
    assert (found.alpha, found.beta) == pytest.approx(
        (expected["alpha"], expected["beta"]), abs=0.002
    )
    assert found.log_likelihood == pytest.approx(expected["LL"], abs=0.1)
    assert found.survival(8) == pytest.approx(expected["S8"], abs=0.005)
    assert found.survival(12) == pytest.approx(expected["S12"], abs=0.005)


def test_margin_multiple(published: dict[str, Any]) -> None:
    for told, expected in published["O06"]["expected"].items():
        r, i = (float(part[1:]) for part in told.split(","))
        assert spending.margin_multiple(r, i) == pytest.approx(expected, abs=0.005)
    with pytest.raises(ValueError, match="fractions"):
        spending.margin_multiple(80, 0.1)


def test_ewma(published: dict[str, Any]) -> None:
    figure = published["O11"]
    chart = ewma(figure["values"], 50, 2.0539)
    assert chart.upper[0, 0] == pytest.approx(figure["expected"]["UCL"], abs=0.005)
    assert chart.lower[0, 0] == pytest.approx(figure["expected"]["LCL"], abs=0.005)
    assert chart.values[0, -1] == pytest.approx(figure["expected"]["last"], abs=0.005)
    assert chart.first_signal.tolist() == [0]


def test_cusum(published: dict[str, Any]) -> None:
    figure, expected = published["O12"], published["O12"]["expected"]
    found = cusum(figure["values"], 325, slack=0.3175, limit=4.1959)
    assert found.first_signal.tolist() == [expected["first_signal"]]
    assert found.above[0, 13] == pytest.approx(expected["SH14"], abs=0.01)
    assert found.above[0, 19] == pytest.approx(expected["SH20"], abs=0.01)


def test_holt(published: dict[str, Any]) -> None:
    figure = published["O13"]
    found = holt(figure["values"], level=0.3623, trend=1.0, ahead=5)
    assert found == pytest.approx(figure["expected"]["forecast"], abs=0.05)


def test_scaling(published: dict[str, Any]) -> None:
    expected, found = published["O27"]["expected"], scaling(600, 50, 20)
    assert (found.factor, found.offset) == pytest.approx(
        (expected["factor"], expected["offset"]), abs=0.0005
    )
    assert found.points(100) == pytest.approx(620)
    assert found.bad_share(600) == pytest.approx(1 / 51)


def test_altman(published: dict[str, Any]) -> None:
    ratios = dict(zip(RATIOS, (0.10, 0.20, 0.13, 0.65, 0.95), strict=True))
    kinds: dict[str, Kind] = {"Z": "listed", "Z'": "private", "Z''": "other"}
    for name, expected in published["O28"]["expected"].items():
        found = altman(kinds[name], ratios)
        assert found is not None
        assert found.score == pytest.approx(expected, abs=0.0005)


def test_collection_effectiveness(published: dict[str, Any]) -> None:
    expected = published["O29"]["expected"]
    divided = collection_effectiveness(6200, 10890, 6340, 3590, periods=3)
    whole = collection_effectiveness(6200, 10890, 6340, 3590)
    assert float(divided or 0) == pytest.approx(expected["CEI_N"], abs=0.01)
    assert float(whole or 0) == pytest.approx(expected["CEI_period"], abs=0.01)
    assert collection_effectiveness(0, 0, 0, 0) is None
    assert isinstance(divided, Fraction)


def test_kaplan_meier(published: dict[str, Any]) -> None:
    figure = published["O32"]
    steps = kaplan_meier(figure["values"]["events"], figure["values"]["censored"])
    assert {f"{step.time:g}": step.share for step in steps} == pytest.approx(
        figure["expected"], abs=0.0001
    )
    assert all(step.low < step.share < step.high for step in steps)


def test_evidence_of_german_credit(data_folder: Path) -> None:
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for line in (data_folder / "04_german_credit" / "german.data").read_text().splitlines()[1:]:
        parts = line.split()
        counts[parts[0]][parts[-1] == "2"] += 1
    found = evidence({key: (good, bad) for key, (good, bad) in counts.items()})
    weights = sorted(each.weight for each in found.classes.values())
    assert weights == pytest.approx([-0.8181, -0.4014, 0.4055, 1.1763], abs=0.0001)
    assert found.value == pytest.approx(0.6660, abs=0.0001)
