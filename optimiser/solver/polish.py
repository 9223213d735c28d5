"""From fractional flows to whole ones: round down, place the rest, then exchange between pairs of coaches."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimiser.solver.problem import Floats, Ints
from optimiser.solver.state import TINY, State
from optimiser.solver.transfer import pairs, steps, transfers


@dataclass(frozen=True)
class Effort:
    """How much work to spend; counted, never timed.

    Attributes
    ----------
    gap : float
        Stop when the losses are this share of the objective.
    rounds : int
        Passes over the coaches that lose something.
    partners : int
        Coaches tried for each.
    transfers : int
        Cheapest transfers kept per pair of coaches.
    near : int
        Pairs of transfers tried on either side of the load wanted.
    repeats : int
        Exchanges of one coach in one round.
    tries : int
        Best candidates counted exactly.
    wide : int
        Coaches that lose most, tried with every partner where the gap stays above `WIDE_GAP`.
    trades : int
        Moves given back for better ones where a budget holds them.
    unserved : float
        Weighted unserved above their bound, as a share of it, from which other starts are tried.
    gather : bool
        Gather room for units left over by rounding, and prove their number again.
    """

    gap: float
    rounds: int
    partners: int
    transfers: int
    near: int
    repeats: int
    tries: int
    wide: int
    trades: int
    unserved: float
    gather: bool = True


EFFORTS = {
    "rough": Effort(
        gap=1.0,
        rounds=0,
        partners=0,
        transfers=0,
        near=1,
        repeats=0,
        tries=0,
        wide=0,
        trades=0,
        unserved=np.inf,
        gather=False,
    ),
    "quick": Effort(
        gap=1e-3,
        rounds=1,
        partners=4,
        transfers=200,
        near=1,
        repeats=6,
        tries=10,
        wide=0,
        trades=10,
        unserved=0.05,
    ),
    "normal": Effort(
        gap=2e-5,
        rounds=4,
        partners=16,
        transfers=300,
        near=2,
        repeats=6,
        tries=10,
        wide=50,
        trades=30,
        unserved=0.01,
    ),
    "thorough": Effort(
        gap=2e-6,
        rounds=10,
        partners=120,
        transfers=600,
        near=6,
        repeats=12,
        tries=30,
        wide=80,
        trades=1000,
        unserved=0.0,
    ),
}

WIDE_GAP = 3e-4
"""Gap above which few coaches are worth all partners: a budget of moves leaves the usual ones little choice."""
WIDE_ROUNDS = 1
LEAST = 1e-6
"""Minutes a month below which a change is not worth making."""


def place(state: State) -> None:
    """Put every unit that is not yet served where it loses least, first who must be, heaviest first."""
    p = state.problem
    first = np.searchsorted(p.arc_group, np.arange(p.groups + 1))
    waiting = np.flatnonzero(state.unserved > 0)
    heaviest = np.maximum.reduceat(p.arc_demand, first[:-1])[waiting]
    optional = state.unserved[waiting] <= (p.count - p.must)[waiting]
    for group in waiting[np.lexsort((waiting, -heaviest, optional))]:
        arcs = np.arange(first[group], first[group + 1])
        for _ in range(int(state.unserved[group])):
            loss = placing_loss(state, arcs)
            best = int(np.argmin(loss))
            free = state.unserved[group] <= p.count[group] - p.must[group]
            if not np.isfinite(loss[best]) or (free and loss[best] > left_loss(state, int(group)) + TINY):
                break
            state.add(arcs[best : best + 1], np.ones(1, dtype=np.int64))


def left_loss(state: State, group: int) -> float:
    """Reduced cost of leaving one unit of a group unserved; inf while nobody need be."""
    price = state.prices.unserved
    return price * float(state.problem.weight[group]) if price > 0 else float("inf")


def placing_loss(state: State, arcs: Ints) -> Floats:
    """Loss of one unit more on each of some arcs, with what its coach then loses; inf where it does not fit."""
    p = state.problem
    coach = p.arc_coach[arcs]
    load = state.load[coach] + p.arc_demand[arcs]
    heads = state.heads[coach] + p.heads[p.arc_group[arcs]]
    rise = state.curve.cost(coach, load) - state.curve.cost(coach, state.load[coach])
    rise -= (
        state.prices.load[coach] * p.arc_demand[arcs] + state.prices.heads[coach] * p.heads[p.arc_group[arcs]]
    )
    fits = (load <= state.most[coach]) & (heads <= p.heads_limit[coach] + TINY) & area_fits(state, arcs)
    area = np.maximum(p.arc_area[arcs], 0)
    if len(p.area_limit):
        rise = rise + state.prices.interpreter[area] * p.arc_interpreter[arcs]
    loss: Floats = np.where(fits, rise + state.cost_in[arcs], np.inf)
    return loss


def area_fits(state: State, arcs: Ints) -> NDArray[np.bool_]:
    """Whether one unit more on each arc keeps its area's interpreter minutes."""
    p = state.problem
    if not len(p.area_limit):
        return np.ones(len(arcs), dtype=bool)
    area = p.arc_area[arcs]
    used = state.area[np.maximum(area, 0)] + p.arc_interpreter[arcs]
    fits: NDArray[np.bool_] = (area < 0) | (used <= state.area_most[np.maximum(area, 0)])
    return fits


