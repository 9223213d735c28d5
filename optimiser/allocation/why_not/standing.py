"""A plan in hand as kinds of units beside coaches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.allocation.codes import Codes, Ints
from optimiser.allocation.encode import Encoding
from optimiser.allocation.outcome import MOVED, Outcome
from optimiser.allocation.pairs import Pairs
from optimiser.allocation.prices import curve as curve_minutes
from optimiser.allocation.prices import pair_price
from optimiser.solver import chain
from optimiser.solver.chain import Standing
from optimiser.solver.curve import curves

NONE = -1


@dataclass(frozen=True)
class Seated:
    """Who sits where.

    Attributes
    ----------
    standing : Standing
        K kinds of units.
    kind : int, shape (U,)
        Kind of each unit, -1 for units without a coach, with a fixed one, or where the plan in hand
        gives them what the rules forbid: those never move.
    first, second : int, shape (K,)
        The first two units of each kind by id (the same unit where there is one only).
    """

    standing: Standing
    kind: Ints
    first: Ints
    second: Ints


def seated(encoding: Encoding, outcome: Outcome) -> Seated:
    """Return the units of a plan in kinds: units of one group and one stay arc beside one coach."""
    problem, units = encoding.problem, encoding.units
    arc = _arcs(encoding, outcome.coach)
    unit = np.flatnonzero(arc >= 0)
    stay = encoding.stay[unit].astype(np.int64)
    coach, group = problem.arc_coach[arc[unit]], units.group[unit].astype(np.int64)
    keys = (coach * problem.groups + group) * (len(problem.stay_arc) + 1) + stay + 1
    _, first, number, count = np.unique(keys, return_index=True, return_inverse=True, return_counts=True)
    order = np.argsort(number, kind="stable")
    starts = np.cumsum(count) - count
    kind = np.full(len(units.group), NONE, dtype=np.int64)
    kind[unit] = number
    bare = Standing(
        problem=problem,
        curve=curves(problem),
        load=outcome.after,
        heads=outcome.heads,
        area=outcome.interpreter,
        moves=float((outcome.status == MOVED).sum()),
        group=group[first],
        stay=stay[first],
        arc=arc[unit][first],
        count=count.astype(np.int64),
        best=np.full((len(first), chain.NEAREST), NONE, dtype=np.int64),
    )
    standing = chain.with_best(bare) if len(first) else bare
    return Seated(standing, kind, unit[first], unit[order[starts + (count > 1)]])


def _arcs(encoding: Encoding, coach: Codes) -> Ints:
    """Arc of each unit in the plan, -1 where it has none or its members do not agree; shape (U,)."""
    units = encoding.units
    low = np.full(len(units.group), len(encoding.coach_ids), dtype=np.int64)
    high = np.full(len(units.group), NONE, dtype=np.int64)
    np.minimum.at(low, units.of_client, coach)
    np.maximum.at(high, units.of_client, coach)
    fits = (low == high) & (high >= 0) & (units.group >= 0)
    arc = np.full(len(low), NONE, dtype=np.int64)
    arc[fits] = chain.arcs_of(encoding.problem, units.group[fits].astype(np.int64), high[fits])
    return arc


def plan_minutes(encoding: Encoding, outcome: Outcome) -> float:
    """Objective of a plan on one level: its minutes a month, the unserved of the groups at their price."""
    facts, rows, units = encoding.facts, encoding.rows, encoding.units
    served = np.flatnonzero(outcome.coach >= 0)
    pairs = Pairs(facts, rows.profile[served], outcome.coach[served])
    limits = facts.coaches.limits
    load = curve_minutes(outcome.after, limits.capacity, limits.soft_limit, outcome.policy)
    handover = rows.saving[outcome.status == MOVED]
    lost = units.of_client[outcome.coach < 0]
    weight = encoding.facts.clients.weight[rows.profile[outcome.coach < 0]][units.group[lost] >= 0]
    minutes = pair_price(pairs).sum() + handover.sum() + load.sum()
    return float(minutes + outcome.policy.prices.unserved * weight.sum())


def sound(encoding: Encoding, outcome: Outcome, seats: Seated) -> bool:
    """Whether a plan keeps rules and limits as far as the encoding tells: only then it is a best plan's rival."""
    problem, units, now = encoding.problem, encoding.units, seats.standing
    lead = np.unique(units.of_client, return_index=True)[1]
    coach = outcome.coach[lead]
    settled = np.where(
        units.group >= 0, (seats.kind >= 0) | ((coach < 0) & ~units.must), coach == units.fixed
    )
    together = bool((coach[units.of_client] == outcome.coach).all())
    used = (now.load, now.heads, now.area, np.array([now.moves]))
    most = (problem.limit, problem.heads_limit, problem.area_limit, np.array([problem.moves_limit]))
    within = all((u <= m + chain.TOLERANCE).all() for u, m in zip(used, most, strict=True))
    return together and within and bool(settled.all())
