"""The least that each unit can cost at given multipliers.

Facts meet coaches in chunks of fact rows, and only the best coach of a row is kept; each client then
compares that coach, handover and price of the move added, with the present one. Neither is ever below 0,
so that they do no harm where the two are the same. Never clients times coaches.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.domain.policy import Policy
from optimiser.quality.arrays import Bools, Floats, Ints, blocks
from optimiser.quality.facts import Facts
from optimiser.quality.households import CHUNK
from optimiser.quality.pairs import EVERY, Pairs, interpreter_minutes, limited_area
from optimiser.quality.prices import Ties, handover, priced_by_facts
from optimiser.quality.region import Region
from optimiser.quality.rules import allowed_by_facts


@dataclass(frozen=True)
class Level:
    """Multipliers of one level as arrays.

    Attributes
    ----------
    load, heads : numpy.ndarray
        Shape (C,).
    interpreter : numpy.ndarray
        Shape (A + 1,); the last is 0, for clients whose interpreter minutes no area limits.
    moves : float
        Of a client who changes coach although staying was possible.
    unserved : float
        What a weighted unserved client costs.
    priced : bool
        Whether the prices count too.
    """

    load: Floats
    heads: Floats
    interpreter: Floats
    moves: float
    unserved: float
    priced: bool

    def value(self, pairs: Pairs, policy: Policy) -> Floats:
        """What the pairs cost at these multipliers, handover and moves apart; shape of the pairs."""
        extra = interpreter_minutes(pairs, policy)
        area = self.interpreter[limited_area(pairs.facts, pairs.row)]
        base = pairs.across(pairs.facts.rows.base[pairs.row])
        value: Floats = self.load[pairs.coach] * (base + extra) + self.heads[pairs.coach]
        if area.any():
            value += pairs.across(area) * extra
        if self.priced:
            value += priced_by_facts(pairs, policy)
        return value


@dataclass(frozen=True)
class Minima:
    """Sums over units of the least that each can cost.

    Attributes
    ----------
    first : numpy.ndarray
        Shape (components + 1,), of level 1; the last for units that no coach may serve.
    second : float
        Of level 2, minutes a month.
    touched : numpy.ndarray
        Shape (A, C), coaches whom a client with minutes against the area's limit can reach.
    split : frozenset of tuple of int
        Components that one unit reaches.
    """

    first: Floats
    second: float
    touched: Bools
    split: frozenset[tuple[int, int]]


@dataclass(frozen=True)
class _Best:
    """Least value over the coaches, and the coach who has it, of each fact row (F,)."""

    value: Floats
    coach: Ints


def ordinary_minima(region: Region, levels: tuple[Level, Level], component: Ints) -> Minima:
    """Sum the minima of all units of one that are not special.

    Parameters
    ----------
    region : Region
        The facts on a date, read under a policy.
    levels : tuple of Level
        Multipliers of both levels.
    component : numpy.ndarray
        Shape (C,), component of each coach, from 0.
    """
    facts, units, policy = region.facts, region.units, region.policy
    best, touched, split = _rows_against_coaches(region, levels, component)
    first, second = np.zeros(int(component.max()) + 2), 0.0
    for block in blocks(len(units.only)):
        client = np.flatnonzero(units.ordinary[block]) + block.start
        only = units.only[client]
        _touch(touched, facts, client[only >= 0], only[only >= 0], policy)
        free = _least(region, client, best[0], levels[0])
        reach = np.where(only < 0, component[best[0].coach[facts.row_of[client]]], component[only])
        reach = np.where(np.isfinite(free), reach, len(first) - 1)
        first += np.bincount(reach, _or_unserved(free, client, region, levels[0]), len(first))
        free = _least(region, client, best[1], levels[1])
        second += float(_or_unserved(free, client, region, levels[1]).sum())
    return Minima(first, second, touched, split)


def special_minima(region: Region, levels: tuple[Level, Level], component: Ints) -> Minima:
    """Sum the minima of the special units; parameters as in `ordinary_minima`."""
    facts, people, units, policy = region.facts, region.people, region.units, region.policy
    first, second = np.zeros(int(component.max()) + 2), 0.0
    touched, split = np.zeros((len(facts.areas), len(component)), dtype=bool), set()
    for member, starts, allowed in units.special.chunks():
        pairs = Pairs(facts, facts.row_of[member], EVERY)
        ties = Ties(people.present[member], units.handover[member])
        weight = np.add.reduceat(people.weight[member], starts)
        may = units.held[member[starts]] < 0
        low, high = _reach(allowed, component)
        split |= _pairs_of(low, high)
        counts = np.diff(starts, append=len(member))
        _touch_all(touched, pairs, np.repeat(allowed, counts, axis=0), policy)
        for level in levels:
            value = level.value(pairs, policy) + (handover(pairs, ties) if level.priced else 0.0)
            value += level.moves * _leaving(pairs, units.may_keep[member], people.present[member])
            least = np.where(allowed, np.add.reduceat(value, starts, axis=0), np.inf).min(axis=1)
            least = np.where(may, np.minimum(least, level.unserved * weight), least)
            if level.priced:
                second += float(least.sum())
            else:
                reach = np.where(high < 0, len(first) - 1, high)
                first += np.bincount(reach, least, len(first))
    return Minima(first, second, touched, frozenset(split))


def _rows_against_coaches(
    region: Region, levels: tuple[Level, Level], component: Ints
) -> tuple[tuple[_Best, _Best], Bools, frozenset[tuple[int, int]]]:
    """Best coaches of the fact rows whose clients choose freely; areas touched; components joined."""
    facts, units, policy = region.facts, region.units, region.policy
    count = len(facts.rows.base)
    used = np.zeros(count, dtype=bool)
    used[facts.row_of[units.ordinary & (units.only < 0)]] = True
    rows = np.flatnonzero(used)
    best = tuple(_Best(np.full(count, np.inf), np.zeros(count, np.int64)) for _ in levels)
    touched, split = np.zeros((len(facts.areas), len(component)), dtype=bool), set()
    for chunk in blocks(len(rows), CHUNK):
        row = rows[chunk]
        pairs = Pairs(facts, row, EVERY)
        allowed = allowed_by_facts(pairs, policy)
        split |= _pairs_of(*_reach(allowed, component))
        _touch_all(touched, pairs, allowed, policy)
        for level, kept in zip(levels, best, strict=True):
            value = np.where(allowed, level.value(pairs, policy), np.inf)
            kept.coach[row], kept.value[row] = value.argmin(axis=1), value.min(axis=1)
    return (best[0], best[1]), touched, frozenset(split)


def _least(region: Region, client: Ints, best: _Best, level: Level) -> Floats:
    """Least value of each client over the coaches allowed; infinite where there is none."""
    facts, people, units, policy = region.facts, region.people, region.units, region.policy
    row, only = facts.row_of[client], units.only[client]
    present = np.where(units.may_keep[client], people.present[client], -1)
    at = np.where(only >= 0, only, present)
    own = np.full(len(client), np.inf)
    own[at >= 0] = level.value(Pairs(facts, row[at >= 0], at[at >= 0]), policy)
    other = best.value[row] + (units.handover[client] if level.priced else 0.0)
    other = other + level.moves * units.may_keep[client]
    return np.where(only < 0, np.minimum(own, other), own)


def _leaving(pairs: Pairs, may_keep: Bools, present: Ints) -> Bools:
    """Whether the client changes coach although the present one could go on, with every coach (n, C)."""
    leaving: Bools = may_keep[:, None] & (present[:, None] != np.arange(len(pairs.facts.posts.ids)))
    return leaving


def _or_unserved(least: Floats, client: Ints, region: Region, level: Level) -> Floats:
    """The least value, or being unserved where that is allowed and cheaper."""
    without = level.unserved * region.people.weight[client]
    return np.where(region.units.held[client] < 0, np.minimum(least, without), least)


def _reach(allowed: Bools, component: Ints) -> tuple[Ints, Ints]:
    """Lowest and highest component among the coaches allowed, -1 where there is none."""
    high = np.where(allowed, component, -1).max(axis=1)
    low = np.where(allowed, component, len(component)).min(axis=1)
    return np.where(high < 0, -1, low), high


def _pairs_of(low: Ints, high: Ints) -> set[tuple[int, int]]:
    differ = low != high
    return set(zip(low[differ].tolist(), high[differ].tolist(), strict=True))


def _touch_all(touched: Bools, pairs: Pairs, allowed: Bools, policy: Policy) -> None:
    """Mark the coaches whom clients with limited interpreter minutes can reach."""
    area = limited_area(pairs.facts, pairs.row)
    for at in np.unique(area[area >= 0]).tolist():
        of_area = area == at
        some = Pairs(pairs.facts, pairs.row[of_area], EVERY)
        touched[at] |= (allowed[of_area] & (interpreter_minutes(some, policy) > 0)).any(axis=0)


def _touch(touched: Bools, facts: Facts, client: Ints, coach: Ints, policy: Policy) -> None:
    """The same for clients with a single coach."""
    row = facts.row_of[client]
    area = limited_area(facts, row)
    counts = (area >= 0) & (interpreter_minutes(Pairs(facts, row, coach), policy) > 0)
    touched[area[counts], coach[counts]] = True