def exchange(state: State, effort: Effort, bound: float) -> int:
    """Exchange units between coaches until the gap to `bound` is small; return how many times."""
    done = _rounds(state, effort, bound, effort.rounds, state.problem.coaches)
    if effort.wide:
        every = replace(effort, partners=state.problem.coaches, gap=WIDE_GAP)
        done += _rounds(state, every, bound, WIDE_ROUNDS, effort.wide)
    return done


def _rounds(state: State, effort: Effort, bound: float, rounds: int, coaches: int) -> int:
    """Rounds over the coaches that lose most, until the gap is that of the effort or nothing helps."""
    done = 0
    for _ in range(rounds):
        before = done
        objective, steep = state.objective()
        if objective - bound <= effort.gap * (objective - steep):
            break
        responsible = state.responsibility()
        for coach in np.argsort(-responsible, kind="stable")[:coaches]:
            if responsible[coach] <= TINY:
                break
            done += _relieve(state, int(coach), effort)
        if done == before:
            break
    return done


def _relieve(state: State, coach: int, effort: Effort) -> int:
    """Apply the best exchanges of one coach with its most promising partners until none helps."""
    for done in range(effort.repeats):
        partners = _promising(state, coach, effort.partners)
        if not _improve(state, coach, partners, effort):
            return done
    return effort.repeats


def _promising(state: State, coach: int, most: int) -> Ints:
    """Partners by what they would lose by the load that `coach` has too much or lacks."""
    others = state.neighbours[coach]
    excess = state.load[coach] - state.ideal(coach)
    after = state.curve.cost(others, np.maximum(state.load[others] + excess, 0.0))
    rise = after - state.curve.cost(others, state.load[others]) - state.prices.load[others] * excess
    return others[np.argsort(rise, kind="stable")[:most]]


def _improve(state: State, here: int, partners: Ints, effort: Effort) -> bool:
    now = float(state.coach_loss(here, state.load[here], state.heads[here]))
    budget = now + state.arc_losses(here)
    found = transfers(state, here, partners, budget, effort.transfers)
    first, second = pairs(found, state.ideal(here) - state.load[here], effort.near)
    change = state.coach_loss(
        here,
        state.load[here] + found.load[first] + found.load[second],
        state.heads[here] + found.heads[first] + found.heads[second],
    )
    change += found.cost[first] + found.cost[second] - now
    better = np.flatnonzero(change < -LEAST)
    for index in better[np.argsort(change[better], kind="stable")[: effort.tries]]:
        step = steps(state, found, (int(first[index]), int(second[index])))
        # Two transfers may share an arc or a partner: count them together, exactly.
        if step is not None and state.step_loss(*step) < -LEAST:
            state.add(*step)
            return True
    return False
