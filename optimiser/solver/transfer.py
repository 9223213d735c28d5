"""What one coach can pass to and take from its partners: shifts and exchanges of single units.

All of them at once as arrays; two together (with one partner or with two) are found by sorted search.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.solver.problem import Floats, Ints
from optimiser.solver.state import State

NONE = -1


@dataclass(frozen=True)
class Transfers:
    """Candidate transfers between one coach, `here`, and partners; the first changes nothing.

    Attributes
    ----------
    here : int
        The coach.
    out, out_to : int, shape (T,)
        Arc of `here` that loses a unit and arc of the partner that gains it; -1 for none.
    back, back_to : int, shape (T,)
        Arc of the partner that loses a unit and arc of `here` that gains it; -1 for none.
    load, heads : float, shape (T,)
        Changes at `here`.
    load_there, heads_there : float, shape (T,)
        Changes at the partner.
    cost : float, shape (T,)
        Change of the reduced costs and of the partner's loss.
    """

    here: int
    out: Ints
    out_to: Ints
    back: Ints
    back_to: Ints
    load: Floats
    heads: Floats
    load_there: Floats
    heads_there: Floats
    cost: Floats


def transfers(state: State, here: int, partners: Ints, budget: float, most: int) -> Transfers:
    """Shifts and one-for-one exchanges that cost at most `budget`, the `most` cheapest of each partner."""
    arcs = state.arcs_of[here]
    arcs = arcs[state.flow[arcs] > 0]
    found = [_nothing(here), _with_waiting(state, here, arcs, budget, most)]
    for partner in partners:
        one = _passing(state, arcs, int(partner), budget)
        theirs = state.arcs_of[partner]
        two = _passing(state, theirs[state.flow[theirs] > 0], here, budget)
        found.append(_between(state, here, int(partner), one, two, budget, most))
    return _joined(here, found)


def _with_waiting(state: State, here: int, arcs: Ints, budget: float, most: int) -> Transfers:
    """Serve a waiting unit, alone or in the place of one of equal weight that then waits."""
    p = state.problem
    group = p.arc_group[arcs]
    arcs = arcs[state.unserved[group] < (p.count - p.must)[group]]
    coming = state.arcs_of[here]
    coming = coming[state.unserved[p.arc_group[coming]] > 0]
    if not len(coming):
        return _nothing(here)
    weight = p.weight[p.arc_group]
    alone = state.cost_in[coming] - state.prices.unserved * weight[coming]
    cost = np.where(
        weight[arcs][:, None] == weight[coming], state.cost_in[coming] - state.cost_out[arcs][:, None], np.inf
    )
    cost = np.concatenate([alone[None, :], cost]).ravel()
    cheap = np.flatnonzero(cost <= budget)
    if len(cheap) > most:
        cheap = np.sort(cheap[np.argpartition(cost[cheap], most)[:most]])
    first, second = np.divmod(cheap, len(coming))
    out, back_to = np.append(NONE, arcs)[first], coming[second]
    demand, heads = state.demand, state.arc_heads
    none = np.full(len(cheap), NONE)
    change = demand[back_to] - demand[out], heads[back_to] - heads[out]
    still = np.zeros(len(cheap))
    return Transfers(here, out, none, none, back_to, *change, still, still, cost[cheap])


def _joined(here: int, found: list[Transfers]) -> Transfers:
    return Transfers(
        here,
        out=np.concatenate([f.out for f in found]),
        out_to=np.concatenate([f.out_to for f in found]),
        back=np.concatenate([f.back for f in found]),
        back_to=np.concatenate([f.back_to for f in found]),
        load=np.concatenate([f.load for f in found]),
        heads=np.concatenate([f.heads for f in found]),
        load_there=np.concatenate([f.load_there for f in found]),
        heads_there=np.concatenate([f.heads_there for f in found]),
        cost=np.concatenate([f.cost for f in found]),
    )


def _nothing(here: int) -> Transfers:
    none, zero = np.full(1, NONE), np.zeros(1)
    return Transfers(here, none, none, none, none, zero, zero, zero, zero, zero)


def _passing(state: State, arcs: Ints, target: int, budget: float) -> tuple[Ints, Ints, Floats]:
    """Arcs whose unit `target` could take at a reduced cost of at most `budget`, with where it lands; none first."""
    landing = state.arc_at[target, state.problem.arc_group[arcs]]
    arcs, landing = arcs[landing >= 0], landing[landing >= 0]
    cost = state.cost_in[landing] - state.cost_out[arcs]
    cheap = np.flatnonzero(cost <= budget)
    first = np.full(1, NONE)
    return (
        np.concatenate([first, arcs[cheap]]),
        np.concatenate([first, landing[cheap].astype(np.int64)]),
        np.concatenate([np.zeros(1), cost[cheap]]),
    )


def _between(
    state: State,
    here: int,
    there: int,
    one: tuple[Ints, Ints, Floats],
    two: tuple[Ints, Ints, Floats],
    budget: float,
    most: int,
) -> Transfers:
    cost = (one[2][:, None] + two[2][None, :]).ravel()
    cost[0] = np.inf
    cheap = np.flatnonzero(cost <= budget)
    if len(cheap) > most:
        cheap = np.sort(cheap[np.argpartition(cost[cheap], most)[:most]])
    first, second = np.divmod(cheap, len(two[0]))
    out, out_to, back, back_to = one[0][first], one[1][first], two[0][second], two[1][second]
    demand, heads = state.demand, state.arc_heads
    load, count = demand[out_to] - demand[back], heads[out_to] - heads[back]
    now = state.coach_loss(there, state.load[there], state.heads[there])
    total = cost[cheap] + state.coach_loss(there, state.load[there] + load, state.heads[there] + count) - now
    kept = np.flatnonzero(total <= budget)
    out, out_to, back, back_to = out[kept], out_to[kept], back[kept], back_to[kept]
    change = demand[back_to] - demand[out], heads[back_to] - heads[out]
    return Transfers(here, out, out_to, back, back_to, *change, load[kept], count[kept], total[kept])


def pairs(found: Transfers, wanted: float, near: int) -> tuple[Ints, Ints]:
    """Pairs of transfers (single ones among them) whose loads together come near `wanted`, or near nothing."""
    order = np.argsort(found.load, kind="stable")
    ordered = found.load[order]
    every = np.arange(len(order))
    first, second = [every], [np.zeros(len(order), dtype=np.int64)]
    for goal in (wanted, 0.0):
        at = np.searchsorted(ordered, goal - found.load)
        reach = at[:, None] + np.arange(-near, near)[None, :]
        second.append(order[np.clip(reach, 0, len(order) - 1)].ravel())
        first.append(np.repeat(every, 2 * near))
    return np.concatenate(first), np.concatenate(second)


def steps(state: State, found: Transfers, chosen: tuple[int, ...]) -> tuple[Ints, Ints] | None:
    """Arcs and units that the chosen transfers change together; None where a unit is not there."""
    change: dict[int, int] = {}
    for index in chosen:
        ends = ((found.out, -1), (found.out_to, 1), (found.back, -1), (found.back_to, 1))
        for arc, unit in ((int(end[index]), unit) for end, unit in ends):
            if arc >= 0:
                change[arc] = change.get(arc, 0) + unit
    arcs = np.array(sorted(a for a, sum_of in change.items() if sum_of), dtype=np.int64)
    units = np.array([change[int(a)] for a in arcs], dtype=np.int64)
    if (state.flow[arcs] + units < 0).any():
        return None
    return arcs, units
