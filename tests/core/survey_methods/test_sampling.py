"""Samples: allocated as designed, drawn the same again, and what the frame lost is on record."""

from __future__ import annotations

import random
from collections import Counter
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierline.survey_methods.allocation import (
    METHODS,
    Method,
    Stratum,
    allocate,
    allocate_budget,
    deviation_of_share,
    variance_of_mean,
)
from tierline.survey_methods.sample_size import (
    invitations,
    size_for_mean,
    size_for_share,
    size_for_strata,
)
from tierline.survey_methods.sampling import Frame, Unit, cell_key, draw, losses, strata


def a_stratum(place: int, size: int, deviation: int, cost: int, census: bool) -> Stratum:
    return Stratum(str(place), size, float(deviation), float(cost), census)


@st.composite
def some_strata(draw_from: st.DrawFn) -> list[Stratum]:
    parts = st.tuples(st.integers(0, 400), st.integers(0, 50), st.integers(1, 90), st.booleans())
    drawn = draw_from(st.lists(parts, min_size=1, max_size=12))
    return [a_stratum(place, *each) for place, each in enumerate(drawn)]


@given(some_strata(), st.floats(0, 1), st.sampled_from(METHODS), st.randoms())
def test_what_is_asked_is_the_design_within_one(
    parts: list[Stratum], where: float, method: Method, chance: random.Random
) -> None:
    least = sum(stratum.bounds[0] for stratum in parts)
    most = sum(stratum.size for stratum in parts)
    total = least + round(where * (most - least))
    found = allocate(parts, total, method)
    assert found.size == total
    assert sum(share.designed for share in found.shares) == pytest.approx(total)
    for share in found.shares:
        low, high = share.stratum.bounds
        assert abs(share.size - share.designed) < 1
        assert low <= share.size <= high
        assert not share.stratum.census or share.size == share.stratum.size
    chance.shuffle(parts)
    assert allocate(parts, total, method).sizes == found.sizes


@given(some_strata(), st.floats(0, 1), st.integers(0, 11), st.integers(0, 11))
def test_no_other_division_is_better_than_neymans(
    parts: list[Stratum], where: float, giver: int, taker: int
) -> None:
    parts = [stratum for stratum in parts if stratum.size >= 2 and stratum.deviation]
    if not parts:
        return
    least = sum(stratum.bounds[0] for stratum in parts)
    most = sum(stratum.size for stratum in parts)
    shares = allocate(parts, least + round(where * (most - least)), "neyman").shares
    designed = {share.stratum.key: share.designed for share in shares}
    best = variance_of_mean(parts, designed)
    one, other = parts[giver % len(parts)], parts[taker % len(parts)]
    moved = min(1.0, designed[one.key] - one.bounds[0], other.bounds[1] - designed[other.key])
    changed = {**designed}
    changed[one.key] -= max(0.0, moved)
    changed[other.key] += max(0.0, moved)
    assert variance_of_mean(parts, changed) >= best - 1e-9


SAMPLINGBOOK = [
    Stratum("a", 5234, 251),
    Stratum("b", 2586, 1165),
    Stratum("c", 649, 8035),
    Stratum("d", 157, 24725),
]


def test_a_stratum_is_never_asked_more_often_than_it_is_there() -> None:
    almost = allocate(SAMPLINGBOOK, 500, "neyman")
    designed = [round(share.designed, 1) for share in almost.shares]
    assert designed == [48.9, 112.2, 194.2, 144.6]
    full = allocate(SAMPLINGBOOK, 600, "neyman")
    assert full.sizes["d"] == 157
    rest = {share.stratum.key: share.designed for share in full.shares}
    assert rest["a"] / rest["b"] == pytest.approx(5234 * 251 / (2586 * 1165))


def test_a_census_needs_no_deviation() -> None:
    found = allocate([Stratum("top", 9, census=True), Stratum("rest", 90, 2.0)], 30, "neyman")
    assert found.sizes == {"top": 9, "rest": 21}


def test_where_all_agree_the_rest_is_shared_by_size() -> None:
    parts = [Stratum("a", 10, 0.0), Stratum("b", 30, 0.0), Stratum("c", 5, 1.0)]
    found = allocate(parts, 29, "neyman")
    assert found.sizes["c"] == 5
    assert found.sizes["a"] + found.sizes["b"] == 24
    assert found.sizes["a"] < found.sizes["b"]


