"""What the solver is given and what it gives back: frozen arrays, no client anywhere.

Letters: G groups of identical units, A arcs (allowed pairs of group and coach), S stay arcs, C coaches,
B breaks of the load curve, R areas with limited interpreter minutes.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Problem:
    """An allocation in numbers.

    Attributes
    ----------
    count : int, shape (G,)
        Units in the group.
    must : int, shape (G,)
        Units of it that may not be left unserved (0 <= must <= count).
    heads : int, shape (G,)
        Clients in one unit.
    weight : int, shape (G,)
        What one unserved unit counts on level 1.
    arc_group, arc_coach : int, shape (A,)
        Sorted by group, then coach; each pair once.
    arc_price : float, shape (A,)
        Minutes a month for one unit, without what staying saves.
    arc_demand : float, shape (A,)
        Load of one unit, minutes a month, > 0.
    arc_area : int, shape (A,)
        Area whose interpreter minutes it takes, -1 for none.
    arc_interpreter : float, shape (A,)
        Interpreter minutes a month of one unit (0 where arc_area is -1).
    arc_moves : int, shape (A,)
        Clients of a unit on the arc who then change coach although they could stay; 0 where staying is
        told by the stay arcs.
    stay_arc : int, shape (S,)
        Arc on which units of the group stay with their present coach; sorted; several stay arcs
        of one arc are tiers.
    stay_count : int, shape (S,)
        How many units could stay.
    stay_saving : float, shape (S,)
        Handover saved by one that stays, minutes a month, >= 0.
    stay_moves : int, shape (S,)
        Clients of a unit who change coach if it does not stay; the same for all tiers of an arc.
    capacity, soft_limit, limit : float, shape (C,)
        Minutes a month: capacity, the limit of policy and coach, that limit raised for those who may stay.
    heads_limit : float, shape (C,)
        Clients, raised likewise; inf for none.
    fixed_load, fixed_heads : float, shape (C,)
        Of units that have one coach only and must have it.
    area_limit : float, shape (R,)
        Interpreter minutes a month.
    fixed_interpreter : float, shape (R, C)
        What fixed units take of them with each coach.
    moves_limit : float
        Most clients who change coach although they could stay; inf for no limit.
    breaks : float, shape (B,)
        Utilisations at which the load curve's slope changes, from 0.
    slopes : float, shape (B - 1,)
        Strictly rising; the last goes on.
    overload : float
        Price of a minute of load above `soft_limit`.
    constant : float
        Price of the fixed units and the handover of everybody who may stay, minutes a month.
    unserved_fixed : int
        Weighted units that no coach may serve; they are in no group.
    """

    count: Ints
    must: Ints
    heads: Ints
    weight: Ints
    arc_group: Ints
    arc_coach: Ints
    arc_price: Floats
    arc_demand: Floats
    arc_area: Ints
    arc_interpreter: Floats
    arc_moves: Ints
    stay_arc: Ints
    stay_count: Ints
    stay_saving: Floats
    stay_moves: Ints
    capacity: Floats
    soft_limit: Floats
    limit: Floats
    heads_limit: Floats
    fixed_load: Floats
    fixed_heads: Floats
    area_limit: Floats
    fixed_interpreter: Floats
    moves_limit: float
    breaks: Floats
    slopes: Floats
    overload: float
    constant: float
    unserved_fixed: int

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, np.ndarray):
                value.setflags(write=False)

    @property
    def groups(self) -> int:
        """G."""
        return len(self.count)

    @property
    def area_taken(self) -> Floats:
        """Interpreter minutes that fixed units take of each area, shape (R,)."""
        taken: Floats = self.fixed_interpreter.sum(axis=1)
        return taken

    @property
    def moves_apart(self) -> int:
        """Clients who change coach if nobody stays, those whom `arc_moves` counts apart."""
        return int(self.stay_moves @ self.stay_count)

    @property
    def coaches(self) -> int:
        """C."""
        return len(self.capacity)


@dataclass(frozen=True)
class Prices:
    """Multipliers of the shared limits, all >= 0.

    Attributes
    ----------
    load, heads : float, shape (C,)
        Of a minute of load, of a client.
    interpreter : float, shape (R,)
        Of an interpreter minute.
    moves : float
        Of a client who changes coach although staying was possible.
    unserved : float
        Of a weighted unserved unit (level 2).
    """

    load: Floats
    heads: Floats
    interpreter: Floats
    unserved: float = 0.0
    moves: float = 0.0


@dataclass(frozen=True)
class Solution:
    """Whole flows with two proofs.

    Attributes
    ----------
    flow : int, shape (A,)
        Units on each arc, those who stay among them.
    stay : int, shape (S,)
        Units that stay.
    unserved : int, shape (G,)
        Units left without a coach.
    component : int, shape (C,)
        Label of each coach's connected component.
    level1, level2 : Prices
        Multipliers that prove the two bounds.
    unserved_weighted, unserved_bound : float
        Level 1: value and bound, units that no coach may serve included.
    objective, bound, overload : float
        Level 2, minutes a month: value, bound, and the steep price within the value.
    """

    flow: Ints
    stay: Ints
    unserved: Ints
    component: Ints
    level1: Prices
    level2: Prices
    unserved_weighted: float
    unserved_bound: float
    objective: float
    bound: float
    overload: float

    def moves(self, problem: Problem) -> int:
        """Clients who change coach although they could stay, in the flows of a problem."""
        away = problem.moves_apart - int(problem.stay_moves @ self.stay)
        return away + int(problem.arc_moves @ self.flow)

    @property
    def gap(self) -> float:
        """Relative gap of level 2 (FORMULATION: objective without the steep price below the line)."""
        base = self.objective - self.overload
        lost = self.objective - self.bound
        if lost <= 0:
            return 0.0
        return lost / base if base > 0 else float("inf")
