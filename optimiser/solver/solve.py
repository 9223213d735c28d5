"""The whole solve, one stage a line."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from optimiser.solver.bound import bound_minutes, bound_unserved
from optimiser.solver.components import components
from optimiser.solver.curve import Curves, curves
from optimiser.solver.polish import EFFORTS, Effort, exchange, place
from optimiser.solver.problem import Floats, Ints, Prices, Problem, Solution
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


def solve(problem: Problem, effort: str = "normal", listener: Listener | None = None) -> Solution:
    """Serve as many as can be (level 1), at the least minutes (level 2), and prove both.

    Parameters
    ----------
    problem : Problem
    effort : str
        `rough`, `quick`, `normal` or `thorough`: counted work, so that the same problem gives the same solution.
    listener : Listener, optional
        Told of the phases.

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
        state = _polish(problem, curve, component, relaxed, EFFORTS[effort])
        if EFFORTS[effort].gather:
            relaxed = _proven_again(problem, curve, component, relaxed, state)
        return _solution(problem, curve, component, relaxed, state)


@dataclass(frozen=True)
class _Relaxed:
    """Multipliers of both levels, fractional flows, and the least weighted unserved by component."""

    level1: Prices
    level2: Relaxation
    target: Floats


def _free(problem: Problem) -> Prices:
    return Prices(np.zeros(problem.coaches), np.zeros(problem.coaches), np.zeros(len(problem.area_limit)))


def _relax(problem: Problem, curve: Curves, component: Ints) -> _Relaxed:
    everybody = relax_minutes(problem, curve, None)
    if everybody.unserved.sum() < WHOLE:
        level1 = _free(problem)
        return _Relaxed(level1, everybody, bound_unserved(problem, level1, component))
    level1 = relax_unserved(problem).prices
    target = bound_unserved(problem, level1, component)
    return _Relaxed(level1, relax_minutes(problem, curve, float(target.sum())), target)


def _polish(problem: Problem, curve: Curves, component: Ints, relaxed: _Relaxed, effort: Effort) -> State:
    prices = relaxed.level2.prices
    state = State(problem, curve, prices, np.floor(relaxed.level2.flow + WHOLE).astype(np.int64))
    trim(state)
    target = relaxed.target if effort.gather else np.full_like(relaxed.target, np.inf)
    _serve_all(state, component, target)
    if must_serve(state).any():
        # Where everybody is, everybody who may stay fits: the limits were raised for that.
        staying = np.bincount(problem.stay_arc, weights=problem.stay_count, minlength=len(problem.arc_group))
        state = State(problem, curve, prices, staying.astype(np.int64))
        _serve_all(state, component, target)
    if must_serve(state).any():
        raise ValueError("units that must be served do not fit where they are: raise the limits for them")
    exchange(state, effort, _bound(problem, curve, prices, state))
    return state


def _serve_all(state: State, component: Ints, target: Floats) -> None:
    place(state)
    serve(state, component, target)
    evict(state)


def _bound(problem: Problem, curve: Curves, prices: Prices, state: State) -> float:
    return bound_minutes(problem, curve, prices, float(problem.weight @ state.unserved))


def _proven_again(
    problem: Problem, curve: Curves, component: Ints, relaxed: _Relaxed, state: State
) -> _Relaxed:
    """Where rounding left more unserved than the target, the multipliers for that number."""
    unserved = float(problem.weight @ state.unserved)
    if unserved <= relaxed.target.sum():
        return relaxed
    level1, target = relaxed.level1, relaxed.target
    if not level1.load.any():
        level1 = relax_unserved(problem).prices
        target = bound_unserved(problem, level1, component)
    return _Relaxed(level1, relax_minutes(problem, curve, unserved), target)


def _solution(problem: Problem, curve: Curves, component: Ints, relaxed: _Relaxed, state: State) -> Solution:
    objective, overload = state.objective()
    prices = relaxed.level2.prices
    return Solution(
        flow=state.flow,
        stay=state.stay(),
        unserved=state.unserved,
        component=component,
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
