"""What the methods of risk hold to whatever the figures: properties, and the known traps."""

from __future__ import annotations

import datetime
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierline.risk_methods import receivables
from tierline.risk_methods.accuracy import Warned, accuracy, alarms_a_week, calibration
from tierline.risk_methods.dependence import herfindahl, loss_of_each, top_share
from tierline.risk_methods.insolvency import altman
from tierline.risk_methods.lifetime import BgNbd, ParetoNbd, fit, histories
from tierline.risk_methods.monitoring import cusum, ewma, silence
from tierline.risk_methods.receivables import Invoice
from tierline.risk_methods.scorecards import evidence
from tierline.risk_methods.spending import GammaGamma, value

BG, PARETO = BgNbd(0.243, 4.414, 0.793, 2.426), ParetoNbd(0.553, 10.58, 0.606, 11.67)
DAY = datetime.date(2026, 6, 30)


def days(number: int) -> datetime.date:
    return DAY + datetime.timedelta(days=number)


@st.composite
def a_history(draw: st.DrawFn) -> tuple[int, float, float]:
    repeats = draw(st.integers(0, 400))
    observed = draw(st.floats(1, 200))
    return repeats, 0.0 if not repeats else draw(st.floats(0.1, 1)) * observed, observed


@given(st.lists(a_history(), min_size=1, max_size=20), st.floats(0.5, 200))
def test_chances_are_chances_and_more_time_brings_more(
    rows: list[tuple[int, float, float]], time: float
) -> None:
    seen = histories(*zip(*rows, strict=True))
    for model in (BG, PARETO):
        alive = model.alive(seen)
        assert np.all((alive >= 0) & (alive <= 1))
        soon, later = model.expected(seen, time), model.expected(seen, time * 2)
        assert np.all(np.isfinite(later))
        assert np.all(soon >= 0)
        assert np.all(later >= soon - 1e-9)


def test_who_bought_once_is_always_alive_to_bg_nbd_so_it_is_no_list_of_those_who_leave() -> None:
    once = histories([0, 0], [0, 0], [4, 400])
    assert BG.alive(once).tolist() == [1, 1]
    assert PARETO.alive(once)[1] < 0.5


def test_what_cannot_have_happened_is_refused() -> None:
    for wrong in (([1], [5], [4]), ([-1], [0], [4]), ([0], [2], [4]), ([2], [0], [4])):
        with pytest.raises(ValueError, match="last"):
            histories(*wrong)
    with pytest.raises(ValueError, match="too few"):
        fit(BgNbd, histories([1] * 20, [2] * 20, [4] * 20))


@pytest.fixture(scope="module")
def world() -> tuple[BgNbd, object]:
    """Two thousand accounts that buy as the model says, with known parameters."""
    random = np.random.default_rng(7)
    size, true = 2000, BgNbd(0.6, 6.0, 0.9, 3.0)
    rate = random.gamma(true.r, 1 / true.alpha, size)
    leaves = random.beta(true.a, true.b, size)
    repeats, last, observed = np.zeros(size), np.zeros(size), random.uniform(30, 60, size)
    for account in range(size):
        now = 0.0
        while True:
            now += random.exponential(1 / rate[account])
            if now > observed[account]:
                break
            repeats[account] += 1
            last[account] = now
            if random.random() < leaves[account]:
                break
    return true, histories(repeats, last, observed)


def test_known_parameters_are_found_again_and_figures_come_with_intervals(world) -> None:
    true, seen = world
    found = fit(BgNbd, seen)
    expected = true.expected_of_new(52)
    assert found.model.expected_of_new(52) == pytest.approx(expected, rel=0.1)
    low, high = found.interval(lambda model: np.array([model.expected_of_new(52)]))
    assert low[0] < expected < high[0]
    mixed = np.random.default_rng(1).permutation(len(seen.repeats))
    again = fit(BgNbd, histories(seen.repeats[mixed], seen.last[mixed], seen.observed[mixed]))
    assert again.model.expected_of_new(52) == pytest.approx(
        found.model.expected_of_new(52), rel=1e-3
    )


def test_value_is_less_the_more_it_is_discounted_and_in_proportion_to_the_margin() -> None:
    seen, worth = (
        histories([3, 0], [20, 0], [30, 30]),
        GammaGamma(6.25, 3.74, 15.45).expected([3, 0], [40.0, np.nan]),
    )
    given = {"periods": 12, "length": 4.3}
    whole = value(BG, seen, worth, margin=1, discount=0, **given)
    assert whole == pytest.approx(BG.expected(seen, 12 * 4.3) * worth)
    assert np.all(value(BG, seen, worth, margin=1, discount=0.02, **given) < whole)
    assert value(BG, seen, worth, margin=0.3, discount=0, **given) == pytest.approx(whole * 0.3)


def test_charts_take_each_account_by_itself_and_the_unknown_as_nothing() -> None:
    rows = np.array([[10.0] * 8 + [2] * 6, [10] * 14, [np.nan] * 14])
    chart = ewma(rows, [10, 10, 10], [1, 1, 1])
    assert chart.first_signal.tolist() == [9, 0, 0]
    falls = cusum(rows, 10, slack=0.5, limit=5)
    assert falls.first_signal.tolist() == [9, 0, 0]
    alone = ewma(rows[0], 10, 1)
    assert alone.values[0].tolist() == chart.values[0].tolist()


