"""Least load above capacity: by hand, against one large linear programme without any merging, and its parts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from optimiser.solver.excess import Crowd, connected, least_excess, least_of_each, merged
from optimiser.solver.problem import Floats, Ints
from optimiser.solver.programme import RelaxationError

TOLERANCE = 1e-4


def crowd(minutes: list[float], allowed: list[str], room: list[float], **more: Any) -> Crowd:
    """Classes with coaches marked `x` (allowed), `d` (allowed, dear) or `.` (barred)."""
    signs = np.array([list(row) for row in allowed]).reshape(len(minutes), len(room))
    plain: dict[str, Any] = {
        "factor": np.ones(len(minutes)),
        "area": np.full(len(minutes), -1),
        "most": np.full(len(room), np.inf),
        "area_limit": np.zeros(0),
    }
    return Crowd(
        minutes=np.array(minutes, dtype=np.float64),
        allowed=signs != ".",
        dear=signs == "d",
        room=np.array(room, dtype=np.float64),
        **plain | {name: np.array(value) for name, value in more.items()},
    )


def total(case: Crowd) -> float:
    """Least excess of all coaches."""
    return float(least_excess(case, connected(case)).sum())


def direct(case: Crowd, cost: Floats) -> float:
    """Least sum of cost times excess, from one programme with a column for every pair allowed."""
    kind, coach = np.nonzero(case.allowed)
    pairs, coaches = len(kind), len(case.room)
    gain = np.where(case.dear[kind, coach], case.factor[kind], 1.0)
    served = np.zeros((len(case.minutes), pairs + coaches))
    served[kind, np.arange(pairs)] = 1.0
    load = np.zeros((coaches + len(case.area_limit), pairs + coaches))
    load[coach, np.arange(pairs)] = gain
    load[np.arange(coaches), pairs + np.arange(coaches)] = -1.0
    for pair in np.flatnonzero((case.area[kind] >= 0) & (gain > 1)):
        load[coaches + case.area[kind[pair]], pair] = gain[pair] - 1.0
    most = [(0.0, None if np.isinf(m) else float(m)) for m in case.most]
    found = linprog(
        np.concatenate([np.zeros(pairs), cost]),
        A_ub=load,
        b_ub=np.concatenate([case.room, case.area_limit]),
        A_eq=served,
        b_eq=case.minutes,
        bounds=[(0.0, None)] * pairs + most,
    )
    assert found.status == 0, found.message
    return float(found.fun)


@st.composite
def crowds(draw: st.DrawFn) -> Crowd:
    """Up to eight classes and six coaches, many of them alike; some need interpreters, of limited areas or not."""
    kinds, coaches = draw(st.integers(1, 8)), draw(st.integers(1, 6))
    row = st.lists(st.sampled_from("xxd.."), min_size=coaches, max_size=coaches)
    rows = draw(st.lists(row, min_size=kinds, max_size=kinds))
    for signs, first in zip(rows, draw(st.lists(st.integers(0, coaches - 1), min_size=kinds)), strict=False):
        signs[first] = "x"
    copied = draw(st.lists(st.integers(0, coaches - 1), max_size=3))
    rows = [[*signs, *(signs[c] for c in copied)] for signs in rows]
    coaches += len(copied)
    numbers = st.lists(st.sampled_from([0.0, 30.0, 60.0, 250.0]), min_size=max(kinds, coaches), max_size=99)
    area = st.sampled_from([-1, -1, 0, 1])
    return crowd(
        draw(numbers)[:kinds],
        ["".join(signs) for signs in rows],
        draw(numbers)[:coaches],
        factor=[draw(st.sampled_from([1.0, 1.5, 2.0])) for _ in range(kinds)],
        area=[draw(area) for _ in range(kinds)],
        area_limit=[draw(st.sampled_from([0.0, 20.0, 500.0])) for _ in range(2)],
    )


def with_present(case: Crowd, seed: int) -> Crowd:
    """Every coach's most excess is that of a division drawn at random, and so are the interpreter limits."""
    draw = np.random.default_rng(seed)
    flow = np.zeros(case.allowed.shape)
    for kind in range(len(case.minutes)):
        open_to = np.flatnonzero(case.allowed[kind])
        flow[kind, open_to] = draw.dirichlet(np.full(len(open_to), 0.3)) * case.minutes[kind]
    gain = np.where(case.dear, case.factor[:, None], 1.0)
    taken = (flow * (gain - 1.0)).sum(axis=1)
    used = np.bincount(case.area[case.area >= 0], taken[case.area >= 0], minlength=2)
    excess = np.maximum((flow * gain).sum(axis=0) - case.room, 0.0)
    return replace(case, most=excess, area_limit=np.maximum(case.area_limit, used))


