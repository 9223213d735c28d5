"""A stand-in for the solver: everybody stays, the others go where it is cheapest and fits."""

from __future__ import annotations

import numpy as np

from optimiser.solver.problem import Prices, Problem, Solution


def greedy(problem: Problem) -> Solution:
    """Whole flows that keep every limit; bounds of 0, so it proves nothing."""
    flow = np.bincount(problem.stay_arc, problem.stay_count, minlength=len(problem.arc_group)).astype(int)
    load = problem.fixed_load + np.bincount(
        problem.arc_coach, flow * problem.arc_demand, minlength=problem.coaches
    )
    heads = problem.fixed_heads + np.bincount(
        problem.arc_coach, flow * problem.heads[problem.arc_group], minlength=problem.coaches
    )
    left = problem.count - np.bincount(problem.arc_group, flow, minlength=problem.groups).astype(int)
    for arc in np.lexsort((problem.arc_price, problem.arc_group)):
        group, coach = problem.arc_group[arc], problem.arc_coach[arc]
        by_load = (problem.limit[coach] - load[coach] + 1e-6) / problem.arc_demand[arc]
        by_heads = (problem.heads_limit[coach] - heads[coach]) / problem.heads[group]
        more = int(max(0.0, min(left[group], by_load, by_heads)))
        flow[arc] += more
        left[group] -= more
        load[coach] += more * problem.arc_demand[arc]
        heads[coach] += more * problem.heads[group]
    return solution(problem, flow, unserved=left)


def solution(
    problem: Problem,
    flow: np.ndarray | list[int],
    unserved: np.ndarray | list[int] | None = None,
    stay: np.ndarray | list[int] | None = None,
) -> Solution:
    """A solution with given flows, and by default everybody who can staying."""
    flow = np.asarray(flow, dtype=np.int64)
    lost = np.zeros(problem.groups, dtype=np.int64) if unserved is None else np.asarray(unserved)
    stays = problem.stay_count if stay is None else np.asarray(stay, dtype=np.int64)
    none = Prices(
        load=np.zeros(problem.coaches),
        heads=np.zeros(problem.coaches),
        interpreter=np.zeros(len(problem.area_limit)),
    )
    weight = float(problem.weight @ lost) + problem.unserved_fixed
    return Solution(
        flow=flow,
        stay=stays,
        unserved=lost,
        component=np.zeros(problem.coaches, dtype=np.int64),
        level1=none,
        level2=none,
        unserved_weighted=weight,
        unserved_bound=0.0,
        objective=objective(problem, flow, stays),
        bound=0.0,
        overload=0.0,
    )


def objective(problem: Problem, flow: np.ndarray, stay: np.ndarray) -> float:
    """Level 2 of given flows, minutes a month."""
    load = problem.fixed_load + np.bincount(
        problem.arc_coach, flow * problem.arc_demand, minlength=problem.coaches
    )
    used = np.divide(load, problem.capacity, out=np.zeros_like(load), where=problem.capacity > 0)
    rises = np.clip(used[:, None] - problem.breaks[:-1], 0.0, np.append(np.diff(problem.breaks)[:-1], np.inf))
    curves = problem.capacity @ (rises @ problem.slopes)
    steep = problem.overload * np.maximum(0.0, load - problem.soft_limit).sum()
    return float(problem.arc_price @ flow - problem.stay_saving @ stay + curves + steep + problem.constant)
