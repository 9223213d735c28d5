"""The budget of moves after rounding: send movers back until it is kept, then spend what is left of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.solver.polish import LEAST
from optimiser.solver.problem import Floats, Ints
from optimiser.solver.state import State

CANDIDATES = 20_000
"""Shifts counted exactly at a time, the cheapest by reduced cost."""


@dataclass(frozen=True)
class _Shifts:
    """Single units from one arc to another of the same group, shape (N,) each.

    Attributes
    ----------
    out, into : int
        Arcs.
    moves : int
        By how many the moves change.
    loss : float
        Change of all losses, the price of moves included; inf where a limit breaks.
    """

    out: Ints
    into: Ints
    moves: Ints
    loss: Floats


def keep_budget(state: State) -> bool:
    """Send movers back to their present coaches until the budget is kept; False where they do not fit."""
    while state.moves > state.problem.moves_limit:
        found = _shifts(state, -1)
        best = int(np.argmin(found.loss)) if len(found.loss) else -1
        if best < 0 or not np.isfinite(found.loss[best]):
            return False
        _take(state, found, best)
    return True


def spend_budget(state: State) -> None:
    """Make the single moves that pay and that the budget still allows, the best first."""
    left = state.problem.moves_limit - state.moves
    while np.isfinite(left) and left > 0:
        found = _shifts(state, 1)
        # The price of a move is what others would pay for it: nobody does while the budget has room.
        gain = np.where(found.moves <= left, found.loss - state.prices.moves * found.moves, np.inf)
        best = int(np.argmin(gain)) if len(gain) else -1
        if best < 0 or gain[best] >= -LEAST:
            return
        _take(state, found, best)
        left = state.problem.moves_limit - state.moves


def trade_budget(state: State, most: int) -> int:
    """Send one mover back and let another move instead while that pays; return how often it did."""
    if not np.isfinite(state.problem.moves_limit):
        return 0
    for done in range(most):
        back, away = _shifts(state, -1), _shifts(state, 1)
        if not len(back.loss) or not len(away.loss):
            return done
        best, other = int(np.argmin(back.loss)), int(np.argmin(away.loss))
        if back.loss[best] + away.loss[other] >= -LEAST:
            return done
        before, flow = state.objective()[0], state.flow.copy()
        _take(state, back, best)
        if state.flow[away.out[other]] > 0:
            _take(state, away, other)
        if not _better(state, before, flow):
            return done
    return most


def _better(state: State, before: float, flow: Ints) -> bool:
    """Whether two shifts together pay and fit; if not they are taken back."""
    p = state.problem
    kept = state.moves <= p.moves_limit and (state.load <= state.most).all()
    kept = kept and (state.heads <= p.heads_limit).all() and (state.area <= state.area_most).all()
    if kept and state.objective()[0] < before - LEAST:
        return True
    state.back_to(flow)
    return False


def _take(state: State, found: _Shifts, index: int) -> None:
    state.add(found.out[index : index + 1], np.full(1, -1))
    state.add(found.into[index : index + 1], np.ones(1, dtype=np.int64))


def _shifts(state: State, sign: int) -> _Shifts:
    """Shifts that change the moves by less than 0 (sign -1) or more (sign 1)."""
    p = state.problem
    every = np.arange(len(p.arc_group))
    leaving = np.flatnonzero(state.flow > 0)
    now = state.moves_of(every, state.flow)
    fewer = (state.moves_of(leaving, state.flow[leaving] - 1) - now[leaving]).astype(np.int64)
    more = state.moves_of(every, state.flow + 1) - now
    first = np.searchsorted(p.arc_group, np.arange(p.groups + 1))
    width = np.diff(first)[p.arc_group[leaving]]
    out = np.repeat(leaving, width)
    starts = np.cumsum(width) - width
    into = np.arange(len(out)) - np.repeat(starts - first[p.arc_group[leaving]], width)
    moves = np.repeat(fewer, width) + more[into]
    chosen = np.flatnonzero((moves * sign > 0) & (out != into))
    cost = state.cost_in[into[chosen]] - state.cost_out[out[chosen]] - state.prices.moves * moves[chosen]
    if len(chosen) > CANDIDATES:
        kept = np.sort(np.argpartition(cost, CANDIDATES)[:CANDIDATES])
        chosen, cost = chosen[kept], cost[kept]
    out, into, moves = out[chosen], into[chosen], moves[chosen]
    loss = cost + state.prices.moves * moves + _coaches(state, out, into)
    return _Shifts(out, into, moves, loss)


def _coaches(state: State, out: Ints, into: Ints) -> Floats:
    """Change of the losses of both coaches, inf where a limit breaks; shape of the arcs."""
    p = state.problem
    here, there = p.arc_coach[out], p.arc_coach[into]
    change = np.zeros(len(out))
    for coach, arcs, sign in ((here, out, -1), (there, into, 1)):
        load = state.load[coach] + sign * p.arc_demand[arcs]
        clients = sign * p.heads[p.arc_group[arcs]]
        change += state.curve.cost(coach, load) - state.curve.cost(coach, state.load[coach])
        change -= state.prices.load[coach] * sign * p.arc_demand[arcs] + state.prices.heads[coach] * clients
        if sign > 0:
            full = (load > state.most[coach]) | (state.heads[coach] + clients > p.heads_limit[coach])
            change[full] = np.inf
    change[_areas_full(state, out, into)] = np.inf
    return change


def _areas_full(state: State, out: Ints, into: Ints) -> Ints:
    """Places of shifts that take more interpreter minutes than their area has."""
    p = state.problem
    taking = np.flatnonzero(p.arc_area[into] >= 0)
    area = p.arc_area[into[taking]]
    given = np.where(p.arc_area[out[taking]] == area, p.arc_interpreter[out[taking]], 0.0)
    used = state.area[area] + p.arc_interpreter[into[taking]] - given
    full: Ints = taking[used > np.maximum(state.area_most[area], state.area[area])]
    return full