def test_work_goes_where_there_is_room() -> None:
    """200 minutes that both coaches may take, 100 that only the first may: 100 + 80 room leaves 120."""
    assert total(crowd([200.0, 100.0], ["xx", "x."], [100.0, 80.0])) == pytest.approx(120.0)


def test_an_interpreter_costs_minutes() -> None:
    """60 minutes fit the speaker's 60; 60 more take 90 with the other coach, who has 80."""
    assert total(crowd([120.0], ["xd"], [60.0, 80.0], factor=[1.5])) == pytest.approx(20 / 3)


def test_an_area_without_interpreter_minutes_keeps_work_with_the_speaker() -> None:
    """With no interpreter minutes left all 120 minutes stay with the speaker, who has room for 60."""
    limited = crowd([120.0], ["xd"], [60.0, 80.0], factor=[1.5], area=[0], area_limit=[0.0])
    assert total(limited) == pytest.approx(60.0)
    some = replace(limited, area_limit=np.array([10.0]))
    assert total(some) == pytest.approx(40.0)


def test_coaches_alike_share_their_room() -> None:
    """Two coaches with the same classes are one with both rooms; the third stands apart."""
    small, of_coach = merged(crowd([100.0, 50.0], ["xx.", "xxx"], [30.0, 40.0, 10.0]))
    assert small.allowed.shape == (2, 2)
    assert of_coach[0] == of_coach[1] != of_coach[2]
    assert small.room[of_coach].tolist() == [70.0, 70.0, 10.0]


def test_classes_alike_are_one_even_at_another_factor() -> None:
    """A class that is dear with every coach open to it is a larger class that is dear with none."""
    small, _ = merged(crowd([100.0, 50.0], ["xx", "dd"], [30.0, 40.0], factor=[1.0, 2.0]))
    assert small.minutes.tolist() == [200.0]
    assert small.factor.tolist() == [1.0]


def test_components_by_classes_and_areas() -> None:
    """A class joins its coaches, an area those whose interpreter minutes it limits; the idle stand alone."""
    apart = crowd([10.0, 10.0, 10.0], ["xd...", "..xd.", "..x.."], [1.0] * 5, factor=[2.0, 2.0, 1.0])
    assert connected(apart).tolist() == [0, 0, 1, 1, 2]
    together = replace(apart, area=np.array([0, 0, -1]), area_limit=np.array([9.0]))
    assert connected(together)[[1, 3]].tolist() == [0, 0]


def test_one_coach_is_relieved_only_without_burdening_another() -> None:
    """The second coach may have 30 above its room and has 50 free: of the first one's 100, 80 can go."""
    case = crowd([200.0], ["xx"], [100.0, 50.0], most=[100.0, 30.0])
    assert least_of_each(case) == pytest.approx([20.0, 0.0])