@pytest.mark.parametrize(
    ("parts", "total", "method", "says"),
    [
        ([Stratum("a", 5)], 6, "proportional", "take from 2 to 5"),
        ([Stratum("a", 5, census=True)], 3, "proportional", "take from 5 to 5"),
        ([Stratum("a", 50)], 6, "neyman", 'stratum "a" has no deviation'),
        ([Stratum("a", 50, 1.0)], 6, "cost", 'stratum "a" has no cost'),
        ([Stratum("a", 50, -1.0)], 6, "neyman", "must not be negative"),
        ([Stratum("a", 50, 1.0, 0.0)], 6, "cost", "must be greater than 0"),
        ([Stratum("a", 5), Stratum("a", 6)], 6, "proportional", "stands twice"),
    ],
)
def test_what_can_not_be_divided_is_refused(
    parts: list[Stratum], total: int, method: Method, says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        allocate(parts, total, method)


@given(some_strata(), st.floats(0, 1))
def test_a_budget_is_never_overspent(parts: list[Stratum], where: float) -> None:
    cost = {stratum.key: stratum.cost or 0 for stratum in parts}
    least = sum(cost[stratum.key] * stratum.bounds[0] for stratum in parts)
    most = sum(cost[stratum.key] * stratum.size for stratum in parts)
    budget = least + where * (most - least)
    found = allocate_budget(parts, budget)
    assert sum(cost[key] * size for key, size in found.sizes.items()) <= budget + 1e-6
    for share in found.shares:
        assert share.stratum.bounds[0] <= share.size <= share.stratum.size
        assert abs(share.size - share.designed) < 1
    with pytest.raises(ValueError, match="does not pay"):
        allocate_budget(parts, least - 1)


def test_sizes_of_the_practitioners_table() -> None:
    """Valliant, Dever & Kreuter (2018), Practical tools for designing samples: PracTools."""
    found = [size_for_share(percent / 100) for percent in range(1, 9)]
    assert found == [9604, 2401, 1068, 601, 385, 267, 196, 151]
    populations = (50, 100, 200, 500, 1_000, 5_000, 10_000)
    assert [size_for_share(0.05, population=each) for each in populations] == [
        45, 80, 132, 218, 278, 357, 370
    ]  # fmt: skip


def test_a_size_gives_the_margin_and_one_less_does_not() -> None:
    parts = [Stratum("top", 40, census=True), Stratum("mid", 400, 1.2), Stratum("low", 2000, 0.9)]
    deviations = {"top": 1.0, "mid": 1.2, "low": 0.9}
    known = [Stratum(s.key, s.size, deviations[s.key], None, s.census) for s in parts]
    total = size_for_strata(known, 0.1, "neyman")

    def margin(size: int) -> float:
        shares = allocate(known, size, "neyman").shares
        designed = {share.stratum.key: share.designed for share in shares}
        return 1.959964 * sqrt(variance_of_mean(known, designed))

    assert margin(total) <= 0.1 < margin(total - 1)
    assert total < size_for_strata(known, 0.1, "proportional")


def test_everybody_is_asked_where_less_is_not_enough() -> None:
    assert size_for_strata([Stratum("a", 7, 1.0), Stratum("b", 3, 1.0)], 0.0, "neyman") == 10
    assert size_for_mean(0.000001, 1, population=300) == 300
    assert size_for_share(0.000001, population=300) == 300


def test_who_does_not_answer_is_invited_for() -> None:
    assert invitations(385, 0.3) == 1284
    assert invitations(385, 0.3, population=900) == 900
    with pytest.raises(ValueError, match="response rate"):
        invitations(385, 0)


def a_frame(units: int = 900, seed: int = 1) -> Frame:
    chance = random.Random(seed)
    return Frame(
        ("tier", "region"),
        tuple(
            Unit(
                f"contact-{number}",
                (chance.choice(["A", "B", "C", None]), chance.choice(["north", "south"])),
                chance.choice([(), (), (), (), ("do_not_contact",), ("quarantine", "conflict")]),
            )
            for number in range(units)
        ),
    )


@given(st.randoms(), st.text(max_size=20))
def test_the_same_seed_draws_the_same_sample_from_any_order(
    chance: random.Random, seed: str
) -> None:
    frame = a_frame(120)
    shuffled = list(frame.units)
    chance.shuffle(shuffled)
    again = Frame(frame.dimensions, tuple(shuffled))
    first, second = (draw(each, allocate(strata(each), 40), seed) for each in (frame, again))
    assert first.drawn == second.drawn
    assert first.to_document() == second.to_document()


def test_another_seed_draws_another_sample() -> None:
    frame = a_frame()
    allocation = allocate(strata(frame), 200)
    first, second = (draw(frame, allocation, seed) for seed in ("spring", "autumn"))
    assert {unit.key for unit in first.drawn} != {unit.key for unit in second.drawn}


def test_a_sample_is_what_was_allocated_and_stands_for_the_frame() -> None:
    frame = a_frame()
    parts = strata(frame, census={"tier": frozenset({"A"})})
    allocation = allocate(parts, 350)
    sample = draw(frame, allocation, "seed", reserve=3)
    drawn = Counter(cell_key(unit.cell) for unit in sample.drawn)
    assert drawn == allocation.sizes
    assert len({unit.key for unit in sample.drawn}) == 350
    able = [unit for unit in frame.units if not unit.losses]
    assert sum(unit.weight for unit in sample.drawn) == pytest.approx(len(able))
    assert {unit.key for unit in sample.drawn} <= {unit.key for unit in able}
    assert {u.key for u in able if u.cell[0] == "A"} <= {u.key for u in sample.drawn}
    waiting = [key for keys in sample.reserve.values() for key in keys]
    assert not {unit.key for unit in sample.drawn} & set(waiting)


def test_a_larger_sample_holds_the_smaller_and_begins_with_its_reserve() -> None:
    frame = a_frame()
    small = draw(frame, allocate(strata(frame), 100), "seed", reserve=500)
    large = draw(frame, allocate(strata(frame), 300), "seed")
    assert {unit.key for unit in small.drawn} <= {unit.key for unit in large.drawn}
    added = {unit.key for unit in large.drawn} - {unit.key for unit in small.drawn}
    assert added <= {key for keys in small.reserve.values() for key in keys}


def test_every_unit_of_a_stratum_is_drawn_as_often() -> None:
    frame = Frame(("tier",), tuple(Unit(str(number), ("A",)) for number in range(20)))
    allocation = allocate(strata(frame), 5)
    times = Counter(
        unit.key for seed in range(2_000) for unit in draw(frame, allocation, str(seed)).drawn
    )
    expected = 2_000 * 5 / 20
    chi_square = sum((times[unit.key] - expected) ** 2 / expected for unit in frame.units)
    assert chi_square / (1 - 5 / 20) < 43.8  # 0.1 % of chi-square with 19 degrees of freedom


def test_losses_are_recorded_by_their_first_reason() -> None:
    frame = Frame(
        ("tier",),
        (
            Unit("1", ("A",)),
            Unit("2", ("A",), ("do_not_contact", "quarantine")),
            Unit("3", ("A",), ("quarantine",)),
            Unit("4", ("B",), ("conflict",)),
            Unit("5", (None,)),
        ),
    )
    found = {loss.cell: (loss.listed, loss.lost, loss.coverage) for loss in losses(frame)}
    assert found == {
        ("A",): (3, {"do_not_contact": 1, "quarantine": 1}, pytest.approx(1 / 3)),
        ("B",): (1, {"conflict": 1}, 0),
        (None,): (1, {}, 1),
    }
    assert [stratum.size for stratum in strata(frame)] == [1, 0, 1]
    assert draw(frame, allocate(strata(frame), 2), "x").to_document()["strata"][1] == {
        "cell": ["B"],
        "listed": 1,
        "lost": {"conflict": 1},
        "size": 0,
        "census": False,
        "designed": 0.0,
        "drawn": 0,
    }


def test_the_evidence_changes_with_the_frame() -> None:
    frame = Frame(("tier",), (Unit("1", ("A",)), Unit("2", ("A",))))
    others = [
        Frame(("tier",), (Unit("1", ("A",)), Unit("3", ("A",)))),
        Frame(("tier",), (Unit("1", ("A",)), Unit("2", ("B",)))),
        Frame(("tier",), (Unit("1", ("A",)), Unit("2", ("A",), ("conflict",)))),
        Frame(("region",), frame.units),
    ]
    assert frame.digest not in {other.digest for other in others}


def test_frames_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="stands twice"):
        Frame(("tier",), (Unit("1", ("A",)), Unit("1", ("B",))))
    with pytest.raises(ValueError, match="needs a value for each"):
        Frame(("tier", "region"), (Unit("1", ("A",)),))
    frame = Frame(("tier",), tuple(Unit(str(n), ("A",)) for n in range(5)))
    with pytest.raises(ValueError, match="not one of the dimensions"):
        strata(frame, census={"teir": frozenset("A")})
    with pytest.raises(ValueError, match="other strata"):
        draw(frame, allocate([Stratum("A", 5)], 3), "x")


def test_the_deviation_of_a_share() -> None:
    assert deviation_of_share(0.5) == 0.5
    assert deviation_of_share(0.9) == pytest.approx(0.3)
