"""Clients to units, equal units to groups: what the solver counts."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from optimiser.allocation.arcs import Arcs, joined
from optimiser.allocation.codes import Codes, Floats, Ints, combined, ranked, spread
from optimiser.allocation.facts import Facts, Flags
from optimiser.allocation.households import Households, find_households
from optimiser.allocation.profiles import ClientRows
from optimiser.allocation.ties import bound_by_moving


@dataclass(frozen=True)
class Units:
    """U units (a client, or a household that joins), sorted by their first member's id.

    Attributes
    ----------
    of_client : int, shape (n,)
        Unit of each client.
    group : int, shape (U,)
        Group, -1 for units with a fixed coach and for units that no coach may serve.
    size : int, shape (U,)
        Clients in the unit.
    fixed : int, shape (U,)
        The only coach of a pinned or kept unit, -1 for others.
    stay_arc : int, shape (U,)
        Arc on which the whole unit would stay, -1 where it may not.
    saving : float, shape (U,)
        Handover saved by staying on it.
    may_stay : bool, shape (n,)
        Whether the client's present coach is allowed to the client's unit.
    must : bool, shape (U,)
        Whether the unit may stay, and so is never left unserved.
    home : int, shape (U,)
        Arc of the home coach, -1 where the unit may not stay or is fixed.
    """

    of_client: Codes
    group: Codes
    size: Codes
    fixed: Codes
    stay_arc: Ints
    saving: Floats
    may_stay: Flags
    must: Flags
    home: Ints


@dataclass(frozen=True)
class Groups:
    """G groups of equal units, in the order of their facts.

    Attributes
    ----------
    arcs : Arcs
        Tails are the groups.
    size, weight : int, shape (G,)
        Clients in one unit; what one unserved unit counts.
    moves : int, shape (A,)
        Members of a unit with different present coaches who change coach on the arc although they could stay.
    """

    arcs: Arcs
    size: Ints
    weight: Ints
    moves: Ints


@dataclass(frozen=True)
class Grouping:
    """Units, their groups, the households, and weighted units that no coach may serve.

    `facts` and `rows` are those grouped: profiles split by what binds clients to their coach.
    `frozen_by` has the rules of moving that keep each client's coach (bits of `KEPT_BY`), shape (n,).
    """

    facts: Facts
    rows: ClientRows
    units: Units
    groups: Groups
    households: Households
    frozen_by: Codes
    unserved_fixed: int


def group_clients(rows: ClientRows, facts: Facts, arcs: Arcs, household: pl.Series) -> Grouping:
    """Return the units and groups of all clients.

    Parameters
    ----------
    rows, facts : ClientRows, Facts
        The clients sorted by id, and the facts.
    arcs : Arcs
        Allowed pairs of profiles and coaches.
    household : polars.Series
        Household id of each client, sorted by client id.
    """
    may_stay = arcs.find(rows.profile, rows.present) >= 0
    settled = may_stay & (rows.pin < 0)
    frozen_by = np.where(settled, rows.kept_by, 0).astype(np.int32)
    frozen = frozen_by > 0
    facts, rows, arcs = bound_by_moving(facts, rows, arcs, settled & ~frozen)
    homes = find_households(household, rows, facts, arcs, frozen=frozen, may_stay=may_stay)
    may_stay = np.where(rows.pin >= 0, rows.pin == rows.present, may_stay)
    together = np.zeros(len(rows), dtype=np.bool_)
    together[homes.member[homes.joined[homes.household]]] = True
    free = ~together & ~frozen & (rows.pin < 0)
    single_arcs, of_profile = _singles(rows, arcs, free)
    groups, of_kind, of_household = _groups(facts, rows, homes, single_arcs, of_profile)
    group = np.where(free, of_profile[rows.profile], -1).astype(np.int32)
    return _assembled(
        rows,
        facts,
        homes,
        groups,
        numbers=(group, of_kind, of_household),
        flags=(free, frozen, may_stay),
        frozen_by=frozen_by,
    )


def _singles(rows: ClientRows, arcs: Arcs, free: Flags) -> tuple[Arcs, Codes]:
    """Arcs of the profiles that free clients have, and each profile's group (-1: none)."""
    used = np.zeros(arcs.tails, dtype=np.bool_)
    used[rows.profile[free]] = True
    used &= arcs.counts() > 0
    of_profile = np.where(used, np.cumsum(used) - 1, -1).astype(np.int32)
    chosen = np.flatnonzero(used[arcs.tail])
    tail = of_profile[arcs.tail[chosen]].astype(np.int64)
    return arcs.take(chosen, tail, int(used.sum())), of_profile


