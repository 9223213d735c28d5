"""Connected components of groups and coaches: what cannot influence each other."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from optimiser.solver.problem import Ints, Problem


def components(problem: Problem) -> Ints:
    """Label of each coach's component, shape (C,), numbered by first coach.

    Coaches of one group belong together, and so do all (fixed units too) that draw on one area's interpreter minutes.
    """
    coaches, groups = problem.coaches, problem.groups
    taking = problem.arc_area >= 0
    fixed_area, fixed_coach = np.nonzero(problem.fixed_interpreter)
    areas = groups + np.concatenate([problem.arc_area[taking], fixed_area])
    ends = np.concatenate([problem.arc_group, areas]) + coaches
    starts = np.concatenate([problem.arc_coach, problem.arc_coach[taking], fixed_coach])
    size = coaches + groups + len(problem.area_limit)
    graph = coo_array((np.ones(len(starts)), (starts, ends)), shape=(size, size))
    label = connected_components(graph, directed=False)[1][:coaches]
    _, first, inverse = np.unique(label, return_index=True, return_inverse=True)
    order: Ints = np.argsort(np.argsort(first))[inverse].astype(np.int64)
    return order
