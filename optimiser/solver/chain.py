"""The cheapest ways to put one unit somewhere else: shifts, exchanges and chains of up to three units.

The unit goes to its new coach; a second one may leave that coach for another, and a third one the
coach of the second. Equal units beside one coach are one kind, so all ways are a few hundred thousand
numbers, each exact: pair prices, handovers, load curves, limits, heads, interpreter minutes, moves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimiser.solver.curve import Curves
from optimiser.solver.problem import Floats, Ints, Problem

Flags = NDArray[np.bool_]

TOLERANCE = 1e-6
"""Minutes, clients or moves by which floating-point sums may miss a limit."""
NEAREST = 3
"""Destinations kept of each kind: the two coaches whose loads change may be among them."""


@dataclass(frozen=True)
class Standing:
    """A plan in numbers: K kinds of equal units, each beside one coach, sorted by coach.

    Attributes
    ----------
    problem : Problem
    curve : Curves
    load, heads : float, shape (C,)
    area : float, shape (R,)
        Interpreter minutes used.
    moves : float
        Clients who change coach although they could stay.
    group, stay, arc, count : int, shape (K,)
        Group, stay arc (-1: may not stay), arc now and number of units of each kind.
    best : int, shape (K, 3)
        Arcs that are the cheapest to shift one unit to and within the limits, -1 for none.
    """

    problem: Problem
    curve: Curves
    load: Floats
    heads: Floats
    area: Floats
    moves: float
    group: Ints
    stay: Ints
    arc: Ints
    count: Ints
    best: Ints

    @property
    def coach(self) -> Ints:
        """Coach of each kind, shape (K,)."""
        coach: Ints = self.problem.arc_coach[self.arc]
        return coach


@dataclass(frozen=True)
class Mover:
    """The unit whose coach is asked about.

    Attributes
    ----------
    kind : int
        Its kind, -1 where it has no coach.
    stay : int
        Its stay arc, -1 where it may not stay.
    arc : int
        Arc it shall be on.
    """

    kind: int
    stay: int
    arc: int


@dataclass(frozen=True)
class Way:
    """A way to put the mover where it shall be.

    Attributes
    ----------
    minutes : float
        By how much the plan's objective rises, minutes a month (no price for the unserved in it).
    kinds, arcs : tuple of int
        Kinds of the units that move besides, in the order of the chain, and the arcs they go to.
    """

    minutes: float
    kinds: tuple[int, ...]
    arcs: tuple[int, ...]


def arcs_of(problem: Problem, group: Ints, coach: Ints | int) -> Ints:
    """Return the arc of each pair of group and coach, -1 where the pair is not allowed; shape (N,)."""
    if not len(problem.arc_group):
        return np.full(len(group), -1, dtype=np.int64)
    keys = problem.arc_group * problem.coaches + problem.arc_coach
    wanted = group * problem.coaches + coach
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    found: Ints = np.where((keys[at] == wanted) & (np.asarray(coach) >= 0), at, -1)
    return found


def with_best(standing: Standing) -> Standing:
    """Return the standing with the best destinations of every kind filled in."""
    kinds = len(standing.arc)
    kind, arc = _expanded(standing, np.arange(kinds))
    rise = _cost(standing, arc, standing.stay[kind]) + _rise(standing, arc)
    rise[~_fits(standing, arc)] = np.inf
    order = np.lexsort((arc, rise, kind))
    order = order[np.isfinite(rise[order])]
    first = np.searchsorted(kind[order], np.arange(kinds))
    rank = np.arange(len(order)) - first[kind[order]]
    best = np.full((kinds, NEAREST), -1, dtype=np.int64)
    near = rank < NEAREST
    best[kind[order][near], rank[near]] = arc[order][near]
    return replace(standing, best=best)


def ways(standing: Standing, mover: Mover, most: int) -> tuple[Way, list[Way]]:
    """Return the direct way, within the limits or not, and the cheapest that keep every limit.

    Parameters
    ----------
    standing : Standing
        With the best destinations.
    mover : Mover
        Not on its arc yet.
    most : int
        Ways returned at most, the direct one among them if it keeps the limits. A third unit goes to
        the cheapest coach who has room, to the mover's old coach or to its own present one; of the
        ways that begin alike only the best is returned, and others move only where the direct way
        breaks a limit or costs more.
    """
    left, gone = _without(standing, mover)
    direct = gone + float(_rise(left, np.array([mover.arc]))[0])
    found = [_direct(standing, left, mover, direct)]
    if len(standing.arc):
        second = _second(left, mover, gone)
        found += [
            _kept(standing, left, mover, second),
            _kept(standing, left, mover, _third(left, mover, second)),
        ]
    minutes, kinds, arcs = (np.concatenate(column) for column in zip(*found, strict=True))
    length = (kinds >= 0).sum(axis=1)
    # Whoever need not move stays: more units only where that is cheaper.
    useful = (length == 0) | (minutes < direct - TOLERANCE) | (not len(found[0][0]))
    order = np.lexsort((*arcs.T[::-1], *kinds.T[::-1], length, np.round(minutes, 9)))
    order = order[useful[order]]
    start = kinds[order, 0] * (len(standing.problem.arc_group) + 1) + arcs[order, 0]
    first = np.sort(np.unique(start, return_index=True)[1])[:most]
    return Way(direct, (), ()), [_way(minutes, kinds, arcs, row, int(length[row])) for row in order[first]]


def _way(minutes: Floats, kinds: Ints, arcs: Ints, row: int, steps: int) -> Way:
    return Way(float(minutes[row]), tuple(kinds[row, :steps].tolist()), tuple(arcs[row, :steps].tolist()))


Found = tuple[Floats, Ints, Ints]
"""Minutes (N,), kinds and arcs of the second and third unit (N, 2), -1 for none."""


def _without(standing: Standing, mover: Mover) -> tuple[Standing, float]:
    """The standing without the mover, and what it costs to take it out and pay its new pair."""
    p = standing.problem
    paid = float(_cost(standing, np.array([mover.arc]), np.array([mover.stay]))[0])
    if mover.kind < 0:
        return standing, paid
    arc, group = int(standing.arc[mover.kind]), int(standing.group[mover.kind])
    load, heads = standing.load.copy(), standing.heads.copy()
    area, count = standing.area.copy(), standing.count.copy()
    coach = int(p.arc_coach[arc])
    load[coach] -= p.arc_demand[arc]
    heads[coach] -= p.heads[group]
    if p.arc_area[arc] >= 0:
        area[p.arc_area[arc]] -= p.arc_interpreter[arc]
    count[mover.kind] -= 1
    now = np.array([arc])
    moves = standing.moves - float(_moves(standing, now, np.array([mover.stay]))[0])
    paid -= float(_cost(standing, now, np.array([mover.stay]))[0])
    at = np.array([coach])
    paid += float((standing.curve.cost(at, load[at]) - standing.curve.cost(at, standing.load[at]))[0])
    return replace(standing, load=load, heads=heads, area=area, count=count, moves=moves), paid


def _direct(standing: Standing, left: Standing, mover: Mover, minutes: float) -> Found:
    none = np.full((1, 2), -1, dtype=np.int64)
    return _kept(standing, left, mover, (np.array([minutes]), none, none))


def _second(left: Standing, mover: Mover, gone: float) -> Found:
    """One unit leaves the mover's new coach."""
    p = left.problem
    new = int(p.arc_coach[mover.arc])
    kind, arc = _expanded(left, np.flatnonzero((left.coach == new) & (left.count > 0)))
    load = left.load[new] + p.arc_demand[mover.arc] - p.arc_demand[left.arc[kind]]
    at = np.full(len(kind), new)
    minutes = gone + left.curve.cost(at, load) - left.curve.cost(at, left.load[at])
    minutes += _swap(left, kind, arc) + _rise(left, arc)
    none = np.full(len(kind), -1, dtype=np.int64)
    return minutes, np.stack([kind, none], axis=1), np.stack([arc, none], axis=1)


