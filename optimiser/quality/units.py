"""Who is decided together, who may stay, and who may be unserved.

Most clients are units of one whose allowed coaches follow from their fact row. A pinned client and
one who must not be made to change again have a single coach. The few with an exclusion or a household
are *special*: the coaches allowed to them are kept explicitly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.domain.policy import Policy
from optimiser.quality.arrays import Bools, Floats, Ints
from optimiser.quality.facts import Facts
from optimiser.quality.households import Special, homes, kept_by_unit, special_units
from optimiser.quality.people import People
from optimiser.quality.rules import Own, on


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


def units(facts: Facts, people: People, kept: Bools, policy: Policy) -> Units:
    """Return the units of all clients.

    Parameters
    ----------
    facts : Facts
        Fact rows told apart by what binds those who could stay (`with_ties`).
    people : People
        All clients.
    kept : numpy.ndarray
        Shape (N,), whether every rule of serving allows the present coach.
    policy : Policy
        Rules in force.
    """
    count = len(people.present)
    settled = kept & (people.pin < 0)
    tied = np.where(settled & people.changed & on("recent_change", policy), people.present, -1)
    protected = np.where(settled & people.protected & on("protection", policy), people.present, -1)
    own = Own(np.arange(count), tied, protected, people.excluded)
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
        only=np.where(pinned, people.pin, np.where(ordinary, np.maximum(tied, protected), -1)),
        may_keep=may_keep,
        held=held,
        handover=np.where(may_keep, people.handover, 0.0),
        ordinary=ordinary,
        special=special,
        own=own,
    )
