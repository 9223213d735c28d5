"""The bounds that multipliers prove, group by group (docs/MODEL.md, "Proof")."""

from __future__ import annotations

import numpy as np

from optimiser.solver.curve import Curves
from optimiser.solver.problem import Floats, Ints, Prices, Problem

ROUNDING = 1e-6
"""Taken off a component's part before it is rounded up, against floating-point dust."""


def reduced_prices(problem: Problem, prices: Prices, arc_price: Floats) -> Floats:
    """Price of one unit on each arc with the multipliers' charges, shape (A,)."""
    charged = arc_price + prices.load[problem.arc_coach] * problem.arc_demand
    charged += prices.moves * problem.arc_moves
    charged += prices.heads[problem.arc_coach] * problem.heads[problem.arc_group]
    with_area = problem.arc_area >= 0
    charged[with_area] += prices.interpreter[problem.arc_area[with_area]] * problem.arc_interpreter[with_area]
    return charged


def bound_minutes(problem: Problem, curve: Curves, prices: Prices, unserved: float) -> float:
    """Level 2: no plan with weighted unserved (of groups) at most `unserved` costs less."""
    charged = reduced_prices(problem, prices, problem.arc_price)
    cheapest = _least_by_group(problem, charged)
    left_price = np.where(problem.must < problem.count, prices.unserved * problem.weight, np.inf)
    moving = np.minimum(cheapest, left_price) * (problem.count - problem.must)
    moving[problem.count == problem.must] = 0.0
    stayers = _stayers(problem, charged, cheapest, problem.stay_saving, prices.moves)
    load_part = curve.least(prices.load, problem.limit) + prices.load * problem.fixed_load
    return float(
        moving.sum()
        + stayers
        + load_part.sum()
        - _held(problem, prices)
        - prices.unserved * unserved
        + problem.constant
    )


def bound_unserved(problem: Problem, prices: Prices, component: Ints) -> Floats:
    """Level 1: no plan leaves fewer weighted units of the groups unserved; one whole number a component.

    With a price for moves there must be one component only: the budget of moves joins them all.
    """
    charged = reduced_prices(problem, prices, np.zeros(len(problem.arc_price)))
    cheapest = _least_by_group(problem, charged)
    free = np.minimum(cheapest, problem.weight) * (problem.count - problem.must)
    free[problem.count == problem.must] = 0.0
    nothing = np.zeros(len(problem.stay_arc))
    by_group = free + _stayers_by_group(problem, charged, cheapest, nothing, prices.moves)
    label = component[problem.arc_coach[np.searchsorted(problem.arc_group, np.arange(problem.groups))]]
    labels = int(component.max(initial=-1)) + 1
    part = np.bincount(label, weights=by_group, minlength=labels)
    part -= np.bincount(
        component, weights=prices.load * (problem.limit - problem.fixed_load), minlength=labels
    )
    heads = np.where(prices.heads > 0, problem.heads_limit - problem.fixed_heads, 0.0)
    part -= np.bincount(component, weights=prices.heads * heads, minlength=labels)
    if len(prices.interpreter):
        home = area_component(problem, component)
        room = problem.area_limit - problem.area_taken
        part -= np.bincount(home, weights=prices.interpreter * room, minlength=labels)
    if prices.moves > 0:
        part[0] -= prices.moves * problem.moves_limit
    least: Floats = np.maximum(np.ceil(part - ROUNDING), 0.0)
    return least


def area_component(problem: Problem, component: Ints) -> Ints:
    """Label of the component each limited area belongs to (0 where nobody takes its minutes)."""
    home = np.zeros(len(problem.area_limit), dtype=np.int64)
    fixed_area, fixed_coach = np.nonzero(problem.fixed_interpreter)
    home[fixed_area] = component[fixed_coach]
    taking = problem.arc_area >= 0
    home[problem.arc_area[taking]] = component[problem.arc_coach[taking]]
    return home


def _held(problem: Problem, prices: Prices) -> float:
    heads = np.where(prices.heads > 0, problem.heads_limit - problem.fixed_heads, 0.0)
    areas = prices.interpreter * (problem.area_limit - problem.area_taken)
    moves = prices.moves * problem.moves_limit if prices.moves > 0 else 0.0
    return float((prices.heads * heads).sum() + areas.sum()) + moves


def _least_by_group(problem: Problem, charged: Floats) -> Floats:
    first = np.searchsorted(problem.arc_group, np.arange(problem.groups))
    least: Floats = np.minimum.reduceat(charged, first) if len(charged) else np.zeros(0)
    return least


def _stayers(problem: Problem, charged: Floats, cheapest: Floats, saving: Floats, move: float) -> float:
    return float(_stayers_by_group(problem, charged, cheapest, saving, move).sum())


def _stayers_by_group(
    problem: Problem, charged: Floats, cheapest: Floats, saving: Floats, move: float
) -> Floats:
    """Units that may stay: the better of their own coach (handover saved) and the cheapest, a move charged."""
    group = problem.arc_group[problem.stay_arc]
    own = charged[problem.stay_arc] - saving
    best = np.minimum(own, cheapest[group] + move * problem.stay_moves)
    staying = np.bincount(group, weights=problem.stay_count, minlength=problem.groups)
    stayers = np.bincount(group, weights=best * problem.stay_count, minlength=problem.groups)
    least: Floats = (stayers + cheapest * (problem.must - staying)).astype(np.float64)
    return least
