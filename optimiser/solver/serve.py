"""Level 1 after rounding: gather the room left here and there on one coach until one more unit fits."""

from __future__ import annotations

import numpy as np

from optimiser.solver.polish import area_fits, placing_loss
from optimiser.solver.problem import Floats, Ints
from optimiser.solver.state import TINY, State
from optimiser.solver.transfer import pairs, steps, transfers

COACHES = 3
"""Coaches tried for one unit, those that lack the least room first."""
CHEAPEST = 400
"""Transfers looked at between two coaches."""
CRUMB = 0.02
"""Minutes of room below which a partner is not worth asking."""
NEAR = 2
"""Pairs of transfers tried on either side of the load wanted."""
TRIES = 6
"""Best candidates counted exactly."""
FAILURES = 4
"""Groups of one component that may fail one after the other before the component is left."""


def serve(state: State, component: Ints, target: Floats) -> None:
    """Serve waiting units of each component until its weighted unserved is at most its target.

    Parameters
    ----------
    component : int, shape (C,)
    target : float, shape (components,)
        Weighted units of the groups; units that may not be unserved are served whatever it is.
    """
    p = state.problem
    first = np.searchsorted(p.arc_group, np.arange(p.groups))
    label = component[p.arc_coach[first]]
    for one in np.unique(label[state.unserved > 0]):
        inside = np.flatnonzero(label == one)
        before, flow = float(p.weight[inside] @ state.unserved[inside]), state.flow.copy()
        _gather(state, inside, first, float(target[one]))
        while _displace(state, inside, first):
            _gather(state, inside, first, float(target[one]))
        if float(p.weight[inside] @ state.unserved[inside]) >= before - TINY:
            # Room was gathered for nobody: what that cost is taken back.
            state.back_to(flow)


def _gather(state: State, inside: Ints, first: Ints, target: float) -> None:
    """Make room for the waiting groups of one component, one after the other."""
    p = state.problem
    failures = 0
    for group in _in_order(state, inside, first):
        arcs = np.arange(first[group], np.searchsorted(p.arc_group, group, side="right"))
        while state.unserved[group] > 0 and (
            must_serve(state)[group] or float(p.weight[inside] @ state.unserved[inside]) > target + TINY
        ):
            if not _serve_one(state, arcs):
                failures += 1
                break
            failures = 0
        if failures >= FAILURES:
            break


def _displace(state: State, inside: Ints, first: Ints) -> bool:
    """Serve one waiting unit in the place of optional ones that together weigh less; False if none can."""
    p = state.problem
    waiting = _in_order(state, inside, first)
    lightest = p.weight[inside].min(initial=1)
    for group in waiting[np.argsort(-p.weight[waiting], kind="stable")]:
        if p.weight[group] <= lightest:
            return False
        arcs = np.arange(first[group], np.searchsorted(p.arc_group, group, side="right"))
        ways = [(_lightest_out(state, int(arc)), int(arc)) for arc in arcs]
        (weight, out), arc = min(ways, key=lambda way: (way[0][0], way[1]))
        if weight < p.weight[group] - TINY and _swapped(state, out, arc):
            return True
    return False


def _swapped(state: State, out: Ints, arc: int) -> bool:
    """Put one unit in the place of others (one entry a unit); False, and nothing done, beyond the budget of moves."""
    moves, flow = state.moves, state.flow.copy()
    leaving, units = np.unique(out, return_counts=True)
    state.add(leaving, -units)
    state.add(np.array([arc]), np.ones(1, dtype=np.int64))
    if state.moves <= max(state.problem.moves_limit, moves):
        return True
    state.back_to(flow)
    return False


def _lightest_out(state: State, arc: int) -> tuple[float, Ints]:
    """Optional units (their arcs, one entry a unit) whose leaving lets one unit onto `arc`, and their weight."""
    p = state.problem
    coach, group = int(p.arc_coach[arc]), int(p.arc_group[arc])
    theirs = state.arcs_of[coach]
    spare = np.minimum(state.flow[theirs], ((p.count - p.must) - state.unserved)[p.arc_group[theirs]])
    units = np.repeat(theirs, np.maximum(spare, 0))
    units = units[p.arc_group[units] != group]
    weight, demand = p.weight[p.arc_group[units]], p.arc_demand[units]
    order = np.lexsort((units, weight / np.maximum(demand, TINY)))
    units, heads = units[order], p.heads[p.arc_group[units[order]]]
    minutes = state.load[coach] + p.arc_demand[arc] - p.limit[coach]
    clients = state.heads[coach] + p.heads[group] - p.heads_limit[coach]
    freed = np.cumsum(p.arc_demand[units]) >= minutes - TINY
    enough = np.flatnonzero(freed & (np.cumsum(heads) >= clients - TINY))
    if (minutes <= TINY and clients <= TINY) or not len(enough) or not area_fits(state, np.array([arc]))[0]:
        return np.inf, units[:0]
    out = units[: enough[0] + 1]
    return float(p.weight[p.arc_group[out]].sum()), out


def must_serve(state: State) -> Ints:
    """Units of each group that wait though they may not, shape (G,)."""
    p = state.problem
    return np.maximum(state.unserved - (p.count - p.must), 0)


