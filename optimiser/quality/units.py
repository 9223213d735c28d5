"""Who is decided together, who may stay, and who may be unserved.

Most clients are units of one whose allowed coaches follow from their fact row. A pinned client and
one who must not be made to change again have a single coach. The few with an exclusion or a household
are *special*: the coaches allowed to them are kept explicitly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.domain.policy import Policy
from optimiser.quality.arrays import Bools, Floats, Ints, blocks
from optimiser.quality.facts import Facts
from optimiser.quality.households import Special, homes, kept_by_unit, special_units
from optimiser.quality.pairs import Pairs
from optimiser.quality.people import People
from optimiser.quality.rules import Own, allowed_by_facts, exclusion, on


@dataclass(frozen=True)
class Units:
    """N clients and the units they belong to.

    Attributes
    ----------
    of_client : numpy.ndarray
        Shape (N,), label of the unit: the position of its first member.
    only : numpy.ndarray
        Shape (N,), the single coach of who is pinned or must not change again, else -1; not set for
        special clients.
    may_keep : numpy.ndarray
        Shape (N,), the present coach is allowed to the client's unit.
    held : numpy.ndarray
        Shape (N,), coach who holds the unit (pin, or home where it may stay); -1 where it may be
        unserved.
    handover : numpy.ndarray
        Shape (N,), minutes a month of a change; 0 where the present coach is not allowed.
    ordinary : numpy.ndarray
        Shape (N,), not special.
    special : Special
        The others.
    own : Own
        What bars single clients.
    """

    of_client: Ints
    only: Ints
    may_keep: Bools
    held: Ints
    handover: Floats
    ordinary: Bools
    special: Special
    own: Own


def units(facts: Facts, people: People, policy: Policy) -> Units:
    """Return the units of all clients."""
    count = len(people.present)
    kept = _present_allowed(facts, people, policy)
    bound = people.changed & kept & (people.pin < 0)
    tied = np.where(bound & on("recent_change", policy), people.present, -1)
    own = Own(np.arange(count), tied, people.excluded)
    special = special_units(facts, people, own, policy)
    ordinary = np.ones(count, dtype=bool)
    ordinary[special.member] = False
    pinned = people.pin >= 0
    may_keep = np.where(pinned, people.pin == people.present, kept)
    may_keep[special.member] = kept_by_unit(special, people)
    held = np.where(pinned, people.pin, np.where(may_keep, people.present, -1))
    held[special.member] = homes(special, people, may_keep)
    of_client = np.arange(count)
    of_client[special.member] = special.label()
    return Units(
        of_client=of_client,
        only=np.where(pinned, people.pin, np.where(ordinary, tied, -1)),
        may_keep=may_keep,
        held=held,
        handover=np.where(may_keep, people.handover, 0.0),
        ordinary=ordinary,
        special=special,
        own=own,
    )


def _present_allowed(facts: Facts, people: People, policy: Policy) -> Bools:
    """Whether every rule but `recent_change` allows the present coach, shape (N,)."""
    kept = people.present >= 0
    untied = np.full(len(kept), -1, dtype=np.int64)
    for block in blocks(len(kept)):
        client = np.flatnonzero(kept[block]) + block.start
        pairs = Pairs(facts, facts.row_of[client], people.present[client])
        kept[client] = allowed_by_facts(pairs, policy)
        if on("exclusion", policy):
            kept[client] &= exclusion(pairs, Own(client, untied, people.excluded))
    return kept
