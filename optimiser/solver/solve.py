"""The whole solve, one stage a line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from optimiser.solver.bound import bound_minutes, bound_unserved
from optimiser.solver.budget import keep_budget, spend_budget, trade_budget
from optimiser.solver.components import components
from optimiser.solver.curve import Curves, curves
from optimiser.solver.polish import EFFORTS, Effort, exchange, place
from optimiser.solver.problem import Floats, Ints, Prices, Problem, Solution
from optimiser.solver.programme import NoRoomError
from optimiser.solver.relax import Relaxation, relax_minutes, relax_unserved
from optimiser.solver.serve import evict, must_serve, serve, trim
from optimiser.solver.state import State

WHOLE = 1e-6
"""A flow this near below a whole number is taken as whole."""


class Listener(Protocol):
    """Hears of the phases `relax` and `polish`."""

    def phase(self, name: str) -> AbstractContextManager[None]:
        """Enclose a phase."""

    def say(self, text: str) -> None:
        """One sentence on what is being done."""


class _Deaf:
    def phase(self, name: str) -> AbstractContextManager[None]:
        return nullcontext()

    def say(self, text: str) -> None:
        return None


def solve(
    problem: Problem, effort: str = "normal", listener: Listener | None = None, start: Ints | None = None
) -> Solution:
    """Serve as many as can be (level 1), at the least minutes (level 2), and prove both.

    Parameters
    ----------
    problem : Problem
    effort : str
        `rough`, `quick`, `normal` or `thorough`: counted work, so that the same problem gives the same solution.
    listener : Listener, optional
        Told of the phases.
    start : int, shape (A,), optional
        Flows of an earlier solution to polish from instead of the relaxation's: what is as good as
        another stays as it was.

    Returns
    -------
    Solution

    Raises
    ------
    RelaxationError
        If the linear programme fails numerically, or has no solution because units that must be
        served do not fit.
    ValueError
        If they fit in fractions only: the limits were not raised for them to stay.
    """
    listener = listener or _Deaf()
    curve, component = curves(problem), components(problem)
    if not problem.groups:
        return _nothing_to_solve(problem, curve, component)
    with listener.phase("relax"):
        relaxed = _relax(problem, curve, component)
    with listener.phase("polish"):
        state = _polish(problem, curve, relaxed, EFFORTS[effort], start)
        if EFFORTS[effort].gather:
            relaxed = _proven_again(problem, curve, relaxed, state)
        return _solution(problem, curve, relaxed, state)


@dataclass(frozen=True)
class _Relaxed:
    """Multipliers of both levels, fractional flows, and the least weighted unserved by component."""

    level1: Prices
    level2: Relaxation
    target: Floats
    component: Ints


def _free(problem: Problem) -> Prices:
    return Prices(np.zeros(problem.coaches), np.zeros(problem.coaches), np.zeros(len(problem.area_limit)))


def _relax(problem: Problem, curve: Curves, component: Ints) -> _Relaxed:
    everybody = relax_minutes(problem, curve, None)
    if everybody.unserved.sum() < WHOLE:
        level1 = _free(problem)
        return _Relaxed(level1, everybody, bound_unserved(problem, level1, component), component)
    level1, target, component = _least_unserved(problem, component)
    return _Relaxed(level1, relax_minutes(problem, curve, float(target.sum())), target, component)


def _least_unserved(problem: Problem, component: Ints) -> tuple[Prices, Floats, Ints]:
    """Multipliers of level 1 and its bound by component; a binding budget of moves makes them one."""
    level1 = relax_unserved(problem).prices
    if level1.moves <= 0:
        return level1, bound_unserved(problem, level1, component), component
    together = np.zeros_like(component)
    joint = bound_unserved(problem, level1, together)
    # What holds without a budget holds with one, and is rounded up component by component.
    free = relax_unserved(replace(problem, moves_limit=np.inf)).prices
    apart = bound_unserved(problem, free, component)
    return (free, apart, component) if apart.sum() > joint.sum() else (level1, joint, together)


def _polish(problem: Problem, curve: Curves, relaxed: _Relaxed, effort: Effort, start: Ints | None) -> State:
    component, prices = relaxed.component, relaxed.level2.prices
    flow = np.floor(relaxed.level2.flow + WHOLE).astype(np.int64) if start is None else start
    target = relaxed.target if effort.gather else np.full_like(relaxed.target, np.inf)
    state = State(problem, curve, prices, flow)
    trim(state)
    _serve_all(state, component, target)
    if must_serve(state).any() or not keep_budget(state):
        state = _staying(problem, curve, relaxed, target)
    if not keep_budget(state):
        state = State(problem, curve, prices, _at_home(problem))
        place(state)
    if must_serve(state).any():
        raise NoRoomError("units that must be served do not fit where they are")
    _improve(state, effort, _bound(problem, curve, prices, state))
    bearable = effort.unserved if start is None else 0.0
    if _weighted(state) <= target.sum() + bearable * max(float(target.sum()), 1.0):
        return state
    for flow in _other_starts(problem, relaxed, start):
        other = State(problem, curve, prices, flow)
        trim(other)
        _serve_all(other, component, target)
        sound = not must_serve(other).any() and keep_budget(other)
        if sound and _weighted(other) < _weighted(state):
            _improve(other, effort, _bound(problem, curve, prices, other))
            state = other
        if _weighted(state) <= target.sum():
            break
    return state


def _other_starts(problem: Problem, relaxed: _Relaxed, start: Ints | None) -> Iterator[Ints]:
    """Flows to begin with again where more are unserved than the effort bears, shape (A,)."""
    if start is not None:
        yield np.floor(relaxed.level2.flow + WHOLE).astype(np.int64)
    yield np.floor(relax_unserved(problem).flow + WHOLE).astype(np.int64)
    yield _at_home(problem)


def _at_home(problem: Problem) -> Ints:
    """Everybody who may stay does, nobody else is served, shape (A,)."""
    staying = np.bincount(problem.stay_arc, weights=problem.stay_count, minlength=len(problem.arc_group))
    return staying.astype(np.int64)


def _staying(problem: Problem, curve: Curves, relaxed: _Relaxed, target: Floats) -> State:
    """Start where everybody is: whoever may stay fits, for the limits were raised for that, and nobody moves."""
    state = State(problem, curve, relaxed.level2.prices, _at_home(problem))
    _serve_all(state, relaxed.component, target)
    return state


def _weighted(state: State) -> float:
    return float(state.problem.weight @ state.unserved)


def _improve(state: State, effort: Effort, bound: float) -> None:
    """Exchange, then use the budget of moves to the full; back to the start if that was no better."""
    before, flow, left = state.objective()[0], state.flow.copy(), state.unserved.sum()
    exchange(state, effort, bound)
    spend_budget(state)
    trade_budget(state, effort.trades)
    # Exchanges price moves; where few moves are at stake that can end above where it began.
    if state.unserved.sum() == left and state.objective()[0] > before:
        state.back_to(flow)


def _serve_all(state: State, component: Ints, target: Floats) -> None:
    place(state)
    serve(state, component, target)
    evict(state)


def _bound(problem: Problem, curve: Curves, prices: Prices, state: State) -> float:
    return bound_minutes(problem, curve, prices, float(problem.weight @ state.unserved))


def _proven_again(problem: Problem, curve: Curves, relaxed: _Relaxed, state: State) -> _Relaxed:
    """Where rounding left more unserved than the target, the multipliers for that number."""
    unserved = float(problem.weight @ state.unserved)
    if unserved <= relaxed.target.sum():
        return relaxed
    level1, target, component = relaxed.level1, relaxed.target, relaxed.component
    if not level1.load.any():
        level1, target, component = _least_unserved(problem, component)
    return _Relaxed(level1, relax_minutes(problem, curve, unserved), target, component)


def _solution(problem: Problem, curve: Curves, relaxed: _Relaxed, state: State) -> Solution:
    objective, overload = state.objective()
    prices = relaxed.level2.prices
    return Solution(
        flow=state.flow,
        stay=state.stay(),
        unserved=state.unserved,
        component=relaxed.component,
        level1=relaxed.level1,
        level2=prices,
        unserved_weighted=float(problem.weight @ state.unserved) + problem.unserved_fixed,
        unserved_bound=float(relaxed.target.sum()) + problem.unserved_fixed,
        objective=objective,
        bound=_bound(problem, curve, prices, state),
        overload=overload,
    )


def _nothing_to_solve(problem: Problem, curve: Curves, component: Ints) -> Solution:
    """Every unit is fixed, or no coach may serve it."""
    none = np.zeros(0, dtype=np.int64)
    objective = problem.constant + curve.total(problem.fixed_load)
    steep = float(problem.overload * np.maximum(problem.fixed_load - problem.soft_limit, 0.0).sum())
    slope = curve.slopes_at(np.arange(problem.coaches), problem.fixed_load)
    free = _free(problem)
    prices = Prices(slope, free.heads, free.interpreter)
    bound = bound_minutes(problem, curve, prices, 0.0)
    fixed = float(problem.unserved_fixed)
    return Solution(none, none, none, component, free, prices, fixed, fixed, objective, bound, steep)