@given(
    st.lists(st.integers(0, 400), max_size=30), st.integers(0, 400), st.lists(st.integers(401, 900))
)
def test_silence_does_not_look_ahead_and_the_order_does_not_matter(
    bought: list[int], today: int, later: list[int]
) -> None:
    assert silence(bought, today) == silence([*later, *bought[::-1]], today)


def test_silence_is_told_against_the_own_rhythm() -> None:
    weekly, quarterly = list(range(0, 71, 7)), list(range(0, 361, 90))
    found = silence(weekly, 100)
    assert found is not None
    assert (found.days, found.usual, found.times) == (30, 7.0, 30 / 7)
    slow = silence(quarterly, 390)
    assert slow is not None
    assert (slow.times, slow.share_as_long) == (30 / 90, 1.0)
    few = silence([1, 1, 5], 20)
    assert few is not None
    assert (few.usual, few.gaps) == (None, 1)
    assert silence([], 5) is None


RATIOS = {
    "working_capital": 0.1,
    "retained_earnings": 0.2,
    "ebit": 0.13,
    "equity": 0.65,
    "sales": 1.0,
}


def test_altman_refuses_percentages_and_leaves_the_unknown_unknown() -> None:
    with pytest.raises(ValueError, match="give a fraction"):
        altman("listed", RATIOS | {"working_capital": 10.0})
    with pytest.raises(ValueError, match="no ratio equty"):
        altman("listed", {"equty": 1.0})
    assert altman("listed", RATIOS | {"sales": None}) is None
    without = altman("other", RATIOS | {"sales": None})
    assert without is not None
    assert without.zone == "safe"


def test_evidence_of_an_empty_side_is_finite_and_marked() -> None:
    found = evidence({"new": (10, 0), "old": (30, 20)})
    assert found.classes["new"].smoothed
    assert not found.classes["old"].smoothed
    assert found.classes["new"].weight > 0 > found.classes["old"].weight
    with pytest.raises(ValueError, match="turned out bad"):
        evidence({"new": (10, 0)})


LEDGER = [
    Invoice(days(-100), days(-70), 1000),
    Invoice(days(-50), days(-20), 200),
    Invoice(days(-50), days(-20), 300, paid_on=days(-25)),
    Invoice(days(-10), days(20), 40),
    Invoice(days(-40), days(-10), 500, paid_on=days(5)),
]


def test_ageing_goes_by_the_due_date_as_of_the_day() -> None:
    assert receivables.ageing(LEDGER, DAY) == (40, 700, 0, 1000, 0)
    assert receivables.ageing(LEDGER, days(10)) == (40, 200, 0, 1000, 0)


@given(st.integers(1, 500), st.integers(0, 90))
def test_nothing_dated_later_changes_a_days_receivables(amount: int, later: int) -> None:
    more = [*LEDGER, Invoice(days(1 + later), days(31 + later), amount)]
    paid_later = [*more, Invoice(days(-5), days(25), amount, paid_on=days(1 + later))]
    open_now = [*LEDGER, Invoice(days(-5), days(25), amount)]
    assert receivables.ageing(more, DAY) == receivables.ageing(LEDGER, DAY)
    assert receivables.ageing(paid_later, DAY) == receivables.ageing(open_now, DAY)


def test_in_time_by_count_and_by_amount_differ() -> None:
    found = receivables.on_time(LEDGER, days(-30), DAY, DAY)
    assert (found.by_count.count, found.by_count.n) == (1, 3)
    assert found.by_amount == Fraction(300, 1000) * 100
    with pytest.raises(ValueError, match="after the day"):
        receivables.on_time(LEDGER, days(-30), days(1), DAY)


def test_receivables_reach_back_over_the_months_that_they_cover() -> None:
    assert receivables.count_back(150, [(30, 100), (31, 100)]) == 30 + Fraction(31, 2)
    assert receivables.count_back(500, [(30, 100), (31, 100)]) is None
    assert receivables.days_sales_outstanding(150, 300, 90) == 45
    assert receivables.days_sales_outstanding(150, 0, 90) is None


def test_how_right_warnings_were() -> None:
    warned = [Warned(f"A{n}", 70 if n < 30 else None) for n in range(50)]
    found = accuracy(warned, left=40)
    assert (found.precision.count, found.precision.n) == (30, 50)
    assert (found.recall.count, found.recall.n) == (30, 40)
    assert (found.lead_days, found.is_hidden) == (70.0, False)
    assert accuracy(warned[:20], left=40).is_hidden
    with pytest.raises(ValueError, match="twice"):
        accuracy([*warned, warned[0]], 40)
    assert alarms_a_week([1, 2, 3], 21) == 1


@given(st.lists(st.tuples(st.sampled_from([0.05, 0.35, 0.75, 1.0]), st.booleans()), min_size=1))
def test_the_brier_score_is_the_sum_of_its_parts(pairs: list[tuple[float, bool]]) -> None:
    found = calibration(*zip(*pairs, strict=True))
    parts = found.reliability - found.resolution + found.uncertainty
    assert found.score == pytest.approx(parts)
    assert sum(each.left.n for each in found.bins) == len(pairs)


def test_chances_in_percent_are_refused() -> None:
    with pytest.raises(ValueError, match="not percentages"):
        calibration([70, 20], [True, False])


def test_dependence_on_few() -> None:
    assert top_share([50, 30, 20, -10], 2) == pytest.approx(80)
    assert herfindahl([50, 50]) == pytest.approx(0.5)
    assert top_share([-5, 0], 1) is None
    assert loss_of_each([100, 50], 20, 0.5).tolist() == [5, 30]
