"""Limits raised to what pins and those who may stay need, never further."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.domain.policy import Policy
from optimiser.quality.arrays import Floats, Ints, blocks
from optimiser.quality.facts import Facts
from optimiser.quality.pairs import Pairs, interpreter_minutes, limited_area


@dataclass(frozen=True)
class Carried:
    """What some clients bring to their coaches and areas.

    Attributes
    ----------
    minutes, heads : numpy.ndarray
        Shape (C,), minutes a month and clients.
    interpreter : numpy.ndarray
        Shape (A,), interpreter minutes that count against each limited area.
    """

    minutes: Floats
    heads: Ints
    interpreter: Floats


@dataclass(frozen=True)
class Limits:
    """Limits in force, raised.

    Attributes
    ----------
    minutes, heads : numpy.ndarray
        Shape (C,), minutes a month; clients, infinite for none.
    interpreter : numpy.ndarray
        Shape (A,), minutes a month of each limited area.
    moves : float
        Clients who change coach although they could stay; infinite for no limit.
    """

    minutes: Floats
    heads: Floats
    interpreter: Floats
    moves: float


def carried(facts: Facts, coach: Ints, policy: Policy) -> Carried:
    """Return what clients bring to a coach each.

    Parameters
    ----------
    facts : Facts
        Fact rows and tables.
    coach : numpy.ndarray
        Shape (N,), position of each client's coach, -1 for none.
    policy : Policy
        Workload.
    """
    count, areas = len(facts.posts.ids), len(facts.areas)
    minutes, heads, interpreter = np.zeros(count), np.zeros(count, np.int64), np.zeros(areas)
    for block in blocks(len(coach)):
        client = np.flatnonzero(coach[block] >= 0) + block.start
        pairs = Pairs(facts, facts.row_of[client], coach[client])
        extra = interpreter_minutes(pairs, policy)
        minutes += np.bincount(coach[client], facts.rows.base[pairs.row] + extra, count)
        heads += np.bincount(coach[client], minlength=count)
        area = limited_area(facts, pairs.row)
        interpreter += np.bincount(area[area >= 0], extra[area >= 0], areas)[:areas]
    return Carried(minutes, heads, interpreter)


def raised(facts: Facts, held: Ints, leaving: int, policy: Policy) -> Limits:
    """Return the limits, raised where those held by a pin or their home need more.

    Parameters
    ----------
    facts : Facts
        Fact rows and tables.
    held : numpy.ndarray
        Shape (N,), coach who holds each client's unit, -1 where it may be unserved.
    leaving : int
        Clients of joined households whose home is not their present coach, though that one could stay.
    policy : Policy
        Limits and workload.
    """
    budget = policy.limits.moves
    need = carried(facts, held, policy)
    areas = np.array([policy.limits.interpreter_minutes[area] for area in facts.areas])
    return Limits(
        minutes=np.maximum(facts.posts.minutes_limit, need.minutes),
        heads=np.maximum(facts.posts.heads_limit, need.heads),
        interpreter=np.maximum(areas, need.interpreter),
        moves=float("inf") if budget is None else float(max(budget, leaving)),
    )
