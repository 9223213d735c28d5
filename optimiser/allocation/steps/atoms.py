"""Changes of coach to atoms: all members of a unit who change go together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.allocation.codes import Codes, Floats, Ints
from optimiser.allocation.encode import Encoding
from optimiser.allocation.facts import Flags
from optimiser.allocation.outcome import FORCED, NEW, statuses_of
from optimiser.allocation.pairs import Pairs
from optimiser.allocation.prices import handover, pair_price


@dataclass(frozen=True)
class Members:
    """M clients who get another coach than they have, sorted by atom, then id; shape (M,).

    Attributes
    ----------
    client : int
        Row of the client.
    atom : int
        Atom the client belongs to.
    old, new : int
        Present coach (-1 for none) and the one proposed.
    status : int
        Place in `STATUSES`.
    """

    client: Ints
    atom: Ints
    old: Ints
    new: Ints
    status: Codes


@dataclass(frozen=True)
class Effects:
    """What atoms (or steps) change, sorted by them: each entry one resource; shape (E,).

    The resources are the minutes of C coaches, the heads of C coaches, the interpreter minutes of R
    areas, in this order.

    Attributes
    ----------
    of : int
        Atom.
    resource : int
        From 0 to 2 C + R - 1.
    change : float
        Minutes or heads a month, below 0 for less.
    """

    of: Ints
    resource: Ints
    change: Floats

    def summed(self, of: Ints, resources: int) -> Effects:
        """Return the effects of sets of atoms, `of[atom]` being the set of each atom (-1: none)."""
        keep = of[self.of] >= 0
        key, place = np.unique(of[self.of[keep]] * resources + self.resource[keep], return_inverse=True)
        change = np.bincount(place, self.change[keep], minlength=len(key)).astype(np.float64)
        sets, resource = np.divmod(key, max(resources, 1))
        return Effects(sets, resource, change)


@dataclass(frozen=True)
class Atoms:
    """N atoms, sorted by the id of their unit's first member.

    Attributes
    ----------
    members : Members
        Who is in them.
    effects : Effects
        Sorted by atom, then resource.
    target : int, shape (N,)
        Coach proposed.
    source : int, shape (N, K)
        Present coaches, -1 for none; the first column is filled first.
    price : float, shape (N,)
        Prices of the new pairs and handovers less the prices of the old pairs, minutes a month.
    owed : bool, shape (N,)
        Has a member without a coach, or one whom a rule bars from the present coach.
    bonus : float, shape (N,)
        What owed atoms gain besides: the policy's price of an unserved client by weight, minutes a month.
    coaches, areas : int
        C and R.
    """

    members: Members
    effects: Effects
    target: Ints
    source: Ints
    price: Floats
    owed: Flags
    bonus: Floats
    coaches: int
    areas: int

    def __len__(self) -> int:
        return len(self.target)


def atoms_of(encoding: Encoding, coach: Codes) -> Atoms:
    """Return the atoms that lead from the present coaches to others.

    Parameters
    ----------
    encoding : Encoding
        Of the facts under the policy of the plan.
    coach : int, shape (n,)
        Coach proposed to each client, -1 for none; who has none is in no atom.
    """
    members = _members(encoding, coach)
    count = int(members.atom.max(initial=-1)) + 1
    target = np.zeros(count, dtype=np.int64)
    target[members.atom] = members.new
    owed = np.zeros(count, dtype=np.bool_)
    owed[members.atom[(members.status == NEW) | (members.status == FORCED)]] = True
    weight = encoding.facts.clients.weight[encoding.rows.profile[members.client]]
    worth = encoding.facts.policy.prices.unserved * weight
    return Atoms(
        members=members,
        effects=_effects(encoding, members),
        target=target,
        source=_sources(members, count, len(encoding.coach_ids)),
        price=np.bincount(members.atom, _prices(encoding, members), minlength=count).astype(np.float64),
        owed=owed,
        bonus=np.where(owed, np.bincount(members.atom, worth, minlength=count), 0.0),
        coaches=len(encoding.coach_ids),
        areas=len(encoding.areas),
    )


def _members(encoding: Encoding, coach: Codes) -> Members:
    present = encoding.rows.present
    client = np.flatnonzero((coach >= 0) & (coach != present))
    unit = encoding.units.of_client[client]
    client = client[np.argsort(unit, kind="stable")]
    atom = np.unique(encoding.units.of_client[client], return_inverse=True)[1]
    return Members(
        client=client,
        atom=atom.astype(np.int64),
        old=present[client].astype(np.int64),
        new=coach[client].astype(np.int64),
        status=statuses_of(encoding, coach)[client],
    )


def _prices(encoding: Encoding, members: Members) -> Floats:
    """Price of each member's new pair and handover, less that of the old pair, shape (M,)."""
    facts, rows = encoding.facts, encoding.rows
    client, has = members.client, members.old >= 0
    minutes = pair_price(Pairs(facts, rows.profile[client], members.new))
    minutes += handover(rows.saving[client], encoding.units.may_stay[client], has)
    minutes[has] -= pair_price(Pairs(facts, rows.profile[client[has]], members.old[has]))
    return minutes


def _effects(encoding: Encoding, members: Members) -> Effects:
    """What each atom adds to and takes from coaches and areas."""
    coaches, areas = len(encoding.coach_ids), len(encoding.areas)
    resources = 2 * coaches + areas
    keys, changes = [], []
    for coach, sign in ((members.new, 1.0), (members.old, -1.0)):
        has = np.flatnonzero(coach >= 0)
        pairs = Pairs(encoding.facts, encoding.rows.profile[members.client[has]], coach[has])
        atom, area = members.atom[has] * resources, pairs.area()
        taken = np.flatnonzero(area >= 0)
        keys += [atom + pairs.coach, atom + coaches + pairs.coach, atom[taken] + 2 * coaches + area[taken]]
        changes += [sign * pairs.demand(), np.full(len(has), sign), sign * pairs.interpreter_minutes()[taken]]
    key, place = np.unique(np.concatenate(keys), return_inverse=True)
    change = np.bincount(place, np.concatenate(changes), minlength=len(key)).astype(np.float64)
    atom, resource = np.divmod(key, max(resources, 1))
    keep = (change != 0) | (resource < 2 * coaches)
    return Effects(atom[keep], resource[keep], change[keep])


def _sources(members: Members, count: int, coaches: int) -> Ints:
    """Present coaches of each atom, shape (N, K)."""
    has = members.old >= 0
    atom, coach = np.divmod(np.unique(members.atom[has] * coaches + members.old[has]), max(coaches, 1))
    slot = np.arange(len(atom)) - np.searchsorted(atom, atom, side="left")
    source = np.full((count, max(1, int(slot.max(initial=0)) + 1)), -1, dtype=np.int64)
    source[atom, slot] = coach
    return source
