"""Allowed pairs of profiles (or groups) and coaches, with what they take and cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.allocation.codes import TABLE, Floats, Ints, spread
from optimiser.allocation.facts import Facts
from optimiser.allocation.pairs import Pairs
from optimiser.allocation.prices import pair_price
from optimiser.allocation.rules import allowed

CHUNK = 1 << 20
"""Pairs looked at together: bounds the memory of millions of pairs."""


@dataclass(frozen=True)
class Arcs:
    """A arcs, sorted by tail, then coach, each pair once; tails are profiles or groups.

    Attributes
    ----------
    tails, coaches : int
        How many there are of either.
    tail, coach : int, shape (A,)
    price, demand, interpreter : float, shape (A,)
        Minutes a month.
    area : int, shape (A,)
        Area whose interpreter minutes are taken, -1 for none.
    """

    tails: int
    coaches: int
    tail: Ints
    coach: Ints
    price: Floats
    demand: Floats
    interpreter: Floats
    area: Ints

    def counts(self) -> Ints:
        """Arcs of each tail, shape (tails,)."""
        return np.bincount(self.tail, minlength=self.tails).astype(np.int64)

    def starts(self) -> Ints:
        """First arc of each tail, shape (tails,)."""
        counts = self.counts()
        return np.cumsum(counts) - counts

    def find(self, tail: NDArray[np.integer], coach: NDArray[np.integer]) -> Ints:
        """Return the arc of each pair, -1 where there is none or the coach is -1, shape (N,)."""
        keys = self.tail * self.coaches + self.coach
        wanted = np.where(coach >= 0, tail.astype(np.int64) * self.coaches + coach, -1)
        if self.tails * self.coaches <= TABLE:
            place = np.full(self.tails * self.coaches + 1, -1, dtype=np.int32)
            place[keys] = np.arange(len(keys), dtype=np.int32)
            return place[wanted].astype(np.int64)
        at = np.minimum(np.searchsorted(keys, wanted), max(len(keys) - 1, 0))
        return (
            np.where((wanted >= 0) & (keys[at] == wanted), at, -1) if len(keys) else np.full(len(wanted), -1)
        )

    def take(self, arcs: Ints, tail: Ints, tails: int) -> Arcs:
        """Return chosen arcs under new tails (both shape (N,), sorted by tail, then coach)."""
        return Arcs(
            tails,
            self.coaches,
            tail,
            self.coach[arcs],
            self.price[arcs],
            self.demand[arcs],
            self.interpreter[arcs],
            self.area[arcs],
        )


def joined(parts: list[Arcs]) -> Arcs:
    """Return the arcs of several sets, the tails of each numbered after those of the one before."""
    before = np.cumsum([0, *(p.tails for p in parts)])
    tail = np.concatenate([p.tail + n for p, n in zip(parts, before, strict=False)])
    columns = [
        np.concatenate([getattr(p, name) for p in parts])
        for name in ("coach", "price", "demand", "interpreter", "area")
    ]
    return Arcs(int(before[-1]), parts[0].coaches, tail, *columns)


def profile_arcs(facts: Facts) -> Arcs:
    """Return the allowed pairs of all profiles and coaches."""
    found = [_priced(allowed(pairs)) for pairs in _candidates(facts)]
    columns = [np.concatenate(column) for column in zip(*found, strict=True)]
    return Arcs(len(facts.clients), len(facts.coaches.ids), *columns)


def _priced(pairs: Pairs) -> tuple[Ints, Ints, Floats, Floats, Floats, Ints]:
    area = pairs.area()
    interpreter = np.where(area >= 0, pairs.interpreter_minutes(), 0.0)
    client, coach = pairs.client.astype(np.int64), pairs.coach.astype(np.int64)
    return client, coach, pair_price(pairs), pairs.demand(), interpreter, area


def _candidates(facts: Facts) -> Iterator[Pairs]:
    """Pairs by chunks of profiles, through the municipality where that rule is on."""
    serves = facts.coaches.serves.T
    if not facts.policy.rules.municipality.on:
        serves = np.ones_like(serves)
    coach = np.nonzero(serves)[1]
    counts = serves.sum(axis=1)
    starts = np.cumsum(counts) - counts
    home = facts.clients.municipality
    before = np.cumsum(counts[home])
    cuts = np.searchsorted(before, np.arange(CHUNK, before[-1], CHUNK), side="right")
    for rows in np.split(np.arange(len(home)), cuts):
        of = home[rows]
        yield Pairs(facts, np.repeat(rows, counts[of]), coach[spread(starts[of], counts[of])])
