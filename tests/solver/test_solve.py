"""The whole solve against trying everything."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimiser.solver import EFFORTS, Problem, RelaxationError, Solution, solve
from optimiser.solver.bound import bound_minutes, bound_unserved
from optimiser.solver.components import components
from optimiser.solver.curve import curves
from optimiser.solver.relax import relax_minutes
from optimiser.solver.serve import serve
from optimiser.solver.state import State
from tests.solver.problems import (
    best,
    fits,
    minutes_of,
    problem,
    problems,
    unserved_of,
    whole,
    without_groups,
)

SOME = settings(deadline=None, max_examples=60, derandomize=True)


def assert_sound(base: Problem, found: Solution) -> None:
    """Flows whole and conserving, limits kept, must served, values and bounds as they should be."""
    assert found.flow.dtype.kind == "i"
    assert (found.flow >= 0).all()
    assert found.unserved.tolist() == unserved_of(base, found.flow).tolist()
    assert ((found.unserved >= 0) & (found.unserved <= base.count - base.must)).all()
    assert fits(base, found.flow)
    stays = np.bincount(base.stay_arc, found.stay, len(found.flow))
    assert ((found.stay >= 0) & (found.stay <= base.stay_count)).all()
    assert (stays <= found.flow).all()
    left = float(base.weight @ found.unserved)
    assert found.unserved_weighted == left + base.unserved_fixed
    assert found.unserved_bound <= found.unserved_weighted
    assert found.objective == pytest.approx(minutes_of(base, found.flow))
    assert found.bound <= found.objective + 1e-6
    assert found.gap >= 0
    proven = bound_minutes(base, curves(base), found.level2, left)
    assert found.bound == pytest.approx(proven)
    first = bound_unserved(base, found.level1, found.component).sum() + base.unserved_fixed
    assert found.unserved_bound == first


@settings(SOME, max_examples=150)
@given(problems(), st.sampled_from(list(EFFORTS)))
def test_solutions_are_sound(base: Problem, effort: str) -> None:
    """Any problem has a solution within its limits whose multipliers prove its bounds."""
    assert_sound(base, solve(base, effort))


@settings(SOME, max_examples=100)
@given(problems(most=2))
def test_no_solution_beats_the_best_and_no_bound_is_above_it(base: Problem) -> None:
    """Bounds are below what trying everything finds, values are not."""
    least, minutes = best(base)
    found = solve(base, "thorough")
    assert found.unserved_bound - base.unserved_fixed <= least + 1e-9
    assert found.unserved_weighted - base.unserved_fixed >= least
    if found.unserved_weighted - base.unserved_fixed == least:
        assert found.bound - 1e-6 <= minutes <= found.objective + 1e-6


@settings(SOME, max_examples=100)
@given(problems(most=2, weights=(1,)))
def test_nearly_all_are_served_who_can_be(base: Problem) -> None:
    """With equal weights the unserved are at most one household above the best, each of at most 2 heads."""
    least, _ = best(base)
    assert solve(base, "normal").unserved_weighted - base.unserved_fixed <= least + 2


@SOME
@given(problems())
def test_the_same_problem_has_the_same_solution(base: Problem) -> None:
    """A second solve gives the same arrays and figures, bit by bit."""
    one, two = solve(base), solve(base)
    for item in fields(Solution):
        first, second = getattr(one, item.name), getattr(two, item.name)
        if isinstance(first, np.ndarray):
            assert first.tobytes() == second.tobytes()
        elif isinstance(first, float):
            assert first == second


def test_the_toy_is_solved_to_the_best() -> None:
    """Each group goes to its free coach: nobody travels, and the bound says that nothing is better."""
    base = problem()
    found = solve(base, "thorough")
    assert_sound(base, found)
    assert found.objective == pytest.approx(best(base)[1])
    assert found.unserved_weighted == 0


def test_those_who_may_stay_are_served_first() -> None:
    """One place, and one unit of two may stay: that one has it."""
    base = problem(
        count=whole(1, 1, 1),
        must=whole(0, 1, 0),
        limit=np.array([0.0, 20.0, 0.0, 0.0]),
        soft_limit=np.zeros(4),
        stay_arc=whole(5),
        stay_count=whole(1),
        stay_saving=np.array([5.0]),
        constant=5.0,
    )
    found = solve(base)
    assert_sound(base, found)
    assert found.unserved.tolist() == [1, 0, 1]
    assert found.stay.tolist() == [1]
    assert found.unserved_bound == 2


def test_heavier_weights_are_served_first() -> None:
    """One place and weights 1, 5 and 2: the weight 5 has it, and the bound proves it."""
    base = problem(count=whole(1, 1, 1), weight=whole(1, 5, 2), heads_limit=np.array([1.0, 0.0, 0.0, 0.0]))
    found = solve(base)
    assert_sound(base, found)
    assert found.unserved.tolist() == [1, 0, 1]
    assert found.unserved_weighted == found.unserved_bound == 3


def test_load_above_the_soft_limit_costs_steeply() -> None:
    """Units that must be served above the soft limit cost 20 a minute, shown apart."""
    base = problem(must=whole(2, 1, 2), soft_limit=np.full(4, 10.0))
    found = solve(base)
    assert_sound(base, found)
    load = np.bincount(base.arc_coach, found.flow * base.arc_demand, 4)
    assert found.overload == pytest.approx(20 * np.maximum(load - 10, 0).sum())
    assert found.overload > 0


def test_everybody_fixed() -> None:
    """Without groups the objective is that of the fixed load, and its own bound."""
    base = without_groups(
        problem(fixed_load=np.array([60.0, 0.0, 130.0, 10.0]), constant=7.0, unserved_fixed=3)
    )
    found = solve(base)
    assert found.objective == pytest.approx(7 + (5 + 5) + (30 + 60 - 0 + 200) + 1)
    assert found.bound == pytest.approx(found.objective)
    assert found.overload == pytest.approx(200)
    assert (found.unserved_weighted, found.unserved_bound, found.gap) == (3, 3, 0)


def test_nobody_and_no_coach() -> None:
    """A problem without clients and without coaches is solved, at no cost."""
    base = without_groups(problem())
    no = np.zeros(0)
    names = ("capacity", "soft_limit", "limit", "heads_limit", "fixed_load", "fixed_heads")
    for empty in (base, replace(base, **dict.fromkeys(names, no), unserved_fixed=4)):
        found = solve(empty)
        assert (found.objective, found.bound) == (0, 0)
        assert found.unserved_weighted == found.unserved_bound == empty.unserved_fixed


def test_no_capacity() -> None:
    """Where no coach has time, all who may be are left, and the bound proves that it must be so."""
    nothing = dict.fromkeys(("capacity", "soft_limit", "limit"), np.zeros(4))
    found = solve(problem(**nothing, weight=whole(1, 2, 3)))
    assert found.unserved.tolist() == [2, 1, 2]
    assert found.unserved_weighted == found.unserved_bound == 10
    assert found.objective == found.bound == 0


def test_limits_that_were_not_raised_are_refused() -> None:
    """Units that must be served and fit nowhere, halves or whole, are an error, not a broken limit."""
    for room, error in ((0.0, RelaxationError), (19.0, ValueError)):
        limits = {"limit": np.full(4, room), "soft_limit": np.full(4, room)}
        with pytest.raises(error):
            solve(problem(must=whole(2, 0, 0), **limits))


def test_an_unknown_effort_is_refused() -> None:
    """Only declared efforts are known."""
    with pytest.raises(KeyError):
        solve(problem(), "heroic")


@settings(SOME, max_examples=80)
@given(problems(most=3))
def test_thorough_is_not_worse_than_quick(base: Problem) -> None:
    """More work serves as many, and for as many costs no more but for rounding."""
    quick, thorough = solve(base, "quick"), solve(base, "thorough")
    assert thorough.unserved_weighted <= quick.unserved_weighted
    if thorough.unserved_weighted == quick.unserved_weighted:
        assert thorough.objective <= quick.objective * (1 + 1e-3) + 1e-6


def test_a_heavy_unit_is_served_in_the_place_of_lighter_ones() -> None:
    """Three light units fill the coach while one of weight 100 waits: they make room for it."""
    base = problem(
        count=whole(3, 1),
        must=whole(0, 0),
        heads=whole(1, 1),
        weight=whole(1, 100),
        arc_group=whole(0, 1),
        arc_coach=whole(0, 0),
        arc_price=np.zeros(2),
        arc_demand=np.array([10.0, 25.0]),
        arc_area=whole(-1, -1),
        arc_interpreter=np.zeros(2),
        limit=np.full(4, 30.0),
        soft_limit=np.full(4, 30.0),
    )
    prices = relax_minutes(base, curves(base), 3.0).prices
    state = State(base, curves(base), prices, whole(3, 0))
    serve(state, components(base), np.zeros(4))
    assert state.flow.tolist() == [0, 1]
