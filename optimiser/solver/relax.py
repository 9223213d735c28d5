"""The linear relaxation of both levels: fractional flows and the multipliers that prove a bound."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.solver.curve import Curves
from optimiser.solver.problem import Floats, Ints, Prices, Problem
from optimiser.solver.programme import Programme


@dataclass(frozen=True)
class Relaxation:
    """An optimum of the relaxation.

    Attributes
    ----------
    flow : float, shape (A,)
        Units on each arc, those who stay among them.
    unserved : float, shape (G,)
    prices : Prices
        Multipliers read from its rows, none below 0.
    value : float
        Its objective, without constants.
    """

    flow: Floats
    unserved: Floats
    prices: Prices
    value: float


def relax_unserved(problem: Problem) -> Relaxation:
    """Level 1: the least weighted number of unserved."""
    programme = Programme()
    arcs = np.arange(len(problem.arc_group))
    if np.isfinite(problem.moves_limit):
        arcs = np.concatenate([arcs, problem.stay_arc])
    flows = programme.columns(np.zeros(len(arcs)), _most(problem)[: len(arcs)])
    left = programme.columns(problem.weight.astype(float), (problem.count - problem.must).astype(float))
    _serve(programme, problem, arcs, flows, left)
    heads, areas = _limits(programme, problem, arcs, flows)
    moves = _budget(programme, problem, arcs, flows)
    load = programme.rows(problem.limit - problem.fixed_load, equal=False)
    programme.put(load[problem.arc_coach[arcs]], flows, problem.arc_demand[arcs])
    values, worth, value = programme.optimum()
    prices = _prices(problem, worth, (load, heads, areas, moves))
    return Relaxation(_by_arc(problem, arcs, values[flows]), values[left], prices, value)


PENALTY = 1e5
"""Minutes for a weighted unserved unit where as many as possible shall be served: more than any way to serve one."""


def relax_minutes(
    problem: Problem, curve: Curves, unserved: float | None, penalty: float = PENALTY
) -> Relaxation:
    """Level 2: the least minutes with the weighted unserved of the groups at most `unserved`.

    With None each weighted unserved unit costs `penalty` minutes instead: where all can be served this is the
    relaxation with nobody unserved, without asking first whether they can.
    """
    programme = Programme()
    arcs = np.concatenate([np.arange(len(problem.arc_group)), problem.stay_arc])
    price = problem.arc_price[arcs]
    price[len(problem.arc_group) :] -= problem.stay_saving
    flows = programme.columns(price, _room(problem))
    weight = problem.weight.astype(float)
    penalty = penalty if unserved is None else 0.0
    left = programme.columns(penalty * weight, (problem.count - problem.must).astype(float))
    _serve(programme, problem, arcs, flows, left)
    heads, areas = _limits(programme, problem, arcs, flows)
    moves = _budget(programme, problem, arcs, flows)
    load = _pieces(programme, problem, curve, arcs, flows)
    held = programme.rows(np.zeros(0) if unserved is None else np.array([unserved]), equal=False)
    for row in held:
        programme.put(np.full(len(left), row), left, weight)
    values, worth, value = programme.optimum()
    unserved_price = max(penalty, float(worth[held].sum()))
    prices = _prices(problem, worth, (load, heads, areas, moves), unserved_price)
    return Relaxation(_by_arc(problem, arcs, values[flows]), values[left], prices, value)


def _most(problem: Problem) -> Floats:
    """Most units on each arc (no bound beyond that of the group), then on each stay arc."""
    return np.concatenate([np.full(len(problem.arc_group), np.inf), problem.stay_count])


def _room(problem: Problem) -> Floats:
    """Most units on each arc, then on each stay arc."""
    return np.concatenate([problem.count[problem.arc_group], problem.stay_count]).astype(float)


def _by_arc(problem: Problem, arcs: Ints, values: Floats) -> Floats:
    """Flows of arcs with those who stay among them, shape (A,)."""
    flow = np.zeros(len(problem.arc_group))
    np.add.at(flow, arcs, values)
    return flow


def _serve(programme: Programme, problem: Problem, arcs: Ints, flows: Ints, left: Ints) -> None:
    """Every unit is served or counted as unserved."""
    rows = programme.rows(problem.count.astype(float), equal=True)
    programme.put(rows[problem.arc_group[arcs]], flows, np.ones(len(flows)))
    programme.put(rows, left, np.ones(len(left)))


def _limits(programme: Programme, problem: Problem, arcs: Ints, flows: Ints) -> tuple[Ints, Ints]:
    """Rows of heads (-1 where a coach has no limit) and of interpreter minutes."""
    limited = np.flatnonzero(np.isfinite(problem.heads_limit))
    heads = np.full(problem.coaches, -1)
    heads[limited] = programme.rows((problem.heads_limit - problem.fixed_heads)[limited], equal=False)
    row = heads[problem.arc_coach[arcs]]
    programme.put(
        row[row >= 0], flows[row >= 0], problem.heads[problem.arc_group[arcs]][row >= 0].astype(float)
    )
    areas = programme.rows(problem.area_limit - problem.area_taken, equal=False)
    area = problem.arc_area[arcs]
    programme.put(areas[area[area >= 0]], flows[area >= 0], problem.arc_interpreter[arcs][area >= 0])
    return heads, areas


def _budget(programme: Programme, problem: Problem, arcs: Ints, flows: Ints) -> Ints:
    """The row of the budget of moves; none where there is no limit, or all could move within it."""
    every = problem.moves_apart
    most = every + int((problem.arc_moves * problem.count[problem.arc_group]).sum())
    if problem.moves_limit >= most:
        return np.zeros(0, dtype=np.int64)
    row = programme.rows(np.array([problem.moves_limit - every], dtype=float), equal=False)
    moves = problem.arc_moves[arcs].astype(float)
    moves[len(problem.arc_group) :] -= problem.stay_moves
    some = np.flatnonzero(moves)
    programme.put(np.full(len(some), row[0]), flows[some], moves[some])
    return row


def _pieces(programme: Programme, problem: Problem, curve: Curves, arcs: Ints, flows: Ints) -> Ints:
    """Load of each coach as the sum of the pieces of its curve, cheapest first by convexity."""
    limit = problem.limit[:, None]
    ends = np.append(curve.start[:, 1:], np.full((problem.coaches, 1), np.inf), axis=1)
    width = np.minimum(ends, limit) - np.minimum(curve.start, limit)
    coach, piece = np.nonzero(width > 0)
    pieces = programme.columns(curve.slope[coach, piece], width[coach, piece])
    load = programme.rows(-problem.fixed_load, equal=True)
    programme.put(load[problem.arc_coach[arcs]], flows, problem.arc_demand[arcs])
    programme.put(load[coach], pieces, -np.ones(len(pieces)))
    return load


def _prices(
    problem: Problem, worth: Floats, rows: tuple[Ints, Ints, Ints, Ints], unserved: float = 0.0
) -> Prices:
    """Multipliers from the worth of rows (of load, heads, areas, moves), cut off below 0.

    Any values >= 0 give a valid bound.
    """
    load, heads, areas, moves = rows
    heads_price = np.where(heads >= 0, worth[np.maximum(heads, 0)], 0.0)
    return Prices(
        load=np.maximum(worth[load], 0.0),
        heads=np.maximum(heads_price, 0.0),
        interpreter=np.maximum(worth[areas], 0.0),
        unserved=unserved,
        moves=float(np.maximum(worth[moves], 0.0).sum()),
    )
