"""Where coaches sit and which municipalities they serve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.tables.demo.draws import Flags, Floats, Ints
from optimiser.tables.demo.region import Region

REACH_MINUTES = 60.0
SERVED_AT_LEAST = 3
"""Coaches for every age group that a municipality has, where there are that many."""
CROWDING_MINUTES = 20.0
"""How much further one looks rather than give a coach one more municipality."""


@dataclass(frozen=True)
class Offices:
    """Offices of the C coaches who serve home municipalities.

    Attributes
    ----------
    host : int, shape (M,)
        Municipality whose office carries a municipality's clients.
    office : int, shape (C,)
        Municipality of a coach's office, sorted.
    steady : bool, shape (C,)
        Coaches who stay, come to the office and serve every age group: half of an office, at least three.
    serves : bool, shape (M, C)
        Municipalities served.
    """

    host: Ints
    office: Ints
    steady: Flags
    serves: Flags


def open_offices(region: Region, coaches: int) -> Offices:
    """Spread coaches over municipalities by their clients, and share them across borders.

    Parameters
    ----------
    region : Region
    coaches : int
        Coaches who serve home municipalities, at least 1.

    Returns
    -------
    Offices
    """
    clients = region.municipalities["clients"].to_numpy().astype(float)
    need: Floats = clients / clients.sum() * coaches
    host = _hosts(need, region.minutes)
    seats = _seats(np.bincount(host, need, len(need)).astype(np.float64), coaches)
    office = np.repeat(np.arange(len(seats)), seats)
    rank = np.arange(coaches) - np.searchsorted(office, office)
    steady = rank < np.maximum(np.minimum(seats[office], 3), (seats[office] + 1) // 2)
    serves = np.arange(len(host))[:, None] == office[None, :]
    for m in np.argsort(-need, kind="stable"):
        if host[m] != m:
            enough = max(SERVED_AT_LEAST, int(np.ceil(2 * need[m])))
            serves[m, np.flatnonzero((office == host[m]) & steady)[:enough]] = True
    return Offices(host, office, steady, _shared(serves, office, steady, region.minutes))


def _hosts(need: Floats, minutes: Floats) -> Ints:
    """Join the smallest municipality to the nearest office until every office has a coach's worth."""
    host = np.arange(len(need))
    held = need.copy()
    while True:
        open_now = np.unique(host)
        small = open_now[np.argmin(held[open_now])]
        if held[small] >= 1.0 or len(open_now) == 1:
            return host
        others = open_now[open_now != small]
        nearest = others[np.argmin(minutes[small, others])]
        # The larger of the two keeps the office.
        keeps, closes = (nearest, small) if need[nearest] >= need[small] else (small, nearest)
        host[host == closes] = keeps
        held[keeps] += held[closes]


def _seats(need: Floats, coaches: int) -> Ints:
    """One coach for each office, then always to the office with the most need a coach."""
    seats = (need > 0).astype(np.int64)
    for _ in range(coaches - int(seats.sum())):
        seats[np.argmax(np.where(seats > 0, need / np.maximum(seats, 1), -1.0))] += 1
    return seats


def _shared(serves: Flags, office: Ints, steady: Flags, minutes: Floats) -> Flags:
    """Let the nearest coaches serve also the municipalities that have too few."""
    shared = serves.copy()
    for m in range(len(shared)):
        missing = min(SERVED_AT_LEAST, int(steady.sum())) - int((shared[m] & steady).sum())
        for _ in range(missing):
            cost = minutes[office, m] + CROWDING_MINUTES * shared.sum(axis=0)
            free = steady & ~shared[m]
            shared[m, np.argmin(np.where(free, cost, np.inf))] = True
    return shared
