"""Households: members who get one coach together, or the reason why not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from optimiser.allocation.arcs import Arcs
from optimiser.allocation.codes import Codes, Floats, Ints, spread
from optimiser.allocation.facts import Facts, Flags
from optimiser.allocation.profiles import ClientRows
from optimiser.domain.texts import said

DIFFERENT_COACHES = said("the members have different coaches now")
NO_COMMON_COACH = said("no coach may serve all members")
SOME_MAY_STAY = said("the present coach may keep some members but not all")
DIFFERENT_AREAS = said("the members draw on the interpreter minutes of different areas")


@dataclass(frozen=True)
class Households:
    """H households of at least two members without a pin, and the kinds of household among them.

    Attributes
    ----------
    member : int, shape (N,)
        Rows of clients, household by household, in one household equal members side by side.
    household : int, shape (N,)
        Household of each member; numbered by their first member.
    starts, sizes : int, shape (H,)
        First place in `member`, and how many.
    kind : int, shape (H,)
        Households of equal members have one kind.
    arcs : Arcs
        Coaches who may serve all members of a kind (tails are the kinds), with what they add up to.
    joined : bool, shape (H,)
        Whether the members form one unit.
    same : bool, shape (H,)
        Whether all members have the same present coach, or none has one.
    reason : tuple of str
        Why not, per household; empty where joined.
    """

    member: Ints
    household: Ints
    starts: Ints
    sizes: Ints
    kind: Ints
    arcs: Arcs
    joined: Flags
    same: Flags
    reason: tuple[str, ...]


def find_households(
    households: pl.Series, rows: ClientRows, facts: Facts, arcs: Arcs, *, frozen: Flags, may_stay: Flags
) -> Households:
    """Return the households and which of them form one unit.

    Parameters
    ----------
    households : polars.Series
        Household id of each client, sorted by client id.
    rows, facts, arcs
        The clients, the facts, and the allowed pairs of profiles.
    frozen, may_stay : bool, shape (n,)
        Whether a recent change keeps the client with the present coach; whether that coach may.
    """
    member, household = _members(households, rows, facts)
    only = np.where(frozen[member], rows.present[member], -1).astype(np.int64)
    code = rows.profile[member].astype(np.int64) * (arcs.coaches + 1) + only + 1
    order = np.lexsort((member, code, household))
    member, household, code = member[order], household[order], code[order]
    starts = np.flatnonzero(np.diff(household, prepend=-1))
    sizes = np.diff(np.append(starts, len(member)))
    kind = _kinds(code, starts, sizes)
    common = _common_arcs(code, starts, sizes, kind, arcs)
    reasons = _reasons(facts, rows, (member, household, starts, sizes, kind), common, may_stay)
    return Households(member, household, starts, sizes, kind, common, *reasons)


def _members(households: pl.Series, rows: ClientRows, facts: Facts) -> tuple[Ints, Ints]:
    """Clients who share a household and have no pin, and the numbers of their households."""
    frame = households.alias("household").to_frame().with_row_index("row")
    free = pl.Series("free", rows.pin < 0)
    frame = frame.filter(pl.col("household").is_not_null() & free)
    if not facts.policy.rules.household.on:
        frame = frame.clear()
    frame = frame.filter(pl.len().over("household") > 1)
    first = frame.select(pl.col("row").min().over("household"))["row"].to_numpy()
    number = np.unique(first, return_inverse=True)[1]
    return frame["row"].to_numpy().astype(np.int64), number.astype(np.int64)


def _kinds(code: Ints, starts: Ints, sizes: Ints) -> Ints:
    """Number of each household's kind, ordered by the members' facts; shape (H,)."""
    kind = np.zeros(len(starts), dtype=np.int64)
    span = int(code.max(initial=0)) + 2
    for place in range(int(sizes.max(initial=0))):
        has = sizes > place
        here = np.zeros(len(starts), dtype=np.int64)
        here[has] = code[starts[has] + place] + 1
        kind = np.unique(kind * span + here, return_inverse=True)[1].astype(np.int64)
    return kind


def _common_arcs(code: Ints, starts: Ints, sizes: Ints, kind: Ints, arcs: Arcs) -> Arcs:
    """Coaches allowed to every member of a kind, sums over the members."""
    example = np.unique(kind, return_index=True)[1]
    kinds = len(example)
    members = code[spread(starts[example], sizes[example])]
    tail_of = np.repeat(np.arange(kinds), sizes[example])
    profile, only = np.divmod(members, arcs.coaches + 1)
    counts = arcs.counts()[profile]
    arc = spread(arcs.starts()[profile], counts)
    kept = np.repeat(only, counts)
    keep = (kept == 0) | (arcs.coach[arc] == kept - 1)
    arc, tail = arc[keep], np.repeat(tail_of, counts)[keep]
    return _summed(arcs, arc, tail, sizes[example])


def _summed(arcs: Arcs, arc: Ints, tail: Ints, size: Ints) -> Arcs:
    """Members' arcs added up by (kind, coach); pairs that not every member has are left out."""
    key = tail * arcs.coaches + arcs.coach[arc]
    order = np.argsort(key, kind="stable")
    arc, key = arc[order], key[order]
    starts = np.flatnonzero(np.diff(key, prepend=-1))
    complete = np.diff(np.append(starts, len(key))) == size[key[starts] // arcs.coaches]

    def total(values: Floats) -> Floats:
        summed: Floats = np.add.reduceat(values[arc], starts) if len(starts) else np.zeros(0)
        chosen: Floats = summed[complete]
        return chosen

    area = np.maximum.reduceat(arcs.area[arc], starts) if len(starts) else np.zeros(0, dtype=np.int64)
    tails, coaches = np.divmod(key[starts][complete], arcs.coaches)
    return Arcs(
        len(size),
        arcs.coaches,
        tails,
        coaches,
        total(arcs.price),
        total(arcs.demand),
        total(arcs.interpreter),
        area[complete],
    )


def _reasons(
    facts: Facts,
    rows: ClientRows,
    shape: tuple[Ints, Ints, Ints, Ints, Ints],
    common: Arcs,
    may_stay: Flags,
) -> tuple[Flags, Flags, tuple[str, ...]]:
    """Which households form one unit, which have one present coach, and why the others do not join."""
    member, household, starts, sizes, kind = shape
    if not len(starts):
        return np.zeros(0, dtype=np.bool_), np.zeros(0, dtype=np.bool_), ()
    present = rows.present[member]
    same = np.minimum.reduceat(present, starts) == np.maximum.reduceat(present, starts)
    stays = np.add.reduceat(may_stay[member].astype(np.int64), starts)
    for_all = np.maximum.reduceat(common.find(kind[household], present), starts) >= 0
    different = facts.policy.rules.household.join_different
    checks = [
        (DIFFERENT_AREAS, _areas(facts, rows.profile[member], starts)),
        (NO_COMMON_COACH, common.counts()[kind] == 0),
        (DIFFERENT_COACHES, ~same & ~(for_all & different)),
        (SOME_MAY_STAY, same & (stays > 0) & (stays < sizes)),
    ]
    why = np.full(len(starts), "", dtype=object)
    for text, applies in reversed(checks):
        why[applies] = text
    return why == "", same, tuple(why)


def _areas(facts: Facts, profile: Codes | NDArray[np.int64], starts: Ints) -> Flags:
    """Whether members draw on the interpreter minutes of different limited areas, shape (H,)."""
    clients, region = facts.clients, facts.region
    area = np.where(region.limited[clients.language], region.area_of[clients.municipality], -1)[profile]
    high = np.maximum.reduceat(area, starts)
    low = np.minimum.reduceat(np.where(area < 0, len(region.areas), area), starts)
    return (high >= 0) & (low < high)
