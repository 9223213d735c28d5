"""Who has whom now: an assignment as uneven as real ones, households, pins and exclusions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.tables.demo.draws import Flags, Floats, Ints, pick_by_row, some, stream
from optimiser.tables.demo.fit import Fit
from optimiser.tables.demo.options import DemoOptions
from optimiser.tables.demo.people import IN_PERSON, SENIOR, People
from optimiser.tables.demo.posts import Posts

NOBODY = -1
UNEVEN = (0.6, 1.65)
"""Range of how full coaches are, relative to their capacity at pressure 1."""
FORESEEN = 0.4
"""Least part of a post that is counted on: nobody foresees an absence in full."""
BALANCING_ROUNDS = 12
OWN_LANGUAGE = 3.0
"""How much likelier a foreign-language client has a coach who shares a language."""
BARRED_SHARE = 0.01
"""Clients whose coach no longer fits, beside those whose coach has left."""
HOUSEHOLD_SHARE = 0.012
SAME_COACH_SHARE = 0.92
PIN_SHARE = 0.003
EXCLUSION_SHARE = 0.001
COACHES_LEFT = 3
"""A client with an exclusion has at least so many coaches to choose from before it."""


@dataclass(frozen=True)
class Ties:
    """Present coaches and what binds clients to them or keeps them apart; coaches and clients by row.

    Attributes
    ----------
    coach : int, shape (N,)
        Present coach; `NOBODY` for a new client.
    household : int, shape (N,)
        Number of the household, 0 for none.
    pinned : int, shape (n,)
        Clients whose present coach must stay.
    excluded, excluded_coach : int, shape (m,)
        Pairs that must not be.
    """

    coach: Ints
    household: Ints
    pinned: Ints
    excluded: Ints
    excluded_coach: Ints


def draw_ties(people: People, posts: Posts, fit: Fit, minutes: Floats, options: DemoOptions) -> Ties:
    """Return who has whom.

    Parameters
    ----------
    people, posts, fit : People, Posts, Fit
    minutes : float, shape (N,)
        Base minutes a month of each client.
    options : DemoOptions
        Its seed, and the share of clients with a coach.

    Returns
    -------
    Ties
    """
    seed = options.seed
    coach = _present(people, posts, fit, minutes, seed)
    coach[_new(people, options.present_share, seed)] = NOBODY
    household, head = _households(people, coach, seed)
    rng = stream(seed, "ties")
    joins = (household > 0) & (rng.random(people.size) < SAME_COACH_SHARE)
    coach[joins] = coach[head[household[joins] - 1]]
    allowed = fit.usual & ~posts.ended
    free = ~people.protected & (household == 0)
    fits = free & (coach != NOBODY) & allowed[fit.kind, coach]
    pinned = some(rng, fits, round(PIN_SHARE * people.size))
    free[pinned] = False
    free &= (np.sum(allowed, axis=1) >= COACHES_LEFT)[fit.kind]
    excluded = some(rng, free, round(EXCLUSION_SHARE * people.size))
    return Ties(coach, household, pinned, excluded, _apart(allowed[fit.kind[excluded]], coach[excluded], rng))


def _present(people: People, posts: Posts, fit: Fit, minutes: Floats, seed: int) -> Ints:
    """Draw a coach for everybody, so that some coaches have far too much and others little."""
    rng = stream(seed, "present")
    low, high = UNEVEN
    crowding = low + (high - low) * rng.beta(1.5, 2.2, len(posts.fte))
    room = np.maximum(posts.effective, FORESEEN * np.maximum(0.0, posts.fte - posts.reserved))
    weights = fit.usual * (1 + (OWN_LANGUAGE - 1) * fit.shared)
    weights = _balanced(weights, _per_kind(fit, minutes), crowding * room)
    coach = pick_by_row(rng, weights, fit.kind)
    elsewhere = _barred_weights(fit, posts)
    movable = np.any(elsewhere > 0, axis=1)[fit.kind]
    barred = np.flatnonzero((rng.random(people.size) < BARRED_SHARE) & movable)
    coach[barred] = pick_by_row(rng, elsewhere, fit.kind[barred])
    return coach


def _per_kind(fit: Fit, minutes: Floats) -> Floats:
    """Base minutes a month of all clients of a kind; shape (K,)."""
    return np.bincount(fit.kind, minutes, len(fit.usual)).astype(np.float64)


def _balanced(weights: Floats, minutes: Floats, aim: Floats) -> Floats:
    """Scale columns until the loads they draw are nearly in proportion to `aim`; shape (K, C)."""
    scaled = weights * aim
    tiny = 1e-9
    for _ in range(BALANCING_ROUNDS):
        total = np.maximum(scaled.sum(axis=1), tiny)
        load = (minutes / total) @ scaled
        factor = aim * load.sum() / aim.sum() / np.maximum(load, tiny)
        scaled = scaled * np.clip(factor, 0.2, 5.0)
    return scaled


def _barred_weights(fit: Fit, posts: Posts) -> Floats:
    """Coaches within reach whom a rule now bars: clients who moved, grew older or left integration."""
    return (~fit.usual & fit.near & ~posts.ended).astype(np.float64)


def _new(people: People, present_share: float, seed: int) -> Ints:
    """Clients without a coach: mostly those who registered lately."""
    rng = stream(seed, "new")
    number = people.size - round(present_share * people.size)
    turn = rng.random(people.size) * np.where(people.fresh, 1.0, 60.0)
    return np.argsort(turn, kind="stable")[:number]


def _households(people: People, coach: Ints, seed: int) -> tuple[Ints, Ints]:
    """Number every household from 1; also the client of each household whose coach the others join.

    Members are like most clients (Finnish-speaking, commonest profile, met in person), so that even
    millions of clients have few kinds of household.
    """
    rng = stream(seed, "households")
    commonest = people.profile == np.bincount(people.profile).argmax()
    alike = commonest & (people.channel == IN_PERSON) & (people.age < SENIOR) & _plain(people)
    placed = coach != NOBODY
    members = some(rng, alike & (placed if placed.any() else ~placed), round(HOUSEHOLD_SHARE * people.size))
    members = rng.permutation(members)
    members = members[np.argsort(people.municipality[members], kind="stable")]
    place = people.municipality[members]
    rank = np.arange(len(members)) - np.searchsorted(place, place)
    size = np.bincount(place, minlength=int(people.municipality.max()) + 1)[place]
    # The odd one out joins the last pair of the municipality.
    couple = np.minimum(rank // 2, size // 2 - 1)
    members, place, couple = members[size > 1], place[size > 1], couple[size > 1]
    number = np.zeros(people.size, dtype=np.int64)
    if not len(members):
        return number, np.zeros(0, dtype=np.int64)
    starts = np.append(True, (np.diff(place) != 0) | (np.diff(couple) != 0))
    number[members] = np.cumsum(starts)
    # An adult's coach serves the young members too; the way back may not hold.
    order = members[np.lexsort((-people.age[members], number[members]))]
    return number, order[np.flatnonzero(np.append(True, np.diff(number[order]) != 0))]


def _plain(people: People) -> Flags:
    finnish = np.array([pair == ("fi", "") for pair in people.pairs])
    return finnish[people.pair] & ~people.fresh & ~people.protected & ~people.integration


def _apart(allowed: Flags, coach: Ints, rng: np.random.Generator) -> Ints:
    """A coach for each row who could serve the client but is not the present one."""
    turn = rng.random(allowed.shape) * allowed
    has = coach != NOBODY
    turn[np.flatnonzero(has), coach[has]] = 0.0
    return np.asarray(turn.argmax(axis=1), dtype=np.int64)