def _third(left: Standing, mover: Mover, second: Found) -> Found:
    """Another unit leaves the coach of the second for one of a few destinations."""
    p = left.problem
    minutes, kinds, arcs = second
    coach = p.arc_coach[arcs[:, 0]]
    first = np.searchsorted(left.coach, np.arange(p.coaches + 1))
    size = first[coach + 1] - first[coach]
    row = np.repeat(np.arange(len(coach)), size)
    kind = np.arange(len(row)) - np.repeat(np.cumsum(size) - size - first[coach], size)
    row, kind = row[left.count[kind] > 0], kind[left.count[kind] > 0]
    at = coach[row]
    before = left.load[at] + p.arc_demand[arcs[row, 0]]
    relief = left.curve.cost(at, before - p.arc_demand[left.arc[kind]]) - left.curve.cost(at, before)
    found = []
    for arc in _destinations(left, mover):
        rise = np.where(arc >= 0, _swap(left, np.arange(len(arc)), arc) + _rise(left, arc), np.inf)
        some = np.isfinite(rise[kind])
        r, k = row[some], kind[some]
        total = minutes[r] + relief[some] + rise[k]
        found.append((total, np.stack([kinds[r, 0], k], axis=1), np.stack([arcs[r, 0], arc[k]], axis=1)))
    total, pairs, targets = (np.concatenate(column) for column in zip(*found, strict=True))
    return total, pairs, targets


