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
    stayers = _stayers(problem, charged, cheapest)
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
    """Level 1: no plan leaves fewer weighted units of the groups unserved; one whole number a component."""
    charged = reduced_prices(problem, prices, np.zeros(len(problem.arc_price)))
    cheapest = _least_by_group(problem, charged)
    free = np.minimum(cheapest, problem.weight) * (problem.count - problem.must)
    free[problem.count == problem.must] = 0.0
    by_group = free + np.where(problem.must > 0, cheapest, 0.0) * problem.must
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
    return float((prices.heads * heads).sum() + areas.sum())


def _least_by_group(problem: Problem, charged: Floats) -> Floats:
    first = np.searchsorted(problem.arc_group, np.arange(problem.groups))
    least: Floats = np.minimum.reduceat(charged, first) if len(charged) else np.zeros(0)
    return least


def _stayers(problem: Problem, charged: Floats, cheapest: Floats) -> float:
    """Units that may stay: the better of their own coach (handover saved) and the cheapest."""
    own = charged[problem.stay_arc] - problem.stay_saving
    best = np.minimum(own, cheapest[problem.arc_group[problem.stay_arc]])
    without_arc = problem.must - np.bincount(
        problem.arc_group[problem.stay_arc], weights=problem.stay_count, minlength=problem.groups
    )
    return float((best * problem.stay_count).sum() + (cheapest * without_arc).sum())
