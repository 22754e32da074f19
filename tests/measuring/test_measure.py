"""The benchmarks' own arithmetic: ratios within each run, medians over runs, goals."""

from __future__ import annotations

import json

import pytest
from benchmarks.__main__ import main
from benchmarks.measure import Measurement, interleaved


def measured(ratio: float, goal: float) -> Measurement:
    return Measurement("import", "imports", "copies", ratio, goal, ratio, 1.0, "seconds", 3)


def test_the_ratio_is_taken_within_each_run_and_then_the_median() -> None:
    product, floor = [2.0, 8.0, 30.0], [1.0, 2.0, 10.0]
    ratio, middle, base = interleaved(3, product.__getitem__, floor.__getitem__)
    assert (ratio, middle, base) == (3.0, 8.0, 2.0)


@pytest.mark.parametrize(("ratio", "holds"), [(3.9, True), (4.0, False), (4.1, False)])
def test_a_goal_holds_below_its_figure(ratio: float, holds: bool) -> None:
    document = json.loads(json.dumps(measured(ratio, 4.0).as_document()))
    assert document["holds"] is holds
    assert {"name", "ratio", "goal", "holds"} <= set(document)


def test_an_unknown_benchmark_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["speed"])
    assert caught.value.code == 2
    assert (
        "no benchmark speed; there are import, retier, tenants, preview, governor, backtest, "
        "list, dispatch" in capsys.readouterr().err
    )
