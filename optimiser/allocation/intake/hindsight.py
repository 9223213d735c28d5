"""The best that could have been done had all arrivals and departures been known: a value and a bound."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.allocation.codes import Floats, Ints
from optimiser.allocation.intake.course import Course
from optimiser.allocation.prices import curve
from optimiser.allocation.workload import capacities
from optimiser.solver.programme import Programme

PASSES = 8
"""Times every newcomer is looked at again; fewer where nothing changes."""
STEPS, STEP, SHRINK = 300, 2.0, 0.99
"""Steps by which the multipliers are improved, length of the first, and by how much it shrinks without success."""
MOST_PAIRS = 150_000
"""Pairs times periods that one relaxation may hold."""
TINY = 1e-9


@dataclass(frozen=True)
class Hindsight:
    """Minutes a month, the mean over the weeks.

    Attributes
    ----------
    value : float
        Of an assignment found with all knowledge.
    bound : float
        No assignment costs less.
    """

    value: float
    bound: float


def load_of(course: Course, coach: Ints, week: int) -> tuple[Floats, Floats]:
    """Load and heads of every coach in a week, of the newcomers who have a coach (-1: none); shape (C,)."""
    coaches = course.base_load.shape[1]
    there = np.flatnonzero((course.phase[:, week] >= 0) & (coach >= 0))
    minutes = course.demand[course.phase[there, week], there, coach[there]]
    load = course.base_load[week] + np.bincount(coach[there], minutes, minlength=coaches)
    heads = course.base_heads[week] + np.bincount(coach[there], minlength=coaches)
    return load, heads


def cost_of(course: Course, coach: Ints) -> float:
    """Mean over the weeks of the prices of all pairs and the load curves; minutes a month."""
    limits = capacities(course.snapshot, course.policy)
    full = (limits.capacity, limits.soft_limit, course.policy)
    total = float(course.base_price.sum())
    for week in range(course.weeks):
        there = np.flatnonzero(course.phase[:, week] >= 0)
        total += float(course.price[course.phase[there, week], there, coach[there]].sum())
        total += float(curve(load_of(course, coach, week)[0], *full).sum())
    return total / course.weeks


def hindsight(course: Course, start: Ints) -> Hindsight:
    """Improve an assignment with all knowledge, and bound every assignment from below.

    A relaxation with the mean loads of periods of weeks (a curve is convex, so that a mean load costs
    at most the mean of the costs) gives fractional assignments and multipliers. The value: from there,
    and from `start`, newcomer after newcomer goes where prices and curves over the stay cost least,
    until nothing changes; the better of both. The bound: for any multipliers of load (week by coach) the
    cheapest coach of each newcomer and the lowest point of each curve; they are improved by subgradient
    steps. Limits of minutes count at their steep price, limits of heads not at all: both lower the bound.
    """
    pairs = int(course.allowed.sum())
    fits = [n for n in range(1, course.weeks + 1) if course.weeks % n == 0 and n * pairs <= MOST_PAIRS]
    coach, prices = _relaxed(course, max(fits, default=1))
    value = min(cost_of(course, _polished(course, first)) for first in (coach, start))
    return Hindsight(value, _bound(course, prices, value * course.weeks) / course.weeks)


def _relaxed(course: Course, periods: int) -> tuple[Ints, Floats]:
    """Coach of each newcomer, the largest part of the relaxation, and multipliers (W, C)."""
    weeks, coaches = course.base_load.shape
    limits = capacities(course.snapshot, course.policy)
    newcomer, coach = np.nonzero(course.allowed)
    programme = Programme()
    price = _stay_price(course)[newcomer, coach]
    parts = programme.columns(price, np.full(len(newcomer), np.inf))
    served = programme.rows(np.ones(len(course.comes)), equal=True)
    programme.put(served[newcomer], parts, np.ones(len(newcomer)))
    length = weeks // periods
    base = course.base_load.reshape(periods, length, coaches).mean(axis=1)
    load = programme.rows(-base.ravel(), equal=True)
    ends = _ends(course, limits.capacity, limits.soft_limit)
    heights = curve(ends.T, limits.capacity, limits.soft_limit, course.policy).T
    width = np.diff(ends, axis=1)
    slope = np.divide(np.diff(heights, axis=1), width, out=np.zeros_like(width), where=width > 0)
    owner, piece = np.nonzero(width > 0)
    for period in range(periods):
        minutes = _mean_demand(course, period * length, length)[newcomer, coach]
        some = np.flatnonzero(minutes > 0)
        programme.put(load[period * coaches + coach[some]], parts[some], minutes[some])
        pieces = programme.columns(length * slope[owner, piece], width[owner, piece])
        programme.put(load[period * coaches + owner], pieces, -np.ones(len(pieces)))
    values, worth, _ = programme.optimum()
    shares = np.zeros(course.allowed.shape)
    shares[newcomer, coach] = values[parts]
    prices = np.maximum(worth[load], 0.0).reshape(periods, coaches) / length
    return shares.argmax(axis=1).astype(np.int64), np.repeat(prices, length, axis=0)


def _mean_demand(course: Course, first: int, length: int) -> Floats:
    """Mean demand of every pair over some weeks, 0 while away; shape (A, C)."""
    inside = course.phase[:, first : first + length]
    mean = np.zeros(course.allowed.shape)
    for phase, demand in enumerate(course.demand):
        mean += (inside == phase).mean(axis=1)[:, None] * demand
    return mean


def _spread(course: Course) -> tuple[Ints, Ints]:
    """First week (K, A) and the one after the last (K, A) of each newcomer in each phase."""
    phases = len(course.demand)
    week = np.arange(course.weeks)
    first = np.zeros((phases, len(course.comes)), dtype=np.int64)
    last = np.zeros_like(first)
    for phase in range(phases):
        inside = course.phase == phase
        first[phase] = np.where(inside.any(axis=1), np.argmax(inside, axis=1), 0)
        last[phase] = np.where(inside.any(axis=1), week[-1] + 1 - np.argmax(inside[:, ::-1], axis=1), 0)
    return first, last


def _stay_price(course: Course) -> Floats:
    """Prices of every pair summed over the weeks of the stay, shape (A, C)."""
    first, last = _spread(course)
    total: Floats = np.einsum("ka,kac->ac", (last - first).astype(np.float64), course.price)
    return total


def _polished(course: Course, start: Ints) -> Ints:
    """The assignment improved newcomer by newcomer, shape (A,)."""
    limits = capacities(course.snapshot, course.policy)
    coach = start.copy()
    loads = np.array([load_of(course, coach, week)[0] for week in range(course.weeks)])
    price = _stay_price(course)
    for _ in range(PASSES):
        changed = 0
        for client in range(len(coach)):
            weeks = np.arange(course.comes[client], course.leaves[client])
            may = np.flatnonzero(course.allowed[client])
            if len(may) < 2:
                continue
            minutes = course.demand[course.phase[client, weeks], client]
            loads[weeks, coach[client]] -= minutes[:, coach[client]]
            full = (limits.capacity[may], limits.soft_limit[may], course.policy)
            there = loads[weeks[0] : weeks[-1] + 1][:, may]
            rise = curve(there + minutes[:, may], *full) - curve(there, *full)
            above = price[client, may] + rise.sum(axis=0)
            best = int(may[np.argmin(above)])
            own = np.searchsorted(may, coach[client])
            if best != coach[client] and above.min() < above[own] - TINY:
                coach[client] = best
                changed += 1
            loads[weeks, coach[client]] += minutes[:, coach[client]]
        if not changed:
            break
    return coach


def _bound(course: Course, prices: Floats, value: float) -> float:
    """A lower bound of the sum over the weeks, from multipliers (W, C) improved step by step."""
    limits = capacities(course.snapshot, course.policy)
    ends = _ends(course, limits.capacity, limits.soft_limit)
    heights = curve(ends.T, limits.capacity, limits.soft_limit, course.policy).T
    stay = np.where(course.allowed, _stay_price(course), np.inf)
    best, step = -np.inf, STEP
    for _ in range(STEPS):
        found, taken = _value_at(course, prices, (stay, ends, heights))
        step *= 1.0 if found > best else SHRINK
        best = max(best, found)
        norm = float((taken * taken).sum())
        if norm <= TINY or value - found <= TINY * value:
            break
        prices = np.clip(prices + step * (value - found) / norm * taken, 0.0, _steepest(course))
    return best


def _steepest(course: Course) -> float:
    """No multiplier above the steepest slope is of use."""
    return course.policy.load_curve.slope_values()[-1] + course.policy.prices.overload


def _ends(course: Course, capacity: Floats, soft: Floats) -> Floats:
    """Loads at which a curve bends, with one far beyond: shape (C, B + 2)."""
    breaks = capacity[:, None] * np.array(course.policy.load_curve.breaks)[None, :]
    far = 10 * (course.base_load.max(axis=0) + capacity + course.demand.max(axis=(0, 1)).sum())
    ends: Floats = np.sort(np.concatenate([breaks, soft[:, None], far[:, None]], axis=1), axis=1)
    return ends


def _value_at(course: Course, prices: Floats, fixed: tuple[Floats, Floats, Floats]) -> tuple[float, Floats]:
    """The bound at some multipliers (W, C), and by how much load asked for exceeds load given (W, C)."""
    stay, ends, heights = fixed
    first, last = _spread(course)
    summed = np.concatenate([np.zeros((1, prices.shape[1])), np.cumsum(prices, axis=0)])
    charged = stay.copy()
    for phase, demand in enumerate(course.demand):
        charged += demand * (summed[last[phase]] - summed[first[phase]])
    best = charged.argmin(axis=1)
    asked = np.array([load_of(course, best, week)[0] for week in range(course.weeks)])
    low = heights[None] - prices[:, :, None] * ends[None]
    lowest = low.argmin(axis=2)
    given = np.take_along_axis(np.broadcast_to(ends[None], low.shape), lowest[..., None], axis=2)[..., 0]
    total = charged.min(axis=1).sum() + low.min(axis=2).sum()
    total += (prices * course.base_load).sum() + course.base_price.sum()
    return float(total), asked - given