def test_a_shift_that_needs_interpreters_relieves_nobody_without_them() -> None:
    """The colleague has room for everything, but the area has no interpreter minute left."""
    case = crowd([100.0], ["xd"], [0.0, 300.0], factor=[2.0], area=[0], area_limit=[0.0], most=[100.0, 0.0])
    assert least_of_each(case) == pytest.approx([100.0, 0.0])
    assert least_of_each(replace(case, area_limit=np.array([500.0]))) == pytest.approx([0.0, 0.0])


def test_who_needs_an_interpreter_with_everybody_takes_the_area_s_minutes_first() -> None:
    """40 minutes that are dear everywhere take the area's 20 minutes; the other class stays with its speaker."""
    both = crowd([40.0, 120.0], ["dd", "xd"], [60.0, 80.0], factor=[1.5, 1.5], area=[0, 0], area_limit=[20.0])
    assert total(both) == pytest.approx(60.0)


def test_work_that_fits_nowhere_is_refused() -> None:
    """Where the most excesses leave no room for everybody there is no answer."""
    with pytest.raises(RelaxationError):
        least_of_each(crowd([200.0], ["xx"], [50.0, 50.0], most=[20.0, 30.0]))


def test_without_people_or_coaches_there_is_no_excess() -> None:
    """Nobody to serve, or people without minutes, is no excess."""
    assert total(crowd([], [], [10.0, 20.0])) == 0.0
    assert total(crowd([0.0], [".."], [10.0, 20.0])) == 0.0
    assert total(crowd([], [], [])) == 0.0


@settings(max_examples=50)
@given(crowds())
def test_merging_loses_nothing(case: Crowd) -> None:
    """The least excess, in all and by component, is that of the programme with every pair."""
    label = connected(case)
    parts = least_excess(replace(case, area_limit=case.area_limit + 1e4), label)
    loose = replace(case, area_limit=case.area_limit + 1e4)
    assert parts.sum() == pytest.approx(direct(loose, np.ones(len(case.room))), abs=TOLERANCE)
    for number, part in enumerate(parts):
        inside = np.flatnonzero(label == number)
        rows = case.allowed[:, inside].any(axis=1)
        alone = _only(loose, rows, inside)
        assert part == pytest.approx(direct(alone, np.ones(len(inside))), abs=TOLERANCE)


def _only(case: Crowd, rows: np.ndarray, inside: Ints) -> Crowd:
    """Some classes and coaches."""
    return Crowd(
        case.minutes[rows],
        case.allowed[rows][:, inside],
        case.dear[rows][:, inside],
        case.factor[rows],
        case.area[rows],
        case.room[inside],
        case.most[inside],
        case.area_limit.copy(),
    )


@settings(max_examples=50)
@given(crowds(), st.integers(0, 999))
def test_limits_of_areas_hold_after_merging(case: Crowd, seed: int) -> None:
    """With interpreter minutes that just suffice, merged and unmerged programmes agree."""
    case = with_present(case, seed)
    assert total(case) == pytest.approx(direct(case, np.ones(len(case.room))), abs=TOLERANCE)


@settings(max_examples=50)
@given(crowds(), st.integers(0, 999))
def test_each_coach_alone(case: Crowd, seed: int) -> None:
    """The least excess of each coach is that of a programme of its own, and never more than at present."""
    case = with_present(case, seed)
    found = least_of_each(case)
    for coach in range(len(case.room)):
        cost = (np.arange(len(case.room)) == coach).astype(np.float64)
        assert found[coach] == pytest.approx(direct(case, cost), abs=TOLERANCE)
    assert (found <= case.most).all()


@settings(max_examples=40)
@given(crowds(), st.randoms(use_true_random=False))
def test_order_makes_no_difference(case: Crowd, draw: Any) -> None:
    """Classes and coaches in another order have the same least excess."""
    rows, columns = (draw.sample(range(n), n) for n in case.allowed.shape)
    loose = replace(case, area_limit=case.area_limit + 1e4)
    other = _only(loose, np.array(rows), np.array(columns))
    assert total(other) == pytest.approx(total(loose), abs=TOLERANCE)