def _destinations(left: Standing, mover: Mover) -> list[Ints]:
    """Arcs that a third unit of each kind may go to, -1 for none: three arrays of shape (K,)."""
    p = left.problem
    new, old = int(p.arc_coach[mover.arc]), -1 if mover.kind < 0 else int(left.coach[mover.kind])
    cheapest = np.full(len(left.arc), -1, dtype=np.int64)
    for column in left.best.T[::-1]:
        free = (column >= 0) & ~np.isin(p.arc_coach[column], [new, old])
        cheapest = np.where(free, column, cheapest)
    back = arcs_of(p, left.group, old)
    home = np.append(p.stay_arc, -1)[left.stay]
    home = np.where((home >= 0) & (p.arc_coach[home] != new), home, -1)
    return [np.where(arc == left.arc, -1, arc) for arc in (cheapest, back, home)]


def _kept(standing: Standing, left: Standing, mover: Mover, found: Found) -> Found:
    """The ways that break no limit and make no excess larger."""
    minutes, kinds, arcs = found
    p, rows = left.problem, len(minutes)
    into = np.column_stack([np.full(rows, mover.arc), arcs])
    out = np.column_stack(
        [np.full(rows, -1), np.where(kinds >= 0, left.arc[kinds] if len(left.arc) else -1, -1)]
    )
    demand, heads = np.append(p.arc_demand, 0.0), np.append(p.heads[p.arc_group], 0).astype(float)
    good = np.ones(rows, dtype=np.bool_)
    for place in range(into.shape[1]):
        leaves = out[:, place + 1] if place + 1 < into.shape[1] else np.full(rows, -1)
        arc = into[:, place]
        coach = p.arc_coach[arc]
        load = left.load[coach] + demand[arc] - demand[leaves]
        held = left.heads[coach] + heads[arc] - heads[leaves]
        most = np.maximum(p.limit, standing.load)[coach]
        seats = np.maximum(p.heads_limit, standing.heads)[coach]
        good &= (arc < 0) | ((load <= most + TOLERANCE) & (held <= seats + TOLERANCE))
    good &= _areas_fit(standing, left, into, out) & _moves_fit(standing, left, mover, kinds, arcs)
    return minutes[good], kinds[good], arcs[good]