def _in_order(state: State, groups: Ints, first: Ints) -> Ints:
    """Waiting groups: those that must be served, then the heavy in weight, the light in load."""
    p = state.problem
    groups = groups[state.unserved[groups] > 0]
    demand = np.minimum.reduceat(p.arc_demand, first)[groups] if len(groups) else np.zeros(0)
    return groups[np.lexsort((groups, demand / p.weight[groups], must_serve(state)[groups] == 0))]


def _serve_one(state: State, arcs: Ints) -> bool:
    """Serve one unit of the group whose arcs these are."""
    p = state.problem
    coach = p.arc_coach[arcs]
    missing = state.load[coach] + p.arc_demand[arcs] - p.limit[coach]
    for arc in arcs[np.argsort(missing, kind="stable")[:COACHES]]:
        here = np.array([arc])
        waiting, moves, flow = state.unserved[p.arc_group[arc]], state.moves, state.flow.copy()
        _make_room(state, int(arc))
        if state.unserved[p.arc_group[arc]] == waiting and np.isfinite(placing_loss(state, here)[0]):
            state.add(here, np.ones(1, dtype=np.int64))
        if state.moves > max(p.moves_limit, moves):
            state.back_to(flow)
        elif state.unserved[p.arc_group[arc]] < waiting:
            return True
    return False


def _make_room(state: State, arc: int) -> None:
    """Pass load (and heads) from an arc's coach to partners with room until one unit more fits."""
    p = state.problem
    coach, heads = int(p.arc_coach[arc]), int(p.heads[p.arc_group[arc]])
    partners = state.neighbours[coach]
    room = (p.limit - state.load)[partners]
    partners = partners[np.argsort(-room, kind="stable")]
    missing = state.load[coach] + p.arc_demand[arc] - p.limit[coach]
    if missing > room[room > 0].sum():
        return
    for partner in partners:
        missing = state.load[coach] + p.arc_demand[arc] - p.limit[coach]
        crowded = state.heads[coach] + heads > p.heads_limit[coach] + TINY
        if (missing <= TINY and not crowded) or p.limit[partner] - state.load[partner] <= CRUMB:
            return
        _pass_on(state, coach, int(partner), float(missing), bool(crowded))


def _pass_on(state: State, coach: int, partner: int, missing: float, crowded: bool) -> None:
    """The transfers to one partner that together make most room, up to what is missing."""
    p = state.problem
    room = float(p.limit[partner] - state.load[partner])
    found = transfers(state, coach, np.array([partner]), np.inf, CHEAPEST)
    first, second = pairs(found, -min(max(missing, 0.0), room), NEAR)
    eased = -(found.load[first] + found.load[second])
    useful = found.load_there[first] + found.load_there[second] <= room + TINY
    heads = state.heads[partner] + found.heads_there[first] + found.heads_there[second]
    useful &= heads <= p.heads_limit[partner] + TINY
    useful &= (found.heads[first] + found.heads[second] < 0) if crowded else (eased > CRUMB)
    candidates = np.flatnonzero(useful)
    worth = np.minimum(eased[candidates], max(missing, 0.0))
    for index in candidates[np.argsort(-worth, kind="stable")[:TRIES]]:
        step = steps(state, found, (int(first[index]), int(second[index])))
        if step is not None and np.isfinite(state.step_loss(*step)):
            state.add(*step)
            return


def trim(state: State) -> None:
    """Take units off coaches and areas that rounding up has put a hair above a limit."""
    p = state.problem
    for coach in np.flatnonzero((state.load > state.most) | (state.heads > p.heads_limit + TINY)):
        arcs = state.arcs_of[int(coach)]
        while state.load[coach] > state.most[coach] or state.heads[coach] > p.heads_limit[coach] + TINY:
            state.add(_dearest(state, arcs), -np.ones(1, dtype=np.int64))
    for area in np.flatnonzero(state.area > state.area_most):
        arcs = np.flatnonzero((p.arc_area == area) & (p.arc_interpreter > 0))
        while state.area[area] > state.area_most[area]:
            state.add(_dearest(state, arcs), -np.ones(1, dtype=np.int64))


def _dearest(state: State, arcs: Ints) -> Ints:
    """The arc among some whose last unit is the dearest."""
    worst = np.where(state.flow[arcs] > 0, state.cost_out[arcs], -np.inf)
    return arcs[[int(np.argmax(worst))]]


def evict(state: State) -> None:
    """Where a unit that must be served finds no room, let others wait in its place."""
    p = state.problem
    for group in np.flatnonzero(must_serve(state)):
        arcs = p.stay_arc[p.arc_group[p.stay_arc] == group]
        for arc in np.unique(arcs):
            while must_serve(state)[group] and _evict_for(state, int(arc)):
                state.add(np.array([arc]), np.ones(1, dtype=np.int64))


def _evict_for(state: State, arc: int) -> bool:
    """Take optional units off an arc's coach, the least loss first, until one unit fits."""
    p = state.problem
    here = np.array([arc])
    while not np.isfinite(placing_loss(state, here)[0]):
        theirs = state.arcs_of[int(p.arc_coach[arc])]
        group = p.arc_group[theirs]
        optional = (state.flow[theirs] > 0) & (state.unserved[group] < (p.count - p.must)[group])
        if not optional.any():
            return False
        theirs, group = theirs[optional], group[optional]
        best = theirs[np.lexsort((theirs, -p.arc_demand[theirs] / p.weight[group]))[:1]]
        state.add(best, -np.ones(1, dtype=np.int64))
    return True