def _groups(
    facts: Facts, rows: ClientRows, homes: Households, singles: Arcs, of_profile: Codes
) -> tuple[Groups, Codes, Codes]:
    """All groups, and the group of each kind of household and of each household apart (-1: none)."""
    weight = facts.clients.weight
    kinds = np.zeros(homes.arcs.tails, dtype=np.bool_)
    kinds[homes.kind[homes.joined & homes.same]] = True
    apart = np.flatnonzero(homes.joined & ~homes.same)
    of_kind = np.where(kinds, singles.tails + np.cumsum(kinds) - 1, -1).astype(np.int32)
    chosen = np.flatnonzero(kinds[homes.arcs.tail])
    place = np.cumsum(kinds) - 1
    alike = homes.arcs.take(chosen, place[homes.arcs.tail[chosen]], int(kinds.sum()))
    different, leaving = _different_arcs(rows, homes, apart)
    of_household = np.full(len(homes.starts), -1, dtype=np.int32)
    of_household[apart] = singles.tails + alike.tails + np.arange(len(apart))
    example = np.zeros(homes.arcs.tails, dtype=np.int64)
    example[homes.kind[::-1]] = np.arange(len(homes.kind))[::-1]
    household = np.concatenate([example[kinds], apart])
    home_weight = np.bincount(
        homes.household, weight[rows.profile[homes.member]], minlength=len(homes.starts)
    ).astype(np.int64)
    groups = Groups(
        joined([singles, alike, different]),
        np.concatenate([np.ones(singles.tails, dtype=np.int64), homes.sizes[household]]),
        np.concatenate([weight[of_profile >= 0], home_weight[household]]),
        np.concatenate([np.zeros(len(singles.tail) + len(alike.tail), dtype=np.int64), leaving]),
    )
    return groups, of_kind, of_household


def _different_arcs(rows: ClientRows, homes: Households, apart: Ints) -> tuple[Arcs, Ints]:
    """Arcs of households whose members have different coaches now: prices with handover, and who moves."""
    counts = homes.arcs.counts()[homes.kind[apart]]
    arc = spread(homes.arcs.starts()[homes.kind[apart]], counts)
    arcs = homes.arcs.take(arc, np.repeat(np.arange(len(apart)), counts), len(apart))
    place = spread(homes.starts[apart], homes.sizes[apart])
    owner = np.repeat(np.arange(len(apart)), homes.sizes[apart])
    member = homes.member[place]
    stays = arcs.find(owner, rows.present[member])
    saving = np.where(stays >= 0, rows.saving[member], 0.0)
    leaving = np.bincount(owner, saving, minlength=len(apart))[arcs.tail]
    staying = np.bincount(stays[stays >= 0], saving[stays >= 0], minlength=len(arc))
    could = np.bincount(owner, stays >= 0, minlength=len(apart))[arcs.tail]
    moves = could - np.bincount(stays[stays >= 0], minlength=len(arc))
    # Rounding must not leave a price below that of the pairs where all who can do stay.
    price = arcs.price + np.maximum(leaving - staying, 0.0)
    return replace(arcs, price=price), moves.astype(np.int64)


