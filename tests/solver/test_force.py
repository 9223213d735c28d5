"""What it costs the whole plan to force one pair: by the relaxation, and by trying everything."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from optimiser.solver import Problem
from optimiser.solver.curve import curves
from optimiser.solver.force import Pair, at_once, forced, forced_bound, relaxed
from tests.solver.problems import all_flows, minutes_of, problem, problems, unserved_of, whole, without_groups

PRICES = (0.0, 5.0, 60.0, 600.0)


def pairs(base: Problem) -> list[Pair]:
    """Every kind of unit on every arc of its group: those who may stay, and the others."""
    found = []
    for arc, group in enumerate(base.arc_group):
        if base.count[group] > base.must[group]:
            found.append(Pair(arc, -1))
        stays = np.flatnonzero((base.arc_group[base.stay_arc] == group) & (base.stay_count > 0))
        found += [Pair(arc, int(stay)) for stay in stays]
    return found


def one_level(base: Problem, price: float) -> float | None:
    """The one-level relaxation written down row by row; None where it has no solution."""
    curve, groups, arcs, stays = curves(base), base.groups, len(base.arc_group), len(base.stay_arc)
    on = np.concatenate([np.arange(arcs), base.stay_arc]).astype(int)
    ends = np.append(curve.start[:, 1:], np.full((base.coaches, 1), np.inf), axis=1)
    width = np.maximum(
        np.minimum(ends, base.limit[:, None]) - np.minimum(curve.start, base.limit[:, None]), 0
    )
    piece_coach = np.repeat(np.arange(base.coaches), curve.start.shape[1])
    pieces, flows = len(piece_coach), arcs + stays
    cost = np.concatenate(
        [
            base.arc_price,
            base.arc_price[base.stay_arc] - base.stay_saving,
            price * base.weight,
            curve.slope.ravel(),
        ]
    )
    upper = np.concatenate([np.full(arcs, np.inf), base.stay_count, base.count - base.must, width.ravel()])
    served = np.zeros((groups, len(cost)))
    served[base.arc_group[on], np.arange(flows)] = 1
    served[np.arange(groups), flows + np.arange(groups)] = 1
    load = np.zeros((base.coaches, len(cost)))
    load[base.arc_coach[on], np.arange(flows)] = base.arc_demand[on]
    load[piece_coach, flows + groups + np.arange(pieces)] = -1
    heads = np.zeros((base.coaches, len(cost)))
    heads[base.arc_coach[on], np.arange(flows)] = base.heads[base.arc_group[on]]
    area = np.zeros((len(base.area_limit), len(cost)))
    some = np.flatnonzero(base.arc_area[on] >= 0)
    area[base.arc_area[on][some], some] = base.arc_interpreter[on][some]
    moves = np.zeros((1, len(cost)))
    moves[0, :flows] = base.arc_moves[on] - np.append(np.zeros(arcs), base.stay_moves)
    room = [base.heads_limit - base.fixed_heads, base.area_limit - base.area_taken]
    room.append(np.array([base.moves_limit - base.moves_apart]))
    right = np.concatenate(room)
    most = np.concatenate([heads, area, moves])[np.isfinite(right)]
    found = linprog(
        cost,
        A_ub=most,
        b_ub=right[np.isfinite(right)],
        A_eq=np.concatenate([served, load]),
        b_eq=np.concatenate([base.count, -base.fixed_load]),
        bounds=np.column_stack([np.zeros(len(cost)), upper]),
    )
    assert found.status in (0, 2)
    return float(found.fun) + base.constant if found.status == 0 else None


def whole_value(base: Problem, price: float) -> float | None:
    """The best whole plan of one level by trying everything; None where there is none."""
    values = [
        minutes_of(base, f) + price * float(base.weight @ unserved_of(base, f)) for f in all_flows(base)
    ]
    return min(values, default=None)


@settings(max_examples=50)
@given(problems(most=3), st.sampled_from(PRICES))
def test_the_forced_relaxation_is_solved_exactly(base: Problem, price: float) -> None:
    """On a few arcs, proven on all: the same optimum as the whole programme, and None only where there is none."""
    start = relaxed(base, price)
    assert start.bound == pytest.approx(one_level(base, price), abs=1e-5)
    for pair in pairs(base):
        bound, exact = forced_bound(start, pair), one_level(forced(base, pair), price)
        assert (bound is None) == (exact is None)
        if bound is not None:
            assert bound == pytest.approx(exact, abs=1e-5)


@settings(max_examples=50)
@given(problems(most=3), st.sampled_from(PRICES))
def test_forcing_never_saves(base: Problem, price: float) -> None:
    """Whoever is free to do the same already loses nothing; the multipliers alone tell a part of it."""
    start = relaxed(base, price)
    for pair in pairs(base):
        bound = forced_bound(start, pair)
        assert at_once(start, pair) >= 0
        if bound is not None:
            assert bound >= start.bound - 1e-6
            assert at_once(start, pair) <= bound - start.bound + 1e-6


@settings(max_examples=60)
@given(problems(most=2), st.sampled_from(PRICES))
def test_no_whole_plan_beats_the_bound(base: Problem, price: float) -> None:
    """The best whole plan with the pair costs no less than the bound, and no less than the best without."""
    start, best = relaxed(base, price), whole_value(base, price)
    assert best is not None
    for pair in pairs(base):
        value, bound = whole_value(forced(base, pair), price), forced_bound(start, pair)
        if value is not None:
            assert bound is not None
            assert bound <= value + 1e-6
            assert value >= best - 1e-6


def test_a_pair_at_home_costs_nothing() -> None:
    """Two units of the group may stay; to force one of them to stay changes nothing, to move it its handover."""
    base = problem(
        stay_arc=whole(0),
        stay_count=whole(2),
        stay_saving=np.array([7.0]),
        must=whole(2, 0, 0),
        constant=14.0,
    )
    start = relaxed(base, 600.0)
    home, away = forced_bound(start, Pair(0, 0)), forced_bound(start, Pair(3, 0))
    assert home == pytest.approx(start.bound)
    # Coach 3 is empty, and the load of 20 minutes costs the same at both: 10 for the arc, 7 for the change.
    assert away is not None
    assert away - start.bound == pytest.approx(17.0)


def test_a_coach_without_room_is_said_so() -> None:
    """Where the limit is below one unit and nobody could make room, there is no price."""
    full = problem(limit=np.array([120.0, 120.0, 120.0, 10.0]))
    assert forced_bound(relaxed(full, 600.0), Pair(3, -1)) is None


def test_a_move_is_taken_off_the_budget() -> None:
    """With a budget of one move the forced one uses it up; with none there is no room for it."""
    stays = {
        "stay_arc": whole(0),
        "stay_count": whole(2),
        "stay_saving": np.array([0.0]),
        "must": whole(2, 0, 0),
    }
    one = problem(**stays, moves_limit=1.0)
    assert forced(one, Pair(1, 0)).moves_limit == 0.0
    assert forced_bound(relaxed(one, 600.0), Pair(1, 0)) is not None
    assert forced_bound(relaxed(replace(one, moves_limit=0.0), 600.0), Pair(1, 0)) is None


def test_nobody_to_place_is_no_fault() -> None:
    """Where every unit is fixed the bound is what their loads cost."""
    base = without_groups(problem(fixed_load=np.full(4, 50.0)))
    assert relaxed(base, 600.0).bound == pytest.approx(4 * 50 * 0.1)
