"""The budget of moves: who could move at all, and a policy with another budget."""

from __future__ import annotations

import numpy as np

from optimiser.allocation.codes import Ints
from optimiser.allocation.encode import Encoding
from optimiser.domain.policy import Policy


def movable(encoding: Encoding) -> int:
    """Return how many clients could change coach although they could stay.

    Not counted: new and forced clients, pins, relationships that a rule of moving protects, and clients
    for whom no other coach is allowed.
    """
    problem, units = encoding.problem, encoding.units
    choice = np.bincount(problem.arc_group, minlength=problem.groups) > 1
    alone = np.flatnonzero(units.stay_arc >= 0)
    free = alone[choice[units.group[alone]]]
    return int(units.size[free].sum() + _of_mixed(encoding).sum())


def _of_mixed(encoding: Encoding) -> Ints:
    """Most members who can move of each group of households with several present coaches, shape (G,)."""
    problem = encoding.problem
    first = np.searchsorted(problem.arc_group, np.arange(problem.groups))
    most: Ints = np.maximum.reduceat(problem.arc_moves, first) if problem.groups else problem.count
    return most


def with_budget(policy: Policy, moves: int | None) -> Policy:
    """Return the policy with another budget of moves; None for no limit."""
    return policy.model_copy(update={"limits": policy.limits.model_copy(update={"moves": moves})})
