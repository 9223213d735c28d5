"""What it costs the whole plan that one unit has one coach: two bounds of one relaxation.

The relaxation has one level: an unserved unit costs its weight times a price in minutes. Forcing a
pair takes the unit out of its group and fixes it at the coach, so nothing else of the problem changes
and the two optima differ by what the pair costs, exactly but for the tolerance of the linear programme.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from optimiser.solver.bound import bound_minutes, reduced_prices
from optimiser.solver.curve import Curves, curves
from optimiser.solver.problem import Floats, Prices, Problem
from optimiser.solver.programme import RelaxationError
from optimiser.solver.relax import Relaxation, relax_minutes

Flags = NDArray[np.bool_]

CLOSED = 1e-9
"""Share of the objective below which the optimum over some arcs counts as that over all."""
ROUNDS = 8
"""How often arcs are added before all are taken."""


@dataclass(frozen=True)
class Base:
    """The one-level relaxation without anything forced, solved once.

    Attributes
    ----------
    problem : Problem
    curve : Curves
    unserved : float
        Price of a weighted unserved unit, minutes a month.
    prices : Prices
        Multipliers of its optimum.
    used : bool, shape (A,)
        Arcs that carry something at its optimum, and the stay arcs.
    bound : float
        Its optimum, minutes a month, constants and the price of the unserved included; weighted units
        that no coach may serve are left out.
    """

    problem: Problem
    curve: Curves
    unserved: float
    prices: Prices
    used: Flags
    bound: float


@dataclass(frozen=True)
class Pair:
    """A unit and the arc it is forced onto.

    Attributes
    ----------
    arc : int
        The arc.
    stay : int
        The unit's stay arc (row of `Problem.stay_arc`), -1 for a unit that may not stay.
    """

    arc: int
    stay: int


def relaxed(problem: Problem, unserved: float) -> Base:
    """Solve the one-level relaxation.

    Parameters
    ----------
    problem : Problem
    unserved : float
        Price of a weighted unserved unit, minutes a month.

    Raises
    ------
    RelaxationError
        If the linear programme fails numerically.
    """
    curve = curves(problem)
    if not problem.groups:
        free = Prices(np.zeros(problem.coaches), np.zeros(problem.coaches), np.zeros(len(problem.area_limit)))
        bound = problem.constant + curve.total(problem.fixed_load)
        return Base(problem, curve, unserved, free, np.zeros(0, dtype=np.bool_), bound)
    found = _priced(problem, curve, unserved)
    used = found.flow > 0
    used[problem.stay_arc] = True
    return Base(problem, curve, unserved, found.prices, used, _bound(problem, curve, found.prices))


def forced(problem: Problem, pair: Pair) -> Problem:
    """Return the problem with one unit taken out of its group and fixed at a coach.

    What the unit takes and costs goes into the fixed loads, heads, interpreter minutes and the
    constant, its move off the budget; the limits stay as they are.
    """
    arc, stay = pair.arc, pair.stay
    group, coach = problem.arc_group[arc], problem.arc_coach[arc]
    count, must, staying = problem.count.copy(), problem.must.copy(), problem.stay_count.copy()
    count[group] -= 1
    price, moves = float(problem.arc_price[arc]), float(problem.arc_moves[arc])
    if stay >= 0:
        must[group] -= 1
        staying[stay] -= 1
        at_home = problem.stay_arc[stay] == arc
        price -= float(problem.stay_saving[stay]) if at_home else 0.0
        moves += 0.0 if at_home else float(problem.stay_moves[stay])
    load, heads = problem.fixed_load.copy(), problem.fixed_heads.copy()
    load[coach] += problem.arc_demand[arc]
    heads[coach] += problem.heads[group]
    interpreter = problem.fixed_interpreter.copy()
    if problem.arc_area[arc] >= 0:
        interpreter[problem.arc_area[arc], coach] += problem.arc_interpreter[arc]
    return replace(
        problem,
        count=count,
        must=must,
        stay_count=staying,
        fixed_load=load,
        fixed_heads=heads,
        fixed_interpreter=interpreter,
        moves_limit=problem.moves_limit - moves,
        constant=problem.constant + price,
    )


def at_once(base: Base, pair: Pair) -> float:
    """Return a lower bound of what a pair costs, minutes a month, without solving anything.

    It is the reduced cost of the pair: the multipliers of the relaxation hold for the forced one too.
    """
    return max(0.0, _bound(forced(base.problem, pair), base.curve, base.prices) - base.bound)


def forced_bound(base: Base, pair: Pair) -> float | None:
    """Return the optimum of the relaxation with a pair forced, minutes a month as `Base.bound`.

    Only the arcs that the base uses and those that can come into play are solved for; the multipliers
    found are then tried on all arcs, and arcs are added until nothing is left to gain.

    Returns
    -------
    float or None
        None where the limits have no room for the pair, whoever else moves.

    Raises
    ------
    RelaxationError
        If the linear programme fails numerically.
    """
    problem, curve = forced(base.problem, pair), base.curve
    group, coach = problem.arc_group[pair.arc], problem.arc_coach[pair.arc]
    kept = base.used | (problem.arc_group == group) | (problem.arc_coach == coach)
    for _ in range(ROUNDS):
        try:
            found = _priced(_only(problem, kept), curve, base.unserved)
        except RelaxationError:
            break
        bound = _bound(problem, curve, found.prices)
        if found.value + problem.constant - bound <= CLOSED * max(1.0, abs(bound)):
            return bound
        kept |= _worthwhile(problem, found.prices, kept)
    return _over_all_arcs(problem, curve, base.unserved)


def _over_all_arcs(problem: Problem, curve: Curves, unserved: float) -> float | None:
    try:
        found = _priced(problem, curve, unserved)
    except RelaxationError as error:
        if "infeasible" in str(error).lower():
            return None
        raise
    return _bound(problem, curve, found.prices)


def _priced(problem: Problem, curve: Curves, unserved: float) -> Relaxation:
    """The relaxation with a price for the unserved."""
    return relax_minutes(problem, curve, None, unserved)


def _bound(problem: Problem, curve: Curves, prices: Prices) -> float:
    return bound_minutes(problem, curve, prices, 0.0)


def _only(problem: Problem, kept: Flags) -> Problem:
    """The problem with some arcs only, all stay arcs among them."""
    number = np.cumsum(kept) - 1
    names = [item.name for item in fields(Problem) if item.name.startswith("arc_")]
    arcs = {name: getattr(problem, name)[kept] for name in names}
    return replace(problem, **arcs, stay_arc=number[problem.stay_arc])


def _worthwhile(problem: Problem, prices: Prices, kept: Flags) -> Flags:
    """Arcs cheaper under the multipliers than the cheapest one kept of their group, shape (A,)."""
    charged = reduced_prices(problem, prices, problem.arc_price)
    first = np.searchsorted(problem.arc_group, np.arange(problem.groups))
    least: Floats = np.minimum.reduceat(np.where(kept, charged, np.inf), first)
    better: Flags = charged < least[problem.arc_group]
    return better
