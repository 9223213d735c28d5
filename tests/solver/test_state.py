"""Losses against the bound, and the steps that make them smaller."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimiser.solver import EFFORTS, Problem
from optimiser.solver.bound import bound_minutes, reduced_prices
from optimiser.solver.budget import keep_budget, spend_budget
from optimiser.solver.components import components
from optimiser.solver.curve import curves
from optimiser.solver.polish import exchange, place
from optimiser.solver.problem import Ints, Prices
from optimiser.solver.relax import relax_minutes
from optimiser.solver.serve import must_serve, serve
from optimiser.solver.state import State
from tests.solver.problems import (
    all_flows,
    best,
    fits,
    minutes_of,
    moves_of,
    prices,
    problem,
    problems,
    unserved_of,
    whole,
    within,
)

SOME = settings(deadline=None, max_examples=60, derandomize=True)


def some_flow(base: Problem, drawn: st.DataObject) -> Ints:
    """One of the flows within all limits."""
    flows = list(all_flows(base))
    return flows[drawn.draw(st.integers(0, len(flows) - 1))]


def relaxed_state(base: Problem, flow: Ints) -> State:
    """A flow seen with the multipliers of the relaxation for the least unserved."""
    curve = curves(base)
    return State(base, curve, relax_minutes(base, curve, best(base)[0]).prices, flow)


@SOME
@given(problems(most=2), st.data())
def test_state_counts_what_a_flow_uses(base: Problem, drawn: st.DataObject) -> None:
    """Unserved, load, stays and objective of a state are those summed by hand."""
    flow = some_flow(base, drawn)
    state = relaxed_state(base, flow)
    assert state.unserved.tolist() == unserved_of(base, flow).tolist()
    load = base.fixed_load + np.bincount(base.arc_coach, flow * base.arc_demand, base.coaches)
    np.testing.assert_allclose(state.load, load)
    assert state.objective()[0] == pytest.approx(minutes_of(base, flow))
    stays = np.bincount(base.stay_arc, state.stay(), len(flow))
    assert (stays <= flow).all()
    assert (state.stay() <= base.stay_count).all()
    assert (stays == np.minimum(flow, np.bincount(base.stay_arc, base.stay_count, len(flow)))).all()


@SOME
@given(problems(most=2), st.data())
def test_losses_add_up_to_the_gap(base: Problem, drawn: st.DataObject) -> None:
    """Objective less bound is the sum of the losses of units, coaches, areas, the budget and of those left."""
    curve, multipliers = curves(base), drawn.draw(prices(base))
    flow = some_flow(base, drawn)
    state = State(base, curve, multipliers, flow)
    left = float(base.weight @ state.unserved)
    lost = state.losses().sum()
    lost += multipliers.interpreter @ (base.area_limit - state.area)
    assert state.moves == moves_of(base, state.flow)
    if multipliers.moves > 0:
        lost += multipliers.moves * (base.moves_limit - state.moves)
    empty = State(base, curve, multipliers, np.zeros_like(flow))
    moved = empty.step_cost(np.arange(len(flow)), flow) + multipliers.unserved * left
    # The state takes an area's minutes for a limit; the bound charges them.
    moved += multipliers.interpreter @ (state.area - base.area_taken)
    # An empty state counts everybody as a mover.
    moved += multipliers.moves * base.moves_apart
    cheapest = _cheapest(base, multipliers)
    gap = state.objective()[0] - bound_minutes(base, curve, multipliers, left)
    assert gap == pytest.approx(lost + moved - cheapest, abs=1e-6)
    assert (state.losses() >= -1e-9).all()


def _cheapest(base: Problem, multipliers: Prices) -> float:
    """What the bound takes the units for, one by one."""
    total, charged = 0.0, reduced_prices(base, multipliers, base.arc_price)
    for group in range(base.groups):
        arcs = np.flatnonzero(base.arc_group == group)
        least = float(charged[arcs].min())
        free = int(base.count[group] - base.must[group])
        total += free * min(least, multipliers.unserved * float(base.weight[group]))
        for stay in np.flatnonzero(np.isin(base.stay_arc, arcs)):
            own = float(charged[base.stay_arc[stay]] - base.stay_saving[stay])
            away = least + multipliers.moves * float(base.stay_moves[stay])
            total += float(base.stay_count[stay]) * min(own, away)
    return total


@SOME
@given(problems(most=2), st.data())
def test_step_loss_is_the_change_of_the_objective(base: Problem, drawn: st.DataObject) -> None:
    """A step among the served changes the losses as it changes the minutes and the price of moves."""
    flow = some_flow(base, drawn)
    state = relaxed_state(base, flow)
    alike = [f for f in all_flows(base) if (unserved_of(base, f) == state.unserved).all()]
    target = alike[drawn.draw(st.integers(0, len(alike) - 1))]
    arcs = np.flatnonzero(target != flow)
    units = (target - flow)[arcs]
    expected, before, moves = state.step_loss(arcs, units), state.objective()[0], state.moves
    state.add(arcs, units)
    change = state.objective()[0] - before + state.prices.moves * (state.moves - moves)
    assert expected == pytest.approx(change, abs=1e-6)


def test_a_step_beyond_a_limit_is_infinitely_bad() -> None:
    """Steps that break minutes, heads, an area or serve more units than there are do not count."""
    base = problem(
        limit=np.full(4, 30.0), soft_limit=np.full(4, 30.0), heads_limit=np.array([9.0, 9.0, 0.0, 9.0])
    )
    state = relaxed_state(base, whole(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1))
    one = np.ones(1, dtype=np.int64)
    assert np.isfinite(state.step_loss(whole(0), -one + 1))
    assert state.step_loss(whole(0), one) == np.inf
    assert state.step_loss(whole(2), one) == np.inf
    assert state.step_loss(whole(4), one) == np.inf


def test_adding_and_taking_away_comes_back() -> None:
    """A step and its opposite leave the state as it was."""
    base = problem(
        stay_arc=whole(0, 0), stay_count=whole(1, 1), stay_saving=np.array([3.0, 8.0]), must=whole(2, 0, 0)
    )
    state = relaxed_state(base, whole(1, 1, 0, 0, 0, 1, 0, 0, 0, 0, 2, 0))
    before = [array.copy() for array in (state.flow, state.load, state.heads, state.cost_in, state.cost_out)]
    state.add(whole(0, 1), whole(1, -1))
    assert state.stay().tolist() == [1, 1]
    state.add(whole(0, 1), whole(-1, 1))
    after = (state.flow, state.load, state.heads, state.cost_in, state.cost_out)
    assert all(np.array_equal(x, y) for x, y in zip(before, after, strict=True))
    assert state.stay().tolist() == [0, 1]


@SOME
@given(problems(most=3))
def test_place_and_serve_keep_limits(base: Problem) -> None:
    """Placing and serving never break a limit of coach or area and never serve more units than there are."""
    state = relaxed_state(base, np.zeros(len(base.arc_group), dtype=np.int64))
    place(state)
    placed = float(base.weight @ state.unserved)
    assert within(base, state.flow)
    serve(state, components(base), np.zeros(base.coaches))
    assert within(base, state.flow)
    assert (state.unserved >= 0).all()
    assert float(base.weight @ state.unserved) <= placed


@settings(SOME, max_examples=150)
@given(problems(most=3))
def test_the_budget_is_kept_by_sending_movers_back(base: Problem) -> None:
    """After placing, movers go back until the budget is kept, limits too, and spending never exceeds it."""
    state = relaxed_state(base, np.zeros(len(base.arc_group), dtype=np.int64))
    place(state)
    unserved = state.unserved.copy()
    if keep_budget(state):
        assert (state.unserved == unserved).all()
        before = state.objective()[0]
        if not must_serve(state).any():
            assert fits(base, state.flow)
            spend_budget(state)
            assert fits(base, state.flow)
            assert state.objective()[0] <= before + 1e-6


def test_what_is_left_of_the_budget_is_spent_where_it_saves_most() -> None:
    """Of two movers who would each save by leaving, a budget of one sends the one who saves more."""
    stays = {"stay_arc": whole(1, 6), "stay_count": whole(2, 1), "stay_saving": np.zeros(2)}
    base = problem(**stays, must=whole(2, 1, 0), count=whole(2, 1, 0), moves_limit=1.0)
    state = relaxed_state(base, whole(0, 2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0))
    assert state.moves == 0
    spend_budget(state)
    assert state.moves == 1
    assert state.flow.tolist() in ([1, 1] + [0] * 4 + [1] + [0] * 5, [0, 2, 0, 0, 0, 1] + [0] * 6)


@settings(SOME, max_examples=100)
@given(problems(most=2), st.data(), st.sampled_from(list(EFFORTS)))
def test_exchange_never_worsens(base: Problem, drawn: st.DataObject, effort: str) -> None:
    """Exchanging keeps every limit, leaves no more unserved and never raises minutes and priced moves for equally many."""
    state = relaxed_state(base, some_flow(base, drawn))
    priced = state.prices.moves
    before, left = state.objective()[0] + priced * state.moves, float(base.weight @ state.unserved)
    exchange(state, EFFORTS[effort], -np.inf)
    assert fits(base, state.flow)
    after = float(base.weight @ state.unserved)
    assert after <= left
    if after == left:
        assert state.objective()[0] + priced * state.moves <= before + 1e-6


def test_exchange_reaches_the_best_of_a_toy() -> None:
    """Units with the wrong coaches are exchanged until each group has its free coach."""
    base = problem()
    state = relaxed_state(base, whole(0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 0, 0))
    exchange(state, EFFORTS["normal"], -np.inf)
    assert state.objective()[0] == pytest.approx(best(base)[1])
