"""Load above capacity: the least that any division of the work leaves, and what merges without loss.

Letters: K classes of people alike, C coaches, R areas with limited interpreter minutes.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from optimiser.solver.problem import Floats, Ints
from optimiser.solver.programme import Programme

Flags = NDArray[np.bool_]

DUST = 1e-6
"""Minutes a month: rounding of the linear programme."""
REDUCED = 1e-9
"""Reduced cost below which a pair could help."""
SLACK = 1e-9
"""Share by which a limit gives way, so that sums rounded otherwise still fit."""


@dataclass(frozen=True)
class Crowd:
    """Work to be divided, in minutes; people of a class may be divided too (a relaxation).

    Attributes
    ----------
    minutes : float, shape (K,)
        Minutes a month of the whole class with a coach where it takes no more than that.
    allowed : bool, shape (K, C)
    dear : bool, shape (K, C)
        Where a minute of the class takes `factor` minutes (an interpreter is needed).
    factor : float, shape (K,)
        At least 1.
    area : int, shape (K,)
        Area whose interpreter minutes the dear pairs take (`factor` - 1 a minute), -1 for none.
    room : float, shape (C,)
        Minutes a month that a coach takes without excess, at least 0.
    most : float, shape (C,)
        Most excess of a coach; inf for no limit.
    area_limit : float, shape (R,)
        Interpreter minutes a month.
    """

    minutes: Floats
    allowed: Flags
    dear: Flags
    factor: Floats
    area: Ints
    room: Floats
    most: Floats
    area_limit: Floats

    def __post_init__(self) -> None:
        for item in fields(self):
            getattr(self, item.name).setflags(write=False)


def least_excess(crowd: Crowd, label: Ints) -> Floats:
    """Return the least total excess, by label of the coaches.

    Parameters
    ----------
    crowd : Crowd
    label : int, shape (C,)
        The same for coaches that one class may have, and for all that draw on one area (see `connected`).

    Returns
    -------
    numpy.ndarray
        Shape (labels,), minutes a month. Unique, for labels do not influence each other.

    Raises
    ------
    RelaxationError
        Where `most` leaves no room for everybody.
    """
    small, of_coach = merged(crowd)
    excess = _optimum(small, np.ones(len(small.room)), small.allowed)[0]
    of_merged = np.zeros(len(small.room), dtype=np.int64)
    of_merged[of_coach] = label
    return np.bincount(of_merged, excess, minlength=int(label.max(initial=-1)) + 1).astype(np.float64)


def least_of_each(crowd: Crowd) -> Floats:
    """Return the least excess of every coach alone, nobody else's above `most`.

    A division in which a coach has no excess proves that coach's 0: most are found in the least total of
    those still open, or one shift of work away from it (`_relieved`). Each of the others gets a linear
    programme of its own, coaches alike together: of a merged coach with least excess e, coach j keeps
    max(0, e - sum of `most` of the others).

    Parameters
    ----------
    crowd : Crowd
        Every `most` is finite.

    Returns
    -------
    numpy.ndarray
        Shape (C,), minutes a month; 0 for coaches whose `most` is 0.

    Raises
    ------
    RelaxationError
        Where `most` leaves no room for everybody.
    """
    small, of_coach = merged(crowd)
    least = np.zeros(len(small.room))
    left, pairs = _not_relieved(small)
    for coach in left:
        least[coach], pairs = _least_of(small, int(coach), pairs)
    others = small.most[of_coach] - crowd.most
    kept: Floats = np.where(crowd.most > 0, np.maximum(least[of_coach] - others, 0.0), 0.0)
    return np.minimum(np.where(kept > DUST, kept, 0.0), crowd.most)


def _least_of(crowd: Crowd, coach: int, pairs: Flags) -> tuple[float, Flags]:
    """Least excess of one coach, and the pairs (K, C) it took to find and prove it.

    Begun with pairs among which everybody has a place; those whose reduced cost shows that they could
    help are added until there is none, which is the optimum over all pairs.
    """
    cost = np.zeros(len(crowd.room))
    cost[coach] = 1.0
    while True:
        excess, _flow, reduced = _optimum(crowd, cost, pairs)
        helpful = crowd.allowed & ~pairs & (reduced < -REDUCED)
        if excess[coach] <= DUST or not helpful.any():
            return float(excess[coach]), pairs
        pairs = pairs | helpful


def _not_relieved(crowd: Crowd) -> tuple[Ints, Flags]:
    """Coaches for whom no division without excess of theirs was found, and the pairs used (K, C).

    Each round asks for the coaches left.
    """
    left, before = np.flatnonzero(crowd.most > DUST), -1
    gain, pairs = _gain(crowd), np.zeros(crowd.allowed.shape, dtype=np.bool_)
    while len(left) and len(left) != before:
        before = len(left)
        cost = np.zeros(len(crowd.room))
        cost[left] = 1.0
        excess, flow, _reduced = _optimum(crowd, cost, crowd.allowed)
        pairs |= flow > 0
        free = np.maximum(crowd.room + crowd.most - (flow * gain).sum(axis=0), 0.0)
        left = left[[not _relieved(crowd, gain, flow, free, int(j), float(excess[j])) for j in left]]
    return left, pairs


def _relieved(crowd: Crowd, gain: Floats, flow: Floats, free: Floats, coach: int, excess: float) -> bool:
    """Whether a coach's excess can be shifted at once to the free minutes of others, shape (C,).

    A sufficient sign, not a necessary one; nothing that would draw on an area's interpreter minutes is shifted.
    """
    free = free.copy()
    free[coach] = 0.0
    kinds = np.flatnonzero(flow[:, coach] > 0)
    open_to = crowd.allowed[kinds] & ~(crowd.dear[kinds] & (crowd.area[kinds] >= 0)[:, None])
    for at in np.argsort(open_to @ free, kind="stable"):
        if excess <= DUST:
            break
        kind = kinds[at]
        wanted = min(float(flow[kind, coach]), excess / float(gain[kind, coach]))
        fits = np.where(open_to[at], free / gain[kind], 0.0)
        taken = np.clip(wanted - (np.cumsum(fits) - fits), 0.0, fits)
        free -= taken * gain[kind]
        excess -= float(taken.sum() * gain[kind, coach])
    return excess <= DUST


def connected(crowd: Crowd) -> Ints:
    """Label of each coach's component, shape (C,), numbered by first coach: who can influence each other."""
    kinds, coaches = crowd.allowed.shape
    kind, coach = np.nonzero(crowd.allowed & (crowd.minutes > 0)[:, None])
    draws = np.flatnonzero((crowd.dear & crowd.allowed)[kind, coach] & (crowd.area[kind] >= 0))
    ends = np.concatenate([kind, kinds + crowd.area[kind[draws]]]) + coaches
    starts = np.concatenate([coach, coach[draws]])
    size = coaches + kinds + len(crowd.area_limit)
    graph = coo_array((np.ones(len(starts)), (starts, ends)), shape=(size, size))
    label = connected_components(graph, directed=False)[1][:coaches]
    first, inverse = np.unique(label, return_index=True, return_inverse=True)[1:]
    order: Ints = np.argsort(np.argsort(first))[inverse].astype(np.int64)
    return order