def _assembled(
    rows: ClientRows,
    facts: Facts,
    homes: Households,
    groups: Groups,
    *,
    numbers: tuple[Codes, Codes, Codes],
    flags: tuple[Flags, Flags, Flags],
    frozen_by: Codes,
) -> Grouping:
    """Units from single clients and joined households."""
    group, of_kind, of_household = numbers
    free, frozen, may_stay = flags
    group, may_stay = group.copy(), may_stay.copy()
    first = np.arange(len(rows), dtype=np.int64)
    in_unit = homes.joined[homes.household]
    member, household = homes.member[in_unit], homes.household[in_unit]
    if len(member):
        lowest = np.minimum.reduceat(homes.member, homes.starts)
        first[member] = lowest[household]
        number = np.where(homes.same, of_kind[homes.kind], of_household)
        group[member] = number[household]
        may_stay[member] = groups.arcs.find(group[member], rows.present[member]) >= 0
    lead = first == np.arange(len(rows))
    of_client = (np.cumsum(lead, dtype=np.int32) - 1)[first].astype(np.int32)
    alone = ~free & (first == np.arange(len(rows)))
    alone[member] = False
    only = np.where(rows.pin >= 0, rows.pin, np.where(frozen, rows.present, -1))
    fixed = np.where(alone, only, -1)[lead].astype(np.int32)
    hopeless = free & (group < 0)
    units = _stays(rows, groups, of_client=of_client, group=group, may_stay=may_stay, lead=lead, fixed=fixed)
    lost = int(facts.clients.weight[rows.profile[hopeless]].sum())
    return Grouping(facts, rows, units, groups, homes, frozen_by, lost)


def _stays(
    rows: ClientRows,
    groups: Groups,
    *,
    of_client: Codes,
    group: Codes,
    may_stay: Flags,
    lead: Flags,
    fixed: Codes,
) -> Units:
    """Stay arcs, savings and homes of units."""
    count = int(lead.sum())
    size = np.bincount(of_client, minlength=count).astype(np.int32)
    in_group = group >= 0
    arc = np.full(len(rows), -1, dtype=np.int64)
    movable = may_stay & in_group
    arc[movable] = groups.arcs.find(group[movable], rows.present[movable])
    saving = np.where(movable, rows.saving, 0.0)
    highest = arc[lead]
    mixed = np.zeros(count, dtype=np.bool_)
    several = np.flatnonzero((size > 1)[of_client])
    mixed_member = rows.present[several] != rows.present[lead][of_client[several]]
    mixed[of_client[several[mixed_member]]] = True
    return Units(
        of_client=of_client,
        group=group[lead],
        size=size,
        fixed=fixed,
        stay_arc=np.where(mixed, -1, highest),
        saving=np.where(mixed, 0.0, np.bincount(of_client, saving, minlength=count)),
        may_stay=may_stay,
        must=np.bincount(of_client, may_stay, minlength=count) > 0,
        home=_homes(of_client, arc, mixed, highest, groups.arcs.coach),
    )


def _homes(of_client: Codes, arc: Ints, mixed: Flags, single: Ints, coach: Ints) -> Ints:
    """Arc of each unit's home: of several present coaches that of most members, then the smaller id."""
    home = single.copy()
    rows = np.flatnonzero(mixed[of_client] & (arc >= 0))
    pair, votes = np.unique(np.stack([of_client[rows], arc[rows]]), axis=1, return_counts=True)
    order = np.lexsort((pair[1], -votes, pair[0]))
    unit, at = np.unique(pair[0][order], return_index=True)
    home[unit] = pair[1][order][at]
    return home


def stay_tiers(units: Units) -> tuple[NDArray[np.int32], Ints, Floats, Ints, Ints]:
    """Return the stay arcs: units with one home arc and one saving.

    Members with different present coaches have their handovers in the prices of the arcs: staying at
    home saves nothing more, but the arc tells the solver where the unit is sure to fit.

    Returns
    -------
    of_unit : numpy.ndarray
        Stay arc of each unit, -1 for none, shape (U,).
    arc, saving, count, moves : numpy.ndarray
        Of each stay arc, sorted by arc, then saving, shape (S,); moves are the clients of a unit.
    """
    staying = np.flatnonzero(units.home >= 0)
    saving = np.where(units.stay_arc >= 0, units.saving, 0.0)[staying]
    tier, tiers = ranked(saving)
    arcs = int(units.home.max(initial=-1)) + 1
    number, stays = combined([(units.home[staying], arcs), (tier, tiers)])
    of_unit = np.full(len(units.group), -1, dtype=np.int32)
    of_unit[staying] = number
    arc, value = np.zeros(stays, dtype=np.int64), np.zeros(stays)
    arc[number], value[number] = units.home[staying], saving
    moves = np.zeros(stays, dtype=np.int64)
    moves[number] = np.where(units.stay_arc >= 0, units.size, 0)[staying]
    return of_unit, arc, value, np.bincount(number, minlength=stays).astype(np.int64), moves