def _areas_fit(standing: Standing, left: Standing, into: Ints, out: Ints) -> Flags:
    p = left.problem
    area, taken = np.append(p.arc_area, -1), np.append(p.arc_interpreter, 0.0)
    good = np.ones(len(into), dtype=np.bool_)
    for place, limit in enumerate(p.area_limit):
        used = left.area[place] + np.where(area[into] == place, taken[into], 0.0).sum(axis=1)
        used -= np.where(area[out] == place, taken[out], 0.0).sum(axis=1)
        good &= used <= max(limit, standing.area[place]) + TOLERANCE
    return good


def _moves_fit(standing: Standing, left: Standing, mover: Mover, kinds: Ints, arcs: Ints) -> Flags:
    budget = standing.problem.moves_limit
    if not np.isfinite(budget):
        return np.ones(len(kinds), dtype=np.bool_)
    moves = left.moves + _moves(left, np.array([mover.arc]), np.array([mover.stay]))
    for kind, arc in zip(kinds.T, arcs.T, strict=True):
        stay = np.append(left.stay, -1)[kind]
        change = _moves(left, arc, stay) - _moves(left, np.append(left.arc, -1)[kind], stay)
        moves = moves + np.where(kind >= 0, change, 0.0)
    good: Flags = moves <= max(budget, standing.moves) + TOLERANCE
    return good


def _expanded(standing: Standing, kinds: Ints) -> tuple[Ints, Ints]:
    """Every kind with every other arc of its group: kinds and arcs, shape (N,) each."""
    p = standing.problem
    first = np.searchsorted(p.arc_group, np.arange(p.groups + 1))
    group = standing.group[kinds]
    size = first[group + 1] - first[group]
    kind = np.repeat(kinds, size)
    arc = np.arange(len(kind)) - np.repeat(np.cumsum(size) - size - first[group], size)
    other = arc != standing.arc[kind]
    return kind[other], arc[other]


def _cost(standing: Standing, arc: Ints, stay: Ints) -> Floats:
    """Price of a unit on an arc, the handover included where it leaves its stay arc; shape (N,)."""
    p = standing.problem
    home, saving = np.append(p.stay_arc, -1)[stay], np.append(p.stay_saving, 0.0)[stay]
    cost: Floats = p.arc_price[arc] + np.where(home == arc, 0.0, saving)
    return cost


def _moves(standing: Standing, arc: Ints, stay: Ints) -> Floats:
    """Clients of a unit on an arc who change coach although they could stay; shape (N,)."""
    p = standing.problem
    home, all_of = np.append(p.stay_arc, -1)[stay], np.append(p.stay_moves, 0)[stay]
    moves: Floats = (p.arc_moves[arc] + np.where(home == arc, 0, all_of)).astype(float)
    return moves


def _swap(standing: Standing, kind: Ints, arc: Ints) -> Floats:
    """By how much the price of a unit of a kind rises on another arc, loads apart; shape (N,)."""
    stay = standing.stay[kind]
    return _cost(standing, arc, stay) - _cost(standing, standing.arc[kind], stay)


def _rise(standing: Standing, arc: Ints) -> Floats:
    """By how much the coach's curve rises with one more unit on an arc; shape (N,)."""
    p, curve = standing.problem, standing.curve
    coach = p.arc_coach[arc]
    load = standing.load[coach]
    rise: Floats = curve.cost(coach, load + p.arc_demand[arc]) - curve.cost(coach, load)
    return rise


def _fits(standing: Standing, arc: Ints) -> Flags:
    """Whether the coach has room for one more unit on an arc; shape (N,)."""
    p = standing.problem
    coach = p.arc_coach[arc]
    minutes = standing.load[coach] + p.arc_demand[arc] <= p.limit[coach] + TOLERANCE
    seats = standing.heads[coach] + p.heads[p.arc_group[arc]] <= p.heads_limit[coach] + TOLERANCE
    fits: Flags = minutes & seats
    return fits