def merged(crowd: Crowd) -> tuple[Crowd, Ints]:
    """Return the same work with classes alike and coaches alike made one, and each coach's new number.

    Nothing is lost: minutes of classes with the same coaches at the same factors can be exchanged, and so
    can those of coaches with the same classes, so only the sums of rooms and of most excesses matter.
    """
    small = _classes_merged(_plain(crowd))
    seen = small.allowed.T, (small.allowed & small.dear).T
    first, of_coach = _alike(np.concatenate([np.packbits(part, axis=1) for part in seen], axis=1))
    count = len(first)
    return replace(
        small,
        allowed=small.allowed[:, first],
        dear=small.dear[:, first],
        room=np.bincount(of_coach, crowd.room, minlength=count).astype(np.float64),
        most=_summed(crowd.most, of_coach, count),
    ), of_coach


def _plain(crowd: Crowd) -> Crowd:
    """The same without empty classes, and without factors that are the same with every coach."""
    chosen = crowd.minutes > 0
    allowed, dear = crowd.allowed[chosen], (crowd.dear & crowd.allowed)[chosen]
    factor, area = crowd.factor[chosen], crowd.area[chosen]
    dear &= (factor > 1)[:, None]
    area = np.where(dear.any(axis=1), area, -1)
    constant = (dear == allowed).all(axis=1) & (area < 0)
    minutes = crowd.minutes[chosen] * np.where(constant, factor, 1.0)
    dear[constant] = False
    return replace(
        crowd,
        minutes=minutes,
        allowed=allowed,
        dear=dear,
        factor=np.where(dear.any(axis=1), factor, 1.0),
        area=area,
    )


def _classes_merged(crowd: Crowd) -> Crowd:
    bits = [np.packbits(part, axis=1) for part in (crowd.allowed, crowd.dear)]
    numbers = [np.ascontiguousarray(part)[:, None].view(np.uint8) for part in (crowd.factor, crowd.area)]
    first, of_class = _alike(np.concatenate([*bits, *numbers], axis=1))
    return replace(
        crowd,
        minutes=np.bincount(of_class, crowd.minutes, minlength=len(first)).astype(np.float64),
        allowed=crowd.allowed[first],
        dear=crowd.dear[first],
        factor=crowd.factor[first],
        area=crowd.area[first],
    )


def _alike(rows: NDArray[np.uint8]) -> tuple[Ints, Ints]:
    """First row of each kind of rows of bytes, and each row's kind."""
    if not rows.size:
        return np.zeros(min(len(rows), 1), dtype=np.int64), np.zeros(len(rows), dtype=np.int64)
    texts = np.ascontiguousarray(rows).view(f"V{rows.shape[1]}")[:, 0]
    first, kind = np.unique(texts, return_index=True, return_inverse=True)[1:]
    return first.astype(np.int64), kind.astype(np.int64)


def _summed(values: Floats, kind: Ints, count: int) -> Floats:
    """Sums by kind, inf among them."""
    total = np.zeros(count)
    np.add.at(total, kind, values)
    return total


def _gain(crowd: Crowd) -> Floats:
    """Minutes of load that a minute of each class becomes with each coach, shape (K, C)."""
    gain: Floats = np.where(crowd.dear, crowd.factor[:, None], 1.0)
    return gain


def _optimum(crowd: Crowd, cost: Floats, pairs: Flags) -> tuple[Floats, Floats, Floats]:
    """Where cost times excess is least over some of the pairs allowed (K, C).

    Returns
    -------
    excess : shape (C,)
    flow : shape (K, C)
        Minutes of each class with each coach.
    reduced : shape (K, C)
        Reduced costs, of the pairs left out too.
    """
    kind, coach = np.nonzero(pairs)
    flows = np.zeros(pairs.shape)
    if not len(kind):
        return np.zeros(len(crowd.room)), flows, flows
    programme, gain = Programme(), _gain(crowd)
    flow = programme.columns(np.zeros(len(kind)), np.full(len(kind), np.inf))
    above = programme.columns(cost, crowd.most * (1 + SLACK))
    served = programme.rows(crowd.minutes, equal=True)
    programme.put(served[kind], flow, np.ones(len(kind)))
    load = programme.rows(crowd.room, equal=False)
    programme.put(load[coach], flow, gain[kind, coach])
    programme.put(load, above, -np.ones(len(load)))
    draws = (gain > 1) & (crowd.area >= 0)[:, None]
    areas = programme.rows(crowd.area_limit * (1 + SLACK), equal=False)
    at = draws[kind, coach]
    programme.put(areas[crowd.area[kind[at]]], flow[at], gain[kind, coach][at] - 1.0)
    values, worth, _objective = programme.optimum()
    flows[kind, coach] = np.maximum(values[flow], 0.0)
    scarce = np.append(worth[areas], 0.0)[crowd.area]
    reduced = (
        worth[served][:, None] + worth[load] * gain + np.where(draws, scarce[:, None] * (gain - 1.0), 0.0)
    )
    return np.where(values[above] > DUST, values[above], 0.0), flows, reduced
